//! Dry runs: reading is real, and what would change something is only rehearsed.

use crate::support::{Job, Worker, code, shape};
use bindery_core::{
    code::Code,
    job::Outcome,
    operation::{self, Operation},
};
use serde_json::json;

fn dry(grants: &[&'static str]) -> Job {
    let mut job = Job::new().granted(grants);
    job.dry_run = true;
    job
}

#[tokio::test]
async fn a_runbook_that_reboots_is_answered_as_if_it_had_and_nothing_is_carried_out() {
    let (worker, job) = (Worker::new(), dry(&["power.reboot"]));
    assert_eq!(worker.run("reboot-runbook.wat", &job).await, Outcome::Completed(None));
    assert_eq!(job.calls(), ["rehearse", "stream.write"]);
    let entries = ["header", "power.reboot", "stream.write", "end"];
    assert_eq!(shape(&job.journal.entries()), entries, "no intent: nothing can be in doubt");
    let again = Job::replaying(job.journal.entries());
    assert_eq!(worker.run("reboot-runbook.wat", &again).await, Outcome::Completed(None));
    assert!(again.calls().is_empty());
}

#[tokio::test]
async fn a_dry_run_needs_the_grants_of_a_real_one() {
    let (worker, job) = (Worker::new(), dry(&[]));
    let outcome = worker.run("reboot-runbook.wat", &job).await;
    assert_eq!(code(&outcome), Some(Code::GrantDenied));
    assert!(job.calls().is_empty());
}

#[tokio::test]
async fn whatever_may_change_something_is_rehearsed_and_nothing_else() {
    for operation in operation::ALL.iter().filter(|it| **it != &operation::JOB_CHECKPOINT) {
        let masked = [
            "jobs.start:*",
            "records.write:*",
            "files.read:*",
            "files.write:*",
            "process:*",
            "http:*",
            "assets.read:*",
            "assets.write:*",
        ];
        let plain =
            ["updates.read", "updates.install", "power.reboot", "fleet.read", "fleet.configure"];
        let job = dry(&[&masked[..], &plain[..]].concat());
        let arguments = json!({
            "runbook": "R", "table": "T", "duration": 0, "reserve": 0, "path": "/p", "program": "p",
            "url": "http://h/", "name": "N",
        });
        let operation: &'static Operation = operation;
        job.gate().perform(operation, arguments).await.expect("no end").expect("an answer");
        let expected = if operation.changes() { "rehearse" } else { operation.name };
        assert_eq!(job.calls(), [expected], "{}", operation.name);
    }
}
