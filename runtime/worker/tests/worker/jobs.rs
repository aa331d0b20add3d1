//! Jobs that run: what is said of them, when it is said again, and when it is forgotten.

use crate::{fake::*, support::*};
use bindery_core::{
    code::{Code, Failure},
    id::JobId,
    job::{Lease, Outcome},
    limit,
};
use bindery_journal::entry::{Body, Entry};
use bindery_protocol::{
    bytes::Base64,
    message::{ToControl, ToWorker},
    order::JobOrder,
};
use serde_json::{Value, json};
use std::sync::Arc;

#[tokio::test]
async fn a_job_says_its_header_its_lines_and_its_end_in_order_and_is_forgotten_once_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    house.deeds.wake.add_permits(1);
    session.order(&job_order(1)).await;
    let entries = session.journal(job(1)).await;
    assert!(matches!(&entries[0].body, Body::Header(header) if header.order.is_some()));
    assert_eq!(lines(&entries), ["one", "two"]);
    assert_eq!(end(&entries), completed());
    let below = entries.len() as u64;
    session.say(ToWorker::Kept { job: job(1), below }).await;
    // What comes after it on the link is answered after it.
    assert_eq!(session.configure(&configure_order()).await, Ok(()));
    drop(session);
    assert_eq!(house.session().await.holding().await, []);
}

#[tokio::test]
async fn entries_are_said_again_on_the_next_session_from_the_first_that_is_not_kept() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    let entries = session.entries(job(1), 0, said_one).await;
    session.say(ToWorker::Kept { job: job(1), below: 1 }).await;
    assert_eq!(session.configure(&configure_order()).await, Ok(()));
    drop(session);
    let mut session = house.session().await;
    assert_eq!(session.holding().await, [job(1)]);
    house.deeds.wake.add_permits(1);
    let again = session.entries(job(1), 1, |body| matches!(body, Body::End(_))).await;
    assert_eq!(again[..entries.len() - 1], entries[1..]);
    assert_eq!(lines(&again), ["one", "two"]);
    assert_eq!(*house.deeds.written.lock(), ["one", "two"]);
}

#[tokio::test]
async fn a_cancelled_job_is_stopped_and_only_under_its_own_lease() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    session.entries(job(1), 0, said_one).await;
    let lease = job_order(1).lease;
    for lease in [Lease { epoch: 7, ..lease }, lease] {
        let code = if lease.epoch == 7 { Code::TimedOut } else { Code::Cancelled };
        let reason = Failure::new(code, "somebody asked for it");
        session.say(ToWorker::Cancel { job: job(1), lease, reason, grace: None }).await;
    }
    let rest = session.entries(job(1), 2, |body| matches!(body, Body::End(_))).await;
    assert_eq!(end(&rest), json!("stopped"));
}

#[tokio::test]
async fn a_job_that_is_stopped_with_a_grace_ends_where_it_waits() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    session.entries(job(1), 0, said_one).await;
    let (lease, reason) = (job_order(1).lease, Failure::new(Code::Cancelled, "stopped"));
    let grace = Some(30_000);
    session.say(ToWorker::Cancel { job: job(1), lease, reason, grace }).await;
    let rest = session.entries(job(1), 2, |body| matches!(body, Body::End(_))).await;
    assert_eq!(end(&rest), json!("stopped"));
    let told = rest.iter().any(|entry| match &entry.body {
        Body::Operation { operation, reply: Err(failure), .. } => {
            operation == "clock.sleep" && failure.code == Code::JobStopping
        }
        _ => false,
    });
    assert!(told, "{rest:?}");
}

#[tokio::test]
async fn a_fenced_job_is_ended_and_forgotten_without_a_word() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    session.entries(job(1), 0, said_one).await;
    session.say(ToWorker::Fenced { job: job(1), lease: job_order(1).lease }).await;
    assert_eq!(session.configure(&configure_order()).await, Ok(()));
    drop(session);
    let mut session = house.session().await;
    assert_eq!(session.holding().await, []);
    // The same lease is not taken twice; a newer one is, as soon as the old attempt is over.
    session.order(&job_order(1)).await;
    assert_eq!(session.refused().await, (Code::WrongWorker, false));
    house.deeds.wake.add_permits(1);
    let mut epoch = 2;
    loop {
        let lease = Lease { epoch, ..job_order(1).lease };
        session.order(&JobOrder { lease, ..job_order(1) }).await;
        let taken = |message| match message {
            ToControl::Journal { first: 0, .. } => Some(true),
            ToControl::Refused { retry: true, .. } => Some(false),
            _ => None,
        };
        if session.hear("the newer lease", taken).await {
            return;
        }
        epoch += 1;
    }
}

/// A job that is suspended after its first line, and its journal.
async fn suspended(session: &mut Session) -> Vec<Entry> {
    session.order(&job_order(1)).await;
    let mut entries = session.entries(job(1), 0, said_one).await;
    let reason = Failure::new(Code::JobSuspended, "somebody asked for it");
    session
        .say(ToWorker::Cancel { job: job(1), lease: job_order(1).lease, reason, grace: None })
        .await;
    let first = entries.len() as u64;
    let rest = session.entries(job(1), first, |body| matches!(body, Body::End(_))).await;
    assert_eq!(end(&rest), "JobSuspended");
    entries.extend(rest);
    session.say(ToWorker::Kept { job: job(1), below: entries.len() as u64 }).await;
    entries
}

