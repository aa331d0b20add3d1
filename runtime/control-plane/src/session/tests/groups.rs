//! Groups: a job of a group runs on any of its workers, and moves from one to another by its journal.

use super::*;

const GROUP: &str = "web";

fn group() -> Name {
    GROUP.parse().expect("a name")
}

impl House {
    /// A computer in the group, and its agent.
    async fn member(&self, number: u8) -> (ComputerId, Worker) {
        let computer = self.enrol_as(number).await;
        let mut agent = self.connect_as(Peer::Computer(computer));
        agent.holding(vec![]).await;
        let (account, group, id) = (account(), group(), computer.to_string());
        let caller = somebody();
        let added = self.plane.add_to_group(&account, &group, &id, &caller);
        let added = tokio::select! {
            added = added => added,
            () = agent.hear("its own end", |_| None) => unreachable!("it is never heard"),
        };
        assert_eq!(added.expect("added").groups, [group]);
        (computer, agent)
    }
}

#[tokio::test]
async fn a_suspended_job_of_a_group_goes_on_at_another_worker_of_it() {
    let house = House::build().await;
    let (one, mut first) = house.member(1).await;
    let (_, mut second) = house.member(2).await;
    let job = house.start_at(Placement::Group(group())).await;
    let holder = house.job(&job).await.phase.lease().expect("a lease").worker;
    let worker = house.plane.worker(holder).await.expect("read").expect("a worker");
    if worker.computer != Some(one) {
        std::mem::swap(&mut first, &mut second);
    }
    let order = first.order().await;
    first.ship(&order, 0, &[header(&order), note(1)]).await;
    first.kept(job.id).await;
    house.plane.suspend_job(&account(), job.id, &somebody()).await.expect("asked");
    first.ship(&order, 2, &[entry(2, Body::End(Outcome::Suspended(by_somebody())))]).await;
    first.kept(job.id).await;
    first.leave().await;
    house.plane.resume_job(&account(), job.id).await.expect("resumed");
    let history = |message| match message {
        ToWorker::History { first: 0, entries, .. } => Some(entries.len()),
        _ => None,
    };
    assert_eq!(second.hear("the history", history).await, 3);
    let moved = second.order().await;
    assert_ne!(moved.lease.worker, holder);
    second.ship(&moved, 3, &[entry(3, Body::Order("{}".into())), end(4)]).await;
    second.kept(job.id).await;
    assert_eq!(house.phase(&job).await, Phase::Completed { result: None });
}

#[tokio::test]
async fn a_job_of_a_group_without_a_live_worker_names_its_workers() {
    let house = House::build().await;
    let (computer, agent) = house.member(1).await;
    agent.leave().await;
    let job = house.start_at(Placement::Group(group())).await;
    let why = house.plane.waits_for(&job).await.expect("a reason").expect("it waits").message;
    assert!(why.starts_with("no worker of group `web` is connected: web-01 (gone since"), "{why}");
    let id = computer.to_string();
    house.plane.remove_from_group(&account(), &group(), &id).await.expect("removed");
    let again = house.plane.remove_from_group(&account(), &group(), &id).await;
    assert_eq!(again.expect_err("it is not in it").code, Code::NotFound);
    let (name, placement) = ("Empty".parse().expect("a name"), Some(Placement::Group(group())));
    let (account, caller) = (account(), somebody());
    let nobody = house.plane.start_job(&account, &name, json!({}), placement, false, &caller).await;
    let nobody = nobody.expect_err("the group is empty");
    assert!(nobody.message.contains("`bindery group add`"), "{nobody}");
}

#[tokio::test]
async fn a_group_never_has_the_name_of_one_worker() {
    let house = House::build().await;
    let (computer, _agent) = house.member(1).await;
    let (account, name) = (account(), "web-01".parse().expect("a name"));
    let caller = somebody();
    let own = house.plane.add_to_group(&account, &name, "web-01", &caller);
    assert_eq!(own.await.expect_err("taken").code, Code::NameTaken);
    // And a computer that has the name of a group is in a group of another name.
    let id = computer.to_string();
    let taken = "web-02".parse().expect("a name");
    house.plane.add_to_group(&account, &taken, &id, &caller).await.expect("added");
    let (_, _agent) = house.member(2).await;
    let workers = house.plane.workers(&account).await.expect("workers");
    let own: Vec<_> = workers.iter().map(|worker| worker.group.as_str().to_owned()).collect();
    assert_eq!(own.iter().filter(|group| *group == "web-02").count(), 0, "{own:?}");
}

#[tokio::test]
async fn a_worker_is_in_as_many_groups_as_may_be_and_no_more() {
    let house = House::build().await;
    let (computer, _agent) = house.member(1).await;
    let id = computer.to_string();
    for number in 1..=limit::WORKER_GROUPS {
        let group = format!("group-{number}").parse().expect("a name");
        let added = house.plane.add_to_group(&account(), &group, &id, &somebody()).await;
        assert_eq!(added.is_ok(), number < limit::WORKER_GROUPS, "{number}");
    }
}
