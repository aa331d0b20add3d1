//! Update runs: they follow from their jobs and machine runs; they are cancelled, repeated, and
//! proved.

use crate::{
    app::{
        deployments::{Start, run_indexes},
        tokens::Caller,
    },
    documents::{
        DEPLOYMENTS, Items, JOBS, MACHINES, RUNS, machine_indexes, machine_key, machine_status_key,
    },
    events::Event,
    plane::ControlPlane,
};
use bindery_core::{
    code::{Code, Failure},
    deployment::Deployment,
    id::{ComputerId, RunId},
    job::{Job, JobEvent, Phase, Placement},
    limit,
    record::{Record, UPDATE_RUN_PROGRESS},
    run::{self, MachineEvent, MachineRun, MachineStatus, Run, RunStatus},
};
use bindery_seal::envelope::Envelope;
use bindery_store::{batch::Batch, documents::Range, log::Query};
use jiff::Timestamp;
use serde::Serialize;

/// The envelope type of signed evidence.
const EVIDENCE: &str = "application/vnd.bindery.run-evidence+json";

impl ControlPlane {
    pub(crate) async fn run(&self, id: RunId) -> Result<Run, Failure> {
        let what = format!("run {id}");
        Ok(self.repository.need(RUNS, &id.to_string(), &what).await?.value)
    }

    /// Runs, the newest first, of one deployment if it is named.
    pub(crate) async fn list_runs(
        &self,
        deployment: Option<&str>,
        status: Option<RunStatus>,
        range: Range,
    ) -> Result<Items<Run>, Failure> {
        let range = Range { reverse: true, ..range };
        let (mut runs, next) = match deployment {
            None => self.repository.list::<Run>(RUNS, range).await?,
            Some(deployment) => {
                let id = self.deployment(deployment).await?.id.to_string();
                self.repository.find(RUNS, "deployment", &id, range).await?
            }
        };
        runs.retain(|run| status.is_none_or(|status| run.status == status));
        Ok((runs, next))
    }

    pub(crate) async fn machines(&self, run: RunId) -> Result<Vec<MachineRun>, Failure> {
        self.repository.all(MACHINES, &format!("{run}/")).await
    }

    /// What a job's change means for the run that it belongs to.
    pub(crate) async fn run_follows(&self, job: &Job) -> Result<(), Failure> {
        let Some(id) = job.run else { return Ok(()) };
        let run = self.run(id).await?;
        if run.master_job == job.id {
            if job.phase.ended() {
                self.end_unstarted(&run, job).await?;
            }
        } else if let Placement::Computer(computer) = job.placement {
            self.machine_follows(id, computer, job).await?;
        }
        self.refresh_run(id).await
    }

    async fn machine_follows(
        &self,
        run: RunId,
        computer: ComputerId,
        job: &Job,
    ) -> Result<(), Failure> {
        let now = self.clock.now();
        let change = |machine: &mut MachineRun| {
            machine.job = Some(job.id);
            let Some((event, reason)) = verdict(&job.phase) else { return Ok(()) };
            // An ended machine run stays as it is.
            let Ok(status) = run::next(machine.status, event) else { return Ok(()) };
            machine.status = status;
            machine.started_at = machine.started_at.or(job.started_at);
            if status.ended() {
                machine.ended_at = Some(now);
                machine.reason = reason;
                if let Phase::Completed { result } = &job.phase {
                    machine.result = result.clone();
                }
            }
            Ok(())
        };
        let key = machine_key(run, computer);
        let what = format!("computer {computer} in run {run}");
        self.repository.change(MACHINES, &key, &what, machine_indexes, change).await?;
        self.events.say(Event::Machine(run, computer));
        Ok(())
    }

    /// Applies an event to a machine run; one that has ended stays as it is.
    pub(crate) async fn machine_event(
        &self,
        run: RunId,
        computer: ComputerId,
        event: MachineEvent,
        reason: Option<Failure>,
    ) -> Result<(), Failure> {
        let key = machine_key(run, computer);
        if self.repository.get::<MachineRun>(MACHINES, &key).await?.is_none() {
            // Configured with `onboard: all`, and no target of the run.
            return Ok(());
        }
        let now = self.clock.now();
        let change = |machine: &mut MachineRun| {
            if let Ok(status) = run::next(machine.status, event) {
                machine.status = status;
                machine.reason = reason.clone();
                machine.ended_at = status.ended().then_some(now);
            }
            Ok(())
        };
        self.repository.change(MACHINES, &key, "machine run", machine_indexes, change).await?;
        self.events.say(Event::Machine(run, computer));
        self.refresh_run(run).await
    }

