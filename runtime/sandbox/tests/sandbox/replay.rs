//! Replay: a job that is fed its journal comes to where it was, and goes on.

use crate::support::{Found, Job, NOON, Worker, code, rebooted, shape};
use bindery_core::{
    code::Code,
    job::Outcome,
    operation::{POWER_REBOOT, STREAM_WRITE},
};
use bindery_journal::entry::{Body, Entry};
use serde_json::{Value, json};

/// The journal of a whole run of the fixture `dice.wat`.
async fn dice(worker: &Worker) -> Job {
    let job = Job::new();
    assert_eq!(worker.run("dice.wat", &job).await, Outcome::Completed(None));
    job
}

#[tokio::test]
async fn a_whole_journal_gives_the_same_without_a_capability() {
    let worker = Worker::new();
    let first = dice(&worker).await;
    let again = Job::replaying(first.journal.entries());
    assert_eq!(worker.run("dice.wat", &again).await, Outcome::Completed(None));
    assert!(again.calls().is_empty());
    assert_eq!(again.journal.entries(), first.journal.entries(), "nothing was added");
}

#[tokio::test]
async fn every_prefix_of_a_journal_is_replayed_and_gone_on_with() {
    let worker = Worker::new();
    let first = dice(&worker).await;
    let whole = first.journal.entries();
    for length in 0..whole.len() {
        let again = Job::replaying(whole[..length].to_vec());
        assert_eq!(worker.run("dice.wat", &again).await, Outcome::Completed(None), "{length}");
        assert_eq!(again.said(), first.said(), "{length}");
        assert_eq!(shape(&again.journal.entries()), shape(&whole), "{length}");
        let live = first.calls().len().min(whole.len() - 1 - length.max(1));
        assert_eq!(again.calls().len(), live, "only what the journal lacks is carried out");
    }
}

#[tokio::test]
async fn another_module_does_not_match_and_both_sides_are_shown() {
    let worker = Worker::new();
    let first = dice(&worker).await;
    let other = Job::replaying(first.journal.entries());
    let outcome = worker.run("own-maximum.wat", &other).await;
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.code, Code::JournalMismatch);
    let sides = failure.details.expect("both sides");
    assert_eq!(sides["journal"]["operation"], "stream.write");
    assert_eq!(sides["module"]["arguments"]["text"], "refused");
}

#[tokio::test]
async fn a_module_that_asks_for_less_than_the_journal_holds_does_not_match() {
    let worker = Worker::new();
    let first = dice(&worker).await;
    let other = Job::replaying(first.journal.entries());
    let outcome = worker.run("empty-runbook.wat", &other).await;
    assert_eq!(code(&outcome), Some(Code::JournalMismatch));
}

#[tokio::test]
async fn a_module_that_asks_for_more_than_an_ended_journal_holds_never_goes_live() {
    let worker = Worker::new();
    let empty = Job::new();
    worker.run("empty-runbook.wat", &empty).await;
    let other = Job::replaying(empty.journal.entries());
    let outcome = worker.run("own-maximum.wat", &other).await;
    assert_eq!(code(&outcome), Some(Code::JournalMismatch));
    assert!(other.calls().is_empty());
}

/// The entries of a job that was interrupted between the intent of a reboot and its outcome.
async fn in_doubt() -> Vec<Entry> {
    let job = Job::new().granted(&["power.reboot"]);
    let arguments = json!({ "reserve": 0 });
    job.gate().perform(&POWER_REBOOT, arguments).await.expect("no end").expect("done");
    job.journal.entries()[..2].to_vec()
}

