//! What standing still means for a job, by its phase and by the time.

use super::*;
use crate::app::waiting::Cause;
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

fn silent() -> Absence {
    Absence { since: at(0), cause: Cause::Silent }
}

fn no_worker() -> Failure {
    Failure::new(Code::NoWorker, "no worker of the sandbox is connected")
}

#[test]
fn a_silent_worker_is_waited_for_and_then_its_job_is_disconnected() {
    let silence = limit::WORKER_SILENCE.as_secs() as i64;
    let running = job(leased("Running"), None);
    assert_eq!(gone(&running, silent(), at(silence)), None);
    let lost = gone(&running, silent(), at(silence + 1));
    assert!(matches!(lost, Some(JobEvent::Lose(_))));
}

#[test]
fn a_disconnected_job_ends_half_an_hour_past_its_window_with_the_cause() {
    let end = 1_000 + limit::PAST_WINDOW.as_secs() as i64;
    let job = job(leased("Disconnected"), Some(1_000));
    assert_eq!(gone(&job, silent(), at(end)), None);
    for cause in [
        Cause::NotSeen,
        Cause::Stopped,
        Cause::Disconnected,
        Cause::Silent,
        Cause::Rebooting,
        Cause::Removed,
    ] {
        let absence = Absence { since: at(0), cause };
        let Some(JobEvent::Fail(failure)) = gone(&job, absence, at(end + 1)) else {
            panic!("it must end");
        };
        assert_eq!(failure.code, Code::OutcomeUnknown);
        assert_eq!(failure.details.expect("a cause")["cause"], format!("{cause:?}"));
    }
}

#[test]
fn a_disconnected_job_without_a_window_ends_a_week_after_its_worker_was_last_there() {
    let week = limit::DISCONNECTED.as_secs() as i64;
    let job = job(leased("Disconnected"), None);
    assert_eq!(gone(&job, silent(), at(week)), None);
    assert!(matches!(gone(&job, silent(), at(week + 1)), Some(JobEvent::Fail(_))));
}

#[test]
fn a_job_that_nobody_took_ends_with_its_window() {
    let job = job(json!({"status": "New"}), Some(1_000));
    assert_eq!(untaken(&job, no_worker(), at(0), at(1_000)), None);
    let reason = untaken(&job, no_worker(), at(0), at(1_001)).expect("it is over");
    assert!(reason.message.ends_with("window: no worker of the sandbox is connected"), "{reason}");
}

#[test]
fn a_job_without_a_window_waits_half_an_hour_for_a_worker() {
    let half = limit::NO_WORKER.as_secs() as i64;
    let job = job(json!({"status": "New"}), None);
    assert_eq!(untaken(&job, no_worker(), at(0), at(half)), None);
    assert!(untaken(&job, no_worker(), at(0), at(half + 1)).is_some());
}

#[test]
fn a_job_that_stands_still_in_another_way_is_waited_for_anew() {
    let (mut seen, id) = (Seen::default(), job(leased("Running"), None).id);
    assert_eq!(seen.since(id, Still::Untaken, at(1)), at(1));
    assert_eq!(seen.since(id, Still::Untaken, at(5)), at(1));
    let lease = job(leased("Running"), None).phase.lease().expect("a lease");
    assert_eq!(seen.since(id, Still::Unbegun(lease), at(9)), at(9));
    seen.retain(&HashSet::new());
    assert_eq!(seen.since(id, Still::Untaken, at(20)), at(20));
}

#[test]
fn a_wish_is_kept_for_a_worker_that_is_away() {
    let silence = limit::WORKER_SILENCE.as_secs() as i64;
    let with = |status: &str, key: &str, value: serde_json::Value| {
        let mut phase = leased(status);
        phase[key] = value;
        job(phase, Some(100_000))
    };
    let reason = json!({ "code": "JobSuspended", "message": "suspended by somebody" });
    let suspending = with("Suspending", "reason", reason);
    assert_eq!(gone(&suspending, silent(), at(silence + 1)), None);
    let over = 100_001 + limit::PAST_WINDOW.as_secs() as i64;
    assert!(matches!(gone(&suspending, silent(), at(over)), Some(JobEvent::Fail(_))));
    let until = silence + 500;
    let stopping = with("Stopping", "until", json!(at(until)));
    assert_eq!(gone(&stopping, silent(), at(until - 1)), None, "it has its grace");
    assert!(matches!(gone(&stopping, silent(), at(until)), Some(JobEvent::Lose(_))));
}
