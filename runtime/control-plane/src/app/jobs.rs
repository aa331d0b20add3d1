//! Jobs: started, listed, watched, stopped.

use crate::{
    app::{tokens::Caller, waiting::place_name},
    documents::{CHILDREN, Items, JOBS, child_key, job_indexes},
    entropy,
    events::{Event, Listener},
    intake::stream_record,
    plane::ControlPlane,
    session::reconcile,
};
use bindery_core::{
    code::{Code, Failure},
    id::{JobId, RunId},
    job::{Job, JobEvent, JobStatus, Lease, Parent, Phase, Placement, Trigger},
    limit,
    name::Name,
    profile::Profile,
    runbook::Runbook,
    seal::{Starter, Verb},
    stream::StreamRecord,
};
use bindery_inspect::parameters::job_parameters;
use bindery_journal::entry::Entry;
use bindery_protocol::message::ToWorker;
use bindery_store::{
    batch::{Batch, Expect},
    documents::Range,
};
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

/// A job that somebody wants.
pub(crate) struct Wanted {
    pub(crate) parameters: Value,
    pub(crate) placement: Placement,
    pub(crate) trigger: Trigger,
    pub(crate) started_by: String,
    pub(crate) parent: Option<Parent>,
    pub(crate) run: Option<RunId>,
    pub(crate) deadline: Option<Timestamp>,
    pub(crate) dry_run: bool,
}

/// A runbook, and the job of it that is to begin.
pub(crate) struct Begin<'a> {
    pub(crate) runbook: &'a Runbook,
    pub(crate) wanted: Wanted,
}

impl ControlPlane {
    /// Starts a runbook for a caller of the API.
    pub(crate) async fn start_job(
        &self,
        account: &Name,
        runbook: &Name,
        parameters: Value,
        placement: Option<Placement>,
        dry_run: bool,
        caller: &Caller,
    ) -> Result<Job, Failure> {
        let runbook = self.runbook(account, runbook).await?;
        match &runbook.seal {
            // It changes nothing, so it matters not who asks for it.
            Some(seal) if dry_run => seal.check(Verb::DryRun)?,
            Some(seal) => {
                seal.check(Verb::Start)?;
                seal.check_start(&Starter::Caller)?;
            }
            None => {}
        }
        let placement = match placement {
            Some(placement) => placement,
            None => sandboxed(&runbook)?,
        };
        self.check_runnable(&runbook, &placement).await?;
        let wanted = Wanted {
            parameters,
            placement,
            trigger: Trigger::Manual,
            started_by: caller.name.clone(),
            parent: None,
            run: None,
            deadline: None,
            dry_run,
        };
        self.begin(Begin { runbook: &runbook, wanted }).await
    }

    /// Whether a worker could ever run the published version of `runbook` at `placement`, and its
    /// account still lets it.
    pub(crate) async fn check_runnable(
        &self,
        runbook: &Runbook,
        placement: &Placement,
    ) -> Result<(), Failure> {
        let needs = runbook.published.as_ref().map_or(&[][..], |version| &version.needs);
        self.check_profile(&runbook.account, needs).await?;
        let workers = self.candidates(&runbook.account, placement).await?;
        if workers.is_empty() {
            return Err(no_worker(&runbook.account, placement));
        }
        let profile = Profile::with(needs);
        match workers.iter().any(|worker| worker.profile >= profile) {
            true => Ok(()),
            false => Err(no_such_worker(placement, profile)),
        }
    }

    /// Makes the job and gives it to a worker at once where one is free.
    pub(crate) async fn begin(&self, begin: Begin<'_>) -> Result<Job, Failure> {
        let job = self.new_job(&begin)?;
        self.launch(job, Batch::new()).await
    }

    /// The job that `begin` describes, checked and not stored yet.
    pub(crate) fn new_job(&self, begin: &Begin<'_>) -> Result<Job, Failure> {
        let (runbook, wanted) = (begin.runbook, &begin.wanted);
        let Some(version) = &runbook.published else {
            let message = format!("runbook `{}` has no published version", runbook.name);
            return Err(Failure::new(Code::NotPublished, message));
        };
        let schema = version.manifest.parameters.as_ref();
        let parameters = job_parameters(schema, &wanted.parameters)?;
        let now = self.clock.now();
        Ok(Job {
            id: JobId::new(now, entropy::id()),
            account: runbook.account.clone(),
            runbook: runbook.name.clone(),
            digest: version.digest,
            parameters,
            grants: runbook.grants.clone(),
            limits: version.manifest.limits.capped(),
            profile: version.profile(),
            placement: wanted.placement.clone(),
            trigger: wanted.trigger,
            started_by: wanted.started_by.clone(),
            parent: wanted.parent.clone(),
            run: wanted.run,
            deadline: wanted.deadline,
            dry_run: wanted.dry_run,
            changes: vec![],
            created_at: now,
            started_at: None,
            ended_at: None,
            phase: Phase::New,
            epoch: 0,
            shipped: 0,
            last_worker: None,
        })
    }

