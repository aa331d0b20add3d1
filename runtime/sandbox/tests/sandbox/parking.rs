//! Parking: a guest that waits for long is gone meanwhile, and its job goes on as if it had stayed.

use crate::support::{Fake, Job, JumpingClock, NOON, StandingClock, Worker, shape};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
    limit,
    operation::{self, CLOCK_SLEEP, JOBS_WAIT, Operation},
    stream::StreamKind,
};
use bindery_journal::entry::{Body, Entry};
use bindery_sandbox::{
    capability::{Call, Capabilities, Capability},
    clock::Clock,
    gate::Gate,
};
use futures::future::join_all;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Every operation as [`Fake`] does it, but a sleep ends when it is told to.
#[derive(Clone)]
struct Held {
    fake: Fake,
    awake: Arc<Notify>,
}

#[async_trait::async_trait]
impl Capability for Held {
    fn operations(&self) -> Vec<&'static Operation> {
        operation::ALL.to_vec()
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let awake = self.awake.notified();
        tokio::pin!(awake);
        tokio::select! {
            biased;
            answer = self.fake.perform(call) => {
                if call.operation.name == "clock.sleep" {
                    awake.await;
                }
                answer
            }
            () = &mut awake => Ok(Value::Null),
        }
    }

    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        None
    }
}

/// A clock that jumps, but over no year.
struct Near(Arc<JumpingClock>);

#[async_trait::async_trait]
impl Clock for Near {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep_until(&self, time: Timestamp) {
        if time.duration_since(self.now()).as_hours() > 365 * 24 {
            return std::future::pending().await;
        }
        self.0.sleep_until(time).await;
    }
}

/// A job whose sleep ends when it is told to, and the word that ends it.
fn held(job: &Job) -> (Arc<Gate>, Arc<Notify>) {
    let awake = Arc::<Notify>::default();
    let held = Held { fake: job.fake.clone(), awake: awake.clone() };
    let journal = Arc::new(job.journal.clone());
    (job.gate_with(journal, Capabilities::default().with(held)).expect("a gate"), awake)
}

/// Runs the fixture `name`; once its guest is gone from a pool, does `then`.
async fn parked(name: &str, job: &Job, then: impl FnOnce(&Gate, &Notify)) -> Outcome {
    let worker = Worker::new();
    let prepared = worker.prepare(name).await;
    let (gate, awake) = held(job);
    let metrics = worker.engine.engine().pooling_allocator_metrics().expect("a pool");
    let run = worker.sandbox.run(&prepared, &gate);
    let wake = async {
        while !job.calls().contains(&"clock.sleep") || metrics.core_instances() > 0 {
            tokio::task::yield_now().await;
        }
        assert_eq!(metrics.memories(), 0);
        then(&gate, &awake);
    };
    tokio::join!(async { run.await.expect("an outcome") }, wake).0
}

fn wake(_gate: &Gate, awake: &Notify) {
    awake.notify_one();
}

/// A journal without its times, and what the host noted for itself.
fn bodies(entries: Vec<Entry>) -> Vec<Body> {
    let own = |body: &Body| matches!(body, Body::Note { kind: StreamKind::Debug, .. });
    entries.into_iter().map(|entry| entry.body).filter(|body| !own(body)).collect()
}

#[tokio::test]
async fn a_guest_that_waits_gives_its_memory_back_and_its_job_ends_as_if_it_had_stayed() {
    for name in ["sleeping-runbook.wat", "timer-runbook.wat", "dice.wat"] {
        let stays = Job::new();
        let ended = Worker::new().run(name, &stays).await;
        let goes = Job::new();
        assert_eq!(parked(name, &goes, wake).await, ended, "{name}");
        let (stayed, gone) = (stays.journal.entries(), goes.journal.entries());
        assert_eq!(bodies(gone), bodies(stayed), "{name}");
        assert_eq!(goes.said(), stays.said(), "{name}");
    }
}

