//! Runs one job: instantiates its module behind its gate, and says how it ended.

use crate::{
    abi,
    compile::{Compiled, Compiler},
    gate::{Gate, clip},
    guests::Guests,
    limiter::Limiter,
    link,
    wasi::{self, Console, Waiting},
};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
    json, limit,
    runbook::Level,
    text::escaped,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use std::{sync::Arc, time::Duration};
use wasmtime::{
    Engine, Instance, InstancePre, Linker, Result, Store, ThrownException, Trap, UpdateDeadline,
    component::{self, ComponentType, Lift, ResourceTable},
};
use wasmtime_wasi::{
    I32Exit, WasiCtx, WasiCtxView, WasiView, p1::WasiP1Ctx, p2::bindings::CommandPre,
};

/// What stands behind a guest's store.
pub(crate) struct Host {
    pub(crate) gate: Arc<Gate>,
    pub(crate) table: ResourceTable,
    pub(crate) timers: u64,
    pub(crate) waiting: Waiting,
    /// What the last call of `bindery_v1` was answered.
    pub(crate) answer: Vec<u8>,
    wasi: Wasi,
    limiter: Limiter,
}

/// The WASI of a job: what its kind of module imports, and nothing else.
pub(crate) enum Wasi {
    P1(Box<WasiP1Ctx>),
    P2(Box<WasiCtx>),
}

impl Host {
    /// The WASI of a core module. Only the linker of core modules asks.
    pub(crate) fn p1(&mut self) -> &mut WasiP1Ctx {
        match &mut self.wasi {
            Wasi::P1(wasi) => wasi,
            Wasi::P2(_) => unreachable!("a component is never linked to preview 1"),
        }
    }
}

impl WasiView for Host {
    fn ctx(&mut self) -> WasiCtxView<'_> {
        match &mut self.wasi {
            Wasi::P2(wasi) => WasiCtxView { ctx: wasi, table: &mut self.table },
            Wasi::P1(_) => unreachable!("a core module is never linked to WASI 0.2"),
        }
    }
}

/// The record `error` of the contract, as a guest returns it.
#[derive(ComponentType, Lift, Deserialize)]
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
    /// A place for each guest that may be in memory at once.
    guests: Arc<Guests>,
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
    Module(InstancePre<Host>),
}

impl Sandbox {
    /// A sandbox whose modules `compiler` compiles, for `engine`.
    pub fn new(engine: &Engine, compiler: Compiler) -> Result<Self> {
        let mut components = component::Linker::new(engine);
        wasi::add_p2(&mut components)?;
        link::add_operations(&mut components)?;
        let mut modules = Linker::new(engine);
        wasi::add_p1(&mut modules)?;
        abi::add(&mut modules)?;
        let guests = Arc::new(Guests::new(limit::WORKER_GUESTS));
        let (components, modules) = (Arc::new(components), Arc::new(modules));
        Ok(Self { compiler, components, modules, guests })
    }

    /// Compiles and links `wasm`. The caller has verified its digest, and its seal if it has one.
    pub async fn prepare(&self, wasm: &[u8], level: Level) -> Result<Prepared, Failure> {
        let unlinked = |error: wasmtime::Error| {
            let reason = escaped(&format!("{error:#}"));
            Failure::new(Code::UnknownImports, format!("the module cannot be linked: {reason}"))
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
            (Level::L1, Compiled::Module(module)) => {
                Kind::Module(self.modules.instantiate_pre(&module).map_err(unlinked)?)
            }
            (level, _) => {
                let message = format!("a module of level {level:?} does not run on this worker");
                return Err(Failure::new(Code::InvalidModule, message));
            }
        };
        Ok(Prepared { kind })
    }

    /// Runs the job behind `gate` to its end, and ends its journal. No store is used twice.
    pub async fn run(&self, prepared: &Prepared, gate: &Arc<Gate>) -> Result<Outcome, Failure> {
        let by_host = || Err(wasmtime::Error::msg("the job was ended by its host"));
        let (ended, last_words) = loop {
            let console = Console::new(gate.clone());
            let guest = async {
                let _place = self.guests.enter().await;
                gate.begins_work(&self.guests);
                execute(&prepared.kind, gate, &console).await
            };
            let ended = tokio::select! {
                biased;
                ended = guest => Some(ended),
                () = watch(gate) => Some(by_host()),
                () = gate.parked() => None,
            };
            let ended = match ended {
                Some(ended) => ended,
                None => tokio::select! {
                    biased;
                    () = watch(gate) => by_host(),
                    answered = gate.unpark() => match answered {
                        Ok(()) => continue,
                        Err(fatal) => Err(fatal.into()),
                    },
                },
            };
            if !gate.begin_again().await {
                break (ended, console.finish().await);
            }
        };
        let outcome = match (ended, last_words) {
            (Err(error), _) => failed(gate, explain(&error)),
            (_, Err(fatal)) => failed(gate, fatal.0),
            // What ends a job while it writes its last line is not known to the guest.
            (Ok(outcome), Ok(())) => match gate.fatal() {
                Some(reason) => failed(gate, reason),
                None => {
                    gate.unasked().await.map_or_else(|| stopped(gate, outcome), Outcome::Failed)
                }
            },
        };
        gate.end(&outcome).await?;
        Ok(outcome)
    }
}

