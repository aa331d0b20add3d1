//! Dispatch: gives jobs to workers, with a lease and a signed order.

use crate::{
    documents::{JOBS, RUNS, SANDBOX, WORKERS, job_indexes, place_key, places_of, waits_key},
    events::Event,
    hub::{Peer, peer_of},
    plane::ControlPlane,
    session::reconcile,
};
use bindery_core::{
    code::{Code, Failure},
    id::{JobId, WorkerId},
    job::{Job, JobEvent, Lease, Phase, Placement},
    limit,
    name::Name,
    profile::Profile,
    run::Run,
    seal::Verb,
    worker::Worker,
};
use bindery_protocol::{
    bytes::Base64,
    message::{Held, ToWorker},
    order::{JOB_ORDER, JobOrder},
};
use bindery_seal::envelope::Envelope;
use bindery_store::documents::Range;
use futures::{StreamExt as _, stream};
use std::time::Duration;

/// A place for a job at a worker, in one session of it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Place {
    pub(crate) worker: WorkerId,
    pub(crate) peer: Peer,
    pub(crate) session: u64,
}

impl ControlPlane {
    /// Gives `job` to a worker if one is there and free; else it waits.
    async fn dispatch(&self, job: JobId) -> Result<(), Failure> {
        let held = self.repository.need::<Job>(JOBS, &job.to_string(), "job").await?;
        if !matches!(held.value.phase, Phase::New | Phase::Resuming) {
            return Ok(());
        }
        match self.check_run(&held.value).await {
            Err(reason) if reason.code == Code::RunCancelled => {
                let end = |job: &Job| {
                    (job.phase == held.value.phase).then(|| JobEvent::Fail(reason.clone()))
                };
                return self.change_job(job, end).await.map(drop);
            }
            checked => checked?,
        }
        let Some(place) = self.place(&held.value).await? else {
            return Ok(());
        };
        let Place { worker, peer, .. } = place;
        let lease = Lease { worker, epoch: held.value.epoch + 1 };
        match self.change_job(job, |_| Some(JobEvent::Activate(lease))).await {
            Ok(job) => self.order(&job, lease, place).await,
            // Somebody else gave it away meanwhile, or it was stopped.
            Err(failure) if failure.code == Code::Conflict => {
                self.hub.free_place(peer, job);
                Ok(())
            }
            Err(failure) => {
                self.hub.free_place(peer, job);
                Err(failure)
            }
        }
    }

    /// Whether the run of a child still lets it begin.
    async fn check_run(&self, job: &Job) -> Result<(), Failure> {
        match (job.run, &job.parent) {
            (Some(run), Some(_)) => self.check_not_cancelled(run).await,
            _ => Ok(()),
        }
    }

    /// A worker for a job that is not stored yet, with a place taken for it.
    pub(crate) async fn place(&self, job: &Job) -> Result<Option<Place>, Failure> {
        let workers = self.candidates(&job.account, &job.placement).await?;
        let mut fit = workers.into_iter().filter(|worker| worker.profile >= job.profile);
        Ok(fit.find_map(|worker| {
            let peer = peer_of(&worker);
            let session = self.hub.take_place(peer, job.id)?;
            Some(Place { worker: worker.id, peer, session })
        }))
    }

    /// The workers that may run a job that is to run at `placement`.
    pub(crate) async fn candidates(
        &self,
        account: &Name,
        placement: &Placement,
    ) -> Result<Vec<Worker>, Failure> {
        self.repository.find_all(WORKERS, "place", &place_key(account, placement)).await
    }

    /// The workers of an account.
    pub(crate) async fn workers(&self, account: &Name) -> Result<Vec<Worker>, Failure> {
        self.repository.find_all(WORKERS, "account", &account.key()).await
    }

    /// Signs the order of an activated job and says it to its worker.
    pub(crate) async fn order(&self, job: &Job, lease: Lease, place: Place) -> Result<(), Failure> {
        let Place { peer, session, .. } = place;
        if !self.say_order(job, lease, place).await? {
            // The worker went away in between, or has too much to hear: the job waits.
            self.let_rest(peer, session);
            self.hub.free_place(peer, job.id);
            let release =
                |job: &Job| (job.phase.lease() == Some(lease)).then_some(JobEvent::Release(lease));
            self.change_job(job.id, release).await?;
        }
        Ok(())
    }

