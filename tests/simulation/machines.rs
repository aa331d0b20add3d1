//! The machines: each a runtime of its own that runs when it is its turn, and is dropped to kill it.

use crate::{
    clock::MachineClock,
    ledger::{Change, Ledger},
    network::{Line, Network},
    operator::{self, Answer},
    plan::{Dice, SANDBOX, WORKERS},
};
use axum::{Router, body::Body};
use bindery_capability_children::Children;
use bindery_capability_job::Job;
use bindery_capability_streams::Streams;
use bindery_capability_timers::Timers;
use bindery_control_plane::{
    http::router,
    plane::{Config, ControlPlane},
};
use bindery_core::{
    code::{Code, Failure},
    fleet::Report,
    retention::Retention,
    update::OsType,
};
use bindery_protocol::{link::ControlEnd, pace::Pace};
use bindery_sandbox::{
    capability::Capabilities,
    compile::{CompileIn, Compiler},
    engine::SandboxEngine,
    run::Sandbox,
};
use bindery_seal::key::PublicKey;
use bindery_store::Stores;
use bindery_worker::{
    agent::identity::Identity,
    allow::Allow,
    config::{Config as WorkerConfig, Reporter},
    drain::Drain,
    worker::{RunError, Worker},
};
use parking_lot::Mutex;
use std::{
    ffi::OsString,
    fs, iter,
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock},
    thread,
};
use tempfile::TempDir;
use tokio::{
    runtime::{Builder, Runtime},
    task::{JoinHandle, JoinSet, yield_now},
};

/// What a machine does in its turn, in rounds of all its tasks.
const ROUNDS: usize = 4;

/// A heartbeat each 5 ms, silence after 30 ms.
fn pace() -> Pace {
    Pace::faster(NonZeroU32::new(3_000).expect("not zero"))
}

/// A folder that goes with its seed, in memory where there is such a place.
pub(crate) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder")
}

/// What runs guests; each is compiled once for all seeds.
static LAB: LazyLock<(Sandbox, TempDir)> = LazyLock::new(|| {
    let cache = scratch();
    let engine = SandboxEngine::on_demand().expect("an engine");
    let compiler = Compiler::new(&engine, CompileIn::ThisProcess, cache.path());
    let sandbox = Sandbox::new(engine.engine(), compiler.expect("a compiler"));
    (sandbox.expect("a sandbox"), cache)
});

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_time().build().expect("a runtime")
}

/// Runs what is ready.
fn turn(runtime: &Runtime) {
    runtime.block_on(async {
        for _ in 0..ROUNDS {
            yield_now().await;
        }
    });
}

/// The control plane, and what survives its death: its stores, its keys, its clock.
pub(crate) struct PlaneMachine {
    pub(crate) clock: MachineClock,
    folder: PathBuf,
    stores: Stores,
    running: Option<RunningPlane>,
    token: String,
}

struct RunningPlane {
    // Dropped in this order.
    router: Router,
    _tasks: JoinSet<()>,
    plane: ControlPlane,
    runtime: Runtime,
}

impl PlaneMachine {
    pub(crate) fn new(folder: &Path, clock: MachineClock) -> Self {
        let (stores, token) = (Stores::memory(), String::new());
        let mut machine = Self { clock, folder: folder.to_owned(), stores, running: None, token };
        machine.open();
        let RunningPlane { plane, runtime, .. } = machine.running.as_ref().expect("it is open");
        machine.token = runtime.block_on(plane.owner_token("the simulation")).expect("a token");
        machine
    }

    /// Opens it over its stores.
    pub(crate) fn open(&mut self) {
        let runtime = runtime();
        let clock = self.clock.clone();
        let config = Config {
            folder: self.folder.clone(),
            stores: self.stores.clone(),
            clock: Arc::new(move || clock.now()),
            name: "simulation".into(),
            builtins: vec![],
            publishers: vec![],
            modules: vec![],
            replayer: None,
            fingerprint: None,
        };
        let plane = runtime.block_on(ControlPlane::open_at(pace(), config)).expect("it opens");
        let tasks = runtime.block_on(plane.start_tasks(Retention::default())).expect("its tasks");
        let router = router(plane.clone());
        self.running = Some(RunningPlane { router, _tasks: tasks, plane, runtime });
    }

    pub(crate) fn kill(&mut self) {
        self.running = None;
    }

    pub(crate) fn is_up(&self) -> bool {
        self.running.is_some()
    }

    pub(crate) fn turn(&self) {
        if let Some(running) = &self.running {
            turn(&running.runtime);
        }
    }

    /// Takes a session of a worker.
    pub(crate) fn serve(&self, worker: usize, end: ControlEnd) {
        let Some(RunningPlane { plane, runtime, .. }) = &self.running else { return };
        let plane = plane.clone();
        match worker {
            SANDBOX => drop(runtime.spawn(async move { plane.serve_sandbox(end).await })),
            _ => drop(runtime.spawn(async move { plane.serve_agent(end).await })),
        }
    }

    /// Asks the API, which must be up.
    pub(crate) fn ask(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let running = self.running.as_ref().expect("the control plane is up");
        running.runtime.block_on(operator::ask(&running.router, &self.token, (method, path), body))
    }

    pub(crate) fn enrol_token(&self) -> String {
        let RunningPlane { plane, runtime, .. } = self.running.as_ref().expect("it is up");
        runtime.block_on(plane.enrol_token("a computer")).expect("a token")
    }