    /// Stores a new job together with `batch`, activated if a worker has a place for it, and orders
    /// it.
    pub(crate) async fn launch(&self, mut job: Job, batch: Batch) -> Result<Job, Failure> {
        let placed = self.place(&job).await?;
        let lease = placed.map(|place| Lease { worker: place.worker, epoch: 1 });
        if let Some(lease) = lease {
            job.apply(JobEvent::Activate(lease), self.clock.now())?;
        }
        let stored = self.repository.commit(with_job(batch, &job)).await;
        let (Some(lease), Some(place)) = (lease, placed) else {
            stored?;
            return self.launched(job).await;
        };
        if let Err(failure) = stored {
            self.hub.free_place(place.peer, job.id);
            return Err(failure);
        }
        let job = self.launched(job).await?;
        self.order(&job, lease, place).await?;
        Ok(job)
    }

    async fn launched(&self, job: Job) -> Result<Job, Failure> {
        if job.run.is_some() {
            self.run_follows(&job).await?;
        }
        self.events.say(Event::Job(job.id));
        Ok(job)
    }

    pub(crate) async fn job(&self, account: &Name, id: JobId) -> Result<Job, Failure> {
        let what = format!("job {id} in account `{account}`");
        let job = self.repository.need::<Job>(JOBS, &id.to_string(), &what).await?.value;
        if job.account.key() == account.key() {
            return Ok(job);
        }
        Err(crate::documents::missing(&what))
    }

    /// Jobs of an account, the newest first.
    pub(crate) async fn list_jobs(
        &self,
        account: &Name,
        runbook: Option<&Name>,
        status: Option<JobStatus>,
        range: Range,
    ) -> Result<Items<Job>, Failure> {
        let account = account.key();
        let (index, value) = match (runbook, status) {
            (Some(runbook), _) => ("account-runbook", format!("{account}/{}", runbook.key())),
            (None, Some(status)) => ("account-status", format!("{account}/{status:?}")),
            (None, None) => ("account", account),
        };
        let range = Range { reverse: true, ..range };
        let (mut jobs, next) = self.repository.find::<Job>(JOBS, index, &value, range).await?;
        jobs.retain(|job| status.is_none_or(|status| job.phase.status() == status));
        Ok((jobs, next))
    }

    /// Asks a job to stop, if its seal allows that: it may end by itself within `grace`.
    pub(crate) async fn stop_job(
        &self,
        account: &Name,
        id: JobId,
        grace: Option<Duration>,
        caller: &Caller,
    ) -> Result<Job, Failure> {
        self.check_verb(&self.job(account, id).await?, Verb::Stop).await?;
        let grace = grace.unwrap_or(limit::STOP_GRACE_DEFAULT);
        if grace > limit::STOP_GRACE_MAX {
            let most = limit::STOP_GRACE_MAX.as_secs();
            let message = format!("a grace of {} s: at most {most} s", grace.as_secs());
            return Err(Failure::new(Code::InvalidRequest, message));
        }
        let until = self.clock.now().checked_add(grace).unwrap_or(Timestamp::MAX);
        let job = self.change_job(id, |_| Some(JobEvent::AskStop(until))).await?;
        let reason = Failure::new(Code::Cancelled, format!("stopped by {}", caller.name));
        if let Phase::Stopping { lease, until } = job.phase {
            let grace = reconcile::grace(until, self.clock.now());
            self.cancel(&job, lease, reason, Some(grace)).await?;
        }
        Ok(job)
    }

    /// Ends a job at once, if its seal allows that. Its worker is told, and not waited for: what it does
    /// until it hears of it still comes into the journal.
    pub(crate) async fn terminate_job(
        &self,
        account: &Name,
        id: JobId,
        caller: &Caller,
    ) -> Result<Job, Failure> {
        let held = self.job(account, id).await?;
        self.check_verb(&held, Verb::Terminate).await?;
        let lease = parking_lot::Mutex::new(None);
        let terminate = |job: &Job| {
            *lease.lock() = job.phase.lease();
            Some(JobEvent::Terminate)
        };
        let job = self.change_job(id, terminate).await?;
        if let Some(lease) = lease.into_inner() {
            let reason = Failure::new(Code::Cancelled, format!("terminated by {}", caller.name));
            self.cancel(&job, lease, reason, None).await?;
        }
        Ok(job)
    }

    /// Asks a job to suspend, if its seal allows that: its worker forgets it once its journal is
    /// here.
    pub(crate) async fn suspend_job(
        &self,
        account: &Name,
        id: JobId,
        caller: &Caller,
    ) -> Result<Job, Failure> {
        self.check_verb(&self.job(account, id).await?, Verb::Suspend).await?;
        let reason = Failure::new(Code::JobSuspended, format!("suspended by {}", caller.name));
        let job = self.change_job(id, |_| Some(JobEvent::AskSuspend(reason.clone()))).await?;
        if let Phase::Suspending { lease, .. } = job.phase {
            self.cancel(&job, lease, reason, None).await?;
        }
        Ok(job)
    }