    /// Machine runs that their master job has left behind can never start any more.
    async fn end_unstarted(&self, run: &Run, master: &Job) -> Result<(), Failure> {
        for machine in self.machines(run.id).await? {
            if machine.status != MachineStatus::NotStarted || machine.job.is_some() {
                continue;
            }
            let reason = left_behind(run, master);
            let event = MachineEvent::Refuse;
            self.machine_event(run.id, machine.computer, event, Some(reason)).await?;
        }
        Ok(())
    }

    /// The statuses that occur among the machine runs of a run.
    async fn machine_statuses(&self, run: RunId) -> Result<Vec<MachineStatus>, Failure> {
        let mut found = vec![];
        for status in MachineStatus::ALL {
            let key = machine_status_key(run, status);
            let range = Range::first(1);
            let (one, _) =
                self.repository.find::<MachineRun>(MACHINES, "status", &key, range).await?;
            found.extend(one.first().map(|machine| machine.status));
        }
        Ok(found)
    }

    /// Brings an open run up to date with its jobs, after a restart that may have come between a
    /// job's change and what follows from it.
    pub(crate) async fn catch_up_run(&self, run: &Run) -> Result<(), Failure> {
        for job in self.repository.find_all::<Job>(JOBS, "run", &run.id.to_string()).await? {
            if let (Placement::Computer(computer), true) = (&job.placement, job.parent.is_some()) {
                self.machine_follows(run.id, *computer, &job).await?;
            } else if job.id == run.master_job && job.phase.ended() {
                self.end_unstarted(run, &job).await?;
            }
        }
        self.refresh_run(run.id).await
    }

    /// Brings a run up to date with its machine runs and its master job.
    pub(crate) async fn refresh_run(&self, id: RunId) -> Result<(), Failure> {
        let machines = self.machine_statuses(id).await?;
        let master = self.run(id).await?.master_job.to_string();
        let master = self.repository.need::<Job>(JOBS, &master, "master job").await?.value;
        let (started, ended) = (master.started_at.is_some(), master.phase.ended());
        let now = self.clock.now();
        let change = |run: &mut Run| {
            // What was read before the end may be older than what ended it.
            if run.ended_at.is_some() {
                return Ok(());
            }
            let status = run::aggregate(&machines, started || ended, ended);
            let over = !matches!(status, RunStatus::NotStarted | RunStatus::InProgress);
            if let (true, Phase::Failed { error }) = (over, &master.phase) {
                run.status = RunStatus::Failed;
                run.reason = Some(error.clone());
            } else {
                run.status = status;
            }
            if over {
                run.ended_at = Some(now);
            }
            Ok(())
        };
        let key = id.to_string();
        self.repository.change(RUNS, &key, "run", run_indexes, change).await?;
        self.events.say(Event::Run(id));
        Ok(())
    }

    pub(crate) async fn check_not_cancelled(&self, run: RunId) -> Result<(), Failure> {
        match self.run(run).await?.cancelled_at {
            None => Ok(()),
            Some(at) => Err(cancelled(at)),
        }
    }

    /// Lets no further computer of a run start; what runs finishes what it is installing.
    pub(crate) async fn cancel_run(&self, id: RunId, caller: &Caller) -> Result<Run, Failure> {
        let now = self.clock.now();
        let cancel = |run: &mut Run| {
            if run.ended_at.is_some() {
                let message = format!("run {id} has ended: it is {:?}", run.status);
                return Err(Failure::new(Code::Conflict, message));
            }
            run.cancelled_at.get_or_insert(now);
            Ok(())
        };
        let what = format!("run {id}");
        let key = id.to_string();
        let change = self.repository.change(RUNS, &key, &what, run_indexes, cancel);
        let (run, ()) = change.await?;
        tracing::info!(run = %run.name, by = caller.name, "update run cancelled");
        self.end_waiting_children(id, now).await?;
        self.events.say(Event::Run(id));
        Ok(run)
    }

