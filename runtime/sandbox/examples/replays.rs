//! What a replay costs, what an entry weighs, and what durability takes of the jobs per second.
//!
//! `cargo build --workspace --example replays`, then `target/debug/examples/replays`: so the engine is
//! compiled as for everything else. The guest of the replay makes 10,000 operations
//! and computes nothing; jobs with and without a durable journal take turns, 16 and 50 at a time.

use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    id::{JobId, WorkerId},
    job::{Outcome, Trigger},
    operation::{CLOCK_SLEEP, Operation, STREAM_WRITE},
    runbook::{Level, Limits},
};
use bindery_journal::{entry::Entry, log::Log};
use bindery_sandbox::{
    capability::{Call, Capabilities, Capability, JobFacts},
    clock::{Clock as _, SystemClock},
    compile::{CompileIn, Compiler},
    engine::SandboxEngine,
    gate::{Config, Gate, Mode},
    journal::{Journal, MemoryJournal},
    replay::{Past, replay},
    run::{Prepared, Sandbox},
};
use serde_json::{Value, json};
use std::{
    io::{self, Write as _},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::JoinSet;

const FLOOD: &str = include_str!("../../../tests/fixtures/log-flood.wat");
const DICE: &str = include_str!("../../../tests/fixtures/dice.wat");
const ENTRIES: u64 = 10_000;
const ROUNDS: usize = 20;
const AT_ONCE: [u8; 2] = [16, 50];
const JOBS: usize = 100;

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Answers at once.
struct Nothing;

#[async_trait::async_trait]
impl Capability for Nothing {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&STREAM_WRITE, &CLOCK_SLEEP]
    }

    async fn perform(&self, _call: &Call<'_>) -> Result<Value, Failure> {
        Ok(Value::Null)
    }
}

/// One job's part of a log that all share.
struct Disk(Arc<Log>, JobId);

#[async_trait::async_trait]
impl Journal for Disk {
    fn append(&self, entry: &Entry) -> Result<(), Failure> {
        self.append_encoded(entry, entry.encode())
    }

    fn append_encoded(&self, _entry: &Entry, bytes: Vec<u8>) -> Result<(), Failure> {
        self.0.append(self.1, &bytes).map_err(full)
    }

    async fn sync(&self) -> Result<(), Failure> {
        self.0.sync().await.map_err(full)
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        self.0.read(self.1).await.map_err(full)
    }
}

fn full(error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::DiskFull, error.to_string())
}

fn facts(number: u8) -> Result<JobFacts, Failed> {
    Ok(JobFacts {
        id: JobId::from_bytes([number; 16]),
        account: "Bench".parse()?,
        runbook: "Flood".parse()?,
        digest: Digest::of(b""),
        parameters: json!({}),
        worker: WorkerId::from_bytes([2; 16]),
        computer: None,
        run: None,
        trigger: Trigger::Manual,
        deadline: None,
        dry_run: false,
        started_at: SystemClock.now(),
    })
}

fn gate(number: u8, operations: u64, journal: Arc<dyn Journal>) -> Result<Arc<Gate>, Failed> {
    Ok(Gate::new(Config {
        facts: facts(number)?,
        grants: vec![],
        withheld: vec![],
        limits: Limits { operations, ..Limits::default() },
        seed: [7; 32],
        capabilities: Capabilities::default().with(Nothing),
        journal,
        clock: Arc::new(SystemClock),
        replay: vec![],
        mode: Mode::Live,
    })?)
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort_unstable();
    times.get(times.len() / 2).copied().unwrap_or_default()
}

async fn replays(sandbox: &Sandbox) -> Result<(), Failed> {
    let flood = sandbox.prepare(&wat::parse_str(FLOOD)?, Level::L0).await?;
    let journal = MemoryJournal::default();
    let began = Instant::now();
    let outcome = sandbox.run(&flood, &gate(1, ENTRIES, Arc::new(journal.clone()))?).await?;
    let live = began.elapsed();
    assert!(matches!(outcome, Outcome::Failed(failure) if failure.code == Code::LimitExceeded));
    let entries = journal.entries();
    let bytes: usize = entries.iter().map(|entry| entry.encode().len()).sum();
    let mut times = vec![];
    for _ in 0..ROUNDS {
        let past = Past { facts: facts(1)?, entries: entries.clone(), counterfactual: false };
        let began = Instant::now();
        let replayed = replay(sandbox, &flood, Arc::new(SystemClock), past).await?;
        times.push(began.elapsed());
        assert!(replayed.mismatch.is_none() && replayed.trace.entries >= ENTRIES);
    }
    let out = &mut io::stdout().lock();
    writeln!(out, "replay of {ENTRIES} entries: {:?}; live they took {live:?}", median(times))?;
    writeln!(out, "bytes per entry (`stream.write` of one letter): {}", bytes / entries.len())?;
    Ok(())
}

async fn jobs(
    sandbox: &Sandbox,
    dice: &Prepared,
    log: Option<&Arc<Log>>,
    at_once: u8,
) -> Result<f64, Failed> {
    let began = Instant::now();
    let mut lanes = JoinSet::new();
    for number in 1..=at_once {
        let (sandbox, dice, log) = (sandbox.clone(), dice.clone(), log.cloned());
        lanes.spawn(async move {
            for _ in 0..JOBS {
                let journal: Arc<dyn Journal> = match &log {
                    Some(log) => Arc::new(Disk(log.clone(), JobId::from_bytes([number; 16]))),
                    None => Arc::new(MemoryJournal::default()),
                };
                sandbox.run(&dice, &gate(number, 100, journal)?).await?;
            }
            Ok::<_, Failed>(())
        });
    }
    while let Some(lane) = lanes.join_next().await {
        lane??;
    }
    Ok(f64::from(at_once) * JOBS as f64 / began.elapsed().as_secs_f64())
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failed> {
    let (engine, cache, disk) = (SandboxEngine::new()?, tempfile::tempdir()?, tempfile::tempdir()?);
    let compiler = Compiler::new(&engine, CompileIn::ThisProcess, cache.path())?;
    let sandbox = Sandbox::new(engine.engine(), compiler)?;
    replays(&sandbox).await?;
    let dice = sandbox.prepare(&wat::parse_str(DICE)?, Level::L0).await?;
    let log = Arc::new(Log::open(disk.path())?.0);
    for at_once in AT_ONCE {
        let (mut without, mut with) = (vec![], vec![]);
        for _ in 0..5 {
            without.push(jobs(&sandbox, &dice, None, at_once).await?);
            with.push(jobs(&sandbox, &dice, Some(&log), at_once).await?);
        }
        let middle = |mut rates: Vec<f64>| {
            rates.sort_by(f64::total_cmp);
            rates[rates.len() / 2]
        };
        let (without, with) = (middle(without), middle(with));
        let ratio = with / without;
        let out = &mut io::stdout().lock();
        writeln!(
            out,
            "jobs of three operations per s, {at_once} at a time: {without:.0}, durable {with:.0}, \
             durable / not: {ratio:.2}"
        )?;
    }
    Ok(())
}