    /// Says an order that a worker may have heard before: it knows it by its lease. None that was given
    /// back or changed meanwhile is said.
    pub(crate) async fn order_again(&self, job: &Job, lease: Lease) -> Result<(), Failure> {
        let Some(worker) = self.worker(lease.worker).await? else { return Ok(()) };
        let peer = peer_of(&worker);
        let fresh = self.repository.need::<Job>(JOBS, &job.id.to_string(), "job").await?.value;
        let unbegun = fresh.phase == Phase::Activating { lease };
        if let Some(session) = self.hub.place_of(peer, job.id).filter(|_| unbegun) {
            tracing::warn!(job = %job.id, "a worker has not begun a job; it is ordered again");
            let place = Place { worker: worker.id, peer, session };
            let _unheard = self.say_order(job, lease, place).await?;
        }
        Ok(())
    }

    /// Whether a worker could be told to begin or go on with a job.
    async fn say_order(&self, job: &Job, lease: Lease, place: Place) -> Result<bool, Failure> {
        let order = self.sign_order(job, lease).await?;
        let Place { peer, session, .. } = place;
        let heard = self.send_history(job, lease, place).await?
            && self.hub.offer(peer, session, ToWorker::Order { order }).is_ok();
        if heard {
            self.say_what_became(peer, Held { job: job.id, lease }).await?;
        }
        Ok(heard)
    }

    /// Tells a worker what somebody wished of a job while its order was on the way: it may have heard
    /// that before the order, when it did not know the job.
    pub(crate) async fn say_what_became(&self, peer: Peer, held: Held) -> Result<(), Failure> {
        let job = self.repository.get::<Job>(JOBS, &held.job.to_string()).await?;
        let told = reconcile::told(&held, job.as_ref().map(|job| &job.value), self.clock.now());
        if let Some(message @ (ToWorker::Cancel { .. } | ToWorker::Fenced { .. })) = told {
            // A worker that is away is told when it is back.
            let _away = self.hub.say(peer, message);
        }
        Ok(())
    }

    /// Sends a worker the journal of a job that goes on there; false if it cannot hear all of it.
    async fn send_history(&self, job: &Job, lease: Lease, place: Place) -> Result<bool, Failure> {
        let (Place { peer, session, .. }, mut first) = (place, 0);
        while first < job.shipped {
            let after = first.checked_sub(1);
            let mut entries = self.journal_bytes(job.id, after, HISTORY_ENTRIES).await?;
            entries.truncate(fitting(&entries));
            let (job, sent) = (job.id, entries.len() as u64);
            if sent == 0 {
                let message = format!("entry {first} of the journal of job {job} is not there");
                return Err(Failure::new(Code::StoreDamaged, message));
            }
            let history = ToWorker::History { job, lease, first, entries };
            if self.hub.offer(peer, session, history).is_err() {
                return Ok(false);
            }
            first += sent;
        }
        Ok(true)
    }

    async fn sign_order(&self, job: &Job, lease: Lease) -> Result<Envelope, Failure> {
        let version = self.version(&job.account, &job.runbook, job.digest).await?;
        let run = match job.run {
            None => None,
            Some(id) => {
                let run = self.repository.need::<Run>(RUNS, &id.to_string(), "run").await?;
                Some((id, run.value.name))
            }
        };
        let now = self.clock.now();
        let order = JobOrder {
            job: job.id,
            lease,
            account: job.account.clone(),
            runbook: job.runbook.clone(),
            digest: job.digest,
            level: version.version.level,
            seal: version.envelope,
            grants: job.grants.clone(),
            limits: job.limits.clone(),
            parameters: job.parameters.clone(),
            trigger: job.trigger,
            run,
            deadline: job.deadline,
            dry_run: job.dry_run,
            resumable: version.seal.as_ref().is_none_or(|seal| seal.check(Verb::Resume).is_ok()),
            history: job.shipped,
            not_before: now,
            not_after: now.checked_add(limit::ORDER_VALIDITY).unwrap_or(now),
        };
        Envelope::sign(JOB_ORDER, &order, self.keys.orders(&job.account)?.as_ref())
    }

    /// Changes a job by the event that `decide` names for it, and everything that follows from it.
    ///
    /// `decide` sees the job as it is; none means that nothing happens.
    pub(crate) async fn change_job(
        &self,
        id: JobId,
        decide: impl Fn(&Job) -> Option<JobEvent> + Send + Sync,
    ) -> Result<Job, Failure> {
        let now = self.clock.now();
        let change = |job: &mut Job| {
            let before = job.phase.clone();
            if let Some(event) = decide(job) {
                job.apply(event, now)?;
            }
            Ok(before)
        };
        let text = id.to_string();
        let (job, before) = self.repository.change(JOBS, &text, "job", job_indexes, change).await?;
        self.job_changed(&job, &before).await?;
        Ok(job)
    }

