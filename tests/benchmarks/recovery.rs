//! Measures how a control plane comes back to its jobs after SIGKILL:
//! `cargo bench --profile dev --workspace --bench recovery`.
//!
//! 950 parents are started on its sandbox worker; each starts two children on a group whose only
//! computer is away, and waits for them. Then 50 sleepers, as many jobs as a worker computes at
//! once: each says a line, naps again and again until the same moment, and says another, with an
//! entry of its journal per nap. In the middle of all these waits and naps the process is killed.
//! When the moment has passed it is started again: what is measured is starting, recovering,
//! replaying and at most one nap, until each of the 1,000 jobs says that it goes on. Then the
//! computer of the group comes back: 1,900 children are dispatched and end, and with them their
//! parents. Nothing here passes or fails.

#[path = "../scenarios/support.rs"]
#[expect(dead_code, reason = "the scenarios use the rest")]
mod support;

use bindery_api::{
    jobs::{ListJobs, ListStreams, NewJob},
    page::Page,
    runbooks::{ImportRunbook, PublishRunbook},
};
use bindery_client::Client;
use bindery_core::{
    job::JobStatus,
    limit::WORKER_JOBS,
    stream::{StreamKind, StreamRecord},
};
use bindery_inspect::manifest::{embed_manifest, read_manifest_toml};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use std::{
    io::{Write as _, stdout},
    time::{Duration, Instant, SystemTime},
};
use support::{ACCOUNT, Site};

const PARENTS: usize = 950;
const CHILDREN: usize = 2 * PARENTS;
const CALLERS: usize = 16;
/// From a sleeper's start until the process is killed, and until the moment at which all wake.
const KILL: Duration = Duration::from_secs(10);
const WAKE: Duration = Duration::from_secs(15);
const PATIENCE: Duration = Duration::from_secs(120);
const LOOK: Duration = Duration::from_millis(100);

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

async fn import(client: &Client, name: &str, text: &str, grants: &[&str]) {
    let manifest =
        format!("name = \"{name}\"\ndescription = \"d\"\nversion = \"1\"\ngrants = {grants:?}\n");
    let manifest = read_manifest_toml(&manifest).expect("a manifest");
    let wasm = wat::parse_str(text).expect("a module");
    let wasm = embed_manifest(&wasm, &manifest).expect("embedded");
    let import = ImportRunbook { name: None, replace: false };
    client.import_runbook(ACCOUNT, &import, wasm.into()).await.expect("imported");
    let grants = grants.iter().map(|grant| grant.parse().expect("a grant")).collect();
    let publish = PublishRunbook { grants };
    client.publish_runbook(ACCOUNT, name, &publish).await.expect("published");
}

async fn start(client: &Client, runbook: &str) {
    let runbook = runbook.parse().expect("a name");
    let new = NewJob { runbook, parameters: Default::default(), placement: None, dry_run: false };
    client.start_job(ACCOUNT, &new).await.expect("a job");
}

/// The jobs of this runbook with this status, or with any.
async fn jobs(client: &Client, runbook: &str, status: Option<JobStatus>) -> Vec<String> {
    let runbook = Some(runbook.parse().expect("a name"));
    let mut which = ListJobs { runbook, status, cursor: None, limit: Some(1_000) };
    let mut found = Vec::new();
    loop {
        let page = client.list_jobs(ACCOUNT, &which).await.expect("jobs");
        found.extend(page.items.into_iter().map(|job| job.id.to_string()));
        which.cursor = page.cursor;
        if which.cursor.is_none() {
            return found;
        }
    }
}

/// Returns once `wanted` jobs of this runbook have this status, or are there.
async fn reached(client: &Client, runbook: &str, status: Option<JobStatus>, wanted: usize) {
    let began = Instant::now();
    let mut look = tokio::time::interval(LOOK);
    while jobs(client, runbook, status).await.len() < wanted {
        assert!(began.elapsed() < PATIENCE, "{wanted} of {runbook} never were {status:?}");
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

/// Returns once each of the jobs has said after the restart that it goes on.
async fn go_on(client: &Client, jobs: &[String]) {
    let which = ListStreams { kind: Some(StreamKind::Warning), ..ListStreams::default() };
    let mut look = tokio::time::interval(LOOK);
    for job in jobs {
        while client.list_streams(ACCOUNT, job, &which).await.expect("streams").items.is_empty() {
            look.tick().await;
        }
    }
}

/// The group `pair` of the fixture, with one computer, which is away.
async fn group_that_is_away(site: &mut Site, client: &Client) {
    site.start_agent(client, "one", &["--simulated", "linux"]).await;
    support::reported(client, 1).await;
    let added = site.run("group add pair one");
    assert_eq!(added.code, Some(0), "{added:?}");
    site.kill_agent("one");
}

#[tokio::main]
async fn main() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    import(&client, "Leaf", include_str!("../fixtures/lines.wat"), &[]).await;
    group_that_is_away(&mut site, &client).await;
    import(&client, "Parent", include_str!("../fixtures/parent-runbook.wat"), &["jobs.start:Leaf"])
        .await;
    stream::iter(0..PARENTS).for_each_concurrent(CALLERS, |_| start(&client, "Parent")).await;
    reached(&client, "Leaf", None, CHILDREN).await;
    reached(&client, "Parent", Some(JobStatus::Running), PARENTS).await;

    let began = Instant::now();
    let moment = SystemTime::now() + WAKE;
    let until = moment.duration_since(SystemTime::UNIX_EPOCH).expect("after 1970");
    import(&client, "Sleeper", &sleeper(until.as_nanos()), &[]).await;
    stream::iter(0..WORKER_JOBS).for_each_concurrent(CALLERS, |_| start(&client, "Sleeper")).await;
    reached(&client, "Sleeper", Some(JobStatus::Running), WORKER_JOBS).await;
    tokio::time::sleep(KILL.saturating_sub(began.elapsed())).await;
    let sleepers = jobs(&client, "Sleeper", Some(JobStatus::Running)).await;
    let parents = jobs(&client, "Parent", Some(JobStatus::Running)).await;
    let in_time = SystemTime::now() < moment && sleepers.len() == WORKER_JOBS;
    assert!(in_time && parents.len() == PARENTS, "no time to kill: a slow machine");
    site.kill_control_plane();
    tokio::time::sleep(moment.duration_since(SystemTime::now()).unwrap_or_default()).await;

    let began = Instant::now();
    let client = site.start_control_plane().await;
    let ready = began.elapsed();
    reached(&client, "Sleeper", Some(JobStatus::Completed), WORKER_JOBS).await;
    let naps = began.elapsed();
    go_on(&client, &parents).await;
    let all = began.elapsed();
    site.restart_agent("one");
    let began = Instant::now();
    reached(&client, "Parent", Some(JobStatus::Completed), PARENTS).await;
    let children = began.elapsed();
    let text = format!(
        "interrupted: {PARENTS} parents that wait, {WORKER_JOBS} sleepers\n\
         from start to ready:                 {ready:.2?}\n\
         to the ends of the sleepers:         {naps:.2?}\n\
         until each parent says it goes on:   {all:.2?}\n\
         then {CHILDREN} children and all parents:  {children:.2?}\n"
    );
    stdout().lock().write_all(text.as_bytes()).expect("out");
    assert!(said_twice(&client, &sleepers).await, "an interrupted job said something else");
    let leaves = jobs(&client, "Leaf", None).await.len();
    assert_eq!(leaves, CHILDREN, "a parent started its children again");
}
