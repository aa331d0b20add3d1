//! The operations of updates, over a simulated computer.

use bindery_capability_updates::{
    capability::Updates,
    clock::TokioSleeper,
    provider::{Provider, TransactionKey},
    simulated::{self, Simulated, SimulatedConfig},
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    id::{JobId, WorkerId},
    job::Trigger,
    operation::{self, Operation},
    stream::StreamKind,
    update::{InstallStatus, OsType, Plan},
};
use bindery_sandbox::capability::{Call, Capability, JobFacts, Reconciled};
use bindery_testkit::clock::SimClock;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{path::Path, sync::Arc, time::Duration};

/// The jobs here have no secrets.
static NONE: bindery_sandbox::secrets::Secrets = bindery_sandbox::secrets::Secrets::none();

type Notes = Mutex<Vec<(StreamKind, String, Option<Value>)>>;

struct Job {
    updates: Updates,
    provider: Arc<dyn Provider>,
    facts: JobFacts,
    notes: Notes,
}

fn job(folder: &Path, changes: bool) -> Job {
    let clock = SimClock::starting("2026-11-22T18:00:00Z");
    let config = SimulatedConfig {
        os_type: OsType::Windows,
        name: "web-01".into(),
        seed: 42,
        updates: simulated::Updates::Count(3),
        failures: vec![],
        assess_fails: None,
        install_duration: Duration::ZERO,
        speed: 1.0,
        state_file: folder.join("state.json"),
    };
    let computer = Simulated::new(config, Arc::new(clock.reader()), Arc::new(TokioSleeper));
    let provider: Arc<dyn Provider> = Arc::new(computer.expect("a computer"));
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
    Job {
        updates: Updates::new(provider.clone(), changes),
        provider,
        facts,
        notes: Notes::default(),
    }
}

impl Job {
    async fn ask(&self, operation: &'static Operation, arguments: Value) -> Result<Value, Failure> {
        let say = |kind, text, value| self.notes.lock().push((kind, text, value));
        self.updates.perform(&self.call(operation, &arguments, &say)).await
    }

    async fn reconcile(&self) -> Reconciled {
        let say = |_, _, _| ();
        let arguments = json!({});
        self.updates.reconcile(&self.call(&operation::UPDATES_INSTALL, &arguments, &say)).await
    }

    fn call<'a>(
        &'a self,
        operation: &'static Operation,
        arguments: &'a Value,
        say: &'a (dyn Fn(StreamKind, String, Option<Value>) + Send + Sync),
    ) -> Call<'a> {
        let now = self.facts.started_at;
        let job = &self.facts;
        let deadline = job.deadline;
        Call {
            job,
            sequence: 5,
            operation,
            arguments,
            grants: &[],
            now,
            deadline,
            restored: None,
            secrets: &NONE,
            say,
        }
    }

    async fn plan_of_all(&self) -> Value {
        let assessment = self.ask(&operation::UPDATES_ASSESS, json!({})).await.expect("assessed");
        let missing = assessment["missing"].as_array().expect("a list").iter();
        let updates: Vec<_> = missing.map(|update| update["id"].clone()).collect();
        assert_eq!(updates.len(), 3);
        self.ask(&operation::UPDATES_PLAN, json!({ "updates": updates })).await.expect("planned")
    }
}

#[tokio::test]
async fn what_is_missing_is_planned_fetched_and_installed_and_then_in_the_history() {
    let folder = tempfile::tempdir().expect("a folder");
    let job = job(folder.path(), true);
    let plan = job.plan_of_all().await;
    let fetched = job.ask(&operation::UPDATES_DOWNLOAD, json!({ "plan": plan })).await;
    assert_eq!(fetched, Ok(Value::Null));
    let arguments = json!({ "plan": plan, "reserve": 0 });
    let result = job.ask(&operation::UPDATES_INSTALL, arguments).await.expect("installed");
    let results = result["results"].as_array().expect("a list");
    assert!(results.iter().all(|result| result["status"] == json!(InstallStatus::Succeeded)));
    assert_eq!(job.notes.lock().last().map(|note| note.2.clone()), Some(Some(json!(100))));
    let history = job.ask(&operation::UPDATES_HISTORY, json!({ "limit": 10 })).await;
    assert_eq!(history.expect("a history").as_array().map(Vec::len), Some(1));
    let pending = job.ask(&operation::POWER_PENDING, json!({})).await.expect("an answer");
    assert_eq!(pending["pending"], result["reboot"]["pending"]);
}

#[tokio::test]
async fn a_plan_that_was_altered_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let job = job(folder.path(), true);
    let mut other_step = job.plan_of_all().await;
    other_step["actions"][0]["to"] = json!("99");
    let mut other_digest = job.plan_of_all().await;
    other_digest["digest"] = json!(Digest::of(b"another"));
    for plan in [other_step, other_digest, json!(null)] {
        for operation in [&operation::UPDATES_DOWNLOAD, &operation::UPDATES_INSTALL] {
            let refusal = job.ask(operation, json!({ "plan": plan, "reserve": 0 })).await;
            assert_eq!(refusal.expect_err("refused").code, Code::InvalidArguments);
        }
    }
}

#[tokio::test]
async fn an_agent_that_only_reports_reads_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let job = job(folder.path(), false);
    let plan = job.plan_of_all().await;
    for operation in [&operation::UPDATES_DOWNLOAD, &operation::UPDATES_INSTALL] {
        let refusal = job.ask(operation, json!({ "plan": plan, "reserve": 0 })).await;
        assert_eq!(refusal.expect_err("refused").code, Code::ChangesNotAllowed);
    }
    assert!(matches!(job.reconcile().await, Reconciled::NotBegun));
}

#[tokio::test]
async fn an_installation_in_doubt_is_found_and_one_that_was_never_begun_is_not() {
    let folder = tempfile::tempdir().expect("a folder");
    let job = job(folder.path(), true);
    assert!(matches!(job.reconcile().await, Reconciled::NotBegun));
    let plan: Plan = serde_json::from_value(job.plan_of_all().await).expect("a plan");
    let key = TransactionKey { job: job.facts.id, sequence: 5 };
    job.provider.begin_install(&plan, &key).await.expect("begun");
    let Reconciled::Done(Ok(result)) = job.reconcile().await else { panic!("it was begun") };
    assert_eq!(result["results"].as_array().map(Vec::len), Some(3));
}