/// Returns when the job must end, though its guest may be waiting for what never comes.
async fn watch(gate: &Gate) {
    tokio::select! {
        () = gate.doomed() => return,
        reason = out_of_time(gate) => gate.cancel().cancel(reason),
        reason = gate.grace_over() => gate.cancel().cancel(reason),
    }
    gate.doomed().await;
}

/// Returns when the job has taken all the time that it may take.
async fn out_of_time(gate: &Gate) -> Failure {
    let after = |from: Timestamp, time: Duration| {
        let time = SignedDuration::try_from(time).unwrap_or(SignedDuration::MAX);
        from.checked_add(time).unwrap_or(Timestamp::MAX)
    };
    let limits = gate.limits().time().map(|time| {
        let message = format!("the job took longer than {} s", time.as_secs());
        (after(gate.facts().started_at, time), Failure::new(Code::LimitExceeded, message))
    });
    let window = gate.facts().deadline.map(|deadline| {
        let past = limit::PAST_WINDOW.as_secs() / 60;
        let message = format!("the job went on for {past} minutes past its window ({deadline})");
        (after(deadline, limit::PAST_WINDOW), Failure::new(Code::DeadlinePassed, message))
    });
    let Some((end, reason)) = limits.into_iter().chain(window).min_by_key(|(end, _)| *end) else {
        return std::future::pending().await;
    };
    gate.clock().sleep_until(end).await;
    reason
}

async fn execute(kind: &Kind, gate: &Arc<Gate>, console: &Console) -> Result<Outcome> {
    match kind {
        Kind::Runbook(pre) => {
            let wasi = Wasi::P2(Box::new(wasi::context(gate, console).build()));
            let mut store = store(pre.engine(), gate, wasi);
            let instance = pre.instantiate_async(&mut store).await?;
            let run = instance.get_typed_func::<(), (RunResult,)>(&mut store, "run")?;
            let (result,) = run.call_async(&mut store, ()).await?;
            Ok(outcome(result, gate))
        }
        Kind::Command(pre) => {
            let wasi = Wasi::P2(Box::new(wasi::context(gate, console).build()));
            let mut store = store(pre.engine(), gate, wasi);
            let command = pre.instantiate_async(&mut store).await?;
            let result = command.wasi_cli_run().call_run(&mut store).await;
            exit(result.map(|result| i32::from(result.is_err())), gate)
        }
        Kind::Program(pre) => {
            let wasi = Wasi::P1(Box::new(wasi::context(gate, console).build_p1()));
            let mut store = store(pre.module().engine(), gate, wasi);
            let instance = pre.instantiate_async(&mut store).await?;
            exit(start(&mut store, &instance).await, gate)
        }
        Kind::Module(pre) => {
            let wasi = Wasi::P1(Box::new(wasi::context(gate, console).build_p1()));
            let mut store = store(pre.module().engine(), gate, wasi);
            let instance = pre.instantiate_async(&mut store).await?;
            exit(enter(&mut store, &instance).await, gate)
        }
    }
}

/// Runs a program to its exit code.
async fn start(store: &mut Store<Host>, instance: &Instance) -> Result<i32> {
    let start = instance.get_typed_func::<(), ()>(&mut *store, "_start")?;
    start.call_async(store, ()).await.map(|()| 0)
}

/// Runs a guest of `bindery_v1` to its exit code.
async fn enter(store: &mut Store<Host>, instance: &Instance) -> Result<i32> {
    let Ok(run) = instance.get_typed_func::<(), i32>(&mut *store, "run") else {
        return start(store, instance).await;
    };
    if let Ok(initialize) = instance.get_typed_func::<(), ()>(&mut *store, "_initialize") {
        initialize.call_async(&mut *store, ()).await?;
    }
    run.call_async(store, ()).await
}

fn store(engine: &Engine, gate: &Arc<Gate>, wasi: Wasi) -> Store<Host> {
    let mut table = ResourceTable::new();
    table.set_max_capacity(limit::JOB_HANDLES);
    let host = Host {
        gate: gate.clone(),
        table,
        timers: 0,
        waiting: Waiting::default(),
        answer: vec![],
        wasi,
        limiter: Limiter::new(gate.clone()),
    };
    let mut store = Store::new(engine, host);
    store.limiter(|host| &mut host.limiter);
    // Bytes that the host may allocate to read the arguments of one call; a guest that passes more
    // traps. It is more than an operation may take, so that a typed refusal comes first.
    store.set_hostcall_fuel(2 * limit::OPERATION_BYTES);
    store.set_epoch_deadline(1);
    store.epoch_deadline_callback(|store| {
        let gate = &store.data().gate;
        if let Some(reason) = gate.ends() {
            return Err(gate.fail(reason).into());
        }
        Ok(UpdateDeadline::Yield(1))
    });
    store
}

