//! Level 2: components that call operations.

use crate::support::{Found, Job, Worker, code, shape};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
};
use bindery_journal::entry::Entry;
use bindery_sandbox::{compile::CompileIn, engine::SandboxEngine, journal::Journal};
use std::sync::{
    Arc,
    atomic::{AtomicBool, Ordering},
};
use tokio::{sync::Barrier, task::JoinSet};

#[tokio::test]
async fn a_component_calls_operations_and_gets_typed_answers() {
    let job = Job::new().granted(&["power.reboot"]);
    let outcome = Worker::new().run("reboot-runbook.wat", &job).await;
    assert_eq!(outcome, Outcome::Completed(None));
    assert_eq!(job.said(), ["Output: back"]);
    let expected = ["header", "intent power.reboot", "outcome of 1", "stream.write", "end"];
    assert_eq!(shape(&job.journal.entries()), expected);
}

#[tokio::test]
async fn a_denied_grant_is_an_error_of_the_call_that_names_the_grant() {
    let job = Job::new();
    let outcome = Worker::new().run("reboot-runbook.wat", &job).await;
    let Outcome::Failed(failure) = outcome else { panic!("{outcome:?}") };
    assert_eq!(failure.code, Code::GrantDenied);
    assert!(failure.message.contains("`power.reboot`"), "{}", failure.message);
    assert_eq!(failure.details, Some(serde_json::json!({ "grant": "power.reboot" })));
    assert!(job.calls().is_empty());
    let expected = ["header", "power.reboot refused: GrantDenied", "end"];
    assert_eq!(shape(&job.journal.entries()), expected);
}

#[tokio::test]
async fn a_component_goes_on_after_the_reboot_that_it_asked_for() {
    let worker = Worker::new();
    let first = Job::new().granted(&["power.reboot"]);
    worker.run("reboot-runbook.wat", &first).await;
    let until_reboot = first.journal.entries()[..2].to_vec();
    let mut second = Job::replaying(until_reboot).granted(&["power.reboot"]);
    second.fake.found = Found::Done;
    assert_eq!(worker.run("reboot-runbook.wat", &second).await, Outcome::Completed(None));
    assert_eq!(second.calls(), ["reconcile", "stream.write"]);
    assert_eq!(shape(&second.journal.entries()), shape(&first.journal.entries()));
}

#[tokio::test]
async fn the_earliest_of_two_timers_ends_a_poll_and_only_it_sleeps() {
    let job = Job::new();
    let outcome = Worker::new().run("timer-runbook.wat", &job).await;
    assert_eq!(outcome, Outcome::Completed(None));
    assert_eq!(job.calls(), ["clock.sleep"]);
    assert_eq!(job.fake.clock.now().to_string(), "2026-11-22T12:01:00.001Z");
}

#[tokio::test]
async fn a_component_that_hoards_handles_meets_their_limit() {
    let outcome = Worker::new().run("handle-bomb.wat", &Job::new()).await;
    assert_eq!(code(&outcome), Some(Code::GuestFailed), "{outcome:?}");
    assert!(format!("{outcome:?}").contains("table has no free keys"), "{outcome:?}");
}

/// A journal whose first sync waits until every job has come to it.
struct Gathering {
    gather: Arc<Barrier>,
    began: AtomicBool,
}

#[async_trait::async_trait]
impl Journal for Gathering {
    fn append(&self, _entry: &Entry) -> Result<(), Failure> {
        Ok(())
    }

    async fn sync(&self) -> Result<(), Failure> {
        if !self.began.swap(true, Ordering::Relaxed) {
            self.gather.wait().await;
        }
        Ok(())
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        Ok(vec![])
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sixty_four_jobs_run_at_once() {
    let worker = Worker::new();
    assert!(worker.engine.is_pooled());
    let prepared = worker.prepare("reboot-runbook.wat").await;
    let mut running = JoinSet::new();
    // No job goes on before all of them are inside their first operation.
    let gather = Arc::new(Barrier::new(64));
    for _ in 0..64 {
        let (sandbox, prepared) = (worker.sandbox.clone(), prepared.clone());
        let journal = Gathering { gather: gather.clone(), began: AtomicBool::new(false) };
        let job = Job::new().granted(&["power.reboot"]);
        let gate = job.gate_on(Arc::new(journal)).expect("a gate");
        running.spawn(async move { sandbox.run(&prepared, &gate).await });
    }
    let outcomes = running.join_all().await;
    assert!(outcomes.iter().all(|outcome| *outcome == Ok(Outcome::Completed(None))));
}

#[tokio::test]
async fn an_engine_without_a_pool_runs_the_same_jobs() {
    let engine = SandboxEngine::on_demand().expect("an engine");
    let worker = Worker::with(engine, CompileIn::ThisProcess);
    let job = Job::new().granted(&["power.reboot"]);
    assert_eq!(worker.run("reboot-runbook.wat", &job).await, Outcome::Completed(None));
    assert_eq!(worker.run("dice.wat", &Job::new()).await, Outcome::Completed(None));
}
