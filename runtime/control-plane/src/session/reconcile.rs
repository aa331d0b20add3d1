//! What a worker has when it comes back, against what we believe that it has.

use crate::{documents::JOBS, hub::Peer, plane::ControlPlane};
use bindery_core::{
    code::{Code, Failure},
    job::{Job, JobEvent, Outcome, Phase},
};
use bindery_journal::entry::Entry;
use bindery_protocol::message::{Held, ToWorker};
use jiff::Timestamp;
use std::collections::HashSet;

impl ControlPlane {
    /// Compares what the worker still has with what we believe that it has. Nothing follows for a job
    /// once the session is not the current one: in a later one the worker may have got it.
    pub(super) async fn reconcile(
        &self,
        peer: Peer,
        session: u64,
        holds: &[Held],
    ) -> Result<(), Failure> {
        let has: HashSet<_> = holds.iter().map(|held| (held.job, held.lease)).collect();
        for job in self.jobs_behind(peer).await? {
            let here = job.phase.lease().is_some_and(|lease| has.contains(&(job.id, lease)));
            if here {
                self.hub.hold_place(peer, job.id);
            }
            let began = here || self.has_begun(&job).await?;
            let reconciled = |job: &Job| match self.hub.is_current(peer, session) {
                true => reconciled(job, here, began),
                false => None,
            };
            self.change_job(job.id, reconciled).await?;
        }
        let now = self.clock.now();
        for held in holds {
            let job = self.repository.get::<Job>(JOBS, &held.job.to_string()).await?;
            if let Some(message) = told(held, job.as_ref().map(|job| &job.value), now) {
                self.hub.say(peer, message)?;
            }
        }
        Ok(())
    }

    /// Whether anything of a job that has a lease was shipped under that lease: a job that was resumed
    /// has what came before, up to its suspension.
    pub(crate) async fn has_begun(&self, job: &Job) -> Result<bool, Failure> {
        let Some(last) = job.shipped.checked_sub(1) else { return Ok(false) };
        let entries = self.journal(job.id, last.checked_sub(1), 1).await?;
        Ok(!entries.last().is_some_and(Entry::ends))
    }
}

/// What the return of its worker means for a job that it should have. `began` if anything was
/// shipped under the lease.
fn reconciled(job: &Job, here: bool, began: bool) -> Option<JobEvent> {
    let lease = job.phase.lease()?;
    match (&job.phase, here) {
        (Phase::Disconnected { .. }, true) => Some(JobEvent::Return(lease)),
        (_, true) => None,
        // It never began, so another attempt does nothing twice.
        (Phase::Disconnected { .. }, false) if !began => Some(JobEvent::Release(lease)),
        (Phase::Stopping { .. }, false) if !began => {
            Some(JobEvent::Finish(lease, Outcome::Stopped))
        }
        (Phase::Suspending { reason, .. }, false) if !began => {
            Some(JobEvent::Finish(lease, Outcome::Suspended(reason.clone())))
        }
        // It never got the order, or never began: another attempt changes nothing twice.
        (Phase::Activating { .. }, false) => Some(JobEvent::Release(lease)),
        (_, false) => Some(JobEvent::Fail(Failure::new(
            Code::WorkerRestarted,
            "the worker came back without the job's journal",
        ))),
    }
}

/// What is left of the time until `until`, in milliseconds.
pub(crate) fn grace(until: Timestamp, now: Timestamp) -> u64 {
    u64::try_from(until.duration_since(now).as_millis()).unwrap_or(0)
}

/// What a worker is told of a job that it still has.
pub(crate) fn told(held: &Held, job: Option<&Job>, now: Timestamp) -> Option<ToWorker> {
    let Held { job: id, lease } = *held;
    let Some(job) = job.filter(|job| job.epoch == lease.epoch) else {
        return Some(ToWorker::Fenced { job: id, lease });
    };
    let cancel = |reason, grace| Some(ToWorker::Cancel { job: id, lease, reason, grace });
    let cancelled = |message: &str| Failure::new(Code::Cancelled, message);
    match &job.phase {
        Phase::Stopping { until, .. } => {
            let reason = cancelled("somebody stopped it while its worker was away");
            cancel(reason, Some(grace(*until, now)))
        }
        Phase::Suspending { reason, .. } => cancel(reason.clone(), None),
        phase if phase.ended() => {
            cancel(cancelled("it was given up while its worker was away"), None)
        }
        // The last entry is shipped again, so that it is seen whether it is the same: the worker's
        // folder may be a copy.
        phase if phase.lease() == Some(lease) => {
            Some(ToWorker::Kept { job: id, below: job.shipped.saturating_sub(1) })
        }
        _ => Some(ToWorker::Fenced { job: id, lease }),
    }
}
