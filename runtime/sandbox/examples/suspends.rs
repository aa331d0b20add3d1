//! How long it takes from the wish to suspend a job until its memory is given back.
//!
//! `cargo build --workspace --example suspends`, then `target/debug/examples/suspends`: so the engine
//! is compiled as for everything else. The guest holds 64 MiB, every page of it written, and
//! then sleeps or computes for ever. What is looked at is the resident memory of the process.

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
    journal::Journal,
    run::Sandbox,
};
use serde_json::{Value, json};
use std::{
    fs,
    io::{self, Write as _},
    sync::Arc,
    time::{Duration, Instant},
};
use tokio::task::yield_now;

const ROUNDS: usize = 21;
const MIB: u64 = 1 << 20;
/// What the guest holds.
const HELD: u64 = 64 * MIB;
/// What may stay: stacks, tables, the allocator's own.
const REST: u64 = 4 * MIB;

type Failed = Box<dyn std::error::Error + Send + Sync>;

/// Writes at once, sleeps for ever.
struct World;

#[async_trait::async_trait]
impl Capability for World {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&STREAM_WRITE, &CLOCK_SLEEP]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        if *call.operation == CLOCK_SLEEP {
            std::future::pending::<()>().await;
        }
        Ok(Value::Null)
    }

    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        None
    }
}

struct Disk(Arc<Log>);

const JOB: [u8; 16] = [1; 16];

#[async_trait::async_trait]
impl Journal for Disk {
    fn append(&self, entry: &Entry) -> Result<(), Failure> {
        self.0.append(JobId::from_bytes(JOB), &entry.encode()).map_err(full)
    }

    async fn sync(&self) -> Result<(), Failure> {
        self.0.sync().await.map_err(full)
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        self.0.read(JobId::from_bytes(JOB)).await.map_err(full)
    }
}

fn full(error: impl std::fmt::Display) -> Failure {
    Failure::new(Code::DiskFull, error.to_string())
}

/// A program that writes every page of its memory and a line, and then does `last`.
fn guest(last: &str) -> String {
    format!(
        r#"
        (module
          (import "wasi_snapshot_preview1" "poll_oneoff"
            (func $poll (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") {pages})
          (func (export "_start")
            (memory.fill (i32.const 0) (i32.const 1) (i32.const {HELD}))
            (memory.fill (i32.const 0) (i32.const 0) (i32.const 4096))
            (i32.store (i32.const 0) (i32.const 16))
            (i32.store (i32.const 4) (i32.const 2))
            (i32.store16 (i32.const 16) (i32.const 0x0a41))
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
            {last}))"#,
        pages = HELD >> 16
    )
}

const SLEEPS: &str = "(i64.store (i32.const 1048) (i64.const 1000000000000))
    (i32.store (i32.const 1040) (i32.const 1))
    (drop (call $poll (i32.const 1024) (i32.const 2048) (i32.const 1) (i32.const 8)))";
const COMPUTES: &str = "(loop $for_ever (br $for_ever))";

/// Resident memory of this process, in bytes.
fn resident() -> Result<u64, Failed> {
    let status = fs::read_to_string("/proc/self/status")?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().strip_suffix(" kB"));
    Ok(kib.ok_or("no figure")?.parse::<u64>()? * 1024)
}

fn gate(journal: Arc<dyn Journal>) -> Result<Arc<Gate>, Failed> {
    let facts = JobFacts {
        id: JobId::from_bytes(JOB),
        account: "Bench".parse()?,
        runbook: "Holder".parse()?,
        digest: Digest::of(b""),
        parameters: json!({}),
        worker: WorkerId::from_bytes([2; 16]),
        computer: None,
        run: None,
        trigger: Trigger::Manual,
        deadline: None,
        dry_run: false,
        started_at: SystemClock.now(),
    };
    Ok(Gate::new(Config {
        facts,
        grants: vec![],
        withheld: vec![],
        limits: Limits::default(),
        seed: [7; 32],
        capabilities: Capabilities::default().with(World),
        journal,
        clock: Arc::new(SystemClock),
        replay: vec![],
        mode: Mode::Live,
    })?)
}

/// From the wish to the memory given back, for every round: median and longest.
async fn suspends(sandbox: &Sandbox, last: &str) -> Result<(Duration, Duration), Failed> {
    let prepared = sandbox.prepare(&wat::parse_str(guest(last))?, Level::L0).await?;
    let mut times = vec![];
    for _ in 0..ROUNDS {
        let folder = tempfile::tempdir()?;
        let journal = Arc::new(Disk(Arc::new(Log::open(folder.path())?.0)));
        let (before, gate) = (resident()?, gate(journal.clone())?);
        let job = tokio::spawn({
            let (sandbox, prepared, gate) = (sandbox.clone(), prepared.clone(), gate.clone());
            async move { sandbox.run(&prepared, &gate).await }
        });
        // The header and the line.
        while journal.read().await?.len() < 2 {
            yield_now().await;
        }
        let held = resident()?;
        assert!(held > before + HELD - REST, "{held} bytes, {before} before");
        let began = Instant::now();
        gate.cancel().cancel(Failure::new(Code::JobSuspended, "enough"));
        while resident()? > before + REST {
            yield_now().await;
        }
        times.push(began.elapsed());
        assert!(matches!(job.await??, Outcome::Suspended(_)));
    }
    times.sort_unstable();
    let longest = times.last().copied().unwrap_or_default();
    Ok((times[times.len() / 2], longest))
}

#[tokio::main(flavor = "multi_thread", worker_threads = 2)]
async fn main() -> Result<(), Failed> {
    let (engine, cache) = (SandboxEngine::new()?, tempfile::tempdir()?);
    let compiler = Compiler::new(&engine, CompileIn::ThisProcess, cache.path())?;
    let sandbox = Sandbox::new(engine.engine(), compiler)?;
    for (what, last) in [("sleeps", SLEEPS), ("computes for ever", COMPUTES)] {
        let (median, longest) = suspends(&sandbox, last).await?;
        let out = &mut io::stdout().lock();
        writeln!(
            out,
            "a guest of 64 MiB that {what}: from suspend to freed memory {median:.1?}, at most \
             {longest:.1?}"
        )?;
    }
    Ok(())
}
