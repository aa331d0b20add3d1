//! A job that is suspended holds nothing on its worker and goes on where it was, there or elsewhere;
//! one that waits for long holds no memory there; one that is stopped ends where it waits.

use crate::support::{ACCOUNT, PATIENCE, Site, reported};
use bindery_api::{
    jobs::NewJob,
    runbooks::{ImportRunbook, PublishRunbook},
    workers::Presence,
};
use bindery_client::{
    Client,
    jobs::JobVerb::{Rerun, Resume, Suspend, Terminate},
};
use bindery_core::{
    code::Code,
    job::{JobStatus, Placement},
};
use bindery_testkit::wait::{wait_for, wait_until};

/// Says a line made of a random byte, sleeps for `NANOS`, and says it again.
const SLEEPER: &str = r#"
(module
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "poll_oneoff" (func $poll (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\10\00\00\00\02\00\00\00")
  (func $line (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
  (func (export "_start")
    (drop (call $random (i32.const 16) (i32.const 1)))
    (i32.store8 (i32.const 16)
      (i32.add (i32.const 65) (i32.and (i32.load8_u (i32.const 16)) (i32.const 15))))
    (i32.store8 (i32.const 17) (i32.const 10))
    (call $line)
    (i32.store (i32.const 1040) (i32.const 1))
    (i64.store (i32.const 1048) (i64.const NANOS))
    (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 8)))
    (call $line)))"#;

async fn lines(client: &Client, job: &str) -> Vec<String> {
    let streams = client.list_streams(ACCOUNT, job, &Default::default()).await.expect("streams");
    streams.items.into_iter().map(|record| record.text).collect()
}

async fn becomes(client: &Client, job: &str, wanted: JobStatus) {
    wait_for(&format!("the job to be {wanted:?}"), PATIENCE, async || {
        let job = client.job(ACCOUNT, job).await.map_err(|error| error.to_string())?;
        if job.status == wanted {
            Ok(())
        } else {
            Err(format!("it is {:?}, {:?}", job.status, job.error))
        }
    })
    .await;
}

/// Publishes the sleeper, which sleeps for so many seconds, and starts it.
async fn asleep(client: &Client, seconds: u64, placement: Option<Placement>) -> String {
    let import = ImportRunbook { name: Some("Sleeper".parse().expect("a name")), replace: false };
    let text = SLEEPER.replace("NANOS", &format!("{seconds}000000000"));
    let wasm = wat::parse_str(text).expect("a module");
    client.import_runbook(ACCOUNT, &import, wasm.into()).await.expect("imported");
    let publish = PublishRunbook::default();
    client.publish_runbook(ACCOUNT, "Sleeper", &publish).await.expect("published");
    let runbook = "Sleeper".parse().expect("a name");
    let new = NewJob { runbook, parameters: Default::default(), placement, dry_run: false };
    let job = client.start_job(ACCOUNT, &new).await.expect("a job").id.to_string();
    wait_for("its first line", PATIENCE, async || {
        if lines(client, &job).await.is_empty() { Err("nothing yet") } else { Ok(()) }
    })
    .await;
    job
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_job_goes_on_after_a_restart_and_says_nothing_twice() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    // It sleeps for longer than its guest stays in memory.
    let job = asleep(&client, 2, None).await;
    client.ask_job(ACCOUNT, &job, Suspend).await.expect("asked");
    becomes(&client, &job, JobStatus::Suspended).await;
    let twice = client.ask_job(ACCOUNT, &job, Suspend).await.expect_err("refused");
    assert_eq!(twice.code(), Code::Conflict);

    site.kill_control_plane();
    let client = site.start_control_plane().await;
    becomes(&client, &job, JobStatus::Suspended).await;
    client.ask_job(ACCOUNT, &job, Resume).await.expect("asked");
    becomes(&client, &job, JobStatus::Completed).await;
    let lines = lines(&client, &job).await;
    assert_eq!(lines.len(), 2, "{lines:?}");
    assert_eq!(lines[0], lines[1], "the same byte after the restart");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_of_a_group_goes_on_at_another_computer_once_its_own_is_gone() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    for name in ["one", "two"] {
        site.start_agent(&client, name, &["--simulated", "linux", "--updates", "1"]).await;
    }
    reported(&client, 2).await;
    // The first group makes the account.
    let added = site.run("group add web one two --output json");
    assert_eq!(added.code, Some(0), "{added:?}");
    let job = asleep(&client, 3, Some(Placement::Group("web".parse().expect("a name")))).await;
    let holder = client.job(ACCOUNT, &job).await.expect("a job").worker.expect("a worker");
    client.ask_job(ACCOUNT, &job, Suspend).await.expect("asked");
    becomes(&client, &job, JobStatus::Suspended).await;
    let why = client.job(ACCOUNT, &job).await.expect("a job").waiting.expect("a reason");
    assert_eq!(why.code, Code::JobSuspended);
    let holds = async || {
        let workers = client.list_workers(ACCOUNT, &Default::default()).await.expect("workers");
        workers.items.into_iter().find(|worker| worker.id == holder).expect("it is known")
    };
    site.kill_agent(&holds().await.computer_name.expect("a computer"));
    let offline = async || holds().await.presence == Presence::Offline;
    wait_until("the end of its session", PATIENCE, offline).await;
    client.ask_job(ACCOUNT, &job, Resume).await.expect("asked");
    becomes(&client, &job, JobStatus::Completed).await;
    let lines = lines(&client, &job).await;
    assert_eq!((lines.len(), &lines[0]), (2, &lines[1]), "the same byte on another computer");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_job_that_sleeps_for_an_hour_is_stopped_and_another_one_terminated() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    let job = asleep(&client, 3_600, None).await;
    let stopped = site.run(&format!("job stop {job} --grace 60"));
    assert_eq!(stopped.code, Some(0), "{stopped:?}");
    becomes(&client, &job, JobStatus::Stopped).await;
    let again = client.ask_job(ACCOUNT, &job, Rerun).await.expect("a job").id.to_string();
    becomes(&client, &again, JobStatus::Running).await;
    let ended = client.ask_job(ACCOUNT, &again, Terminate).await.expect("ended");
    assert_eq!(ended.status, JobStatus::Stopped);
    let refused = site.run(&format!("job stop {again} --grace 60"));
    assert_eq!(refused.code, Some(1), "{refused:?}");
    let long = site.run(&format!("job stop {job} --grace 3601"));
    assert!(long.code == Some(2) && long.stderr.contains("3600"), "{long:?}");
}
