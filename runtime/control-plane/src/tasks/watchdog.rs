//! The watchdog: jobs of workers that are gone become Disconnected, and end when nobody can expect
//! them any more.

use crate::plane::ControlPlane;
use bindery_core::{
    code::{Code, Failure},
    job::{Job, JobEvent, Phase},
    limit,
    worker::Presence,
};
use jiff::{SignedDuration, Timestamp};
use std::time::Duration;

const EVERY: Duration = Duration::from_secs(10);

pub(super) async fn run(plane: ControlPlane) {
    let started = plane.clock.now();
    let mut tick = tokio::time::interval(plane.pace.of(EVERY));
    loop {
        tick.tick().await;
        if let Err(failure) = look(&plane, started).await {
            tracing::error!(%failure, "jobs cannot be watched");
        }
    }
}

/// Does what the silence of workers means for their jobs now. `started` is when we began to look.
pub(crate) async fn look(plane: &ControlPlane, started: Timestamp) -> Result<(), Failure> {
    for job in plane.open_jobs().await? {
        let gone_since = match job.phase.lease() {
            None => None,
            Some(lease) => match plane.worker(lease.worker).await? {
                None => Some(started),
                Some(worker) => match plane.presence_of(&worker) {
                    Presence::Online { .. } => None,
                    Presence::Offline { since, .. } => Some(since),
                    Presence::Registered | Presence::Removed => Some(started),
                },
            },
        };
        if let Some(event) = decide(&job, gone_since, plane.clock.now()) {
            match plane.change_job(job.id, |_| Some(event.clone())).await {
                // It changed while we looked: the next look sees it.
                Err(failure) if failure.code == Code::Conflict => {}
                other => drop(other?),
            }
        }
    }
    Ok(())
}

/// What the silence of a job's worker means for it now. `gone_since` is none while the worker is
/// there.
fn decide(job: &Job, gone_since: Option<Timestamp>, now: Timestamp) -> Option<JobEvent> {
    let past = |from: Timestamp, by: Duration| {
        SignedDuration::try_from(by).is_ok_and(|by| now.duration_since(from) > by)
    };
    let over = job.deadline.is_some_and(|deadline| past(deadline, limit::PAST_WINDOW));
    match (&job.phase, gone_since) {
        (Phase::New | Phase::Resuming, _) if job.deadline.is_some_and(|end| now > end) => {
            let message = "no worker took it before the end of its window";
            Some(JobEvent::Fail(Failure::new(Code::NoWorker, message)))
        }
        (Phase::Disconnected { .. }, Some(since)) if over => {
            let message = format!(
                "its worker has not been heard of since {since}, and its window is over: \
                 what it did can be seen once its agent is back"
            );
            Some(JobEvent::Fail(Failure::new(Code::OutcomeUnknown, message)))
        }
        (Phase::Disconnected { .. }, _) => None,
        (phase, Some(since)) if past(since, limit::WORKER_SILENCE) => {
            phase.lease().map(JobEvent::Lose)
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn job(phase: serde_json::Value, deadline: Option<i64>) -> Job {
        let digest = bindery_core::digest::Digest::of(b"");
        serde_json::from_value(json!({
            "id": "01940000-0000-7000-8000-000000000000", "account": "A", "runbook": "R",
            "digest": digest, "parameters": {}, "grants": [], "limits": {},
            "placement": "sandbox", "trigger": "Manual", "startedBy": "x",
            "deadline": deadline.map(at), "createdAt": at(0), "phase": phase,
            "epoch": 1, "shipped": 0,
        }))
        .expect("a job")
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn leased(status: &str) -> serde_json::Value {
        let lease = json!({"worker": "01940000-0000-7000-8000-000000000001", "epoch": 1});
        json!({ "status": status, "lease": lease })
    }

    #[test]
    fn a_silent_worker_is_waited_for_and_then_its_job_is_disconnected() {
        let silence = limit::WORKER_SILENCE.as_secs() as i64;
        let running = job(leased("Running"), None);
        assert_eq!(decide(&running, None, at(9_999)), None);
        assert_eq!(decide(&running, Some(at(0)), at(silence)), None);
        let lost = decide(&running, Some(at(0)), at(silence + 1));
        assert!(matches!(lost, Some(JobEvent::Lose(_))));
    }

    #[test]
    fn a_disconnected_job_ends_half_an_hour_past_its_window_with_the_reason() {
        let end = 1_000 + limit::PAST_WINDOW.as_secs() as i64;
        let job = job(leased("Disconnected"), Some(1_000));
        assert_eq!(decide(&job, Some(at(0)), at(end)), None);
        let Some(JobEvent::Fail(failure)) = decide(&job, Some(at(0)), at(end + 1)) else {
            panic!("it must end");
        };
        assert_eq!(failure.code, Code::OutcomeUnknown);
    }

    #[test]
    fn a_job_that_nobody_took_ends_with_its_window() {
        let job = job(json!({"status": "New"}), Some(1_000));
        assert_eq!(decide(&job, None, at(1_000)), None);
        assert!(matches!(decide(&job, None, at(1_001)), Some(JobEvent::Fail(_))));
    }
}