fn history(lease: Lease, entries: &[Entry]) -> ToWorker {
    let entries = entries.iter().map(|entry| Base64(entry.encode())).collect();
    ToWorker::History { job: job(1), lease, first: 0, entries }
}

#[tokio::test]
async fn a_suspended_job_is_forgotten_here_and_goes_on_elsewhere_from_its_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    let entries = suspended(&mut session).await;
    drop(session);
    assert_eq!(house.session().await.holding().await, []);

    let folder = tempfile::tempdir().expect("another folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    let (count, lease) = (entries.len() as u64, Lease { epoch: 2, ..job_order(1).lease });
    session.say(history(lease, &entries)).await;
    session.order(&JobOrder { lease, history: count, ..job_order(1) }).await;
    house.deeds.wake.add_permits(1);
    let rest = session.entries(job(1), count, |body| matches!(body, Body::End(_))).await;
    assert!(matches!(rest[0].body, Body::Order(_)), "{rest:?}");
    assert_eq!((lines(&rest), end(&rest)), (vec!["two".to_owned()], completed()));
}

#[tokio::test]
async fn a_job_that_goes_on_survives_a_crash_under_its_new_order() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    let entries = suspended(&mut session).await;
    let (count, lease) = (entries.len() as u64, Lease { epoch: 2, ..job_order(1).lease });
    session.say(history(lease, &entries)).await;
    session.order(&JobOrder { lease, history: count, ..job_order(1) }).await;
    session.entries(job(1), count, |body| matches!(body, Body::Order(_))).await;
    house.crash().await;
    let mut house = Plan::new(folder.path()).start();
    house.deeds.wake.add_permits(1);
    let mut session = house.session().await;
    // Said again from the start: nobody told this worker what is kept.
    let whole = |body: &Body| matches!(body, Body::End(Outcome::Completed(_)));
    let all = session.entries(job(1), 0, whole).await;
    assert_eq!(all[..entries.len()], entries);
    assert_eq!(lines(&all).iter().filter(|line| *line == "one").count(), 1);
}

#[tokio::test]
async fn an_order_without_its_whole_history_is_given_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    let entries = suspended(&mut session).await;
    let lease = Lease { epoch: 2, ..job_order(1).lease };
    session.say(history(lease, &entries[..1])).await;
    let history = entries.len() as u64;
    session.order(&JobOrder { lease, history, ..job_order(1) }).await;
    assert_eq!(session.refused().await, (Code::JournalDamaged, true));
}

#[tokio::test]
async fn more_jobs_than_a_worker_may_run_are_given_back() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    for number in 0..=limit::WORKER_HELD_JOBS {
        let mut id = [0; 16];
        id[..8].copy_from_slice(&(number as u64 + 1).to_le_bytes());
        session.order(&JobOrder { job: JobId::from_bytes(id), ..job_order(1) }).await;
    }
    assert_eq!(session.refused().await, (Code::LimitExceeded, true));
}

#[tokio::test]
async fn a_call_is_said_on_each_session_until_it_is_answered() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    *house.deeds.asks.lock() = true;
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    let called = |message| match message {
        ToControl::Call { id, operation, sequence, .. } => Some((id, operation, sequence)),
        _ => None,
    };
    let first = session.hear("a call", called).await;
    assert_eq!(first.1, "jobs.wait");
    drop(session);
    let mut session = house.session().await;
    assert_eq!(session.hear("the call again", called).await, first);
    session.say(ToWorker::Reply { id: first.0, reply: Ok(Value::Null) }).await;
    let entries = session.journal(job(1)).await;
    assert_eq!(end(&entries), completed());
}

#[tokio::test]
async fn a_module_that_the_control_plane_does_not_have_fails_the_job_in_its_journal() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    house.modules.clear();
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    assert_eq!(end(&session.journal(job(1)).await), "NotFound");
}

#[tokio::test]
async fn a_panic_of_a_capability_fails_its_job_alone() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let panics = wat::parse_str(
        r#"(module
          (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "\10\00\00\00\06\00\00\00")
          (data (i32.const 16) "panic\n")
          (func (export "_start")
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 400)))))"#,
    )
    .expect("a module");
    let digest = bindery_core::digest::Digest::of(&panics);
    house.modules.insert(digest, panics);
    let mut session = house.configured().await;
    session.order(&JobOrder { digest, ..job_order(1) }).await;
    assert_eq!(end(&session.journal(job(1)).await), "Internal");
    house.deeds.wake.add_permits(1);
    session.order(&job_order(2)).await;
    assert_eq!(end(&session.journal(job(2)).await), completed());
}

#[tokio::test]
async fn the_computer_is_reported_at_the_start_after_a_job_and_when_asked() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan { reporter: Some(Arc::new(Fine)), ..Plan::new(folder.path()) }.start();
    let mut session = house.session().await;
    let report = |message| matches!(message, ToControl::Report { .. }).then_some(());
    session.hear("a report at the start", report).await;
    session.say(ToWorker::Assess).await;
    session.hear("a report when asked", report).await;
    assert_eq!(session.configure(&configure_order()).await, Ok(()));
    house.deeds.wake.add_permits(1);
    session.order(&job_order(1)).await;
    session.hear("a report after the job", report).await;
}
