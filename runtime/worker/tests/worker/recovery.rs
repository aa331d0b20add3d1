//! Crashes, restarts and drains: jobs go on from their journals, and nothing is done twice.

use crate::{fake::*, support::*};
use bindery_core::{
    code::{Code, Failure},
    job::{Lease, Outcome},
    limit,
    stream::StreamKind,
};
use bindery_journal::{
    entry::{Body, Entry},
    log::Log,
};
use bindery_protocol::{
    bytes::Base64,
    message::{ToControl, ToWorker},
    order::JobOrder,
};
use bindery_worker::config::BuildError;
use std::path::Path;

#[tokio::test]
async fn a_job_goes_on_after_a_crash_and_does_nothing_twice() {
    let folder = tempfile::tempdir().expect("a folder");
    let plan = Plan::new(folder.path());
    let deeds = plan.deeds.clone();
    let mut house = plan.start();
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    let before = session.entries(job(1), 0, said_one).await;
    house.crash().await;
    drop(session);
    let mut house = Plan { deeds: deeds.clone(), ..Plan::new(folder.path()) }.start();
    deeds.wake.add_permits(1);
    let mut session = house.session().await;
    assert_eq!(session.holding().await, [job(1)]);
    let entries = session.journal(job(1)).await;
    assert_eq!(entries[..before.len()], before);
    let restarted = "the worker restarted; the job goes on from its journal";
    assert_eq!(lines(&entries), ["one", restarted, "two"]);
    assert_eq!(end(&entries), completed());
    assert_eq!(*deeds.written.lock(), ["one", "two"]);
}

#[tokio::test]
async fn an_ended_job_is_shipped_after_a_crash_and_not_run_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    house.deeds.wake.add_permits(1);
    session.order(&job_order(1)).await;
    let before = session.journal(job(1)).await;
    house.crash().await;
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.session().await;
    assert_eq!(session.journal(job(1)).await, before);
    assert!(house.deeds.written.lock().is_empty());
}

/// Whether the worker notes its restart of this number.
fn notes(body: &Body, restart: u64) -> bool {
    match body {
        Body::Note { value: Some(value), .. } => value["restart"] == restart,
        _ => false,
    }
}

/// The end of a job whose worker is killed once more often than it may be.
async fn worn_out(order: &JobOrder) -> serde_json::Value {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    session.order(order).await;
    session.entries(job(1), 0, said_one).await;
    for restart in 1..=u64::from(limit::JOB_RESTARTS) {
        house.crash().await;
        house = Plan::new(folder.path()).start();
        session = house.session().await;
        session.entries(job(1), 0, |body| notes(body, restart)).await;
    }
    house.crash().await;
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.session().await;
    end(&session.journal(job(1)).await)
}

#[tokio::test]
async fn a_job_whose_worker_crashes_again_and_again_is_suspended_in_the_end() {
    assert_eq!(worn_out(&job_order(1)).await, "JobSuspended");
}

#[tokio::test]
async fn a_job_that_cannot_be_resumed_fails_instead() {
    let order = JobOrder { resumable: false, ..job_order(1) };
    assert_eq!(worn_out(&order).await, "WorkerRestarted");
}

#[tokio::test]
async fn the_crashes_before_a_job_was_resumed_do_not_count() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    let mut entries = session.entries(job(1), 0, said_one).await;
    for restart in 1..=u64::from(limit::JOB_RESTARTS) {
        house.crash().await;
        house = Plan::new(folder.path()).start();
        session = house.session().await;
        entries = session.entries(job(1), 0, |body| notes(body, restart)).await;
    }
    let reason = Failure::new(Code::JobSuspended, "somebody asked for it");
    let lease = job_order(1).lease;
    session.say(ToWorker::Cancel { job: job(1), lease, reason, grace: None }).await;
    let first = entries.len() as u64;
    entries.extend(session.entries(job(1), first, |body| matches!(body, Body::End(_))).await);
    session.say(ToWorker::Kept { job: job(1), below: entries.len() as u64 }).await;
    let again = Lease { epoch: 2, ..lease };
    let sent = entries.iter().map(|entry| Base64(entry.encode())).collect();
    session.say(ToWorker::History { job: job(1), lease: again, first: 0, entries: sent }).await;
    let history = entries.len() as u64;
    session.order(&JobOrder { lease: again, history, ..job_order(1) }).await;
    session.entries(job(1), history, |body| matches!(body, Body::Order(_))).await;
    house.crash().await;
    let mut house = Plan::new(folder.path()).start();
    house.deeds.wake.add_permits(1);
    let mut session = house.session().await;
    let completes = |body: &Body| matches!(body, Body::End(Outcome::Completed(_)));
    session.entries(job(1), 0, completes).await;
}

