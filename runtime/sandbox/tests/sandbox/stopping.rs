//! Stopping: a job that is asked to stop hears of it where it waits, and ends within its grace.

use crate::support::{Found, Job, NOON, StandingClock, Worker, shape};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
    operation::{JOB_REMAINING, POWER_REBOOT, STREAM_WRITE},
};
use bindery_journal::entry::{Body, Entry};
use bindery_sandbox::gate::Gate;
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

/// A job whose time stands still.
fn standing() -> Job {
    Job::on(Arc::new(StandingClock(time(NOON))))
}

fn stop(gate: &Gate, until: &str) {
    gate.stop(time(until), Failure::new(Code::Cancelled, "stopped by somebody"));
}

const SOON: &str = "2026-11-22T12:00:30Z";

#[tokio::test]
async fn a_guest_that_waits_hears_of_the_stop_and_cleans_up() {
    let (worker, job) = (Worker::new(), standing());
    let prepared = worker.prepare("sleeping-runbook.wat").await;
    let gate = job.gate();
    stop(&gate, SOON);
    let outcome = worker.sandbox.run(&prepared, &gate).await.expect("an outcome");
    assert_eq!(outcome, Outcome::Stopped);
    let refused = "clock.sleep refused: JobStopping";
    let whole = ["header", "stream.write", refused, "stream.write", "end"];
    assert_eq!(shape(&job.journal.entries()), whole);
    assert_eq!(job.said(), ["Output: begin", "Output: clean up"]);
}

#[tokio::test]
async fn a_job_that_was_interrupted_while_it_cleaned_up_ends_as_stopped() {
    let (worker, job) = (Worker::new(), standing());
    let prepared = worker.prepare("sleeping-runbook.wat").await;
    let gate = job.gate();
    stop(&gate, SOON);
    worker.sandbox.run(&prepared, &gate).await.expect("an outcome");
    let whole = job.journal.entries();
    for length in 3..whole.len() {
        let again = Job::replaying(whole[..length].to_vec());
        let outcome = worker.run("sleeping-runbook.wat", &again).await;
        assert_eq!(outcome, Outcome::Stopped, "{length}");
        assert_eq!(shape(&again.journal.entries()), shape(&whole), "{length}");
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_guest_that_computes_is_ended_when_its_grace_is_over() {
    // The clock jumps to the end of the grace at once.
    let (worker, job) = (Worker::new(), Job::new());
    let prepared = worker.prepare("endless-loop.wat").await;
    let gate = job.gate();
    stop(&gate, SOON);
    let outcome = worker.sandbox.run(&prepared, &gate).await.expect("an outcome");
    assert_eq!(outcome, Outcome::Stopped);
    assert!(job.fake.clock.now() >= time(SOON));
}

#[tokio::test]
async fn a_program_that_cannot_be_told_is_ended_where_it_waits() {
    for name in ["dice.wat", "timer-runbook.wat"] {
        let (worker, job) = (Worker::new(), standing());
        let prepared = worker.prepare(name).await;
        let gate = job.gate();
        stop(&gate, SOON);
        let outcome = worker.sandbox.run(&prepared, &gate).await.expect("an outcome");
        assert_eq!(outcome, Outcome::Stopped, "{name}");
    }
}

#[tokio::test]
async fn what_still_changes_must_fit_into_the_grace() {
    let job = standing().granted(&["power.reboot"]);
    let gate = job.gate();
    stop(&gate, SOON);
    let code = async |reserve: u64| {
        let reply = gate.perform(&POWER_REBOOT, json!({ "reserve": reserve })).await;
        reply.expect("no end").err().map(|failure| failure.code)
    };
    assert_eq!(code(30_001).await, Some(Code::MaintenanceWindowExceeded));
    assert_eq!(code(30_000).await, None);
}

#[tokio::test]
async fn a_grace_is_the_deadline_unless_the_window_ends_before_and_can_only_be_made_shorter() {
    let rows = [
        (None, vec![SOON], SOON),
        (Some("2026-11-22T12:00:10Z"), vec![SOON], "2026-11-22T12:00:10Z"),
        (Some("2026-11-22T14:00:00Z"), vec![SOON], SOON),
        (None, vec!["2026-11-22T12:00:20Z", SOON], "2026-11-22T12:00:20Z"),
        (None, vec![SOON, "2026-11-22T12:00:20Z"], "2026-11-22T12:00:20Z"),
    ];
    for (deadline, stops, expected) in rows {
        let job = Job { deadline, ..standing() };
        let gate = job.gate();
        stops.iter().for_each(|until| stop(&gate, until));
        let seen = job.fake.deadlines.clone();
        gate.perform(&JOB_REMAINING, json!({})).await.expect("no end").expect("an answer");
        assert_eq!(*seen.lock(), [Some(time(expected))], "{stops:?}");
    }
}

#[tokio::test]
async fn what_is_in_doubt_is_cleared_up_before_a_cancelled_job_ends() {
    let job = Job::new().granted(&["power.reboot"]);
    let (worker, first) = (Worker::new(), job);
    assert_eq!(worker.run("reboot-runbook.wat", &first).await, Outcome::Completed(None));
    let doubtful = first.journal.entries()[..2].to_vec();
    let time_of = doubtful[1].time;
    let behind = |sequence, body| Entry { sequence, time: time_of, body };
    let mut resumed = doubtful.clone();
    let reason = Failure::new(Code::JobSuspended, "the worker restarted too often");
    resumed.push(behind(2, Body::End(Outcome::Suspended(reason))));
    resumed.push(behind(3, Body::Order("{}".into())));
    for entries in [doubtful, resumed] {
        let known = shape(&entries);
        let mut again = Job::replaying(entries).granted(&["power.reboot"]);
        again.fake.found = Found::Done;
        again.fake.clock = Arc::new(StandingClock(time(NOON)));
        let prepared = worker.prepare("reboot-runbook.wat").await;
        let gate = again.gate();
        gate.cancel().cancel(Failure::new(Code::Cancelled, "terminated by somebody"));
        tokio::select! {
            biased;
            _ = gate.called_off() => panic!("it is in doubt"),
            () = std::future::ready(()) => {}
        }
        let outcome = worker.sandbox.run(&prepared, &gate).await.expect("an outcome");
        assert_eq!(outcome, Outcome::Stopped);
        let now = shape(&again.journal.entries());
        assert_eq!(now[known.len()..], ["outcome of 1", "end"]);
    }
}

#[tokio::test]
async fn a_job_that_was_called_off_before_its_guest_runs_says_why() {
    let gate = Job::new().gate();
    stop(&gate, SOON);
    assert_eq!(gate.called_off().await.message, "stopped by somebody");
    let reply = gate.perform(&STREAM_WRITE, json!({ "kind": "Output", "text": "x" })).await;
    reply.expect("no end").expect("what does not wait is done");
}
