//! Calls of `bindery_v1` with whatever numbers: each has its answer, the guest goes on, and the job
//! ends well or at a limit.

use crate::{
    drive::{Verdict, check_refusal, fuzz},
    valid::{arguments, reply},
};
use bindery_capability_job::Job;
use bindery_capability_records::Records;
use bindery_capability_streams::Streams;
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    id::{JobId, WorkerId},
    job::{Outcome, Trigger},
    operation::{self, JOB_CHECKPOINT, Operation},
    runbook::{Level, Limits},
};
use bindery_sandbox::{
    capability::{Call, Capabilities, Capability, JobFacts},
    clock::{Clock, SystemClock},
    compile::{CompileIn, Compiler},
    engine::SandboxEngine,
    gate::{Config, Gate, Mode},
    journal::MemoryJournal,
    run::{Prepared, Sandbox},
};
use serde_json::{Value, json};
use std::sync::Arc;
use tempfile::TempDir;
use tokio::runtime::Runtime;

/// Where the guest puts the program.
const PROGRAM: usize = 0x80000;
/// The numbers of one record, in bytes.
const RECORD: usize = 28;
/// A case does no more than this.
const OPERATIONS: u64 = 1_000;

/// Answers every operation at once, in the form of its reply.
struct Ready;

#[async_trait::async_trait]
impl Capability for Ready {
    fn operations(&self) -> Vec<&'static Operation> {
        operation::ALL.to_vec()
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        Ok(reply(call.operation))
    }
}

/// Refuses checkpoints: a guest that begins again has all its operations anew, and so no end.
struct NoCheckpoints;

#[async_trait::async_trait]
impl Capability for NoCheckpoints {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&JOB_CHECKPOINT]
    }

    async fn perform(&self, _call: &Call<'_>) -> Result<Value, Failure> {
        Err(Failure::new(Code::NotYet, "there are no checkpoints"))
    }
}

/// A sandbox with the guest of the cases, and a thread to run it on.
struct Lab {
    runtime: Runtime,
    sandbox: Sandbox,
    guest: Prepared,
    capabilities: Capabilities,
    _engine: SandboxEngine,
    _cache: TempDir,
}

impl Lab {
    fn new() -> Self {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        let runtime = runtime.expect("a runtime");
        let cache = tempfile::tempdir().expect("a folder");
        let engine = SandboxEngine::new().expect("an engine");
        let compiler = Compiler::new(&engine, CompileIn::ThisProcess, cache.path());
        let sandbox = Sandbox::new(engine.engine(), compiler.expect("a compiler"));
        let sandbox = sandbox.expect("a sandbox");
        let wasm = wat::parse_str(include_str!("abi-guest.wat")).expect("WAT");
        let guest = runtime.block_on(sandbox.prepare(&wasm, Level::L1)).expect("a guest");
        let real = Capabilities::default().with(Ready);
        let capabilities = real.with(Streams).with(Records).with(Job).with(NoCheckpoints);
        Self { runtime, sandbox, guest, capabilities, _engine: engine, _cache: cache }
    }

    /// How a job ends whose guest does as `program` says, and what its calls were answered.
    fn run(&self, program: &[u8]) -> (Outcome, Vec<String>) {
        let journal = MemoryJournal::default();
        let digits: String = program.iter().map(|byte| format!("{byte:02x}")).collect();
        let gate = Gate::new(Config {
            facts: facts(json!({ "p": digits })),
            grants: grants().iter().map(|grant| grant.parse().expect("a grant")).collect(),
            withheld: vec![],
            limits: Limits { operations: OPERATIONS, ..Limits::default() },
            seed: [7; 32],
            capabilities: self.capabilities.clone(),
            journal: Arc::new(journal.clone()),
            clock: Arc::new(SystemClock),
            replay: vec![],
            mode: Mode::Live,
        });
        let run = self.sandbox.run(&self.guest, gate.as_ref().expect("a gate"));
        let outcome = self.runtime.block_on(run).expect("the journal is sound");
        let said = journal.entries();
        let said = said.iter().filter_map(|entry| entry.says().map(|(_, text, _)| text));
        (outcome, said.filter(|text| text.starts_with('#')).collect())
    }
}

fn facts(parameters: Value) -> JobFacts {
    JobFacts {
        id: JobId::from_bytes([1; 16]),
        account: "Fleet".parse().expect("a name"),
        runbook: "Fuzz".parse().expect("a name"),
        digest: Digest::from_bytes([7; 32]),
        parameters,
        worker: WorkerId::from_bytes([2; 16]),
        computer: None,
        run: None,
        trigger: Trigger::Manual,
        deadline: None,
        dry_run: false,
        started_at: SystemClock.now(),
    }
}

/// Most of what can be granted: what lacks is refused in its own words.
fn grants() -> [&'static str; 6] {
    [
        "updates.read",
        "updates.install",
        "power.reboot",
        "fleet.read",
        "jobs.start:*",
        "records.write:*",
    ]
}

/// A program that carries out these operations.
fn program(operations: &[&Operation]) -> Vec<u8> {
    let mut records = vec![u8::try_from(operations.len()).expect("few")];
    let mut texts = vec![];
    let texts_at = PROGRAM + 1 + RECORD * operations.len();
    for operation in operations {
        let mut place = |text: &str| {
            let at = texts_at + texts.len();
            texts.extend(text.bytes());
            [at, text.len()]
        };
        let (name, given) = (place(operation.name), place(&arguments(operation).to_string()));
        for number in name.into_iter().chain(given).chain([0x18_0000, 1, 100]) {
            records.extend(u32::try_from(number).expect("in memory").to_le_bytes());
        }
    }
    records.extend(texts);
    records
}

#[test]
fn calls_of_bindery_v1() {
    let lab = Lab::new();
    let corpus = operation::ALL.chunks(3).map(program).collect();
    fuzz("calls of bindery_v1", 2_500, corpus, |input| {
        let (outcome, answers) = lab.run(input);
        for answer in &answers {
            if let Some(json) = answer.strip_prefix("#+") {
                serde_json::from_str::<Value>(json).expect("JSON");
            }
            if let Some(json) = answer.strip_prefix("#-") {
                let error: Value = serde_json::from_str(json).expect("JSON");
                let code = serde_json::from_value(error["code"].clone()).expect("a code");
                let message = error["message"].as_str().expect("a message");
                check_refusal(&Failure::new(code, message));
            }
        }
        match outcome {
            Outcome::Completed(_) => Verdict::Accepted,
            Outcome::Failed(failure) if failure.code == Code::LimitExceeded => Verdict::Accepted,
            ended => panic!("{ended:?} after {answers:?}"),
        }
    });
}
