//! Measures how a control plane comes back to its jobs after SIGKILL:
//! `cargo bench --profile dev --workspace --bench recovery`.
//!
//! 1,000 jobs are started on its sandbox worker; each says a line, naps again and again until the
//! same moment, and says another. Meanwhile the process is killed: as many jobs as a worker runs at
//! once are then in the middle of their naps, each with an entry of its journal per nap; all others
//! wait in the store. When the moment has passed it is started again: what is measured is starting,
//! recovering, replaying, at most one nap, and dispatching the rest. Nothing here passes or fails.

#[path = "../scenarios/support.rs"]
#[expect(dead_code, reason = "the scenarios use the rest")]
mod support;

use bindery_api::{
    jobs::{ListJobs, NewJob},
    page::Page,
    runbooks::{ImportRunbook, PublishRunbook},
};
use bindery_client::Client;
use bindery_core::{
    job::JobStatus,
    stream::{StreamKind, StreamRecord},
};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use std::{
    io::{Write as _, stdout},
    time::{Duration, Instant, SystemTime},
};
use support::{ACCOUNT, Site};

const JOBS: usize = 1_000;
const CALLERS: usize = 16;
/// From the first job's start until the process is killed, and until the moment at which all wake.
const KILL: Duration = Duration::from_secs(10);
const WAKE: Duration = Duration::from_secs(20);
const LOOK: Duration = Duration::from_millis(5);

/// A program that says a line, naps for 0.2 s at a time until `until` (nanoseconds since 1970), and
/// says another.
fn sleeper(until: u128) -> String {
    format!(
        r#"
        (module
          (import "wasi_snapshot_preview1" "poll_oneoff"
            (func $poll (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "clock_time_get"
            (func $time (param i32 i64 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "\10\00\00\00\02\00\00\00")
          (data (i32.const 16) "A\n")
          (func $line (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8))))
          (func (export "_start")
            (call $line)
            (i32.store (i32.const 1040) (i32.const 1))
            (i64.store (i32.const 1048) (i64.const 200000000))
            (block $over
              (loop $nap
                (drop (call $time (i32.const 0) (i64.const 1) (i32.const 512)))
                (br_if $over (i64.ge_u (i64.load (i32.const 512)) (i64.const {until})))
                (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 8)))
                (br $nap)))
            (call $line)))"#
    )
}

async fn import(client: &Client, until: u128) {
    let import = ImportRunbook { name: Some("Sleeper".parse().expect("a name")), replace: false };
    let wasm = wat::parse_str(sleeper(until)).expect("a module");
    client.import_runbook(ACCOUNT, &import, wasm.into()).await.expect("imported");
    let publish = PublishRunbook::default();
    client.publish_runbook(ACCOUNT, "Sleeper", &publish).await.expect("published");
}

async fn start(client: &Client) {
    let runbook = "Sleeper".parse().expect("a name");
    let new = NewJob { runbook, parameters: Default::default(), placement: None, dry_run: false };
    client.start_job(ACCOUNT, &new).await.expect("a job");
}

/// The jobs with this status.
async fn jobs(client: &Client, status: JobStatus) -> Vec<String> {
    let which = ListJobs { status: Some(status), limit: Some(JOBS as u32), ..ListJobs::default() };
    let page = client.list_jobs(ACCOUNT, &which).await.expect("jobs");
    page.items.into_iter().map(|job| job.id.to_string()).collect()
}

/// Returns once `wanted` jobs have this status.
async fn reached(client: &Client, status: JobStatus, wanted: usize) {
    let mut look = tokio::time::interval(LOOK);
    while jobs(client, status).await.len() < wanted {
        look.tick().await;
    }
}

/// Whether each of the jobs said its two lines, each once; its worker says of the restart, too.
async fn said_twice(client: &Client, jobs: &[String]) -> bool {
    let lines = stream::iter(jobs)
        .then(|job| async { client.list_streams(ACCOUNT, job, &Default::default()).await })
        .try_collect::<Vec<_>>();
    let output = |record: &&StreamRecord| record.kind == StreamKind::Output;
    let twice = |page: &Page<StreamRecord>| page.items.iter().filter(output).count() == 2;
    lines.await.expect("streams").iter().all(twice)
}

#[tokio::main]
async fn main() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    let moment = SystemTime::now() + WAKE;
    let until = moment.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    import(&client, until.as_nanos()).await;
    let began = Instant::now();
    stream::iter(0..JOBS).for_each_concurrent(CALLERS, |_| start(&client)).await;
    reached(&client, JobStatus::Running, bindery_core::limit::WORKER_JOBS).await;
    tokio::time::sleep(KILL.saturating_sub(began.elapsed())).await;
    let running = jobs(&client, JobStatus::Running).await;
    let ended = jobs(&client, JobStatus::Completed).await.len();
    assert!(SystemTime::now() < moment && ended == 0, "no time to kill: a slow machine");
    site.kill_control_plane();
    let napped = began.elapsed();
    let left = moment.duration_since(SystemTime::now()).unwrap_or_default();
    tokio::time::sleep(left).await;

    let began = Instant::now();
    let client = site.start_control_plane().await;
    let ready = began.elapsed();
    reached(&client, JobStatus::Completed, running.len()).await;
    let some = began.elapsed();
    reached(&client, JobStatus::Completed, JOBS).await;
    let all = began.elapsed();
    let mut out = stdout().lock();
    let (interrupted, waiting) = (running.len(), JOBS - running.len());
    writeln!(out, "{interrupted} jobs interrupted after {napped:.1?} of naps, {waiting} waiting")
        .expect("out");
    writeln!(out, "from start to ready:             {ready:.2?}").expect("out");
    writeln!(out, "to the first {interrupted} ends:             {some:.2?}").expect("out");
    writeln!(out, "to the end of all {JOBS}:         {all:.2?}").expect("out");
    drop(out);
    assert!(said_twice(&client, &running).await, "an interrupted job said something else");
}