    /// Lets a suspended job go on, on any worker of its placement, if its seal allows that.
    pub(crate) async fn resume_job(&self, account: &Name, id: JobId) -> Result<Job, Failure> {
        self.check_verb(&self.job(account, id).await?, Verb::Resume).await?;
        let job = self.change_job(id, |_| Some(JobEvent::AskResume)).await?;
        self.wake_for(&job).await?;
        Ok(job)
    }

    async fn cancel(
        &self,
        job: &Job,
        lease: Lease,
        reason: Failure,
        grace: Option<u64>,
    ) -> Result<(), Failure> {
        let Some(worker) = self.worker(lease.worker).await? else {
            return Ok(());
        };
        let message = ToWorker::Cancel { job: job.id, lease, reason, grace };
        // A worker that is away hears of it when it comes back with the job.
        let _away = self.hub.say(crate::hub::peer_of(&worker), message);
        Ok(())
    }

    /// Starts a job again with the same parameters, if its seal allows that.
    pub(crate) async fn rerun_job(
        &self,
        account: &Name,
        id: JobId,
        caller: &Caller,
    ) -> Result<Job, Failure> {
        let job = self.job(account, id).await?;
        self.check_verb(&job, Verb::Rerun).await?;
        let (parameters, placement) = (job.parameters, Some(job.placement));
        self.start_job(account, &job.runbook, parameters, placement, job.dry_run, caller).await
    }

    /// Whether the seal of the version that a job runs allows `verb`.
    pub(crate) async fn check_verb(&self, job: &Job, verb: Verb) -> Result<(), Failure> {
        match self.version(&job.account, &job.runbook, job.digest).await?.seal {
            Some(seal) => seal.check(verb),
            None => Ok(()),
        }
    }

    /// What a job wrote to its streams after entry `after`: at most `limit` entries are looked at.
    pub(crate) async fn streams(
        &self,
        job: JobId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<(Vec<StreamRecord>, Option<u64>), Failure> {
        let entries = self.journal(job, after, limit).await?;
        let last = entries.last().map(|entry| entry.sequence).filter(|_| entries.len() == limit);
        let records = entries.iter().filter_map(|entry| stream_record(job, entry)).collect();
        Ok((records, last))
    }

    /// The journal of a job that the caller may see.
    pub(crate) async fn job_journal(
        &self,
        account: &Name,
        id: JobId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, Failure> {
        self.job(account, id).await?;
        self.journal(id, after, limit).await
    }

    /// Tells when something changed; take it before the first look.
    pub(crate) fn listen_to_changes(&self) -> Listener {
        self.events.listen()
    }
}

/// Why nobody can run a job that needs `profile` at `placement`.
pub(crate) fn no_such_worker(placement: &Placement, profile: Profile) -> Failure {
    let place = place_name(placement);
    let message = format!(
        "no worker of {place} has the {profile} profile, which the runbook needs: an agent has it \
         that runs the program built with `--features {profile}`"
    );
    Failure::new(Code::NoWorker, message)
}

/// Where a job runs of which nobody says where.
fn sandboxed(runbook: &Runbook) -> Result<Placement, Failure> {
    match runbook.grants.iter().find(|grant| grant.power().is_of_a_computer()) {
        None => Ok(Placement::Sandbox),
        Some(grant) => {
            let name = &runbook.name;
            let message = format!(
                "`{name}` has the grant `{grant}`, of which only computers know: say on which it is to run"
            );
            let advice = "Name a computer with --computer, a group with --group, or the control plane's with --sandbox.";
            Err(Failure::new(Code::InvalidRequest, message).advising(advice))
        }
    }
}

pub(crate) fn no_worker(account: &Name, placement: &Placement) -> Failure {
    let remedy = match placement {
        Placement::Sandbox => "",
        Placement::Group(_) => ": `bindery group add` puts computers into a group",
        Placement::Computer(_) => {
            ": it becomes one with `bindery group add`, or when an update deployment that targets it runs"
        }
    };
    let place = place_name(placement);
    Failure::new(Code::NoWorker, format!("account `{account}` has no worker for {place}{remedy}"))
}

/// A batch with a new job, and the key under which its parent started it once.
fn with_job(batch: Batch, job: &Job) -> Batch {
    let batch = batch.put(JOBS, job.id.to_string(), job, Expect::Absent, job_indexes(job));
    match &job.parent {
        None => batch,
        Some(parent) => {
            let key = child_key(parent.job, parent.sequence, parent.index);
            batch.put(CHILDREN, key, &job.id, Expect::Absent, vec![])
        }
    }
}