#[tokio::test]
async fn a_job_that_is_suspended_while_its_guest_is_gone_needs_no_guest_for_that() {
    let job = Job::new();
    let reason = Failure::new(Code::JobSuspended, "suspended by somebody");
    let outcome = parked("sleeping-runbook.wat", &job, |gate, _| {
        gate.cancel().cancel(reason.clone());
    });
    assert_eq!(outcome.await, Outcome::Suspended(reason));
    let noted = format!("note it waits since {NOON}");
    assert_eq!(shape(&job.journal.entries()), ["header", "stream.write", &noted, "end"]);
}

#[tokio::test]
async fn a_guest_that_is_gone_is_made_anew_to_clean_up_when_its_job_is_stopped() {
    let job = Job::on(Arc::new(Near(JumpingClock::starting(NOON))));
    let outcome = parked("sleeping-runbook.wat", &job, |gate, _| {
        let until = "2036-01-01T00:00:00Z".parse().expect("a time");
        gate.stop(until, Failure::new(Code::Cancelled, "stopped by somebody"));
    });
    assert_eq!(outcome.await, Outcome::Stopped);
    assert_eq!(job.said(), ["Output: begin", "Output: clean up"]);
}

#[tokio::test]
async fn a_guest_that_waits_gives_its_place_to_one_that_has_none() {
    let worker = Worker::new();
    let prepared = worker.prepare("sleeping-runbook.wat").await;
    // No wait lasts: the clock stands still.
    let clock = Arc::new(StandingClock(NOON.parse().expect("a time")));
    let jobs: Vec<_> = (0..=limit::WORKER_GUESTS).map(|_| Job::on(clock.clone())).collect();
    let (gates, awake): (Vec<_>, Vec<_>) = jobs.iter().map(held).unzip();
    let runs = join_all(gates.iter().map(|gate| worker.sandbox.run(&prepared, gate)));
    let wake = async {
        while !jobs.iter().all(|job| job.calls().contains(&"clock.sleep")) {
            tokio::task::yield_now().await;
        }
        awake.iter().for_each(|awake| awake.notify_one());
    };
    let (ended, ()) = tokio::join!(runs, wake);
    for (ended, job) in ended.into_iter().zip(&jobs) {
        assert!(matches!(ended, Ok(Outcome::Completed(_))), "{ended:?}");
        assert_eq!(job.said().len(), 2, "{:?}", job.said());
    }
}

/// A job whose journal ends an hour ago in a wait that was noted, and the clock of its new worker.
async fn interrupted() -> (Job, Arc<Gate>) {
    let first = Job::new();
    let gate = first.gate();
    let note = json!({ "waitsSince": NOON });
    gate.note(StreamKind::Debug, "it waits".into(), Some(note));
    let clock = JumpingClock::starting("2026-11-22T13:00:00Z");
    let mut again = Job::replaying(first.journal.entries()).granted(&["jobs.start:*"]);
    again.fake.clock = clock;
    let gate = again.gate();
    (again, gate)
}

#[tokio::test]
async fn a_sleep_that_was_interrupted_goes_on_and_does_not_begin_again() {
    let (job, gate) = interrupted().await;
    let hours = |hours: u64| json!({ "duration": hours * 3_600_000 });
    gate.perform(&CLOCK_SLEEP, hours(3)).await.expect("no end").expect("slept");
    assert_eq!(job.fake.clock.now().to_string(), "2026-11-22T15:00:00Z");
    gate.perform(&CLOCK_SLEEP, hours(3)).await.expect("no end").expect("slept");
    assert_eq!(job.fake.clock.now().to_string(), "2026-11-22T18:00:00Z", "the next one is whole");
}

#[tokio::test]
async fn a_wait_for_jobs_that_was_interrupted_has_what_is_left_of_its_timeout() {
    let (job, gate) = interrupted().await;
    let wait = |timeout: u64| json!({ "jobs": [], "mode": "All", "timeout": timeout });
    for (asked, left) in [(7_200_000, 3_600_000), (7_200_000, 7_200_000)] {
        let reply = gate.perform(&JOBS_WAIT, wait(asked)).await.expect("no end");
        reply.expect("an answer");
        let last = job.fake.asked.lock().last().cloned().expect("a call");
        assert_eq!(last["timeout"], left);
    }
}
