//! Drives a seed: sets everything up, lets the plan strike, heals, and waits for the end.

use crate::{
    check,
    clock::{MachineClock, Time},
    ledger::Ledger,
    machines::{PlaneMachine, WorkerMachine, World, scratch, turns},
    network::Network,
    operator::Answer,
    plan::{AGENTS, Dice, Fault, Plan, SANDBOX, WORKERS, Wish},
};
use bindery_core::{id::JobId, operation::FLEET_CONFIGURE};
use bindery_inspect::manifest::{embed_manifest, read_manifest_toml};
use bindery_protocol::{
    VERSION,
    link::{WorkerEnd, pair},
    message::{ToControl, ToWorker},
};
use bindery_seal::{key::SigningKey, key_file};
use bindery_worker::agent::identity::Facts;
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    sync::LazyLock,
    thread,
    time::{Duration, Instant},
};
use tempfile::TempDir;

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);
/// Milliseconds of the simulation in a step.
const STEP: i64 = 200;
/// Steps without a message after which the next fault strikes.
const QUIET: usize = 60;
/// Steps between two looks at the jobs.
const LOOK: usize = 10;

/// The guests: name, text, grant.
const GUESTS: [(&str, &str, &str); 3] = [
    ("Leaf", include_str!("../fixtures/changing-runbook.wat"), "power.reboot"),
    ("Parent", include_str!("../fixtures/parent-runbook.wat"), "jobs.start:Leaf"),
    ("Setup", r#"(module (func (export "_start")))"#, "fleet.configure"),
];

/// The guests as the operator imports them.
static FILES: LazyLock<Vec<Vec<u8>>> = LazyLock::new(|| {
    let file = |(name, text, grant)| {
        let wasm = wat::parse_str(text).expect("a module");
        let manifest =
            format!("name = '{name}'\ndescription = ''\nversion = '1.0.0'\ngrants = ['{grant}']");
        embed_manifest(&wasm, &read_manifest_toml(&manifest).expect("a manifest")).expect("a file")
    };
    GUESTS.map(file).into()
});

/// Everything that is simulated.
pub(crate) struct Simulation<'a> {
    pub(crate) plane: PlaneMachine,
    pub(crate) ledger: Ledger,
    /// Jobs that somebody asked to stop, and was not refused.
    pub(crate) stopped: BTreeSet<JobId>,
    pub(crate) plan: &'a Plan,
    workers: Vec<WorkerMachine>,
    network: Network,
    time: Time,
    dice: Dice,
    jobs: Vec<JobId>,
    /// The steps until a machine is started again.
    away: [usize; WORKERS],
    plane_away: usize,
    carried: usize,
    quiet: usize,
    _folder: TempDir,
}

/// Runs a plan to its end; what does not hold then.
pub(crate) fn simulate(plan: &Plan) -> Result<(), String> {
    let mut simulation = Simulation::set_up(plan)?;
    simulation.strike()?;
    simulation.heal()?;
    check::check(&simulation)
}

impl<'a> Simulation<'a> {
    /// A control plane with the runbooks, two agents in one group, and a sandbox worker.
    fn set_up(plan: &'a Plan) -> Result<Self, String> {
        let (folder, time, ledger) = (scratch(), Time::new(), Ledger::default());
        let network = Network::new(plan.seed, 1);
        let plane = PlaneMachine::new(&folder.path().join("plane"), MachineClock::of(&time));
        let world = World { key: plane.workspace_key(), network: &network, ledger: &ledger };
        let worker = |number: usize| {
            let path = folder.path().join(format!("worker-{number}"));
            WorkerMachine::new(number, path, MachineClock::of(&time), &world)
        };
        let mut simulation = Self {
            workers: (0..WORKERS).map(worker).collect(),
            plane,
            ledger,
            stopped: BTreeSet::new(),
            plan,
            network,
            time,
            dice: Dice::of(plan.seed.rotate_left(32)),
            jobs: vec![],
            away: [0; WORKERS],
            plane_away: 0,
            carried: 0,
            quiet: 0,
            _folder: folder,
        };
        simulation.import();
        for number in 0..AGENTS {
            simulation.enrol(number);
            simulation.workers[number].start();
        }
        simulation.until("both computers report", |it| {
            let computers = it.must("GET", "/v1/computers", "");
            let all = computers["items"].as_array().expect("a list").iter();
            all.filter(|computer| computer["name"] == "pair").count() == AGENTS
        })?;
        simulation.configure()?;
        simulation.workers[SANDBOX].start();
        simulation.until("the jobs of the set-up end", Self::all_ended)?;
        simulation.network.be_late(plan.slowest);
        Ok(simulation)
    }

    fn import(&self) {
        self.must("POST", "/v1/accounts", json!({ "name": "A" }).to_string());
        for ((name, _, grant), file) in GUESTS.iter().zip(FILES.iter()) {
            self.must("POST", "/v1/accounts/A/runbooks", file.clone());
            let grants = json!({ "grants": [grant] }).to_string();
            self.must("POST", &format!("/v1/accounts/A/runbooks/{name}/publish"), grants);
        }
    }

