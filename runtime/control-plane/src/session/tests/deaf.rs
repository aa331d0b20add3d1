//! Workers that talk and do not listen: nobody else waits for them, and they are not waited for
//! for ever.

use super::*;
use crate::tasks::watchdog::{self, Seen};
use axum::{
    body::Body,
    http::{Request, StatusCode, header::AUTHORIZATION},
};
use bindery_api::routes::RouteId;
use bindery_core::worker::Presence;
use bindery_testkit::{clock::SimClock, wait::wait_until};
use std::time::Duration;
use tower::ServiceExt as _;

const SOON: Duration = Duration::from_secs(20);

impl House {
    /// An agent that is a worker of the account and has nothing.
    async fn agent(&self) -> (ComputerId, Worker) {
        let computer = self.enrol().await;
        let mut agent = self.connect_as(Peer::Computer(computer));
        agent.holding(vec![]).await;
        // The next one comes much later: what is heard from here on is what a test asked for.
        agent.hear("a sign of life", |m| matches!(m, ToWorker::Alive).then_some(())).await;
        let account = account();
        let configured = self.plane.configure(&account, computer);
        tokio::select! {
            configured = configured => drop(configured.expect("configured")),
            () = agent.hear("its own end", |_| None) => {}
        }
        (computer, agent)
    }

    /// Says things to an agent until there is no place for another.
    fn fill(&self, computer: ComputerId) {
        let peer = Peer::Computer(computer);
        let Presence::Online { session } = self.plane.hub.presence(peer) else { return };
        while self.plane.hub.offer(peer, session, ToWorker::Assess).is_ok() {}
    }

    async fn ask(&self, route: RouteId) -> StatusCode {
        let token = self.plane.owner_token("test").await.expect("a token");
        let path = route.route().path.replace("{account}", account().as_str());
        let request = Request::get(path).header(AUTHORIZATION, format!("Bearer {token}"));
        let request = request.body(Body::empty()).expect("a request");
        let reply = crate::http::router(self.plane.clone()).oneshot(request).await;
        reply.expect("a reply").status()
    }
}

impl Worker {
    /// Why the session ended.
    async fn over(self) -> Failure {
        let ended = timeout(SOON, self.session).await.expect("it ends soon");
        ended.expect("no panic").expect_err("a reason")
    }
}

#[tokio::test]
async fn a_worker_that_does_not_listen_holds_nobody_up_and_gets_its_job_once_it_does() {
    let patience = Patience { rest: Duration::from_secs(1), ..Patience::at(Pace::default()) };
    let house = House::with(patience, Arc::new(|| Timestamp::UNIX_EPOCH)).await;
    let (computer, mut deaf) = house.agent().await;
    let mut sandbox = house.welcomed().await;
    house.fill(computer);
    let waiting = house.start_at(Placement::Computer(computer)).await;
    for _ in 0..3 {
        let (job, order) = house.begin(&mut sandbox, Placement::Sandbox, &[]).await;
        sandbox.ship(&order, 1, &[end(1)]).await;
        assert_eq!(sandbox.kept(job.id).await, 2);
    }
    assert_eq!(house.ask(RouteId::ListJobs).await, StatusCode::OK);
    assert_eq!(house.ask(RouteId::ListComputers).await, StatusCode::OK);
    let held = house.job(&waiting).await;
    assert_eq!(held.phase, Phase::New);
    assert!(held.epoch < 10, "it was offered {} times at once", held.epoch);
    assert_eq!(deaf.order().await.job, waiting.id);
}

#[tokio::test]
async fn a_worker_that_never_listens_is_cut_off_and_its_job_is_as_after_a_disconnect() {
    never_listens(0).await;
}

#[tokio::test]
async fn its_shipments_are_kept_and_their_answers_not_waited_for_one_by_one() {
    never_listens(60).await;
}

