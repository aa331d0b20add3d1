//! Reboots of a simulated computer, also such as end the agent half way.

use async_trait::async_trait;
use bindery_capability_power::{
    capability::Power,
    provider::PowerProvider,
    simulated::{Simulated, SimulatedConfig},
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    id::{JobId, WorkerId},
    job::Trigger,
    limit, operation,
};
use bindery_sandbox::{
    capability::{Call, Capability, JobFacts, Reconciled},
    clock::Clock,
};
use bindery_testkit::clock::SimClock;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    path::Path,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

/// The jobs here have no secrets.
static NONE: bindery_sandbox::secrets::Secrets = bindery_sandbox::secrets::Secrets::none();

/// Whoever sleeps on it moves it on.
struct Sleepless(SimClock);

#[async_trait]
impl Clock for Sleepless {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep_until(&self, time: Timestamp) {
        self.0.advance(time.duration_since(self.0.now()));
    }
}

/// A computer that goes down and takes the agent with it.
struct GoesDown;

#[async_trait]
impl PowerProvider for GoesDown {
    async fn boot_id(&self) -> Result<String, Failure> {
        Ok("simulated-0".into())
    }

    async fn reboot(&self, _reason: &str) -> Result<(), Failure> {
        std::future::pending().await
    }
}

struct Computer {
    clock: Arc<dyn Clock>,
    hooks: Arc<AtomicU32>,
    facts: JobFacts,
    folder: tempfile::TempDir,
}

fn computer() -> Computer {
    let clock = SimClock::starting("2026-11-22T18:00:00Z");
    let facts = JobFacts {
        id: JobId::from_bytes([7; 16]),
        account: "Automation".parse().expect("a name"),
        runbook: "Patch".parse().expect("a name"),
        digest: Digest::of(b"module"),
        parameters: json!({}),
        worker: WorkerId::from_bytes([8; 16]),
        computer: None,
        run: None,
        trigger: Trigger::Manual,
        deadline: None,
        dry_run: false,
        started_at: clock.now(),
    };
    let folder = tempfile::tempdir().expect("a folder");
    Computer { clock: Arc::new(Sleepless(clock)), hooks: Arc::default(), facts, folder }
}

impl Computer {
    fn simulated(&self) -> Arc<dyn PowerProvider> {
        let hooks = self.hooks.clone();
        Arc::new(Simulated::new(SimulatedConfig {
            state_file: self.folder.path().join("power.json"),
            duration: Duration::from_secs(90),
            clock: self.clock.clone(),
            on_reboot: Arc::new(move || {
                hooks.fetch_add(1, Ordering::Relaxed);
                Ok(())
            }),
        }))
    }

    fn power(&self, provider: Arc<dyn PowerProvider>, changes: bool) -> Power {
        let folder: &Path = self.folder.path();
        Power::open(provider, self.clock.clone(), folder.join("reboots"), changes).expect("opened")
    }

    fn call<'a>(&'a self, sequence: u64, arguments: &'a Value) -> Call<'a> {
        let operation = &operation::POWER_REBOOT;
        let now = self.facts.started_at;
        Call {
            job: &self.facts,
            sequence,
            operation,
            grants: &[],
            arguments,
            now,
            deadline: None,
            restored: None,
            secrets: &NONE,
            say: &|_, _, _| (),
        }
    }

    async fn reboot(&self, power: &Power, sequence: u64) -> Result<Value, Failure> {
        let arguments = json!({ "reserve": 0, "reason": "updates" });
        power.perform(&self.call(sequence, &arguments)).await
    }

    async fn reconcile(&self, power: &Power, sequence: u64) -> Reconciled {
        power.reconcile(&self.call(sequence, &json!({}))).await
    }
}

#[tokio::test]
async fn a_reboot_returns_when_the_computer_is_back() {
    let computer = computer();
    let power = computer.power(computer.simulated(), true);
    let answer = computer.reboot(&power, 3).await.expect("rebooted");
    let expected =
        json!({ "took": 90_000, "bootBefore": "simulated-0", "bootAfter": "simulated-1" });
    assert_eq!(answer, expected);
    assert_eq!(computer.hooks.load(Ordering::Relaxed), 1);
}

#[tokio::test]
async fn a_reboot_that_took_the_agent_with_it_is_done_once_the_boot_is_another() {
    let computer = computer();
    let down = computer.power(Arc::new(GoesDown), true);
    let cut_off = async { computer.reboot(&down, 3).await };
    tokio::select! {
        biased;
        answer = cut_off => panic!("the agent was not ended: {answer:?}"),
        () = std::future::ready(()) => {}
    }
    let back = computer.power(computer.simulated(), true);
    assert!(matches!(computer.reconcile(&back, 3).await, Reconciled::NotBegun), "the same boot");
    computer.simulated().reboot("somebody else does it").await.expect("rebooted");
    let Reconciled::Done(Ok(answer)) = computer.reconcile(&back, 3).await else {
        panic!("another boot")
    };
    assert_eq!(answer["took"], 90_000);
    assert_eq!(answer["bootAfter"], "simulated-1");
    assert!(matches!(computer.reconcile(&back, 4).await, Reconciled::NotBegun), "no mark");
}

#[tokio::test]
async fn a_job_reboots_only_so_often_and_the_same_reboot_counts_once() {
    let computer = computer();
    let power = computer.power(computer.simulated(), true);
    for sequence in 0..u64::from(limit::JOB_REBOOTS) {
        computer.reboot(&power, sequence).await.expect("rebooted");
    }
    let refusal = computer.reboot(&power, 99).await.expect_err("one too many");
    assert_eq!(refusal.code, Code::LimitExceeded);
    computer.reboot(&power, 0).await.expect("it counted before");
    assert_eq!(computer.hooks.load(Ordering::Relaxed), limit::JOB_REBOOTS + 1);
}

#[tokio::test]
async fn an_agent_that_only_reports_does_not_reboot() {
    let computer = computer();
    let power = computer.power(computer.simulated(), false);
    let refusal = computer.reboot(&power, 3).await.expect_err("refused");
    assert_eq!(refusal.code, Code::ChangesNotAllowed);
    assert_eq!(computer.hooks.load(Ordering::Relaxed), 0);
}
