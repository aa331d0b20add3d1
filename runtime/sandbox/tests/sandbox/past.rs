//! Replays that are asked for: the same module, another one, a journal that has no end yet.

use crate::support::{Job, Worker, code};
use bindery_core::{code::Code, job::Outcome};
use bindery_journal::entry::{Body, Entry};
use bindery_sandbox::replay::{Past, Replayed, replay};

async fn again(worker: &Worker, fixture: &str, entries: Vec<Entry>) -> Replayed {
    let job = Job::new();
    let past =
        Past { facts: job.gate().facts().clone(), entries, counterfactual: fixture != "dice.wat" };
    let prepared = worker.prepare(fixture).await;
    replay(&worker.sandbox, &prepared, job.fake.clock.clone(), past).await.expect("a replay")
}

async fn dice(worker: &Worker) -> Vec<Entry> {
    let job = Job::new();
    worker.run("dice.wat", &job).await;
    job.journal.entries()
}

#[tokio::test]
async fn the_same_module_comes_to_the_same_end() {
    let worker = Worker::new();
    let entries = dice(&worker).await;
    let replayed = again(&worker, "dice.wat", entries.clone()).await;
    assert_eq!((replayed.outcome, replayed.mismatch), (Some(Outcome::Completed(None)), None));
    // The end itself is not asked for; the header is not an operation.
    assert_eq!(replayed.trace.entries, entries.len() as u64 - 1);
}

#[tokio::test]
async fn a_journal_without_an_end_is_replayed_as_far_as_it_goes_and_no_further() {
    let worker = Worker::new();
    let entries = dice(&worker).await;
    for length in 1..entries.len() - 1 {
        let replayed = again(&worker, "dice.wat", entries[..length].to_vec()).await;
        assert_eq!((replayed.outcome, replayed.mismatch), (None, None), "{length}");
        let Body::Operation { operation, arguments, .. } = &entries[length].body else {
            panic!("{length}: {entries:?}");
        };
        let next = replayed.trace.next.expect("what it asks for next");
        assert_eq!(
            (&next["operation"], &next["arguments"]),
            (&operation.as_str().into(), arguments)
        );
    }
}

#[tokio::test]
async fn another_version_may_say_something_else_but_not_do_something_else() {
    let worker = Worker::new();
    let entries = dice(&worker).await;
    let silent = again(&worker, "empty-runbook.wat", entries.clone()).await;
    let difference = silent.mismatch.expect("it does not sleep");
    assert_eq!(difference.code, Code::JournalMismatch);
    let sides = difference.details.expect("both sides");
    assert_eq!(sides["journal"]["operation"], "clock.sleep");
    assert!(sides["module"].is_null());

    let timers = again(&worker, "timer-runbook.wat", entries.clone()).await;
    let sides = timers.mismatch.and_then(|failure| failure.details).expect("both sides");
    assert_eq!(sides["module"]["operation"], "clock.sleep");

    let empty = Job::new();
    worker.run("empty-runbook.wat", &empty).await;
    let talks = again(&worker, "own-maximum.wat", empty.journal.entries()).await;
    assert_eq!(talks.mismatch, None, "what it says is not compared");
    assert_eq!(talks.trace.said[0].1, "refused");
}

#[tokio::test]
async fn a_job_that_its_host_ended_is_replayed_to_where_it_was_ended() {
    let worker = Worker::new();
    let mut job = Job::new();
    job.limits.operations = 2;
    let outcome = worker.run("dice.wat", &job).await;
    assert_eq!(code(&outcome), Some(Code::LimitExceeded));
    let replayed = again(&worker, "dice.wat", job.journal.entries()).await;
    assert_eq!((replayed.outcome, replayed.mismatch), (Some(outcome), None));
}

#[tokio::test]
async fn a_journal_without_a_header_is_refused() {
    let worker = Worker::new();
    let (job, prepared) = (Job::new(), worker.prepare("dice.wat").await);
    let facts = job.gate().facts().clone();
    let past = Past { facts, entries: vec![], counterfactual: false };
    let refused = replay(&worker.sandbox, &prepared, job.fake.clock.clone(), past).await;
    assert_eq!(refused.expect_err("refused").code, Code::JournalDamaged);
}