    /// What follows from a job's change: its place, its run, its listeners, the next job.
    pub(crate) async fn job_changed(&self, job: &Job, before: &Phase) -> Result<(), Failure> {
        if job.phase == *before {
            return Ok(());
        }
        tracing::debug!(job = %job.id, from = ?before.status(), to = ?job.phase.status(), "job");
        if let (Some(lease), None) = (before.lease(), job.phase.lease()) {
            self.free(job, lease).await?;
        }
        if job.run.is_some() {
            self.run_follows(job).await?;
        }
        self.events.say(Event::Job(job.id));
        Ok(())
    }

    async fn free(&self, job: &Job, lease: Lease) -> Result<(), Failure> {
        let worker = lease.worker.to_string();
        if let Some(worker) = self.repository.get::<Worker>(WORKERS, &worker).await? {
            let peer = peer_of(&worker.value);
            self.hub.free_place(peer, job.id);
            self.wake(peer);
        }
        Ok(())
    }

    /// The workers that are behind `peer`: one for each account that it works for.
    pub(crate) async fn workers_behind(&self, peer: Peer) -> Result<Vec<Worker>, Failure> {
        let behind = match peer {
            Peer::Sandbox => SANDBOX.to_owned(),
            Peer::Computer(id) => id.to_string(),
        };
        self.repository.find_all(WORKERS, "peer", &behind).await
    }

    /// The jobs that are leased to the workers behind `peer`.
    pub(crate) async fn jobs_behind(&self, peer: Peer) -> Result<Vec<Job>, Failure> {
        let mut jobs = vec![];
        for worker in self.workers_behind(peer).await? {
            jobs.extend(self.repository.find_all(JOBS, "worker", &worker.id.to_string()).await?);
        }
        Ok(jobs)
    }

    /// Looks in the background for somebody who can take `job`.
    pub(crate) async fn wake_for(&self, job: &Job) -> Result<(), Failure> {
        for worker in self.candidates(&job.account, &job.placement).await? {
            self.wake(peer_of(&worker));
        }
        Ok(())
    }

    /// Looks in the background for jobs that wait for a place at `peer`.
    pub(crate) fn wake(&self, peer: Peer) {
        self.hub.wake(peer);
    }

    /// Gives waiting jobs to the workers behind `peer`, the oldest first, as long as it has places.
    pub(crate) async fn dispatch_waiting(&self, peer: Peer) -> Result<(), Failure> {
        for worker in self.workers_behind(peer).await? {
            for place in places_of(&worker) {
                for profile in Profile::ALL.into_iter().filter(|it| *it <= worker.profile) {
                    self.dispatch_waiting_at(&waits_key(&worker.account, &place, profile)).await?;
                }
            }
        }
        Ok(())
    }

    async fn dispatch_waiting_at(&self, place: &str) -> Result<(), Failure> {
        let range = Range::first(limit::WORKER_JOBS);
        let (waiting, _) = self.repository.find::<Job>(JOBS, "waits", place, range).await?;
        // Together, so that they share the store's flushes; each to its end, for a job that was
        // activated must be ordered.
        let mut given =
            stream::iter(waiting).map(|job| self.dispatch(job.id)).buffer_unordered(AT_ONCE);
        let mut all = Ok(());
        while let Some(one) = given.next().await {
            all = all.and(one);
        }
        all
    }

    /// The jobs that have not ended, the oldest first.
    pub(crate) async fn open_jobs(&self) -> Result<Vec<Job>, Failure> {
        self.repository.find_all(JOBS, "open", crate::documents::OPEN).await
    }
}

/// Entries of a history in one message.
const HISTORY_ENTRIES: usize = 500;
/// Bytes of entries in one message, unless a single entry has more.
const HISTORY_BYTES: usize = 1 << 20;

/// How many of the entries go into one message.
fn fitting(entries: &[Base64]) -> usize {
    let mut bytes = 0;
    let fits = entries.iter().take_while(|entry| {
        bytes += entry.0.len();
        bytes <= HISTORY_BYTES
    });
    fits.count().max(1)
}

/// Jobs that are given to workers at once.
const AT_ONCE: usize = 32;

/// How long a worker may take to answer a question.
pub(crate) const PATIENCE: Duration = Duration::from_secs(20);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_of_a_history_is_bounded_by_its_bytes_and_never_empty() {
        let entry = |bytes| Base64(vec![0; bytes]);
        let rows = [
            (vec![HISTORY_BYTES / 2, HISTORY_BYTES / 2, 1], 2),
            (vec![HISTORY_BYTES + 1, 1], 1),
            (vec![1, 1, 1], 3),
        ];
        for (sizes, expected) in rows {
            let entries: Vec<_> = sizes.iter().map(|bytes| entry(*bytes)).collect();
            assert_eq!(fitting(&entries), expected, "{sizes:?}");
        }
    }
}
