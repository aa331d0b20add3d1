//! A worker in miniature: an engine, capabilities that count, a clock that jumps.

use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    grant::Grant,
    id::{JobId, WorkerId},
    job::{Outcome, Trigger},
    operation::{self, Operation},
    runbook::{Level, Limits},
};
use bindery_journal::entry::{Body, Entry};
use bindery_sandbox::{
    capability::{Call, Capabilities, Capability, JobFacts, Reconciled},
    clock::Clock,
    compile::{CompileIn, Compiler},
    engine::SandboxEngine,
    gate::{Config, Gate, Mode},
    journal::{Journal, MemoryJournal},
    run::{Prepared, Sandbox},
};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// The Wasm of a fixture.
pub(crate) fn fixture(name: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    wat::parse_file(folder.join(name)).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A clock that stands still but when somebody sleeps: then it jumps to the end of the sleep.
pub(crate) struct JumpingClock(Mutex<Timestamp>);

impl JumpingClock {
    pub(crate) fn starting(time: &str) -> Arc<Self> {
        Arc::new(Self(Mutex::new(time.parse().expect("a time"))))
    }
}

#[async_trait::async_trait]
impl Clock for JumpingClock {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }

    async fn sleep_until(&self, time: Timestamp) {
        let mut now = self.0.lock();
        *now = time.max(*now);
    }
}

/// A clock that stands still: whoever sleeps on it until a later time sleeps for ever.
pub(crate) struct StandingClock(pub(crate) Timestamp);

#[async_trait::async_trait]
impl Clock for StandingClock {
    fn now(&self) -> Timestamp {
        self.0
    }

    async fn sleep_until(&self, time: Timestamp) {
        if time > self.0 {
            std::future::pending().await
        }
    }
}

/// What [`Fake`] finds when it is asked how an operation in doubt ended.
#[derive(Clone, Copy)]
pub(crate) enum Found {
    Done,
    NotBegun,
    Unknown,
}

/// Carries out every operation of the contract with a plain answer, and remembers which it was
/// asked for.
#[derive(Clone)]
pub(crate) struct Fake {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) calls: Arc<Mutex<Vec<&'static str>>>,
    pub(crate) found: Found,
    /// The deadlines of its calls.
    pub(crate) deadlines: Arc<Mutex<Vec<Option<Timestamp>>>>,
    /// The arguments of its calls.
    pub(crate) asked: Arc<Mutex<Vec<Value>>>,
}

pub(crate) fn rebooted() -> Value {
    json!({ "took": 42_000, "bootBefore": "a", "bootAfter": "b" })
}

#[async_trait::async_trait]
impl Capability for Fake {
    fn operations(&self) -> Vec<&'static Operation> {
        operation::ALL.to_vec()
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.calls.lock().push(call.operation.name);
        self.deadlines.lock().push(call.deadline);
        self.asked.lock().push(call.arguments.clone());
        match call.operation.name {
            "clock.sleep" => {
                let millis: i64 = call.argument("duration")?;
                let end = call.now + SignedDuration::from_millis(millis);
                self.clock.sleep_until(end).await;
                Ok(Value::Null)
            }
            "power.reboot" => Ok(rebooted()),
            "job.restored" => Ok(call.restored.as_deref().map_or(Value::Null, Value::from)),
            _ => Ok(Value::Null),
        }
    }

    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.calls.lock().push("rehearse");
        match call.operation.name {
            "power.reboot" => Ok(rebooted()),
            _ => Ok(Value::Null),
        }
    }

    async fn reconcile(&self, call: &Call<'_>) -> Reconciled {
        self.calls.lock().push("reconcile");
        match self.found {
            Found::Done => Reconciled::Done(Ok(rebooted())),
            Found::NotBegun => Reconciled::NotBegun,
            Found::Unknown => Reconciled::Unknown(format!("no trace of `{}`", call.operation.name)),
        }
    }

    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        None
    }
}

/// All that one job needs; a test changes what it is about.
pub(crate) struct Job {
    pub(crate) fake: Fake,
    pub(crate) grants: Vec<&'static str>,
    pub(crate) withheld: Vec<&'static str>,
    pub(crate) limits: Limits,
    pub(crate) parameters: Value,
    pub(crate) deadline: Option<&'static str>,
    pub(crate) dry_run: bool,
    pub(crate) replay: Vec<Entry>,
    pub(crate) journal: MemoryJournal,
}

pub(crate) const NOON: &str = "2026-11-22T12:00:00Z";

impl Job {
    pub(crate) fn new() -> Self {
        Self::on(JumpingClock::starting(NOON))
    }

    pub(crate) fn on(clock: Arc<dyn Clock>) -> Self {
        Self {
            fake: Fake {
                clock,
                calls: Arc::default(),
                found: Found::Unknown,
                deadlines: Arc::default(),
                asked: Arc::default(),
            },
            grants: vec![],
            withheld: vec![],
            limits: Limits::default(),
            parameters: json!({}),
            deadline: None,
            dry_run: false,
            replay: vec![],
            journal: MemoryJournal::default(),
        }
    }