fn outcome(result: RunResult, gate: &Gate) -> Outcome {
    match result {
        Ok(None) => Outcome::Completed(gate.result()),
        Ok(Some(text)) => match job_result(&text) {
            Ok(value) => Outcome::Completed(Some(value)),
            Err(failure) => Outcome::Failed(failure),
        },
        Err(error) => Outcome::Failed(guest_failure(error)),
    }
}

/// The result that a component returned, by the rule of `job.result`.
fn job_result(text: &str) -> std::result::Result<serde_json::Value, Failure> {
    if text.len() > limit::STREAM_RECORD_BYTES {
        let (size, most) = (text.len(), limit::STREAM_RECORD_BYTES);
        let message = format!("the runbook's result has {size} bytes; at most {most}");
        return Err(Failure::new(Code::TooLarge, message));
    }
    json::read(text)
        .map_err(|reason| Failure::new(Code::GuestFailed, format!("the runbook's result {reason}")))
}

/// The guest's own error. A code of ours keeps its spelling; any other stands in the message.
fn guest_failure(error: GuestError) -> Failure {
    let fits = |text: &String| text.len() <= limit::STREAM_RECORD_BYTES;
    let details = error.details.filter(fits).and_then(|text| json::read(&text).ok());
    let known = Code::ALL.iter().copied().find(|code| code.as_str() == error.code);
    let message = match known {
        Some(_) => error.message,
        None => format!("{}: {}", error.code, error.message),
    };
    Failure {
        code: known.unwrap_or(Code::GuestFailed),
        message: clip(message),
        details,
        advice: None,
    }
}

fn exit(result: Result<i32>, gate: &Gate) -> Result<Outcome> {
    let code = match result {
        Ok(code) => code,
        Err(error) => error.downcast_ref::<I32Exit>().map(|exit| exit.0).ok_or(error)?,
    };
    if code == 0 {
        return Ok(Outcome::Completed(gate.result()));
    }
    let said = gate.failure().and_then(|error| serde_json::from_value(error).ok());
    Ok(Outcome::Failed(said.map_or_else(
        || {
            let message = format!("the program ended with exit code {code}; see its Error stream");
            Failure::new(Code::GuestFailed, message)
        },
        guest_failure,
    )))
}

/// The outcome of a job that may have ended because it was asked to stop.
fn stopped(gate: &Gate, outcome: Outcome) -> Outcome {
    match outcome {
        Outcome::Failed(failure)
            if failure.code == Code::JobStopping && gate.knows_of_its_stop() =>
        {
            Outcome::Stopped
        }
        outcome => outcome,
    }
}

/// The outcome of a job that did not end by itself: what ended it comes before what the guest said.
fn failed(gate: &Gate, otherwise: Failure) -> Outcome {
    ended_by(gate.fatal().unwrap_or(otherwise))
}

/// The outcome of a job that `reason` ended.
pub fn ended_by(reason: Failure) -> Outcome {
    match reason.code {
        Code::Cancelled => Outcome::Stopped,
        Code::JobSuspended => Outcome::Suspended(reason),
        _ => Outcome::Failed(reason),
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
    // The names of functions are the guest's own.
    // The cause comes first: what follows of a backtrace is long.
    let mut chain: Vec<_> = error.chain().map(ToString::to_string).collect();
    chain.reverse();
    let reason = chain.join("\n");
    let reason = reason.split('\n').map(escaped).collect::<Vec<_>>().join("\n");
    let what = match error.is::<ThrownException>() {
        true => "the guest threw an exception that nobody caught",
        false => "the guest failed",
    };
    Failure::new(code, clip(format!("{what}: {reason}")))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_components_result_must_be_json_and_fit_into_a_record() {
        let text = |size: usize| format!("\"{}\"", "x".repeat(size - 2));
        let rows = [
            (text(limit::STREAM_RECORD_BYTES), None),
            (text(limit::STREAM_RECORD_BYTES + 1), Some(Code::TooLarge)),
            ("{".into(), Some(Code::GuestFailed)),
        ];
        for (text, refused) in rows {
            assert_eq!(job_result(&text).err().map(|failure| failure.code), refused);
        }
    }

    #[test]
    fn a_guests_error_keeps_a_code_of_ours_and_is_cut_to_a_record() {
        let error = |code: &str, message: String| GuestError {
            code: code.into(),
            details: Some(format!("\"{message}\"")),
            message,
        };
        let ours = guest_failure(error("DiskFull", "no room".into()));
        assert_eq!((ours.code, ours.message.as_str()), (Code::DiskFull, "no room"));
        let theirs = guest_failure(error("Odd", "x".repeat(limit::STREAM_RECORD_BYTES)));
        assert_eq!(theirs.code, Code::GuestFailed);
        assert_eq!(theirs.message.len(), limit::STREAM_RECORD_BYTES);
        assert_eq!(theirs.details, None, "more than a record holds");
    }
}
