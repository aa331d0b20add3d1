//! Suspending a job, and letting it go on.

use super::*;

#[tokio::test]
async fn a_suspended_job_goes_on_from_its_journal_under_a_new_lease() {
    let house = House::build().await;
    let (mut worker, job, order) = house.running(&[note(1)]).await;
    let (account, caller) = (account(), somebody());
    let asked = house.plane.suspend_job(&account, job.id, &caller).await.expect("asked");
    assert_eq!(asked.phase.status(), JobStatus::Suspending);
    let suspend = |message| match message {
        ToWorker::Cancel { reason, .. } => Some(reason.code),
        _ => None,
    };
    assert_eq!(worker.hear("the wish", suspend).await, Code::JobSuspended);
    let paused = entry(2, Body::End(Outcome::Suspended(by_somebody())));
    worker.ship(&order, 2, std::slice::from_ref(&paused)).await;
    worker.kept(job.id).await;
    assert_eq!(house.phase(&job).await, Phase::Suspended { reason: by_somebody() });

    house.plane.resume_job(&account, job.id).await.expect("resumed");
    let history = |message| match message {
        ToWorker::History { first: 0, entries, .. } => Some(entries),
        _ => None,
    };
    let history = worker.hear("the history", history).await;
    let shipped = [header(&order), note(1), paused].map(|entry| Base64(entry.encode()));
    assert_eq!(history, shipped);
    let again = worker.order().await;
    assert_eq!((again.job, again.lease.epoch, again.history), (job.id, 2, 3));
    worker.ship(&again, 3, &[entry(3, Body::Order("{}".into())), end(4)]).await;
    assert_eq!(worker.kept(job.id).await, 5);
    assert_eq!(house.phase(&job).await, Phase::Completed { result: None });
}

#[tokio::test]
async fn a_suspension_that_is_shipped_again_does_not_suspend_the_job_again() {
    let house = House::build().await;
    let paused = entry(1, Body::End(Outcome::Suspended(by_somebody())));
    let (mut worker, job, order) = house.running(&[]).await;
    house.plane.suspend_job(&account(), job.id, &somebody()).await.expect("asked");
    worker.ship(&order, 1, std::slice::from_ref(&paused)).await;
    worker.kept(job.id).await;
    house.plane.resume_job(&account(), job.id).await.expect("resumed");
    let again = worker.order().await;
    let goes_on = entry(2, Body::Order("{}".into()));
    worker.ship(&again, 2, std::slice::from_ref(&goes_on)).await;
    worker.kept(job.id).await;
    // A worker that was killed says its whole journal again.
    worker.ship(&again, 0, &[header(&order), paused, goes_on]).await;
    worker.kept(job.id).await;
    assert_eq!(house.phase(&job).await, Phase::Running { lease: again.lease });
}

#[tokio::test]
async fn a_wish_for_a_job_whose_order_was_lost_is_granted_when_its_worker_is_back() {
    let house = House::build().await;
    let (account, caller) = (account(), somebody());
    for (suspend, wanted) in
        [(false, Phase::Stopped), (true, Phase::Suspended { reason: by_somebody() })]
    {
        let mut worker = house.welcomed().await;
        let job = house.start().await;
        worker.order().await;
        worker.leave().await;
        let asked = match suspend {
            true => house.plane.suspend_job(&account, job.id, &caller).await,
            false => house.plane.stop_job(&account, job.id, None, &caller).await,
        };
        asked.expect("asked");
        let mut worker = house.welcomed().await;
        worker.is_heard().await;
        assert_eq!(house.phase(&job).await, wanted);
        worker.leave().await;
    }
}
