//! Stopping with a grace, and terminating.

use super::*;
use crate::dispatch::Place;
use bindery_testkit::clock::SimClock;
use std::time::Duration;

const MINUTE: Duration = Duration::from_secs(60);

/// A house whose clock a test drives.
async fn timed() -> (House, SimClock) {
    let clock = SimClock::at(Timestamp::UNIX_EPOCH);
    let patience = Patience::at(Pace::default());
    (House::with(patience, Arc::new(clock.reader())).await, clock)
}

fn cancel(message: ToWorker) -> Option<(Code, Option<u64>)> {
    match message {
        ToWorker::Cancel { reason, grace, .. } => Some((reason.code, grace)),
        _ => None,
    }
}

impl House {
    async fn stop(&self, job: &Job, grace: Option<Duration>) -> Result<Job, Failure> {
        self.plane.stop_job(&account(), job.id, grace, &somebody()).await
    }
}

#[tokio::test]
async fn a_worker_is_told_how_long_a_job_has_to_end_and_what_is_left_when_it_was_away() {
    let (house, clock) = timed().await;
    let (mut worker, job, order) = house.running(&[]).await;
    let stopping = house.stop(&job, Some(MINUTE)).await.expect("asked");
    assert_eq!(stopping.phase.status(), JobStatus::Stopping);
    assert_eq!(worker.hear("the stop", cancel).await, (Code::Cancelled, Some(60_000)));
    worker.leave().await;
    clock.advance(Duration::from_secs(45));
    let mut worker = house.connect();
    worker.holding(vec![Held { job: job.id, lease: order.lease }]).await;
    assert_eq!(worker.hear("the stop", cancel).await, (Code::Cancelled, Some(15_000)));
    worker.leave().await;
    clock.advance(MINUTE);
    let mut worker = house.connect();
    worker.holding(vec![Held { job: job.id, lease: order.lease }]).await;
    assert_eq!(worker.hear("the stop", cancel).await, (Code::Cancelled, Some(0)));
    worker.ship(&order, 1, &[entry(1, Body::End(Outcome::Stopped))]).await;
    worker.kept(job.id).await;
    assert_eq!(house.phase(&job).await, Phase::Stopped);
}

#[tokio::test]
async fn a_grace_has_a_limit() {
    let (house, _clock) = timed().await;
    let (_worker, job, _) = house.running(&[]).await;
    let past = limit::STOP_GRACE_MAX + Duration::from_secs(1);
    assert_eq!(
        house.stop(&job, Some(past)).await.expect_err("too long").code,
        Code::InvalidRequest
    );
    assert!(house.stop(&job, Some(limit::STOP_GRACE_MAX)).await.is_ok());
}

#[tokio::test]
async fn a_job_that_ends_by_itself_in_its_grace_has_its_own_end() {
    let (house, _clock) = timed().await;
    let (mut worker, job, order) = house.running(&[]).await;
    house.stop(&job, None).await.expect("asked");
    worker.ship(&order, 1, &[end(1)]).await;
    worker.kept(job.id).await;
    assert_eq!(house.phase(&job).await, Phase::Completed { result: None });
}

#[tokio::test]
async fn a_terminated_job_has_ended_at_once_and_its_worker_is_told_and_believed_as_evidence() {
    let (house, _clock) = timed().await;
    let (mut worker, job, order) = house.running(&[]).await;
    let ended = house.plane.terminate_job(&account(), job.id, &somebody()).await.expect("ended");
    assert_eq!(ended.phase, Phase::Stopped);
    assert_eq!(worker.hear("the end", cancel).await, (Code::Cancelled, None));
    worker.ship(&order, 1, &[note(1), entry(2, Body::End(Outcome::Stopped))]).await;
    assert_eq!(worker.kept(job.id).await, 3);
    assert_eq!(house.phase(&job).await, Phase::Stopped);
    let again = house.plane.terminate_job(&account(), job.id, &somebody()).await;
    assert_eq!(again.expect_err("it has ended").code, Code::Conflict);
}

#[tokio::test]
async fn a_terminated_job_needs_no_worker_for_its_end() {
    let (house, _clock) = timed().await;
    let (worker, job, order) = house.running(&[]).await;
    worker.leave().await;
    let ended = house.plane.terminate_job(&account(), job.id, &somebody()).await.expect("ended");
    assert_eq!(ended.phase, Phase::Stopped);
    let mut worker = house.connect();
    worker.holding(vec![Held { job: job.id, lease: order.lease }]).await;
    assert_eq!(worker.hear("the end", cancel).await, (Code::Cancelled, None));
}

#[test]
fn the_children_of_a_job_that_stops_end_with_its_grace() {
    let at = |second| Timestamp::from_second(second).expect("in range");
    let rows = [
        (json!({ "status": "New" }), None, None),
        (json!({ "status": "New" }), Some(100), Some(100)),
        (stopping(50), None, Some(50)),
        (stopping(50), Some(100), Some(50)),
        (stopping(150), Some(100), Some(100)),
    ];
    for (phase, deadline, expected) in rows {
        let job: Job = serde_json::from_value(json!({
            "id": "01940000-0000-7000-8000-000000000000", "account": "A", "runbook": "R",
            "digest": Digest::of(b""), "parameters": {}, "grants": [], "limits": {},
            "placement": "sandbox", "trigger": "Manual", "startedBy": "x", "createdAt": at(0),
            "deadline": deadline.map(at), "phase": phase, "epoch": 1, "shipped": 0,
        }))
        .expect("a job");
        assert_eq!(job.ends_by(), expected.map(at));
    }
}

fn stopping(until: i64) -> serde_json::Value {
    let lease = json!({ "worker": "01940000-0000-7000-8000-000000000001", "epoch": 1 });
    let until = Timestamp::from_second(until).expect("in range");
    json!({ "status": "Stopping", "lease": lease, "until": until })
}

#[tokio::test]
async fn a_stop_that_crosses_the_order_of_its_job_is_heard_behind_it() {
    let (house, clock) = timed().await;
    let mut worker = house.welcomed().await;
    let job = house.start().await;
    let lease = worker.order().await.lease;
    let session = house.plane.hub.place_of(Peer::Sandbox, job.id).expect("a place");
    let until = clock.now() + jiff::SignedDuration::from_secs(30);
    house.plane.change_job(job.id, |_| Some(JobEvent::AskStop(until))).await.expect("asked");
    // As whoever gave the job away goes on, who has not seen it since.
    let place = Place { worker: lease.worker, peer: Peer::Sandbox, session };
    house.plane.order(&job, lease, place).await.expect("ordered");
    assert_eq!(worker.order().await.lease, lease);
    assert_eq!(worker.hear("the stop", cancel).await, (Code::Cancelled, Some(30_000)));
}
