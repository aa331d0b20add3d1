//! What the sandbox costs: an empty component against bare wasmtime, an operation of the gate, and
//! the end of a guest that computes for ever.
//!
//! `cargo run -p bindery-sandbox --example warm_jobs` prints medians of many rounds. Both sides use
//! one engine and one compiled component, and take turns, so that a busy machine slows both.

use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    id::{JobId, WorkerId},
    job::{Outcome, Trigger},
    operation::{Operation, POWER_REBOOT, STREAM_WRITE},
    runbook::{Level, Limits},
};
use bindery_journal::{entry::Entry, log::Log};
use bindery_sandbox::{
    capability::{Call, Capabilities, Capability, JobFacts},
    clock::{Clock as _, SystemClock},
    compile::{CompileIn, Compiled, Compiler},
    engine::SandboxEngine,
    gate::{Config, Gate, Mode},
    journal::{Journal, MemoryJournal},
    run::Sandbox,
};
use serde_json::{Value, json};
use std::{
    io::{self, Write as _},
    sync::Arc,
    time::{Duration, Instant},
};
use wasmtime::{
    Engine, Store,
    component::{Component, ComponentType, InstancePre, Lift, Linker, ResourceTable},
};
use wasmtime_wasi::{WasiCtx, WasiCtxBuilder, WasiCtxView, WasiView};

const EMPTY: &str = include_str!("../../../tests/fixtures/empty-runbook.wat");
/// Writes a line, and computes for ever.
const BUSY: &str = r#"(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "\08\00\00\00\02\00\00\00x\0a")
  (func (export "_start")
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 16)))
    (loop $for_ever (br $for_ever))))"#;
const CANCELLED: usize = 100;
const JOBS: usize = 2_000;
const OPERATIONS: usize = 10_000;
const SYNCED: usize = 200;

type Failed = Box<dyn std::error::Error>;

/// Answers at once.
struct Nothing;

#[async_trait::async_trait]
impl Capability for Nothing {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&STREAM_WRITE, &POWER_REBOOT]
    }

    async fn perform(&self, _call: &Call<'_>) -> Result<Value, Failure> {
        Ok(Value::Null)
    }
}

/// A journal on the disk.
struct Disk(Log, JobId);

#[async_trait::async_trait]
impl Journal for Disk {
    fn append(&self, entry: &Entry) -> Result<(), Failure> {
        let full = |error| Failure::new(Code::DiskFull, format!("{error}"));
        self.0.append(self.1, &entry.encode()).map_err(full)
    }

    async fn sync(&self) -> Result<(), Failure> {
        self.0.sync().await.map_err(|error| Failure::new(Code::DiskFull, error.to_string()))
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        self.0
            .read(self.1)
            .await
            .map_err(|error| Failure::new(Code::JournalDamaged, error.to_string()))
    }
}

