//! Level 0: programs that compute and print.

use crate::support::{Job, NOON, StandingClock, Worker, code};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
};
use bindery_sandbox::gate::Gate;
use serde_json::json;
use std::{
    sync::Arc,
    time::{Duration, Instant},
};

#[tokio::test]
async fn lines_go_to_their_streams_and_an_exit_code_fails_the_job() {
    let job = Job::new();
    let outcome = Worker::new().run("lines.wat", &job).await;
    assert_eq!(code(&outcome), Some(Code::GuestFailed));
    assert!(format!("{outcome:?}").contains("exit code 3"), "{outcome:?}");
    let expected = [
        "Output: hello",
        "Warning: careful",
        "Verbose: why",
        "Output: \u{fffd}\u{fffd}",
        "Output: last line",
        "Error: bad",
    ];
    assert_eq!(job.said(), expected);
}

#[tokio::test]
async fn parameters_come_on_stdin() {
    let job = Job { parameters: json!({ "name": "web-01" }), ..Job::new() };
    let outcome = Worker::new().run("echo.wat", &job).await;
    assert_eq!(outcome, Outcome::Completed(None));
    assert_eq!(job.said(), [r#"Output: {"name":"web-01"}"#]);
}

#[tokio::test]
async fn a_sleep_of_three_hours_is_an_operation_on_the_workers_clock() {
    let job = Job::new();
    let began = Instant::now();
    let outcome = Worker::new().run("dice.wat", &job).await;
    assert_eq!(outcome, Outcome::Completed(None));
    assert_eq!(job.calls(), ["stream.write", "clock.sleep", "stream.write"]);
    assert_eq!(job.fake.clock.now().to_string(), "2026-11-22T15:00:00.001002Z");
    assert!(began.elapsed() < Duration::from_secs(600), "nobody waited three hours");
}

#[tokio::test]
async fn clocks_and_random_are_the_same_in_two_runs() {
    let worker = Worker::new();
    let (first, second) = (Job::new(), Job::new());
    worker.run("dice.wat", &first).await;
    worker.run("dice.wat", &second).await;
    assert_eq!(first.said().len(), 2);
    assert_ne!(first.said()[0], first.said()[1], "dice roll and time passes");
    assert_eq!(first.said(), second.said());
}

#[tokio::test]
async fn growth_past_the_modules_own_maximum_is_refused_and_the_guest_goes_on() {
    let job = Job::new();
    let outcome = Worker::new().run("own-maximum.wat", &job).await;
    assert_eq!(outcome, Outcome::Completed(None));
    assert_eq!(job.said(), ["Output: refused"]);
}

/// Runs a fixture, cancels it once it is `inside`, and returns how it ended and how long that took.
async fn cancelled(
    name: &str,
    job: &Job,
    inside: impl Fn(&Arc<Gate>) -> bool,
) -> (Outcome, Duration) {
    let worker = Worker::new();
    let prepared = worker.prepare(name).await;
    let gate = job.gate();
    let shared = gate.clone();
    let run = tokio::spawn(async move { worker.sandbox.run(&prepared, &shared).await });
    while !inside(&gate) {
        assert!(!run.is_finished(), "it ended before it was inside");
        tokio::task::yield_now().await;
    }
    let began = Instant::now();
    gate.cancel().cancel(Failure::new(Code::Cancelled, "somebody asked for it"));
    let outcome = run.await.expect("no panic").expect("an outcome");
    (outcome, began.elapsed())
}

/// Two gates are the test's own; the console's and those of the store come with the guest.
fn held_by_a_store(gate: &Arc<Gate>) -> bool {
    Arc::strong_count(gate) > 3
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_loop_ends_soon_after_it_is_cancelled() {
    let (outcome, took) = cancelled("endless-loop.wat", &Job::new(), held_by_a_store).await;
    assert_eq!(outcome, Outcome::Stopped);
    assert!(took < Duration::from_millis(500), "{took:?}");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_program_that_sleeps_ends_soon_after_it_is_cancelled() {
    let job = Job::on(Arc::new(StandingClock(NOON.parse().expect("a time"))));
    let asleep = |_: &Arc<Gate>| job.calls().contains(&"clock.sleep");
    let (outcome, took) = cancelled("dice.wat", &job, asleep).await;
    assert_eq!(outcome, Outcome::Stopped);
    assert!(took < Duration::from_millis(500), "{took:?}");
    let shape = crate::support::shape(&job.journal.entries());
    assert_eq!(shape, ["header", "stream.write", "end"], "the sleep did not happen");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn nothing_of_a_cancelled_job_is_left() {
    let job = Job::new();
    let worker = Worker::new();
    let prepared = worker.prepare("endless-loop.wat").await;
    let gate = job.gate();
    gate.cancel().cancel(Failure::new(Code::Cancelled, "before it began"));
    let outcome = worker.sandbox.run(&prepared, &gate).await;
    assert_eq!(outcome, Ok(Outcome::Stopped));
    assert_eq!(Arc::strong_count(&gate), 1, "no store, task or stream holds the job");
}
