//! Runs jobs: each behind its own gate, in its own task. How a job ended stands in its journal and
//! nowhere else.
//!
//! ```text
//!   order -> header in the journal -> module -> sandbox -> End in the journal
//!                                       \ fails /
//! ```

use crate::{
    modules::Modules,
    orders::Accepted,
    spool::{JobJournal, Spool},
};
use bindery_core::{
    code::{Code, Failure},
    id::{ComputerId, JobId},
    job::{Lease, Outcome},
    limit,
    stream::StreamKind,
};
use bindery_journal::entry::{Body, Entry, Header};
use bindery_sandbox::{
    capability::{Capabilities, JobFacts},
    clock::Clock,
    gate::{self, Gate},
    run::{Sandbox, ended_by},
};
use futures::FutureExt as _;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use std::{collections::HashMap, panic::AssertUnwindSafe, sync::Arc, time::Duration};
use tokio::{sync::Notify, task::JoinHandle};

/// Why an order is not taken, and whether another attempt may do.
#[derive(Debug)]
pub(crate) struct Refusal {
    pub(crate) error: Box<Failure>,
    pub(crate) retry: bool,
}

/// What runs a worker's jobs.
pub(crate) struct Runner {
    pub(crate) spool: Arc<Spool>,
    pub(crate) modules: Arc<Modules>,
    /// Told when a job has ended.
    pub(crate) ended: Arc<Notify>,
    resources: Resources,
    running: Mutex<HashMap<JobId, Running>>,
    /// The newest lease of each job whose order may still be used, and until when that is.
    seen: Mutex<HashMap<JobId, (u64, Timestamp)>>,
}

/// What every job of the worker shares.
pub(crate) struct Resources {
    pub(crate) sandbox: Sandbox,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) computer: Option<(ComputerId, String)>,
    pub(crate) capabilities: Capabilities,
}

struct Running {
    lease: Lease,
    gate: Arc<Gate>,
    task: Option<JoinHandle<()>>,
}

impl Runner {
    pub(crate) fn new(resources: Resources, spool: Arc<Spool>, modules: Arc<Modules>) -> Arc<Self> {
        Arc::new(Self {
            spool,
            modules,
            ended: Arc::default(),
            resources,
            running: Mutex::default(),
            seen: Mutex::default(),
        })
    }

    /// Takes a verified order and begins its job; nothing happens if it was begun already.
    ///
    /// `history` is what the job's journal holds, if it goes on.
    pub(crate) fn take(
        self: &Arc<Self>,
        accepted: Accepted,
        history: Vec<Entry>,
    ) -> Result<(), Refusal> {
        let refuse = |code, retry, message: String| {
            Err(Refusal { error: Failure::new(code, message).into(), retry })
        };
        let (job, lease) = (accepted.order.job, accepted.order.lease);
        if self.spool.held(job).is_some_and(|(held, _)| held == lease) {
            return Ok(());
        }
        if !self.is_newest(job, lease) {
            return refuse(Code::WrongWorker, false, format!("job {job} has a newer lease here"));
        }
        if let Some((older, _)) = self.spool.held(job) {
            self.fence(job, older);
        }
        let running = self.running.lock().len();
        if self.running.lock().get(&job).is_some_and(|held| !held.gate.has_ended()) {
            return refuse(Code::Conflict, true, format!("job {job} is still being ended here"));
        }
        if running >= limit::WORKER_HELD_JOBS {
            let message = format!("{running} jobs are here, as many as may (WORKER_HELD_JOBS)");
            return refuse(Code::LimitExceeded, true, message);
        }
        if history.len() as u64 != accepted.order.history {
            let (has, needs) = (history.len(), accepted.order.history);
            let message = format!("{has} entries of the journal of job {job} came, not {needs}");
            return refuse(Code::JournalDamaged, true, message);
        }
        self.saw(job, lease, accepted.order.not_after);
        self.begin(accepted, history).map_err(|error| {
            self.fence(job, lease);
            Refusal { error: error.into(), retry: false }
        })
    }

    /// Whether no lease as new as this one was seen.
    fn is_newest(&self, job: JobId, lease: Lease) -> bool {
        let now = self.resources.clock.now();
        let mut seen = self.seen.lock();
        seen.retain(|_, (_, not_after)| *not_after >= now);
        let known = seen.get(&job).map(|(epoch, _)| *epoch);
        let held = self.spool.held(job).map(|(held, _)| held.epoch);
        known.max(held).is_none_or(|known| lease.epoch > known)
    }

