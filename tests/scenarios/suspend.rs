//! A job that is suspended holds nothing on its worker, and goes on where it was.

use crate::support::{ACCOUNT, PATIENCE, Site};
use bindery_api::{
    jobs::NewJob,
    runbooks::{ImportRunbook, PublishRunbook},
};
use bindery_client::{
    Client,
    jobs::JobVerb::{Resume, Suspend},
};
use bindery_core::{code::Code, job::JobStatus};
use bindery_testkit::wait::wait_for;

/// Says a line made of a random byte, sleeps for two seconds, and says it again.
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
    (i64.store (i32.const 1048) (i64.const 2000000000))
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

#[tokio::test(flavor = "multi_thread")]
async fn a_suspended_job_goes_on_after_a_restart_and_says_nothing_twice() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    let import = ImportRunbook { name: Some("Sleeper".parse().expect("a name")), replace: false };
    let wasm = wat::parse_str(SLEEPER).expect("a module");
    client.import_runbook(ACCOUNT, &import, wasm.into()).await.expect("imported");
    let publish = PublishRunbook::default();
    client.publish_runbook(ACCOUNT, "Sleeper", &publish).await.expect("published");
    let runbook = "Sleeper".parse().expect("a name");
    let new = NewJob { runbook, parameters: Default::default(), placement: None, dry_run: false };
    let job = client.start_job(ACCOUNT, &new).await.expect("a job").id.to_string();
    wait_for("its first line", PATIENCE, async || {
        if lines(&client, &job).await.is_empty() { Err("nothing yet") } else { Ok(()) }
    })
    .await;
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
