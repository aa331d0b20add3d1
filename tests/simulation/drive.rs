//! Drives a seed: sets everything up, lets the plan strike, heals, and waits for the end.

mod befall;
mod set_up;

use crate::{
    check,
    clock::{MachineClock, Time},
    ledger::Ledger,
    machines::{PlaneMachine, WorkerMachine, World, scratch, turns},
    network::Network,
    operator::Answer,
    plan::{AGENTS, Dice, MACHINES, Plan, SANDBOX, TWIN},
    witness::Witness,
};
use befall::{Fates, Snapshot};
use bindery_core::id::JobId;
use bindery_worker::worker::RunError;
use serde_json::Value;
use std::{
    collections::BTreeSet,
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
/// Steps, and the milliseconds of each, in which a worker is silent for too long.
const SILENCE: (usize, i64) = (60, 2_000);

/// Everything that is simulated.
pub(crate) struct Simulation<'a> {
    pub(crate) plane: PlaneMachine,
    pub(crate) ledger: Ledger,
    /// Jobs that somebody asked to stop, and was not refused.
    pub(crate) stopped: BTreeSet<JobId>,
    pub(crate) plan: &'a Plan,
    pub(crate) fates: Fates,
    /// The agent that was copied.
    pub(crate) twin_of: Option<usize>,
    pub(crate) witness: Witness,
    machines: Vec<WorkerMachine>,
    saved: [Option<Snapshot>; AGENTS],
    network: Network,
    time: Time,
    dice: Dice,
    jobs: Vec<JobId>,
    /// The steps until a machine is started again.
    away: [usize; MACHINES],
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
        let (witness, slow) =
            (Witness::default(), (plan.slow, Dice::of(plan.seed.rotate_left(16))));
        let network = Network::new(plan.seed, 1, witness.clone());
        let clock = MachineClock::of(&time, MACHINES);
        let plane = PlaneMachine::new(&folder.path().join("plane"), clock, &witness, slow);
        let world = World { key: plane.workspace_key(), network: &network, ledger: &ledger };
        let machine = |number: usize| {
            let path = folder.path().join(format!("machine-{number}"));
            WorkerMachine::new(number, path, MachineClock::of(&time, number), &world)
        };
        let mut simulation = Self {
            machines: (0..MACHINES).map(machine).collect(),
            plane,
            ledger,
            stopped: BTreeSet::new(),
            plan,
            fates: Fates::default(),
            twin_of: None,
            witness,
            saved: [const { None }; AGENTS],
            network,
            time,
            dice: Dice::of(plan.seed.rotate_left(32)),
            jobs: vec![],
            away: [0; MACHINES],
            plane_away: 0,
            carried: 0,
            quiet: 0,
            _folder: folder,
        };
        simulation.import();
        for number in 0..AGENTS {
            simulation.enrol(number);
            simulation.machines[number].start();
        }
        simulation.until("both computers report", |it| {
            let computers = it.must("GET", "/v1/computers", "");
            let all = computers["items"].as_array().expect("a list").iter();
            all.filter(|computer| computer["name"] == "pair").count() == AGENTS
        })?;
        simulation.configure()?;
        simulation.machines[SANDBOX].start();
        simulation.until("the jobs of the set-up end", Self::all_ended)?;
        simulation.network.be_late(plan.slowest);
        Ok(simulation)
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
            self.befall(strike.fault)?;
        }
        Ok(())
    }

    /// Ends all faults, then waits until every job has ended and no worker has any.
    fn heal(&mut self) -> Result<(), String> {
        self.network.heal();
        self.plane.be_quick();
        self.plane.clock.set_right();
        self.machines.iter().for_each(|machine| machine.clock.set_right());
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
        (0..MACHINES).for_each(|machine| self.network.cut(machine, 0, 0));
        let mut free = [false; MACHINES];
        let mut last = String::new();
        self.until("no worker has a job", |it| {
            for (machine, said) in it.network.holding().into_iter().enumerate() {
                let Some(held) = said else { continue };
                free[machine] = held.is_empty();
                if !held.is_empty() {
                    last = format!("machine {machine} has {held:?}");
                    it.network.cut(machine, 9, 0);
                }
            }
            let mut all = it.machines.iter().zip(free);
            all.all(|(machine, free)| free || !machine.began || machine.rejected)
        })
        .map_err(|wrong| format!("{wrong}; {last}"))
    }

    /// Time passes.
    fn pass(&mut self, (steps, millis): (usize, i64)) -> Result<(), String> {
        for _ in 0..steps {
            self.time.advance(millis);
            self.step()?;
        }
        Ok(())
    }

    /// One step: messages, a turn of each machine, time.
    fn step(&mut self) -> Result<(), String> {
        let carried = self.network.step();
        self.carried += carried;
        self.quiet = if carried == 0 { self.quiet + 1 } else { 0 };
        for (machine, end) in self.network.arrivals() {
            self.plane.serve(machine, end);
        }
        for (machine, ended) in turns(&mut self.dice, &self.plane, &mut self.machines) {
            self.ended(machine, ended)?;
        }
        self.restart();
        self.time.advance(STEP);
        if carried == 0 {
            // Others write journals.
            thread::yield_now();
        }
        self.witness.wrong().map_or(Ok(()), Err)
    }

    /// A worker ended by itself: it was drained, or is one of two.
    fn ended(&mut self, machine: usize, how: Result<(), RunError>) -> Result<(), String> {
        self.away[machine] = 0;
        let one_of_two = self.twin_of.is_some_and(|of| machine == of || machine == TWIN);
        match how {
            Ok(()) => Ok(()),
            Err(RunError::IdentityCopied(_)) if one_of_two => {
                self.machines[machine].rejected = true;
                Ok(())
            }
            Err(error) => Err(format!("machine {machine} ended: {error:?}")),
        }
    }

    fn restart(&mut self) {
        if self.plane_away > 0 {
            self.plane_away -= 1;
        } else if !self.plane.is_up() {
            self.plane.open();
            self.network.plane_is_up(true);
        }
        for (machine, away) in self.machines.iter_mut().zip(&mut self.away) {
            if *away > 0 {
                *away -= 1;
            } else if machine.began && !machine.rejected && !machine.is_up() {
                machine.start();
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