    /// Makes a worker the agent of a new computer, as `bindery agent enrol` does.
    fn enrol(&self, number: usize) {
        let worker = &self.workers[number];
        let key = SigningKey::from_seed([number as u8 + 1; 32]);
        let agent = json!({
            "token": self.plane.enrol_token(), "publicKey": key.public_key().to_string(),
            "name": "pair", "protocol": VERSION, "time": worker.clock.now(),
        });
        let enrolled = self.must("POST", "/v1/enrol", agent.to_string());
        let facts = Facts {
            computer: serde_json::from_value(enrolled["computerId"].clone()).expect("an id"),
            name: "pair".into(),
            workspace: serde_json::from_value(enrolled["workspaceId"].clone()).expect("an id"),
            workspace_key: self.plane.workspace_key(),
            continuation: enrolled["continuation"].as_u64().expect("a number"),
            url: "sim://plane".into(),
            ca: None,
        };
        fs::create_dir_all(&worker.folder).expect("a folder");
        let json = serde_json::to_vec(&facts).expect("JSON");
        fs::write(worker.folder.join("identity.json"), json).expect("written");
        key_file::save(&key, &worker.folder.join("agent.key")).expect("saved");
    }

    /// Makes the computers workers of the account: a job of it asks for that, over a session in which
    /// the simulation is the sandbox worker.
    fn configure(&mut self) -> Result<(), String> {
        let computers = self.must("GET", "/v1/computers", "");
        let ids: Vec<_> = computers["items"].as_array().expect("a list").iter().collect();
        let ids: Vec<_> = ids.iter().map(|computer| &computer["id"]).collect();
        let job = self.begin("Setup", None);
        let call = ToControl::Call {
            id: 1,
            job,
            sequence: 1,
            operation: FLEET_CONFIGURE.name.to_owned(),
            arguments: json!({ "computers": ids }),
        };
        let mut link = None;
        self.until("the computers are configured", |it| {
            // A session that was silent for too long on a busy machine is followed by another one.
            let worker = link.take_if(|worker: &mut WorkerEnd| worker.say.is_closed());
            drop(worker);
            let worker = link.get_or_insert_with(|| {
                let (worker, control) = pair();
                it.plane.serve(SANDBOX, control);
                worker
            });
            let mut configured = false;
            while let Ok(message) = worker.hear.try_recv() {
                let answer = match message {
                    ToWorker::Welcome { .. } => ToControl::Holding { jobs: vec![] },
                    ToWorker::Configure { id, .. } => ToControl::Configured { id, answer: Ok(()) },
                    ToWorker::Reply { reply: Ok(Value::Array(computers)), .. }
                        if computers.iter().all(|it| it["status"] == "Configured") =>
                    {
                        configured = true;
                        continue;
                    }
                    ToWorker::Order { .. } | ToWorker::Reply { .. } => call.clone(),
                    _ => ToControl::Alive,
                };
                let _over = worker.say.try_send(answer);
            }
            let _over = worker.say.try_send(ToControl::Alive);
            configured
        })
    }

    fn begin(&self, runbook: &str, group: Option<&str>) -> JobId {
        let placement = group.map_or(json!("sandbox"), |group| json!({ "group": group }));
        let new = json!({ "runbook": runbook, "placement": placement }).to_string();
        let job = self.must("POST", "/v1/accounts/A/jobs", new);
        serde_json::from_value(job["id"].clone()).expect("an id")
    }

    /// Starts the jobs and lets every fault strike when it is due.
    fn strike(&mut self) -> Result<(), String> {
        let plan = self.plan;
        self.jobs = plan
            .jobs
            .iter()
            .map(|parent| match parent {
                true => self.begin("Parent", None),
                false => self.begin("Leaf", Some("pair")),
            })
            .collect();
        (self.carried, self.quiet) = (0, 0);
        for strike in &plan.strikes {
            while self.carried < strike.at && self.quiet < QUIET {
                self.step()?;
            }
            self.quiet = 0;
            self.befall(strike.fault);
        }
        Ok(())
    }

    fn befall(&mut self, fault: Fault) {
        match fault {
            Fault::Cut { worker, arrives, lag } => self.network.cut(worker, arrives, lag),
            Fault::HalfOpen { worker, way } => self.network.swallow(worker, way),
            Fault::Part { worker } => {
                self.network.part(worker, true);
                self.network.cut(worker, 0, 0);
            }
            Fault::Join { worker } => self.network.part(worker, false),
            Fault::Kill { worker, away } => {
                self.workers[worker].kill();
                self.away[worker] = away;
            }
            Fault::Drain { worker } => self.workers[worker].drain(),
            Fault::KillPlane { away } => {
                self.plane.kill();
                self.network.plane_is_up(false);
                self.plane_away = away;
            }
            Fault::Jump { worker, seconds } => self.workers[worker].clock.jump(seconds),
            Fault::JumpPlane { seconds } => self.plane.clock.jump(seconds),
            Fault::Ask { job, wish } => self.wish(self.jobs[job], wish),
        }
    }