#[tokio::test]
async fn what_is_in_doubt_is_found_out_and_never_simply_done_again() {
    let rows = [
        (Found::Done, Ok(rebooted()), vec!["reconcile"]),
        (Found::NotBegun, Ok(rebooted()), vec!["reconcile", "power.reboot"]),
        (Found::Unknown, Err(Code::OutcomeUnknown), vec!["reconcile"]),
    ];
    for (found, expected, calls) in rows {
        let mut job = Job::replaying(in_doubt().await).granted(&["power.reboot"]);
        job.fake.found = found;
        let reply = job.gate().perform(&POWER_REBOOT, json!({ "reserve": 0 })).await;
        let reply: Result<Value, Code> = match reply {
            Ok(reply) => reply.map_err(|failure| failure.code),
            Err(fatal) => Err(fatal.0.code),
        };
        assert_eq!(reply, expected);
        assert_eq!(job.calls(), calls);
        let ended =
            matches!(job.journal.entries().last(), Some(Entry { body: Body::Outcome { .. }, .. }));
        assert_eq!(ended, expected.is_ok());
    }
}

#[tokio::test]
async fn what_was_not_begun_is_not_begun_after_the_deadline_but_refused() {
    let mut job = Job::replaying(in_doubt().await).granted(&["power.reboot"]);
    job.fake.found = Found::NotBegun;
    job.deadline = Some(NOON);
    let reply = job.gate().perform(&POWER_REBOOT, json!({ "reserve": 0 })).await.expect("no end");
    assert_eq!(reply.expect_err("refused").code, Code::DeadlinePassed);
    assert_eq!(job.calls(), ["reconcile"]);
    let entries = job.journal.entries();
    assert!(matches!(entries.last(), Some(Entry { body: Body::Outcome { .. }, .. })));
}

#[tokio::test]
async fn other_arguments_are_a_mismatch_even_for_the_same_operation() {
    let job = Job::replaying(in_doubt().await).granted(&["power.reboot"]);
    let ended = job.gate().perform(&POWER_REBOOT, json!({ "reserve": 1 })).await;
    let failure = ended.expect_err("the end").0;
    assert_eq!(failure.code, Code::JournalMismatch);
    assert!(job.calls().is_empty(), "nobody was asked about an operation that does not match");
}

#[tokio::test]
async fn what_the_host_said_meanwhile_is_skipped() {
    let job = Job::new();
    let gate = job.gate();
    let text = |text: &str| json!({ "kind": "Output", "text": text });
    gate.perform(&STREAM_WRITE, text("one")).await.expect("no end").expect("done");
    gate.note(bindery_core::stream::StreamKind::Warning, "restarted".into(), None);
    gate.perform(&STREAM_WRITE, text("two")).await.expect("no end").expect("done");
    let again = Job::replaying(job.journal.entries());
    let gate = again.gate();
    for line in ["one", "two", "three"] {
        gate.perform(&STREAM_WRITE, text(line)).await.expect("no end").expect("done");
    }
    assert_eq!(again.calls(), ["stream.write"], "only the third was carried out");
    let said = ["Output: one", "Warning: restarted", "Output: two", "Output: three"];
    assert_eq!(again.said(), said);
}

#[tokio::test]
async fn the_journal_of_another_job_or_module_is_refused() {
    let mut entries = in_doubt().await;
    if let Body::Header(header) = &mut entries[0].body {
        header.digest = bindery_core::digest::Digest::from_bytes([8; 32]);
    }
    let job = Job::replaying(entries.clone());
    let refusal = job.gate_on(std::sync::Arc::new(job.journal.clone())).err().expect("refused");
    assert_eq!(refusal.code, Code::JournalMismatch);
    let job = Job::replaying(entries[1..].to_vec());
    let refusal = job.gate_on(std::sync::Arc::new(job.journal.clone())).err().expect("refused");
    assert_eq!(refusal.code, Code::JournalDamaged);
}

#[tokio::test]
async fn a_job_that_met_a_limit_meets_it_again_in_a_replay() {
    let worker = Worker::new();
    let mut first = Job::new();
    first.limits.operations = 3;
    let outcome = worker.run("log-flood.wat", &first).await;
    assert_eq!(code(&outcome), Some(Code::LimitExceeded));
    let again = Job::replaying(first.journal.entries());
    assert_eq!(worker.run("log-flood.wat", &again).await, outcome);
    assert!(again.calls().is_empty());
}