    /// Remembers a lease: no older one is taken while its order could be used.
    pub(crate) fn saw(&self, job: JobId, lease: Lease, not_after: Timestamp) {
        self.seen.lock().insert(job, (lease.epoch, not_after));
    }

    /// Begins a job: with a new journal, or with its history.
    fn begin(self: &Arc<Self>, accepted: Accepted, mut entries: Vec<Entry>) -> Result<(), Failure> {
        let (job, lease) = (accepted.order.job, accepted.order.lease);
        self.spool.adopt(job, lease, &entries).map_err(crate::spool::broken)?;
        let opening = match entries.last() {
            None => self.opening(&accepted)?,
            Some(last) => {
                let (sequence, time) = (last.sequence + 1, last.time.max(self.stamp()));
                let body = Body::Order(accepted.signed.clone());
                let mut opening = vec![Entry { sequence, time, body }];
                opening.extend(self.left_out(&accepted, sequence + 1, time));
                opening
            }
        };
        for entry in &opening {
            self.spool.append(job, lease, entry)?;
        }
        entries.extend(opening);
        self.go(accepted, entries, Ok(()))
    }

    /// What the job is told of grants that it does not have here.
    fn left_out(&self, accepted: &Accepted, sequence: u64, time: Timestamp) -> Option<Entry> {
        let text = accepted.words.clone()?;
        let body = Body::Note { kind: StreamKind::Warning, text, value: None };
        Some(Entry { sequence, time, body })
    }

    /// The first entries of a journal. They have one time, the one that the guest's clock begins
    /// at.
    fn opening(&self, accepted: &Accepted) -> Result<Vec<Entry>, Failure> {
        let order = &accepted.order;
        let mut seed = [0; 32];
        getrandom::fill(&mut seed).map_err(|error| {
            Failure::new(Code::Internal, format!("no randomness for a job's seed: {error}"))
        })?;
        let header = Header {
            job: order.job,
            digest: order.digest,
            parameters: order.parameters.clone(),
            limits: order.limits.capped(),
            seed,
            order: Some(accepted.signed.clone()),
        };
        let time = self.stamp();
        let mut entries = vec![Entry { sequence: 0, time, body: Body::Header(header) }];
        entries.extend(self.left_out(accepted, 1, time));
        Ok(entries)
    }

    /// The time now, as journals hold it: in microseconds.
    pub(crate) fn stamp(&self) -> Timestamp {
        let now = self.resources.clock.now();
        Timestamp::from_microsecond(now.as_microsecond()).unwrap_or(now)
    }

    /// Starts the job from its journal `entries`, which the spool has; or ends it at once where
    /// `ready` is an error.
    pub(crate) fn go(
        self: &Arc<Self>,
        accepted: Accepted,
        entries: Vec<Entry>,
        ready: Result<(), Failure>,
    ) -> Result<(), Failure> {
        let (job, lease) = (accepted.order.job, accepted.order.lease);
        let gate = self.gate(&accepted, entries)?;
        let running = Running { lease, gate: gate.clone(), task: None };
        let mut jobs = self.running.lock();
        jobs.insert(job, running);
        let runner = self.clone();
        let task = tokio::spawn(async move {
            runner.run(accepted, &gate, ready).await;
            let mut jobs = runner.running.lock();
            // A newer attempt may have begun since the end was written.
            if jobs.get(&job).is_some_and(|held| held.lease == lease) {
                jobs.remove(&job);
            }
            drop(jobs);
            runner.ended.notify_one();
        });
        // The task cannot have removed itself: we hold the lock.
        if let Some(running) = jobs.get_mut(&job) {
            running.task = Some(task);
        }
        Ok(())
    }

    fn gate(&self, accepted: &Accepted, replay: Vec<Entry>) -> Result<Arc<Gate>, Failure> {
        let order = &accepted.order;
        let started_at = replay.first().map_or_else(|| self.stamp(), |header| header.time);
        let facts = JobFacts {
            id: order.job,
            account: order.account.clone(),
            runbook: order.runbook.clone(),
            digest: order.digest,
            parameters: order.parameters.clone(),
            worker: order.lease.worker,
            computer: self.resources.computer.clone(),
            run: order.run.clone(),
            trigger: order.trigger,
            deadline: order.deadline,
            dry_run: order.dry_run,
            started_at,
        };
        let (job, lease) = (order.job, order.lease);
        Gate::new(gate::Config {
            facts,
            grants: accepted.grants.clone(),
            withheld: accepted.left_out.clone(),
            limits: order.limits.clone(),
            // That of the header counts.
            seed: [0; 32],
            capabilities: self.resources.capabilities.clone(),
            journal: Arc::new(JobJournal { spool: self.spool.clone(), job, lease }),
            clock: self.resources.clock.clone(),
            replay,
            mode: gate::Mode::Live,
        })
    }