#[tokio::test]
async fn a_drained_worker_leaves_its_job_to_the_next_one_and_it_counts_as_no_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    let first = session.entries(job(1), 0, said_one).await.len() as u64;
    house.drain.drain();
    let drained = |body: &Body| matches!(body, Body::Note { kind: StreamKind::Verbose, .. });
    session.entries(job(1), first, drained).await;
    drop(session);
    house.ended().await.expect("drained");
    let mut house = Plan::new(folder.path()).start();
    house.deeds.wake.add_permits(1);
    let mut session = house.session().await;
    let entries = session.journal(job(1)).await;
    assert_eq!(end(&entries), completed());
    let counted = entries.iter().any(|entry| match &entry.body {
        Body::Note { value: Some(value), .. } => value.get("restart").is_some(),
        _ => false,
    });
    assert!(!counted, "{entries:?}");
}

#[tokio::test]
async fn a_job_with_a_gap_in_its_journal_fails_and_is_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    let last = session.entries(job(1), 0, said_one).await.pop().expect("entries");
    house.crash().await;
    append(folder.path(), Entry { sequence: last.sequence + 5, ..last }).await;
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.session().await;
    assert_eq!(end(&session.journal(job(1)).await), "JournalDamaged");
    assert!(house.deeds.written.lock().is_empty());
}

#[tokio::test]
async fn a_job_that_the_journal_knows_and_no_account_signed_is_not_run() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    session.entries(job(1), 0, said_one).await;
    house.crash().await;
    std::fs::remove_file(folder.path().join("accounts.json")).expect("removed");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.session().await;
    let entries = session.journal(job(1)).await;
    let ended = entries.last().map(|entry| &entry.body);
    assert!(matches!(ended, Some(Body::End(Outcome::Failed(_)))), "{ended:?}");
    assert_eq!(end(&entries), "BadSignature");
}

#[tokio::test]
async fn an_order_that_comes_twice_is_not_refused_by_a_worker_that_is_about_to_end() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    let first = session.entries(job(1), 0, said_one).await.len() as u64;
    house.drain.drain();
    let drained = |body: &Body| matches!(body, Body::Note { kind: StreamKind::Verbose, .. });
    let all = first + session.entries(job(1), first, drained).await.len() as u64;
    session.order(&job_order(1)).await;
    session.order(&job_order(2)).await;
    let refused = |message| match message {
        ToControl::Refused { job, .. } => Some(job),
        _ => None,
    };
    assert_eq!(session.hear("a refusal", refused).await, job(2));
    session.say(ToWorker::Kept { job: job(1), below: all }).await;
    house.ended().await.expect("drained");
}

#[tokio::test]
async fn two_workers_never_share_a_folder() {
    let folder = tempfile::tempdir().expect("a folder");
    let first = Plan::new(folder.path()).build().expect("a worker");
    let second = Plan::new(folder.path()).build();
    assert!(matches!(second, Err(BuildError::InUse { .. })));
    drop(first);
    assert!(Plan::new(folder.path()).build().is_ok());
}

async fn append(folder: &Path, entry: Entry) {
    let (log, _) = Log::open(&folder.join("journal")).expect("opens");
    log.append(job(1), &entry.encode()).expect("appended");
    log.sync().await.expect("synced");
}
