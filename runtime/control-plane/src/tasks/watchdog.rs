//! The watchdog: jobs of workers that are gone become Disconnected, jobs that nobody can take are
//! Suspended, and both end when nobody can expect them any more. An order that a worker left unanswered
//! is given to it again.

use crate::{
    app::waiting::{Absence, Places},
    hub::peer_of,
    plane::ControlPlane,
};
use bindery_core::{
    code::{Code, Failure},
    id::JobId,
    job::{Job, JobEvent, Lease, Phase},
    limit,
    seal::Verb,
};
use bindery_protocol::message::Held;
use jiff::{SignedDuration, Timestamp};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

const EVERY: Duration = Duration::from_secs(10);

pub(super) async fn run(plane: ControlPlane) {
    let mut seen = Seen::default();
    let mut tick = tokio::time::interval(plane.pace.of(EVERY));
    loop {
        tick.tick().await;
        if let Err(failure) = look(&plane, &mut seen).await {
            tracing::error!(%failure, "jobs cannot be watched");
        }
    }
}

/// What stands still, since when we see it stand.
#[derive(Debug, Default)]
pub(crate) struct Seen(HashMap<JobId, (Still, Timestamp)>);

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Still {
    /// It waits, and no worker that could take it is there.
    Untaken,
    /// Its worker is there and has not begun it.
    Unbegun(Lease),
    /// Its worker is there and has not ended it, as somebody wished.
    Unended(Lease),
}

impl Seen {
    /// Since when `job` stands still in this way.
    fn since(&mut self, job: JobId, still: Still, now: Timestamp) -> Timestamp {
        let held = self.0.entry(job).or_insert((still, now));
        if held.0 != still {
            *held = (still, now);
        }
        held.1
    }

    /// Keeps only what still stands.
    fn retain(&mut self, standing: &HashSet<JobId>) {
        self.0.retain(|job, _| standing.contains(job));
    }
}

/// Does what standing still means for each job now. What cannot be done for one does not hold up the
/// others.
pub(crate) async fn look(plane: &ControlPlane, seen: &mut Seen) -> Result<(), Failure> {
    let mut standing = HashSet::new();
    for job in plane.open_jobs().await? {
        let looked = async {
            if let Some(event) = plane.look_at(&job, seen, &mut standing).await? {
                let phase = job.phase.clone();
                let decide = |job: &Job| (job.phase == phase).then(|| event.clone());
                plane.change_job(job.id, decide).await?;
            }
            Ok::<_, Failure>(())
        };
        match looked.await {
            // It changed while we looked: the next look sees it.
            Err(failure) if failure.code == Code::Conflict => {}
            Err(failure) => tracing::error!(job = %job.id, %failure, "a job cannot be watched"),
            Ok(()) => {}
        }
    }
    seen.retain(&standing);
    Ok(())
}

impl ControlPlane {
    async fn look_at(
        &self,
        job: &Job,
        seen: &mut Seen,
        standing: &mut HashSet<JobId>,
    ) -> Result<Option<JobEvent>, Failure> {
        let now = self.clock.now();
        let lease = match &job.phase {
            Phase::New | Phase::Resuming => {
                let places = self.places(job).await?;
                let since = match &places {
                    Places::None(_) => {
                        standing.insert(job.id);
                        seen.since(job.id, Still::Untaken, now)
                    }
                    Places::Live(_) => now,
                };
                return match untaken(job, places.reason(), since, now) {
                    Some(reason) => self.suspend_or_fail(job, reason).await.map(Some),
                    None => Ok(None),
                };
            }
            phase => match phase.lease() {
                Some(lease) => lease,
                None => return Ok(None),
            },
        };
        if let Some(absence) = self.absence(job).await? {
            return Ok(gone(job, absence, now));
        }
        let (still, from) = match &job.phase {
            Phase::Activating { .. } => (Still::Unbegun(lease), Timestamp::MIN),
            Phase::Stopping { until, .. } => (Still::Unended(lease), *until),
            Phase::Suspending { .. } => (Still::Unended(lease), Timestamp::MIN),
            _ => return Ok(None),
        };
        standing.insert(job.id);
        let since = seen.since(job.id, still, now).max(from);
        if !past(since, now, limit::ORDER_PATIENCE) {
            return Ok(None);
        }
        seen.0.remove(&job.id);
        match still {
            Still::Unbegun(_) => self.order_again(job, lease).await.map(|()| None),
            _ => self.wish_again(job, lease).await,
        }
    }

    /// Tells a worker again what somebody wished of a job. One that it never began has that end.
    async fn wish_again(&self, job: &Job, lease: Lease) -> Result<Option<JobEvent>, Failure> {
        if let Some(worker) = self.worker(lease.worker).await? {
            self.say_what_became(peer_of(&worker), Held { job: job.id, lease }).await?;
        }
        Ok((!self.has_begun(job).await?).then_some(JobEvent::Release(lease)))
    }

    /// What becomes of a job that cannot go on for want of something.
    async fn suspend_or_fail(&self, job: &Job, reason: Failure) -> Result<JobEvent, Failure> {
        let over = job.deadline.is_some_and(|end| self.clock.now() > end);
        match !over && self.check_verb(job, Verb::Resume).await.is_ok() {
            true => Ok(JobEvent::AskSuspend(reason)),
            false => Ok(JobEvent::Fail(reason)),
        }
    }
}

fn past(from: Timestamp, now: Timestamp, by: Duration) -> bool {
    SignedDuration::try_from(by).is_ok_and(|by| now.duration_since(from) > by)
}

/// Why a job that nobody took is not waited for any longer. It could not be taken `since` then.
fn untaken(job: &Job, why: Failure, since: Timestamp, now: Timestamp) -> Option<Failure> {
    match job.deadline {
        Some(end) if now > end => {
            let message =
                format!("no worker took it before the end of its window: {}", why.message);
            Some(Failure::new(Code::NoWorker, message))
        }
        None if past(since, now, limit::NO_WORKER) => {
            let minutes = limit::NO_WORKER.as_secs() / 60;
            let message = format!("for {minutes} minutes {}", why.message);
            Some(Failure::new(Code::NoWorker, message))
        }
        _ => None,
    }
}

/// What the absence of a job's worker means for it now.
fn gone(job: &Job, absence: Absence, now: Timestamp) -> Option<JobEvent> {
    let over = match job.deadline {
        Some(deadline) => past(deadline, now, limit::PAST_WINDOW),
        None => past(absence.since, now, limit::DISCONNECTED),
    };
    match &job.phase {
        Phase::Disconnected { .. } | Phase::Suspending { .. } if over => {
            let Failure { message, details, .. } = absence.explain();
            let message = format!("{message}; what the job did is seen once the agent is back");
            let failure = Failure::new(Code::OutcomeUnknown, message);
            Some(JobEvent::Fail(Failure { details, ..failure }))
        }
        // The wish is said again when the worker is back.
        Phase::Disconnected { .. } | Phase::Suspending { .. } => None,
        Phase::Stopping { until, .. } if now < *until => None,
        phase if past(absence.since, now, limit::WORKER_SILENCE) => {
            phase.lease().map(JobEvent::Lose)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests;
