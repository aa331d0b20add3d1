//! Checkpoints: a job that begins again with a state of its own and a fresh journal.

use crate::support::{Job, Worker, shape};
use bindery_core::{
    job::Outcome,
    limit,
    operation::{JOB_CHECKPOINT, JOB_RESTORED, STREAM_WRITE},
};
use serde_json::json;

const WHOLE: [&str; 7] = [
    "header",
    "job.restored",
    "stream.write",
    "job.checkpoint",
    "job.restored",
    "stream.write",
    "end",
];

#[tokio::test]
async fn a_job_begins_again_with_its_state_and_ends() {
    let (worker, job) = (Worker::new(), Job::new());
    assert_eq!(worker.run("checkpoint-runbook.wat", &job).await, Outcome::Completed(None));
    assert_eq!(shape(&job.journal.entries()), WHOLE);
    assert_eq!(job.said(), ["Output: first", "Output: again"]);
}

#[tokio::test]
async fn every_prefix_of_its_journal_is_gone_on_with_and_nothing_before_the_checkpoint_is_asked() {
    let (worker, job) = (Worker::new(), Job::new());
    worker.run("checkpoint-runbook.wat", &job).await;
    let whole = job.journal.entries();
    for length in 1..whole.len() {
        let again = Job::replaying(whole[..length].to_vec());
        let outcome = worker.run("checkpoint-runbook.wat", &again).await;
        assert_eq!(outcome, Outcome::Completed(None), "{length}");
        assert_eq!(shape(&again.journal.entries()), WHOLE, "{length}");
        assert_eq!(again.calls().len(), WHOLE.len() - 1 - length, "{length}");
    }
}

#[tokio::test]
async fn time_and_randomness_after_a_checkpoint_are_the_same_in_a_replay_and_others_than_before() {
    let job = Job::new();
    let gate = job.gate();
    let seed = gate.seed();
    let state = json!({ "state": "1" });
    gate.perform(&JOB_CHECKPOINT, state).await.expect_err("the guest ends");
    let first = (gate.seed(), gate.time().peek());
    let again = Job::replaying(job.journal.entries()).gate();
    assert_eq!((again.seed(), again.time().start()), first);
    assert_ne!(again.seed(), seed);
    let restored = again.perform(&JOB_RESTORED, json!({})).await.expect("no end");
    assert_eq!(restored, Ok(json!("1")));
}

#[tokio::test]
async fn a_job_is_warned_before_it_meets_the_limit_of_its_operations() {
    let mut job = Job::new();
    job.limits.operations = 10;
    let gate = job.gate();
    let write = async || {
        let arguments = json!({ "kind": "Output", "text": "x" });
        gate.perform(&STREAM_WRITE, arguments).await
    };
    for _ in 0..10 {
        write().await.expect("within the limit").expect("written");
    }
    let warnings: Vec<_> =
        job.said().into_iter().filter(|text| text.contains("checkpoint")).collect();
    assert_eq!(warnings.len(), 1, "{warnings:?}");
    let at = job.said().iter().position(|text| text.contains("checkpoint"));
    assert_eq!(at, Some(10 * limit::JOB_WARNING_PERCENT as usize / 100 - 1));
    write().await.expect_err("past the limit");
}