    async fn run(&self, accepted: Accepted, gate: &Arc<Gate>, ready: Result<(), Failure>) {
        let job = accepted.order.job;
        let attempt = self.attempt(&accepted, gate, ready);
        let ended = match AssertUnwindSafe(attempt).catch_unwind().await {
            Ok(ended) => ended,
            Err(_) => {
                let message = "the worker met an error of its own; its log says which";
                let outcome = Outcome::Failed(Failure::new(Code::Internal, message));
                gate.end(&outcome).await.map(|()| outcome)
            }
        };
        match ended {
            Ok(outcome) => tracing::info!(%job, outcome = outcome.name(), "the job ended"),
            Err(error) if error.code == Code::WrongWorker => tracing::info!(%job, "fenced off"),
            Err(error) => tracing::error!(%job, %error, "the end of the job cannot be written"),
        }
    }

    async fn attempt(
        &self,
        accepted: &Accepted,
        gate: &Arc<Gate>,
        ready: Result<(), Failure>,
    ) -> Result<Outcome, Failure> {
        // The control plane learns with the header that the job is here.
        self.spool.news.notify_one();
        let now = self.resources.clock.now();
        let prepared = async {
            ready?;
            self.modules.prepare(&accepted.order, now).await
        };
        let prepared = tokio::select! {
            biased;
            reason = gate.called_off() => Err(reason),
            prepared = prepared => prepared,
        };
        let outcome = match prepared {
            Ok(prepared) => return self.resources.sandbox.run(&prepared, gate).await,
            Err(reason) => ended_by(reason),
        };
        gate.end(&outcome).await?;
        Ok(outcome)
    }

    /// Cancels the job, if it runs here under this lease: at once, or after a grace.
    pub(crate) fn cancel(
        &self,
        job: JobId,
        lease: Lease,
        reason: Failure,
        grace: Option<Duration>,
    ) {
        let running = self.running.lock();
        let Some(Running { gate, .. }) = running.get(&job).filter(|held| held.lease == lease)
        else {
            return;
        };
        let grace = grace.and_then(|grace| SignedDuration::try_from(grace).ok());
        match grace.filter(SignedDuration::is_positive) {
            None => gate.cancel().cancel(reason),
            Some(grace) => {
                let now = self.resources.clock.now();
                gate.stop(now.checked_add(grace).unwrap_or(Timestamp::MAX), reason);
            }
        }
    }

    /// Ends a job that is not this worker's under `lease` any more, and forgets its journal. An
    /// operation that must happen once ends first. A newer lease is not touched.
    pub(crate) fn fence(&self, job: JobId, lease: Lease) {
        if let Some(running) = self.running.lock().get(&job).filter(|held| held.lease == lease) {
            let reason = Failure::new(Code::WrongWorker, "the job is another worker's");
            running.gate.cancel().cancel(reason);
        }
        if self.spool.held(job).is_some_and(|(held, _)| held == lease)
            && let Err(error) = self.spool.forget(job)
        {
            tracing::error!(%job, %error, "a job cannot be forgotten");
        }
    }

    /// Ends all tasks, without waiting for them.
    pub(crate) fn abort(&self) {
        for running in self.running.lock().values() {
            running.task.iter().for_each(JoinHandle::abort);
        }
    }

    /// Ends all tasks; their jobs go on when the worker is back. Their journals say so.
    pub(crate) async fn halt(&self) {
        let tasks: Vec<_> = {
            let mut jobs = self.running.lock();
            jobs.values_mut().filter_map(|running| running.task.take()).collect()
        };
        for task in tasks {
            task.abort();
            // It was aborted, or ended just before.
            let _ = task.await;
        }
        for (_, running) in self.running.lock().drain() {
            let text = "the worker stops; the job goes on when it is back".to_owned();
            running.gate.note(StreamKind::Verbose, text, Some(crate::recover::drained()));
        }
    }
}
