//! Profiles: what needs more than every engine has goes to a worker that has it, in an account that
//! asked for it.

use super::*;
use bindery_core::profile::Feature;

/// `(module (tag) (func (export "_start")))`
const TAG: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x0d\x03\x01\0\0\x07\x0a\x01\x06_start\0\0\x0a\x04\x01\x02\0\x0b";

impl House {
    async fn import_tag(&self) -> Result<Name, Failure> {
        let name: Name = "Throws".parse().expect("a name");
        let import = Import { bytes: TAG.into(), name: Some(name.clone()), replace: true };
        self.plane.import_runbook(&account(), import, &somebody()).await?;
        self.plane.publish_runbook(&account(), &name, vec![], &somebody()).await?;
        Ok(name)
    }

    async fn allows(&self, profile: Profile) {
        self.plane.change_profile(&account(), profile).await.expect("changed");
    }

    async fn throws_at(&self, placement: Placement) -> Result<Job, Failure> {
        let (name, caller) = ("Throws".parse().expect("a name"), somebody());
        self.plane.start_job(&account(), &name, json!({}), Some(placement), false, &caller).await
    }

    async fn agent_with(&self, number: u8, profile: Profile) -> (ComputerId, Worker) {
        let computer = self.enrol_as(number).await;
        let mut agent = self.connect_with(Peer::Computer(computer), profile);
        agent.holding(vec![]).await;
        let (account, group, id) =
            (account(), "web".parse().expect("a name"), computer.to_string());
        let caller = somebody();
        let added = self.plane.add_to_group(&account, &group, &id, &caller);
        tokio::select! {
            added = added => drop(added.expect("added")),
            () = agent.hear("its own end", |_| None) => unreachable!("it is never heard"),
        };
        (computer, agent)
    }
}

fn web() -> Placement {
    Placement::Group("web".parse().expect("a name"))
}

#[tokio::test]
async fn an_account_has_what_it_asked_for() {
    let house = House::build().await;
    let refused = house.import_tag().await.expect_err("not asked for");
    assert_eq!(refused.code, Code::ProfileNotAllowed);
    assert!(refused.message.contains("needs exceptions"), "{refused}");
    house.allows(Profile::Extended).await;
    let name = house.import_tag().await.expect("imported");
    let published = house.plane.runbook(&account(), &name).await.expect("it is there").published;
    assert_eq!(published.expect("published").needs, [Feature::Exceptions]);
    house.allows(Profile::Standard).await;
    let refused = house.throws_at(Placement::Sandbox).await.expect_err("no longer asked for");
    assert_eq!(refused.code, Code::ProfileNotAllowed);
}

#[tokio::test]
async fn a_job_goes_to_a_worker_of_its_profile_and_to_no_other() {
    let house = House::build().await;
    house.allows(Profile::Extended).await;
    house.import_tag().await.expect("imported");
    let (_, _standard) = house.agent_with(1, Profile::Standard).await;
    for placement in [Placement::Sandbox, web()] {
        let refused = house.throws_at(placement).await.expect_err("nobody has it");
        assert_eq!(refused.code, Code::NoWorker);
        assert!(refused.message.contains("the extended profile"), "{refused}");
    }
    let (computer, mut extended) = house.agent_with(2, Profile::Extended).await;
    let job = house.throws_at(web()).await.expect("a job");
    let order = extended.order().await;
    assert_eq!((order.job, job.profile), (job.id, Profile::Extended));
    extended.ship(&order, 0, &[header(&order), end(1)]).await;
    extended.kept(job.id).await;

    // The same computer with a program that has less: the job waits and says for what.
    extended.leave().await;
    let job = house.throws_at(web()).await.expect("a job");
    assert_eq!(job.phase, Phase::New);
    let mut less = house.connect_with(Peer::Computer(computer), Profile::Standard);
    less.holding(vec![]).await;
    let why = house.plane.waits_for(&house.job(&job).await).await.expect("asked");
    let why = why.expect("it waits");
    assert!(why.message.contains("no worker of group `web` has the extended profile"), "{why}");
    // It does not stand before those that can go on.
    let other = house.start_at(Placement::Computer(computer)).await;
    let order = less.order().await;
    assert_eq!(order.job, other.id);
    less.leave().await;
    let mut more = house.connect_with(Peer::Computer(computer), Profile::Extended);
    more.holding(vec![Held { job: other.id, lease: order.lease }]).await;
    assert_eq!(more.order().await.job, job.id);
}
