//! Runs one job: instantiates its module behind its gate, and says how it ended.

use crate::{
    compile::{Compiled, Compiler},
    gate::Gate,
    limiter::Limiter,
    link,
    wasi::{self, Console, Waiting},
};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
    limit,
    runbook::Level,
};
use jiff::SignedDuration;
use std::sync::Arc;
use wasmtime::{
    Engine, InstancePre, Linker, Result, Store, Trap, UpdateDeadline,
    component::{self, ComponentType, Lift, ResourceTable},
};
use wasmtime_wasi::{
    I32Exit, WasiCtx, WasiCtxView, WasiView, p1::WasiP1Ctx, p2::bindings::CommandPre,
};

/// What stands behind a guest's store.
pub(crate) struct Host {
    pub(crate) gate: Arc<Gate>,
    pub(crate) table: ResourceTable,
    pub(crate) p1: WasiP1Ctx,
    pub(crate) timers: u64,
    pub(crate) waiting: Waiting,
    wasi: WasiCtx,
    limiter: Limiter,
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        WasiCtxView { ctx: &mut self.wasi, table: &mut self.table }
    }
}

/// The record `error` of the contract, as a guest returns it.
#[derive(ComponentType, Lift)]
#[component(record)]
struct GuestError {
    code: String,
    message: String,
    details: Option<String>,
}

type RunResult = std::result::Result<Option<String>, GuestError>;

/// Prepares and runs modules.
#[derive(Clone)]
pub struct Sandbox {
    compiler: Compiler,
    components: Arc<component::Linker<Host>>,
    modules: Arc<Linker<Host>>,
}

/// A module that is ready to be instantiated as often as wanted.
#[derive(Clone)]
pub struct Prepared {
    kind: Kind,
}

#[derive(Clone)]
enum Kind {
    Runbook(component::InstancePre<Host>),
    Command(CommandPre<Host>),
    Program(InstancePre<Host>),
}

impl Sandbox {
    /// A sandbox whose modules `compiler` compiles, for `engine`.
    pub fn new(engine: &Engine, compiler: Compiler) -> Result<Self> {
        let mut components = component::Linker::new(engine);
        wasi::add_p2(&mut components)?;
        link::add_operations(&mut components)?;
        let mut modules = Linker::new(engine);
        wasi::add_p1(&mut modules)?;
        Ok(Self { compiler, components: Arc::new(components), modules: Arc::new(modules) })
    }

    /// Compiles and links `wasm`. The caller has verified its digest, and its seal if it has one.
    pub async fn prepare(&self, wasm: &[u8], level: Level) -> Result<Prepared, Failure> {
        let unlinked = |error: wasmtime::Error| {
            Failure::new(Code::UnknownImports, format!("the module cannot be linked: {error:#}"))
        };
        let kind = match (level, self.compiler.compile(wasm, level).await?) {
            (Level::L2, Compiled::Component(component)) => {
                Kind::Runbook(self.components.instantiate_pre(&component).map_err(unlinked)?)
            }
            (Level::L0, Compiled::Component(component)) => {
                let pre = self.components.instantiate_pre(&component).map_err(unlinked)?;
                Kind::Command(CommandPre::new(pre).map_err(unlinked)?)
            }
            (Level::L0, Compiled::Module(module)) => {
                Kind::Program(self.modules.instantiate_pre(&module).map_err(unlinked)?)
            }
            (level, _) => {
                let message = format!("a module of level {level:?} does not run on this worker");
                return Err(Failure::new(Code::InvalidModule, message));
            }
        };
        Ok(Prepared { kind })
    }

    /// Runs the job behind `gate` to its end, and ends its journal. The store is never used again.
    pub async fn run(&self, prepared: &Prepared, gate: &Arc<Gate>) -> Result<Outcome, Failure> {
        let console = Console::new(gate.clone());
        let ended = tokio::select! {
            biased;
            ended = execute(&prepared.kind, gate, &console) => ended,
            () = watch(gate) => Err(wasmtime::Error::msg("the job was ended by its host")),
        };
        let last_words = console.finish().await;
        let outcome = match (ended, last_words) {
            (Ok(outcome), Ok(())) => outcome,
            (Ok(_), Err(fatal)) => failed(gate, fatal.0),
            (Err(error), _) => failed(gate, explain(&error)),
        };
        gate.end(&outcome).await?;
        Ok(outcome)
    }
}