    /// Ends the children of a cancelled run that no worker has taken yet.
    async fn end_waiting_children(&self, run: RunId, at: Timestamp) -> Result<(), Failure> {
        for job in self.repository.find_all::<Job>(JOBS, "run", &run.to_string()).await? {
            let end = |job: &Job| {
                let waits = matches!(job.phase, Phase::New) && job.parent.is_some();
                waits.then(|| JobEvent::Fail(cancelled(at)))
            };
            if end(&job).is_some() {
                self.change_job(job.id, end).await?;
            }
        }
        Ok(())
    }

    /// Repeats a run on the computers that did not succeed.
    pub(crate) async fn retry_run(&self, id: RunId, caller: &Caller) -> Result<Run, Failure> {
        let run = self.run(id).await?;
        if run.ended_at.is_none() {
            return Err(Failure::new(Code::Conflict, format!("run {id} has not ended yet")));
        }
        let mut computers = vec![];
        for machine in self.machines(id).await? {
            if machine.status != MachineStatus::Succeeded {
                computers.push(self.computer(&machine.computer.to_string()).await?);
            }
        }
        if computers.is_empty() {
            let message = format!("every computer of run {id} succeeded");
            return Err(Failure::new(Code::Conflict, message));
        }
        let deployment = self.deployment_of(&run).await?;
        let (retry_of, dry_run, by) = (Some(id), run.dry_run, caller.name.clone());
        let start = Start { deployment: &deployment, computers, retry_of, dry_run, by };
        self.start_run(start, Batch::new()).await
    }

    async fn deployment_of(&self, run: &Run) -> Result<Deployment, Failure> {
        let key = run.deployment_name.key();
        let what = format!("deployment `{}`", run.deployment_name);
        Ok(self.repository.need(DEPLOYMENTS, &key, &what).await?.value)
    }

    /// Everything that proves what a run did: itself, its machine runs, and every update's rows.
    pub(crate) async fn evidence(
        &self,
        id: RunId,
    ) -> Result<(Run, Vec<MachineRun>, Vec<(String, Record)>), Failure> {
        let run = self.run(id).await?;
        let machines = self.machines(id).await?;
        let mut query = Query::newest(limit::PAGE_ITEMS).equals("UpdateRunName", run.name.clone());
        let mut records = vec![];
        loop {
            let (page, next) = self.search(UPDATE_RUN_PROGRESS, &query).await?;
            records.extend(page);
            match next {
                Some(next) => query.cursor = Some(next),
                None => return Ok((run, machines, records)),
            }
        }
    }

    /// Signs evidence with the workspace key.
    pub(crate) fn sign_evidence(&self, evidence: &impl Serialize) -> Result<Envelope, Failure> {
        Envelope::sign(EVIDENCE, evidence, self.keys.workspace())
    }

    /// The runs that have not ended.
    pub(crate) async fn open_runs(&self) -> Result<Vec<Run>, Failure> {
        self.repository.find_all(RUNS, "open", crate::documents::OPEN).await
    }
}

/// What a child job's phase means for its machine run. A runbook says how it went in the `status`
/// of its result.
fn verdict(phase: &Phase) -> Option<(MachineEvent, Option<Failure>)> {
    match phase {
        Phase::Running { .. } => Some((MachineEvent::Start, None)),
        Phase::Completed { result } => {
            let status = result.as_ref().and_then(|result| result["status"].as_str());
            Some(match status {
                Some("Failed") => (MachineEvent::Fail, None),
                Some("MaintenanceWindowExceeded") => (MachineEvent::Exceed, None),
                _ => (MachineEvent::Succeed, None),
            })
        }
        Phase::Failed { error } => Some((MachineEvent::Fail, Some(error.clone()))),
        Phase::Stopped => {
            let reason = Failure::new(Code::Cancelled, "its job was stopped");
            Some((MachineEvent::Fail, Some(reason)))
        }
        _ => None,
    }
}

fn cancelled(at: Timestamp) -> Failure {
    Failure::new(Code::RunCancelled, format!("the run was cancelled at {at}"))
}

/// Why a computer was never begun.
fn left_behind(run: &Run, master: &Job) -> Failure {
    match (&master.phase, run.cancelled_at) {
        (_, Some(at)) => cancelled(at),
        (Phase::Failed { error }, None) => error.clone(),
        _ => Failure::new(
            Code::LimitExceeded,
            "the run ended before it: too many errors, or the window was over",
        ),
    }
}
