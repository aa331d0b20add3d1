//! One worker at a time has a job, and one journal of it counts: whatever sessions and folders there
//! are.

use super::*;
use bindery_core::worker::Presence;

impl House {
    /// The current session of the sandbox worker.
    fn session(&self) -> u64 {
        match self.plane.hub.presence(Peer::Sandbox) {
            Presence::Online { session } => session,
            other => panic!("it is {other:?}"),
        }
    }
}

impl Worker {
    async fn welcome(&mut self) {
        self.hear("welcome", |m| matches!(m, ToWorker::Welcome { .. }).then_some(())).await;
    }

    async fn fenced(&mut self, order: &JobOrder) {
        let fenced = |message| match message {
            ToWorker::Fenced { job, lease } if job == order.job => Some(lease),
            _ => None,
        };
        assert_eq!(self.hear("that it is fenced off", fenced).await, order.lease);
    }
}

#[tokio::test]
async fn an_order_is_given_in_the_session_in_which_there_was_a_place_or_not_at_all() {
    let house = House::build().await;
    let mut first = house.welcomed().await;
    let job = house.start().await;
    let lease = first.order().await.lease;
    let place = house.plane.place(&job).await.expect("a store").expect("a place");
    let mut second = house.connect();
    second.welcome().await;
    // What it has is on its way: it would be seen to have no such job, and yet begin it.
    house.plane.order(&job, lease, place).await.expect("a store");
    assert_eq!(house.phase(&job).await, Phase::New);
    second.say(ToControl::Holding { jobs: vec![] }).await;
    assert_eq!(second.order().await.lease.epoch, lease.epoch + 1);
}

#[tokio::test]
async fn what_a_worker_said_in_an_earlier_session_takes_no_job_from_its_later_one() {
    let house = House::build().await;
    let mut first = house.connect();
    first.welcome().await;
    let earlier = house.session();
    let mut second = house.welcomed().await;
    let job = house.start().await;
    let lease = second.order().await.lease;
    house.plane.reconcile(Peer::Sandbox, earlier, &[]).await.expect("a store");
    assert_eq!(house.phase(&job).await, Phase::Activating { lease });
}

#[tokio::test]
async fn a_worker_that_comes_back_shows_the_last_entry_that_is_stored() {
    let house = House::build().await;
    let (worker, job, order) = house.running(&[note(1)]).await;
    worker.leave().await;
    let mut back = house.connect();
    back.holding(vec![Held { job: job.id, lease: order.lease }]).await;
    assert_eq!(back.kept(job.id).await, 1);
    back.ship(&order, 1, &[note(1), end(2)]).await;
    assert_eq!(back.kept(job.id).await, 3);
    assert_eq!(house.phase(&job).await, Phase::Completed { result: None });
}

#[tokio::test]
async fn two_journals_of_a_job_are_never_mixed() {
    let house = House::build().await;
    let (mut worker, job, order) = house.running(&[note(1)]).await;
    // A copy of the worker's folder went on from its header.
    worker.ship(&order, 1, &[end(1)]).await;
    worker.fenced(&order).await;
    let Phase::Failed { error } = house.phase(&job).await else { panic!("it must fail") };
    assert_eq!(error.code, Code::JournalDamaged);
    // What it shipped before it heard of that.
    worker.ship(&order, 2, &[note(2), end(3)]).await;
    worker.is_heard().await;
    assert_eq!(house.plane.journal(job.id, None, 10).await.expect("a journal").len(), 2);
}

#[tokio::test]
async fn nothing_follows_an_end_though_its_worker_had_the_last_lease() {
    let house = House::build().await;
    let (mut worker, job, order) =
        house.running(&[entry(1, Body::End(Outcome::Suspended(by_somebody())))]).await;
    let stopped = house.plane.stop_job(&account(), job.id, None, &somebody()).await;
    assert_eq!(stopped.expect("stopped").phase, Phase::Stopped);
    worker.ship(&order, 2, &[note(2), end(3)]).await;
    worker.fenced(&order).await;
    assert_eq!(house.plane.journal(job.id, None, 10).await.expect("a journal").len(), 2);
}