    /// A job that goes on with `entries`.
    pub(crate) fn replaying(entries: Vec<Entry>) -> Self {
        let journal = MemoryJournal::holding(entries.clone());
        Self { replay: entries, journal, ..Self::new() }
    }

    pub(crate) fn granted(self, grants: &[&'static str]) -> Self {
        Self { grants: grants.to_vec(), ..self }
    }

    pub(crate) fn gate(&self) -> Arc<Gate> {
        self.gate_on(Arc::new(self.journal.clone())).expect("a gate")
    }

    pub(crate) fn gate_on(&self, journal: Arc<dyn Journal>) -> Result<Arc<Gate>, Failure> {
        self.gate_with(journal, Capabilities::default().with(self.fake.clone()))
    }

    pub(crate) fn gate_with(
        &self,
        journal: Arc<dyn Journal>,
        capabilities: Capabilities,
    ) -> Result<Arc<Gate>, Failure> {
        let grant = |text: &&str| text.parse::<Grant>().expect("a grant");
        Gate::new(Config {
            facts: JobFacts {
                id: JobId::from_bytes([1; 16]),
                account: "Fleet".parse().expect("a name"),
                runbook: "Test".parse().expect("a name"),
                digest: Digest::from_bytes([7; 32]),
                parameters: self.parameters.clone(),
                worker: WorkerId::from_bytes([2; 16]),
                computer: None,
                run: None,
                trigger: Trigger::Manual,
                deadline: self.deadline.map(|text| text.parse().expect("a time")),
                dry_run: self.dry_run,
                started_at: NOON.parse().expect("a time"),
            },
            grants: self.grants.iter().map(grant).collect(),
            withheld: self.withheld.iter().map(grant).collect(),
            limits: self.limits.clone(),
            seed: [5; 32],
            capabilities,
            journal,
            clock: self.fake.clock.clone(),
            replay: self.replay.clone(),
            mode: Mode::Live,
        })
    }

    pub(crate) fn calls(&self) -> Vec<&'static str> {
        self.fake.calls.lock().clone()
    }

    /// What the job said, as `Kind: text`.
    pub(crate) fn said(&self) -> Vec<String> {
        let says = |entry: &Entry| entry.says().map(|(kind, text, _)| format!("{kind:?}: {text}"));
        self.journal.entries().iter().filter_map(says).collect()
    }
}

/// An engine and its sandbox, with a cache of its own.
pub(crate) struct Worker {
    pub(crate) sandbox: Sandbox,
    pub(crate) engine: SandboxEngine,
    _cache: tempfile::TempDir,
}

impl Worker {
    pub(crate) fn new() -> Self {
        Self::with(SandboxEngine::new().expect("an engine"), CompileIn::ThisProcess)
    }

    pub(crate) fn with(engine: SandboxEngine, place: CompileIn) -> Self {
        let cache = tempfile::tempdir().expect("a folder");
        let compiler = Compiler::new(&engine, place, cache.path()).expect("a compiler");
        let sandbox = Sandbox::new(engine.engine(), compiler).expect("a sandbox");
        Self { sandbox, engine, _cache: cache }
    }

    pub(crate) async fn prepare(&self, name: &str) -> Prepared {
        let level = if name.ends_with("-runbook.wat") || name == "handle-bomb.wat" {
            Level::L2
        } else {
            Level::L0
        };
        self.sandbox.prepare(&fixture(name), level).await.expect("a module")
    }

    /// Runs the fixture `name` as `job`.
    pub(crate) async fn run(&self, name: &str, job: &Job) -> Outcome {
        let prepared = self.prepare(name).await;
        self.sandbox.run(&prepared, &job.gate()).await.expect("an outcome")
    }
}

/// The code that a job failed with; none if it did not fail.
pub(crate) fn code(outcome: &Outcome) -> Option<Code> {
    match outcome {
        Outcome::Failed(failure) => Some(failure.code),
        _ => None,
    }
}

/// What each entry is, in short.
pub(crate) fn shape(entries: &[Entry]) -> Vec<String> {
    let one = |entry: &Entry| match &entry.body {
        Body::Order(_) => "order".into(),
        Body::Header(_) => "header".to_owned(),
        Body::Operation { operation, reply: Ok(_), .. } => operation.clone(),
        Body::Operation { operation, reply: Err(failure), .. } => {
            format!("{operation} refused: {}", failure.code)
        }
        Body::Intent { operation, .. } => format!("intent {operation}"),
        Body::Outcome { intent, .. } => format!("outcome of {intent}"),
        Body::Note { text, .. } => format!("note {text}"),
        Body::End(_) => "end".to_owned(),
    };
    entries.iter().map(one).collect()
}