fn facts() -> Result<JobFacts, Failed> {
    Ok(JobFacts {
        id: JobId::from_bytes([1; 16]),
        account: "Fleet".parse()?,
        runbook: "Empty".parse()?,
        digest: Digest::of(EMPTY.as_bytes()),
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

fn gate(capabilities: &Capabilities, journal: Arc<dyn Journal>) -> Result<Arc<Gate>, Failed> {
    Ok(Gate::new(Config {
        facts: facts()?,
        grants: vec!["power.reboot".parse()?],
        withheld: vec![],
        limits: Limits::default(),
        seed: [7; 32],
        capabilities: capabilities.clone(),
        journal,
        clock: Arc::new(SystemClock),
        replay: vec![],
        mode: Mode::Live,
    })?)
}

/// The host of bare wasmtime.
struct Bare {
    wasi: WasiCtx,
    table: ResourceTable,
}

impl WasiView for Bare {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

#[derive(ComponentType, Lift)]
#[component(record)]
#[expect(dead_code, reason = "the empty runbook returns none")]
struct GuestError {
    code: String,
    message: String,
    details: Option<String>,
}

type RunResult = Result<Option<String>, GuestError>;

fn bare(engine: &Engine, component: &Component) -> wasmtime::Result<InstancePre<Bare>> {
    let mut linker = Linker::new(engine);
    wasmtime_wasi::p2::add_to_linker_async(&mut linker)?;
    linker.instantiate_pre(component)
}

async fn run_bare(engine: &Engine, pre: &InstancePre<Bare>) -> wasmtime::Result<bool> {
    let wasi = WasiCtxBuilder::new().build();
    let mut store = Store::new(engine, Bare { wasi, table: ResourceTable::new() });
    store.epoch_deadline_async_yield_and_update(1);
    store.set_epoch_deadline(1);
    let instance = pre.instantiate_async(&mut store).await?;
    let run = instance.get_typed_func::<(), (RunResult,)>(&mut store, "run")?;
    let (result,) = run.call_async(&mut store, ()).await?;
    Ok(result.is_ok())
}

/// The median in microseconds.
fn median(mut times: Vec<Duration>) -> f64 {
    times.sort();
    times[times.len() / 2].as_secs_f64() * 1e6
}

async fn jobs(capabilities: &Capabilities) -> Result<(f64, f64), Failed> {
    let folder = tempfile::tempdir()?;
    let engine = SandboxEngine::new()?;
    let compiler = Compiler::new(&engine, CompileIn::ThisProcess, folder.path())?;
    let wasm = wat::parse_str(EMPTY)?;
    let Compiled::Component(component) = compiler.compile(&wasm, Level::L2).await? else {
        return Err("the fixture is a component".into());
    };
    let sandbox = Sandbox::new(engine.engine(), compiler)?;
    let prepared = sandbox.prepare(&wasm, Level::L2).await?;
    let pre = bare(engine.engine(), &component)?;
    let (mut ours, mut theirs) = (vec![], vec![]);
    for _ in 0..JOBS {
        let began = Instant::now();
        let gate = gate(capabilities, Arc::new(MemoryJournal::default()))?;
        let outcome = sandbox.run(&prepared, &gate).await?;
        drop(gate);
        ours.push(began.elapsed());
        assert_eq!(outcome, Outcome::Completed(None));
        let began = Instant::now();
        let well = run_bare(engine.engine(), &pre).await?;
        theirs.push(began.elapsed());
        assert!(well);
    }
    Ok((median(ours), median(theirs)))
}

/// How long it takes from the wish to cancel a guest that computes until nothing of it is left: the
/// median and the longest, in microseconds.
async fn cancellations(capabilities: &Capabilities) -> Result<(f64, f64), Failed> {
    let folder = tempfile::tempdir()?;
    let engine = SandboxEngine::new()?;
    let compiler = Compiler::new(&engine, CompileIn::ThisProcess, folder.path())?;
    let sandbox = Sandbox::new(engine.engine(), compiler)?;
    let prepared = sandbox.prepare(&wat::parse_str(BUSY)?, Level::L0).await?;
    let mut times = vec![];
    for _ in 0..CANCELLED {
        let journal = MemoryJournal::default();
        let gate = gate(capabilities, Arc::new(journal.clone()))?;
        let (sandbox, prepared, shared) = (sandbox.clone(), prepared.clone(), gate.clone());
        let job = tokio::spawn(async move { sandbox.run(&prepared, &shared).await });
        while journal.entries().len() < 2 {
            tokio::task::yield_now().await;
        }
        let began = Instant::now();
        gate.cancel().cancel(Failure::new(Code::Cancelled, "enough"));
        assert_eq!(job.await??, Outcome::Stopped);
        times.push(began.elapsed());
    }
    let longest = times.iter().max().map_or(0.0, Duration::as_secs_f64) * 1e6;
    Ok((median(times), longest))
}

async fn operations(
    capabilities: &Capabilities,
    journal: Arc<dyn Journal>,
    operation: &'static Operation,
    count: usize,
) -> Result<f64, Failed> {
    let gate = gate(capabilities, journal)?;
    let mut times = vec![];
    for _ in 0..count {
        let arguments = json!({ "kind": "Output", "text": "one line of a job's output" });
        let began = Instant::now();
        gate.perform(operation, arguments).await?.map_err(Box::new)?;
        times.push(began.elapsed());
    }
    Ok(median(times))
}

async fn alone() -> Result<f64, Failed> {
    let (job, now, say) = (facts()?, SystemClock.now(), |_, _, _| {});
    let mut times = vec![];
    for sequence in 0..OPERATIONS as u64 {
        let arguments = json!({ "kind": "Output", "text": "one line of a job's output" });
        let operation = &STREAM_WRITE;
        let began = Instant::now();
        let call = Call {
            job: &job,
            sequence,
            operation,
            grants: &[],
            arguments: &arguments,
            now,
            deadline: None,
            restored: None,
            secrets: &bindery_sandbox::secrets::Secrets::none(),
            say: &say,
        };
        Nothing.perform(&call).await?;
        times.push(began.elapsed());
    }
    Ok(median(times))
}

#[tokio::main]
async fn main() -> Result<(), Failed> {
    let capabilities = Capabilities::default().with(Nothing);
    let (ours, theirs) = jobs(&capabilities).await?;
    let (cancelled, longest) = cancellations(&capabilities).await?;
    let memory = || Arc::new(MemoryJournal::default());
    let folder = tempfile::tempdir()?;
    let (log, _) = Log::open(folder.path())?;
    let disk = || Arc::new(Disk(log.clone(), JobId::from_bytes([1; 16])));
    let rows = [
        ("empty component, bare wasmtime", theirs),
        ("empty component, Sandbox::run", ours),
        ("endless loop, cancelled, median", cancelled),
        ("endless loop, cancelled, longest", longest),
        ("capability alone", alone().await?),
        ("stream.write, journal in memory", {
            operations(&capabilities, memory(), &STREAM_WRITE, OPERATIONS).await?
        }),
        ("stream.write, journal on disk", {
            operations(&capabilities, disk(), &STREAM_WRITE, OPERATIONS).await?
        }),
        ("power.reboot, journal in memory", {
            operations(&capabilities, memory(), &POWER_REBOOT, OPERATIONS).await?
        }),
        ("power.reboot, journal on disk", {
            operations(&capabilities, disk(), &POWER_REBOOT, SYNCED).await?
        }),
    ];
    let mut out = io::stdout().lock();
    for (what, micros) in rows {
        writeln!(out, "{what:36} {micros:10.2} us")?;
    }
    writeln!(out, "{:36} {:10.2} x", "Sandbox::run against bare", ours / theirs)?;
    Ok(())
}