/// A worker ships this much for jobs that nobody knows, and hears nothing.
async fn never_listens(strangers: u8) {
    let clock = SimClock::at(Timestamp::UNIX_EPOCH);
    let short = Duration::from_millis(400);
    let patience = Patience { heartbeat: short, silence: short, ..Patience::at(Pace::default()) };
    let house = House::with(patience, Arc::new(clock.reader())).await;
    let (computer, mut deaf) = house.agent().await;
    let place = Placement::Computer(computer);
    // It is not silent for a moment.
    let (say, alive) = (deaf.link.say.clone(), short / 10);
    let talk = tokio::spawn(async move {
        while say.send(ToControl::Alive).await.is_ok() {
            tokio::time::sleep(alive).await;
        }
    });
    let (job, order) = house.begin(&mut deaf, place, &[]).await;
    house.fill(computer);
    if strangers > 0 {
        deaf.ship(&order, 1, &[note(1)]).await;
    }
    for number in 0..strangers {
        let stranger = JobOrder { job: JobId::from_bytes([number; 16]), ..order.clone() };
        deaf.ship(&stranger, 0, &[note(0)]).await;
    }
    let peer = Peer::Computer(computer);
    wait_until("its end", SOON, async || !house.plane.hub.connected(peer)).await;
    assert!(matches!(house.plane.hub.presence(peer), Presence::Offline { .. }));
    talk.abort();
    let over = deaf.over().await;
    assert_eq!((over.code, over.message.contains("does not listen")), (Code::Unreachable, true));
    let shipped = house.job(&job).await.shipped;
    assert_eq!(shipped, if strangers > 0 { 2 } else { 1 }, "what it shipped is kept");

    assert_eq!(house.phase(&job).await.status(), JobStatus::Running);
    clock.advance(limit::WORKER_SILENCE);
    clock.advance(Duration::from_secs(1));
    watchdog::look(&house.plane, &mut Seen::default()).await.expect("looked");
    assert_eq!(house.phase(&job).await.status(), JobStatus::Disconnected);
    let mut back = house.connect_as(peer);
    back.holding(vec![Held { job: job.id, lease: order.lease }]).await;
    assert_eq!(back.kept(job.id).await, shipped - 1, "it shows the last entry once more");
    assert_eq!(house.phase(&job).await.status(), JobStatus::Running);
}

#[tokio::test]
async fn a_worker_that_cannot_be_told_to_stop_is_cut_off_and_hears_it_when_it_is_back() {
    let house = House::build().await;
    let (computer, mut deaf) = house.agent().await;
    let (job, order) = house.begin(&mut deaf, Placement::Computer(computer), &[]).await;
    house.fill(computer);
    let (account, caller) = (account(), somebody());
    let stopped = house.plane.stop_job(&account, job.id, None, &caller).await;
    assert_eq!(stopped.expect("asked").phase.status(), JobStatus::Stopping);
    assert_eq!(deaf.over().await.code, Code::Unreachable);
    let mut back = house.connect_as(Peer::Computer(computer));
    back.holding(vec![Held { job: job.id, lease: order.lease }]).await;
    let stop = |m| matches!(m, ToWorker::Cancel { job: id, .. } if id == job.id).then_some(());
    back.hear("the stop", stop).await;
}

#[tokio::test]
async fn modules_that_are_on_their_way_leave_room_for_an_order() {
    let house = House::build().await;
    let (computer, mut slow) = house.agent().await;
    house.begin(&mut slow, Placement::Computer(computer), &[]).await;
    while slow.link.hear.try_recv().is_ok() {}
    for _ in 0..2 {
        slow.say(ToControl::Fetch { digest: Digest::of(EMPTY) }).await;
    }
    wait_until("the first module", SOON, async || !slow.link.hear.is_empty()).await;
    let job = house.start_at(Placement::Computer(computer)).await;
    assert_eq!(house.phase(&job).await.status(), JobStatus::Activating);
    let modules = |message| matches!(message, ToWorker::Module { .. }).then_some(());
    slow.hear("the first module", modules).await;
    assert_eq!(slow.order().await.job, job.id);
    slow.hear("the second module", modules).await;
}
