//! Jobs that stand still: what is said of them, and what becomes of them.

use super::*;
use crate::tasks::watchdog::{self, Seen};
use bindery_core::operation::POWER_REBOOT;
use bindery_testkit::{clock::SimClock, wait::wait_until};
use std::time::Duration;

const SOON: Duration = Duration::from_secs(20);

async fn timed() -> (House, SimClock) {
    let clock = SimClock::at(Timestamp::UNIX_EPOCH);
    let patience = Patience::at(Pace::default());
    (House::with(patience, Arc::new(clock.reader())).await, clock)
}

impl House {
    /// Why `job` does not go on, in words.
    async fn why(&self, job: &Job) -> String {
        let job = self.job(job).await;
        let why = self.plane.waits_for(&job).await.expect("a reason or none");
        why.map(|why| why.message).unwrap_or_default()
    }

    /// What is named as the cause of the absence of a job's worker.
    async fn cause(&self, job: &Job) -> serde_json::Value {
        let job = self.job(job).await;
        let why = self.plane.waits_for(&job).await.expect("a reason").expect("it waits");
        why.details.expect("details")["cause"].clone()
    }

    async fn look(&self, seen: &mut Seen) {
        watchdog::look(&self.plane, seen).await.expect("looked");
    }

    async fn gone(&self) {
        let gone = async || !self.plane.hub.connected(Peer::Sandbox);
        wait_until("the end of its session", SOON, gone).await;
    }
}

fn second() -> Duration {
    Duration::from_secs(1)
}

#[tokio::test]
async fn a_job_that_nobody_can_take_says_so_at_once_and_is_suspended_after_half_an_hour() {
    let (house, clock) = timed().await;
    let job = house.start().await;
    let why = house.why(&job).await;
    assert!(why.starts_with("no worker of the sandbox is connected: "), "{why}");
    assert!(why.contains("not seen since the control plane started"), "{why}");
    let mut seen = Seen::default();
    house.look(&mut seen).await;
    clock.advance(limit::NO_WORKER);
    house.look(&mut seen).await;
    assert_eq!(house.phase(&job).await, Phase::New);
    clock.advance(second());
    house.look(&mut seen).await;
    let Phase::Suspended { reason } = house.phase(&job).await else { panic!("not suspended") };
    assert_eq!(reason.code, Code::NoWorker);
    house.plane.resume_job(&account(), job.id).await.expect("resumed");
    let mut worker = house.welcomed().await;
    assert_eq!(worker.order().await.job, job.id);
}

#[tokio::test]
async fn a_job_whose_worker_was_there_for_a_while_is_waited_for_anew() {
    let (house, clock) = timed().await;
    let (worker, _, _) = house.running(&[]).await;
    worker.leave().await;
    house.gone().await;
    let job = house.start().await;
    let mut seen = Seen::default();
    house.look(&mut seen).await;
    clock.advance(limit::NO_WORKER);
    let mut back = house.connect();
    back.hear("welcome", |m| matches!(m, ToWorker::Welcome { .. }).then_some(())).await;
    house.look(&mut seen).await;
    assert_eq!(house.why(&job).await, "it waits for a free place on the sandbox");
    back.leave().await;
    house.gone().await;
    clock.advance(second());
    house.look(&mut seen).await;
    assert_eq!(house.phase(&job).await, Phase::New);
}

#[tokio::test]
async fn the_absence_of_a_worker_has_its_cause() {
    let rebooting = |sequence| {
        let operation = POWER_REBOOT.name.to_owned();
        entry(sequence, Body::Intent { operation, arguments: json!({}) })
    };
    let rows = [
        (true, vec![note(1)], "Stopped"),
        (false, vec![note(1)], "Disconnected"),
        (true, vec![rebooting(1)], "Rebooting"),
        (false, vec![rebooting(1), note(2)], "Rebooting"),
    ];
    for (says_goodbye, entries, cause) in rows {
        let (house, clock) = timed().await;
        let (worker, job, _) = house.running(&entries).await;
        if says_goodbye {
            worker.say(ToControl::Leaving).await;
            let _reason = worker.session.await.expect("no panic");
        } else {
            worker.leave().await;
        }
        house.gone().await;
        clock.advance(limit::WORKER_SILENCE + second());
        house.look(&mut Seen::default()).await;
        assert_eq!(house.phase(&job).await.status(), JobStatus::Disconnected);
        assert_eq!(house.cause(&job).await, cause);
    }
}

#[tokio::test]
async fn a_job_of_a_worker_that_never_came_back_to_this_control_plane_names_that() {
    let (house, clock) = timed().await;
    let (worker, job, _) = house.running(&[]).await;
    drop(worker);
    let plane = house.plane.clone();
    house.gone().await;
    plane.hub.forget(Peer::Sandbox);
    clock.advance(limit::WORKER_SILENCE + second());
    house.look(&mut Seen::default()).await;
    assert_eq!(house.cause(&job).await, "NotSeen");
}

#[tokio::test]
async fn an_order_that_is_not_begun_is_given_again_under_the_same_lease() {
    let (house, clock) = timed().await;
    let mut worker = house.welcomed().await;
    let job = house.start().await;
    let order = worker.order().await;
    let mut seen = Seen::default();
    house.look(&mut seen).await;
    clock.advance(limit::ORDER_PATIENCE + second());
    house.look(&mut seen).await;
    let again = worker.order().await;
    assert_eq!((again.job, again.lease), (order.job, order.lease));
    worker.ship(&again, 0, &[header(&again), end(1)]).await;
    worker.kept(job.id).await;
    assert_eq!(house.phase(&job).await, Phase::Completed { result: None });
}

#[tokio::test]
async fn a_wish_for_a_job_that_was_never_begun_is_said_again_and_then_granted() {
    let cancelled = |message| matches!(message, ToWorker::Cancel { .. }).then_some(());
    for suspend in [false, true] {
        let (house, clock) = timed().await;
        let mut worker = house.welcomed().await;
        let job = house.start().await;
        worker.order().await;
        let (account, caller) = (account(), somebody());
        let wished = match suspend {
            true => house.plane.suspend_job(&account, job.id, &caller).await,
            false => house.plane.stop_job(&account, job.id, None, &caller).await,
        };
        let wished = wished.expect("asked").phase;
        worker.hear("the wish", cancelled).await;
        let mut seen = Seen::default();
        house.look(&mut seen).await;
        clock.advance(limit::STOP_GRACE_DEFAULT);
        house.look(&mut seen).await;
        assert_eq!(house.phase(&job).await, wished);
        clock.advance(limit::ORDER_PATIENCE + second());
        house.look(&mut seen).await;
        worker.hear("the wish again", cancelled).await;
        let wanted = if suspend { JobStatus::Suspended } else { JobStatus::Stopped };
        assert_eq!(house.phase(&job).await.status(), wanted);
    }
}