/// Returns when the job must end though its guest may be waiting in a host call that does not.
async fn watch(gate: &Gate) {
    let Some(time) = gate.limits().time() else {
        return std::future::pending().await;
    };
    let end = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
    let end = gate.facts().started_at.checked_add(end).unwrap_or(jiff::Timestamp::MAX);
    gate.clock().sleep_until(end).await;
    let message = format!("the job took longer than {} s", time.as_secs());
    gate.fail(Failure::new(Code::LimitExceeded, message));
}

async fn execute(kind: &Kind, gate: &Arc<Gate>, console: &Console) -> Result<Outcome> {
    match kind {
        Kind::Runbook(pre) => {
            let mut store = store(pre.engine(), gate, console)?;
            let instance = pre.instantiate_async(&mut store).await?;
            let run = instance.get_typed_func::<(), (RunResult,)>(&mut store, "run")?;
            let (result,) = run.call_async(&mut store, ()).await?;
            Ok(outcome(result))
        }
        Kind::Command(pre) => {
            let mut store = store(pre.engine(), gate, console)?;
            let command = pre.instantiate_async(&mut store).await?;
            let result = command.wasi_cli_run().call_run(&mut store).await;
            exit(result.map(|result| i32::from(result.is_err())))
        }
        Kind::Program(pre) => {
            let mut store = store(pre.module().engine(), gate, console)?;
            let instance = pre.instantiate_async(&mut store).await?;
            let start = instance.get_typed_func::<(), ()>(&mut store, "_start")?;
            exit(start.call_async(&mut store, ()).await.map(|()| 0))
        }
    }
}

fn store(engine: &Engine, gate: &Arc<Gate>, console: &Console) -> Result<Store<Host>> {
    let mut table = ResourceTable::new();
    table.set_max_capacity(limit::JOB_HANDLES);
    let host = Host {
        gate: gate.clone(),
        table,
        p1: wasi::context(gate, console).build_p1(),
        timers: 0,
        waiting: Waiting::default(),
        wasi: wasi::context(gate, console).build(),
        limiter: Limiter::new(gate.clone()),
    };
    let mut store = Store::new(engine, host);
    store.limiter(|host| &mut host.limiter);
    store.set_hostcall_fuel(2 * limit::OPERATION_BYTES);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|store| {
        let gate = &store.data().gate;
        if let Some(reason) = gate.fatal().or_else(|| gate.cancel().reason()) {
            return Err(gate.fail(reason).into());
        }
        Ok(UpdateDeadline::Yield(1))
    });
    Ok(store)
}

fn outcome(result: RunResult) -> Outcome {
    match result {
        Ok(None) => Outcome::Completed(None),
        Ok(Some(text)) => match serde_json::from_str(&text) {
            Ok(value) => Outcome::Completed(Some(value)),
            Err(error) => Outcome::Failed(Failure::new(
                Code::GuestFailed,
                format!("the runbook's result is not JSON: {error}"),
            )),
        },
        Err(error) => Outcome::Failed(guest_failure(error)),
    }
}

/// The guest's own error. A code of ours keeps its spelling; any other stands in the message.
fn guest_failure(error: GuestError) -> Failure {
    let details = error.details.and_then(|text| serde_json::from_str(&text).ok());
    let known = Code::ALL.iter().copied().find(|code| code.as_str() == error.code);
    let message = match known {
        Some(_) => error.message,
        None => format!("{}: {}", error.code, error.message),
    };
    Failure { code: known.unwrap_or(Code::GuestFailed), message, details }
}

fn exit(result: Result<i32>) -> Result<Outcome> {
    let code = match result {
        Ok(code) => code,
        Err(error) => error.downcast_ref::<I32Exit>().map(|exit| exit.0).ok_or(error)?,
    };
    Ok(match code {
        0 => Outcome::Completed(None),
        code => Outcome::Failed(Failure::new(
            Code::GuestFailed,
            format!("the program ended with exit code {code}; see its Error stream"),
        )),
    })
}

/// The outcome of a job that did not end by itself: what ended it comes before what the guest said.
fn failed(gate: &Gate, otherwise: Failure) -> Outcome {
    match gate.fatal().unwrap_or(otherwise) {
        reason if reason.code == Code::Cancelled => Outcome::Stopped,
        reason => Outcome::Failed(reason),
    }
}

fn explain(error: &wasmtime::Error) -> Failure {
    let code = match error.downcast_ref::<Trap>() {
        Some(Trap::StackOverflow) => {
            let message =
                format!("the guest used up its stack of {} bytes", limit::GUEST_STACK_BYTES);
            return Failure::new(Code::LimitExceeded, message);
        }
        _ => Code::GuestFailed,
    };
    let reason = error.chain().map(ToString::to_string).collect::<Vec<_>>().join(": ");
    Failure::new(code, format!("the guest failed: {reason}"))
}