    pub(crate) fn workspace_key(&self) -> PublicKey {
        self.running.as_ref().expect("it is up").plane.workspace_key()
    }
}

/// A worker, and what survives its death: its folder, its clock, the world.
pub(crate) struct WorkerMachine {
    pub(crate) clock: MachineClock,
    pub(crate) folder: PathBuf,
    /// Whether it was ever started.
    pub(crate) began: bool,
    number: usize,
    key: PublicKey,
    network: Network,
    ledger: Ledger,
    running: Option<RunningWorker>,
}

struct RunningWorker {
    /// The thread that writes its journal, which outlives the runtime.
    writer: OsString,
    ended: JoinHandle<Result<(), RunError>>,
    drain: Drain,
    runtime: Runtime,
}

/// What workers share.
pub(crate) struct World<'a> {
    pub(crate) key: PublicKey,
    pub(crate) network: &'a Network,
    pub(crate) ledger: &'a Ledger,
}

impl WorkerMachine {
    pub(crate) fn new(number: usize, folder: PathBuf, clock: MachineClock, world: &World) -> Self {
        let (network, ledger) = (world.network.clone(), world.ledger.clone());
        let (key, running) = (world.key, None);
        Self { clock, folder, began: false, number, key, network, ledger, running }
    }

    /// Starts it over its folder.
    pub(crate) fn start(&mut self) {
        let identity = (self.number != SANDBOX).then(|| Identity::load(&self.folder).expect("one"));
        let clock = Arc::new(self.clock.clone());
        let (timers, ledger) = (Timers::new(clock.clone()), self.ledger.clone());
        let config = WorkerConfig {
            state: self.folder.clone(),
            clock,
            sandbox: LAB.0.clone(),
            workspace_key: self.key,
            allow: Allow::Everything,
            computer: identity.as_ref().map(|identity| {
                let facts = identity.facts();
                (facts.computer, facts.name)
            }),
            reporter: identity.as_ref().map(|_| Arc::new(Fine) as Arc<dyn Reporter>),
            identity,
            capabilities: Box::new(move |upstream| {
                Capabilities::default()
                    .with(Job)
                    .with(Streams)
                    .with(timers)
                    .with(Children::new(upstream))
                    .with(Change(ledger))
            }),
        };
        let (worker, writer) = {
            let _alone = BUILDING.lock();
            let before = writers();
            let worker = Worker::build(config).expect("a worker").at(pace());
            let new = || writers().into_iter().find(|thread| !before.contains(thread));
            let writer = iter::repeat_with(new).flatten().next().expect("it writes its journal");
            (worker, writer)
        };
        let (runtime, drain) = (runtime(), Drain::default());
        let line = Arc::new(Line { network: self.network.clone(), worker: self.number });
        let ended = runtime.spawn(worker.run(line, drain.clone()));
        self.running = Some(RunningWorker { writer, ended, drain, runtime });
        self.began = true;
    }

    /// Kills it; returns once nobody writes to its journal any more.
    pub(crate) fn kill(&mut self) {
        let Some(RunningWorker { writer, ended, runtime, .. }) = self.running.take() else {
            return;
        };
        drop((ended, runtime));
        while writers().contains(&writer) {
            thread::yield_now();
        }
    }

    pub(crate) fn drain(&self) {
        if let Some(running) = &self.running {
            running.drain.drain();
        }
    }

    pub(crate) fn is_up(&self) -> bool {
        self.running.is_some()
    }

    /// Runs what is ready; how it ended, if it did.
    pub(crate) fn turn(&mut self) -> Option<Result<(), RunError>> {
        let running = self.running.as_mut()?;
        turn(&running.runtime);
        if !running.ended.is_finished() {
            return None;
        }
        let ended = running.runtime.block_on(&mut running.ended).expect("no panic");
        self.kill();
        Some(ended)
    }
}

/// One worker is built at a time, so that its writer is known.
static BUILDING: Mutex<()> = Mutex::new(());

/// The threads of this process that write journals.
fn writers() -> Vec<OsString> {
    let threads = fs::read_dir("/proc/self/task").expect("the threads").flatten();
    let writes = |thread: &fs::DirEntry| {
        let name = fs::read_to_string(thread.path().join("comm"));
        name.is_ok_and(|name| name.trim_end() == "bindery-journal")
    };
    threads.filter(writes).map(|thread| thread.file_name()).collect()
}

/// Runs the machines in an order that the dice say; how each worker ended that did.
pub(crate) fn turns(
    dice: &mut Dice,
    plane: &PlaneMachine,
    workers: &mut [WorkerMachine],
) -> Vec<(usize, Result<(), RunError>)> {
    let first = dice.below(WORKERS + 1);
    let mut ended = vec![];
    for at in (0..=WORKERS).map(|at| (first + at) % (WORKERS + 1)) {
        match workers.get_mut(at) {
            None => plane.turn(),
            Some(worker) => ended.extend(worker.turn().map(|how| (at, how))),
        }
    }
    ended
}

/// Says that the computer is fine. Both have one name, and so are one group.
struct Fine;

#[async_trait::async_trait]
impl Reporter for Fine {
    async fn report(&self) -> Report {
        Report {
            name: "pair".into(),
            os_name: "Debian".into(),
            os_version: "13".into(),
            os_type: OsType::Linux,
            boot_id: "b".into(),
            agent_version: "0".into(),
            allow_changes: true,
            assessment: Err(Failure::new(Code::NotFound, "no package manager")),
        }
    }
}
