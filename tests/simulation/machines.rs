//! The machines: each a runtime of its own that runs when it is its turn, and is dropped to kill it.

use crate::{
    clock::MachineClock,
    ledger::{Change, Ledger},
    network::{Line, Network},
    operator::{self, Answer},
    plan::{Dice, MACHINES, SANDBOX},
    stores::{self, Slow, watched},
    witness::{Speaker, Witness},
};
use axum::{Router, body::Body};
use bindery_capability_children::Children;
use bindery_capability_job::Job;
use bindery_capability_records::Records;
use bindery_capability_streams::Streams;
use bindery_capability_timers::Timers;
use bindery_control_plane::{
    http::router,
    plane::{Config, ControlPlane},
};
use bindery_core::{
    code::{Code, Failure},
    fleet::Report,
    id::JobId,
    job,
    profile::Profile,
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
use bindery_store::{Stores, log::Row};
use bindery_worker::{
    agent::identity::Identity,
    allow::Allow,
    config::{Config as WorkerConfig, Reporter},
    drain::Drain,
    worker::{RunError, Worker},
};
use std::{
    num::NonZeroU32,
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, atomic::Ordering},
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
    /// What is stored, and the way to it.
    memory: Stores,
    stores: Stores,
    slow: Slow,
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
    /// A new one, whose stores are as slow as the dice say.
    pub(crate) fn new(
        folder: &Path,
        clock: MachineClock,
        witness: &Witness,
        (slow, dice): (usize, Dice),
    ) -> Self {
        let (memory, folder) = (Stores::memory(), folder.to_owned());
        let slow = Slow::new(slow.into());
        let stores = watched(&memory, witness, slow.clone(), dice);
        let mut machine =
            Self { clock, folder, memory, stores, slow, running: None, token: String::new() };
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

    /// From now on its stores make nobody wait.
    pub(crate) fn be_quick(&self) {
        self.slow.store(1, Ordering::SeqCst);
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
            SANDBOX => drop(runtime.spawn(async move {
                plane.serve_sandbox(end, Profile::Standard).await;
            })),
            _ => drop(runtime.spawn(async move { plane.serve_agent(end).await })),
        }
    }

    /// Asks the API, which must be up.
    pub(crate) fn ask(&self, method: &str, path: &str, body: impl Into<Body>) -> Answer {
        let running = self.running.as_ref().expect("the control plane is up");
        running.runtime.block_on(operator::ask(&running.router, &self.token, (method, path), body))
    }

    /// A job as it is stored; none while the control plane is away.
    pub(crate) fn stored(&self, job: JobId) -> Option<job::Job> {
        let running = self.running.as_ref()?;
        running.runtime.block_on(stores::job(&self.memory, &job.to_string()))
    }

    /// The rows of a table that a job wrote.
    pub(crate) fn rows(&self, table: &str, job: JobId) -> Vec<Row> {
        let running = self.running.as_ref().expect("the control plane is up");
        let (log, job) = (&self.memory.log, job.to_string());
        running.runtime.block_on(log.read(table, &job, None, 1_000)).expect("memory")
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
    /// Whether the control plane took another machine for it: then it is not started any more.
    pub(crate) rejected: bool,
    machine: usize,
    process: usize,
    key: PublicKey,
    network: Network,
    ledger: Ledger,
    running: Option<RunningWorker>,
}

struct RunningWorker {
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
    pub(crate) fn new(machine: usize, folder: PathBuf, clock: MachineClock, world: &World) -> Self {
        Self {
            clock,
            folder,
            began: false,
            rejected: false,
            machine,
            process: 0,
            key: world.key,
            network: world.network.clone(),
            ledger: world.ledger.clone(),
            running: None,
        }
    }

    /// Starts it over its folder.
    pub(crate) fn start(&mut self) {
        let identity =
            (self.machine != SANDBOX).then(|| Identity::load(&self.folder).expect("one"));
        let clock = Arc::new(self.clock.clone());
        let timers = Timers::new(clock.clone());
        let change = Change { ledger: self.ledger.clone(), machine: self.machine };
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
                    .with(Records)
                    .with(change)
            }),
        };
        let worker = Worker::build(config).expect("a worker").at(pace());
        let (runtime, drain) = (runtime(), Drain::default());
        self.process += 1;
        let (machine, process, folder) = (self.machine, self.process, self.folder.clone());
        let speaker = Speaker { machine, process, folder };
        let line = Arc::new(Line { network: self.network.clone(), speaker });
        let ended = runtime.spawn(worker.run(line, drain.clone()));
        self.running = Some(RunningWorker { ended, drain, runtime });
        self.began = true;
    }

    /// Kills it; what it said before is heard.
    pub(crate) fn kill(&mut self) {
        self.network.listen();
        self.running = None;
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

/// Runs the machines in an order that the dice say; how each worker ended that did.
pub(crate) fn turns(
    dice: &mut Dice,
    plane: &PlaneMachine,
    workers: &mut [WorkerMachine],
) -> Vec<(usize, Result<(), RunError>)> {
    let first = dice.below(MACHINES + 1);
    let mut ended = vec![];
    for at in (0..=MACHINES).map(|at| (first + at) % (MACHINES + 1)) {
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