    /// Asks for what may be refused: the job may have ended, or the control plane may be away.
    fn wish(&mut self, job: JobId, wish: Wish) {
        if !self.plane.is_up() {
            return;
        }
        let verb = match wish {
            Wish::Suspend => "suspend",
            Wish::Resume => "resume",
            Wish::Stop => "stop",
        };
        let asked = self.plane.ask("POST", &format!("/v1/accounts/A/jobs/{job}/{verb}"), "");
        if asked.is_ok() && wish == Wish::Stop {
            self.stopped.insert(job);
        }
    }

    /// Ends all faults, then waits until every job has ended and no worker has any.
    fn heal(&mut self) -> Result<(), String> {
        self.network.heal();
        self.plane.clock.set_right();
        self.workers.iter().for_each(|worker| worker.clock.set_right());
        self.until("every job ends", |it| {
            for job in it.listed() {
                if job["status"] == "Suspended" {
                    let id = job["id"].as_str().expect("an id");
                    let _refused =
                        it.plane.ask("POST", &format!("/v1/accounts/A/jobs/{id}/resume"), "");
                }
            }
            it.all_ended()
        })?;
        self.network.holding();
        (0..WORKERS).for_each(|worker| self.network.cut(worker, 0, 0));
        let mut free = [false; WORKERS];
        let mut last = String::new();
        self.until("no worker has a job", |it| {
            for (worker, said) in it.network.holding().into_iter().enumerate() {
                let Some(held) = said else { continue };
                free[worker] = held.is_empty();
                if !held.is_empty() {
                    last = format!("worker {worker} has {held:?}");
                    it.network.cut(worker, 9, 0);
                }
            }
            free == [true; WORKERS]
        })
        .map_err(|wrong| format!("{wrong}; {last}"))
    }

    /// One step: messages, a turn of each machine, time.
    fn step(&mut self) -> Result<(), String> {
        let carried = self.network.step();
        self.carried += carried;
        self.quiet = if carried == 0 { self.quiet + 1 } else { 0 };
        for (worker, end) in self.network.arrivals() {
            self.plane.serve(worker, end);
        }
        for (worker, ended) in turns(&mut self.dice, &self.plane, &mut self.workers) {
            ended.map_err(|error| format!("worker {worker} ended: {error:?}"))?;
            self.away[worker] = 0;
        }
        self.restart();
        self.time.advance(STEP);
        if carried == 0 {
            // Others write journals.
            thread::yield_now();
        }
        Ok(())
    }

    fn restart(&mut self) {
        if self.plane_away > 0 {
            self.plane_away -= 1;
        } else if !self.plane.is_up() {
            self.plane.open();
            self.network.plane_is_up(true);
        }
        for (worker, away) in self.workers.iter_mut().zip(&mut self.away) {
            if *away > 0 {
                *away -= 1;
            } else if !worker.is_up() && worker.began {
                worker.start();
            }
        }
    }

    fn until(&mut self, what: &str, mut is: impl FnMut(&Self) -> bool) -> Result<(), String> {
        let began = Instant::now();
        for step in 1_usize.. {
            self.step()?;
            if step.is_multiple_of(LOOK) && self.plane.is_up() && is(self) {
                break;
            }
            if began.elapsed() > PATIENCE {
                let jobs = if self.plane.is_up() { self.listed() } else { vec![] };
                let jobs: Vec<_> = jobs.iter().map(|it| (&it["id"], &it["status"])).collect();
                return Err(format!("never: {what}; jobs: {jobs:?}"));
            }
        }
        Ok(())
    }

    /// Asks for what must not be refused.
    fn must(&self, method: &str, path: &str, body: impl Into<axum::body::Body>) -> Value {
        let answer: Answer = self.plane.ask(method, path, body);
        answer.unwrap_or_else(|problem| panic!("{method} {path}: {problem}"))
    }

    /// Every job that there is.
    pub(crate) fn listed(&self) -> Vec<Value> {
        match self.must("GET", "/v1/accounts/A/jobs?limit=1000", "")["items"].take() {
            Value::Array(jobs) => jobs,
            other => panic!("no list: {other}"),
        }
    }

    /// All items of a list of a job.
    pub(crate) fn of_job(&self, job: JobId, list: &str) -> Vec<Value> {
        let path = format!("/v1/accounts/A/jobs/{job}/{list}?limit=1000");
        match self.must("GET", &path, "")["items"].take() {
            Value::Array(items) => items,
            other => panic!("no list: {other}"),
        }
    }

    fn all_ended(&self) -> bool {
        let ended = ["Completed", "Failed", "Stopped"];
        self.listed().iter().all(|job| ended.iter().any(|status| job["status"] == *status))
    }
}
