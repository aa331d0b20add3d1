//! A session with a worker that says what the test wants it to say.

mod configuring;
mod deaf;
mod fencing;
mod groups;
mod modules;
mod profiles;
mod secrets;
mod stopping;
mod suspending;
mod waiting;

use super::*;
use crate::{
    app::{computers::Applicant, runbooks::Import, tokens::Caller},
    documents::{JOBS, RUNS, job_indexes},
    plane::Config,
};
use bindery_core::{
    account::Role,
    id::JobId,
    job::{Job, JobStatus, Lease, Outcome, Parent, Phase, Placement},
    name::Name,
    retention::Retention,
    run::{Run, RunStatus},
    stream::StreamKind,
    time::Clock,
};
use bindery_journal::entry::{Body, Entry, Header};
use bindery_protocol::{
    link::{WorkerEnd, pair},
    order::{JOB_ORDER, JobOrder},
};
use bindery_seal::key::SigningKey;
use bindery_store::{
    Stores,
    batch::{Batch, Expect},
};
use jiff::Timestamp;
use serde_json::json;
use tokio::task::JoinHandle;

/// `(module (func (export "_start")))`
const EMPTY: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x0a\x01\x06_start\0\0\x0a\x04\x01\x02\0\x0b";

struct House {
    _folder: tempfile::TempDir,
    plane: ControlPlane,
    _tasks: tokio::task::JoinSet<()>,
}

fn account() -> Name {
    "Fleet".parse().expect("a name")
}

fn somebody() -> Caller {
    Caller { name: "somebody".into(), role: Role::Owner }
}

impl House {
    /// A control plane with an account and the published runbook `Empty`.
    async fn build() -> Self {
        Self::with(Patience::at(Pace::default()), Arc::new(|| Timestamp::UNIX_EPOCH)).await
    }

    async fn with(patience: Patience, clock: Arc<dyn Clock>) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let config = Config {
            folder: folder.path().to_owned(),
            stores: Stores::memory(),
            clock,
            name: "test".into(),
            builtins: vec![],
            publishers: vec![],
            modules: vec![],
            replayer: None,
            fingerprint: None,
        };
        let mut plane = ControlPlane::open(config).await.expect("a control plane");
        Arc::get_mut(&mut plane.0).expect("nobody else has it").patience = patience;
        plane.create_account(&account(), "test").await.expect("an account");
        let name: Name = "Empty".parse().expect("a name");
        let import = Import { bytes: EMPTY.into(), name: Some(name.clone()), replace: false };
        plane.import_runbook(&account(), import, &somebody()).await.expect("imported");
        let published = plane.publish_runbook(&account(), &name, vec![], &somebody()).await;
        published.expect("published");
        let tasks = plane.start_tasks(Retention::default()).await.expect("tasks");
        Self { _folder: folder, plane, _tasks: tasks }
    }

    async fn start(&self) -> Job {
        self.start_at(Placement::Sandbox).await
    }

    async fn start_at(&self, placement: Placement) -> Job {
        let (name, placement) = ("Empty".parse().expect("a name"), Some(placement));
        let (account, caller) = (account(), somebody());
        let started =
            self.plane.start_job(&account, &name, json!({}), placement, false, &caller).await;
        started.expect("a job")
    }

    async fn job(&self, job: &Job) -> Job {
        self.plane.job(&account(), job.id).await.expect("a job")
    }

    async fn phase(&self, job: &Job) -> Phase {
        self.job(job).await.phase
    }

    fn connect(&self) -> Worker {
        self.connect_as(Peer::Sandbox)
    }

    fn connect_as(&self, peer: Peer) -> Worker {
        self.connect_with(peer, Profile::Standard)
    }

    fn connect_with(&self, peer: Peer, profile: Profile) -> Worker {
        let (worker, control) = pair();
        let plane = self.plane.clone();
        let session = tokio::spawn(async move { plane.converse(peer, control, 0, profile).await });
        Worker { link: worker, session, plane: self.plane.clone() }
    }

    /// A computer of the workspace.
    async fn enrol(&self) -> ComputerId {
        self.enrol_as(1).await
    }

    /// The computer of the workspace with this number.
    async fn enrol_as(&self, number: u8) -> ComputerId {
        let name = format!("web-{number:02}");
        let applicant = Applicant {
            token: self.plane.enrol_token(&name).await.expect("a token"),
            public_key: SigningKey::from_seed([number; 32]).public_key().to_string(),
            name,
            protocol: VERSION,
            time: self.plane.clock.now(),
        };
        self.plane.enrol(applicant).await.expect("enrolled").id
    }

    /// A worker that has nothing and is configured.
    async fn welcomed(&self) -> Worker {
        let mut worker = self.connect();
        worker.holding(vec![]).await;
        worker
    }

    /// A worker with a job whose header and first entries are kept.
    async fn running(&self, entries: &[Entry]) -> (Worker, Job, JobOrder) {
        let mut worker = self.welcomed().await;
        let (job, order) = self.begin(&mut worker, Placement::Sandbox, entries).await;
        (worker, job, order)
    }

    /// Starts a job on `worker`, which ships its header and these entries.
    async fn begin(
        &self,
        worker: &mut Worker,
        placement: Placement,
        entries: &[Entry],
    ) -> (Job, JobOrder) {
        let job = self.start_at(placement).await;
        let order = worker.order().await;
        let all: Vec<_> = [header(&order)].into_iter().chain(entries.iter().cloned()).collect();
        worker.ship(&order, 0, &all).await;
        worker.kept(job.id).await;
        (job, order)
    }
}

struct Worker {
    link: WorkerEnd,
    session: JoinHandle<Result<(), Failure>>,
    plane: ControlPlane,
}

impl Worker {
    async fn say(&self, message: ToControl) {
        self.link.say.send(message).await.expect("a session");
    }

    /// The first message that `wanted` takes; it acknowledges being configured.
    async fn hear<T>(&mut self, what: &str, wanted: impl Fn(ToWorker) -> Option<T>) -> T {
        let heard = async {
            loop {
                match self.link.hear.recv().await.expect("a session") {
                    ToWorker::Configure { id, .. } => {
                        self.say(ToControl::Configured { id, answer: Ok(()) }).await;
                    }
                    message => {
                        if let Some(heard) = wanted(message) {
                            return heard;
                        }
                    }
                }
            }
        };
        let heard = timeout(std::time::Duration::from_secs(20), heard).await;
        heard.unwrap_or_else(|_| panic!("never heard: {what}"))
    }

    async fn holding(&mut self, jobs: Vec<Held>) {
        self.hear("welcome", |message| matches!(message, ToWorker::Welcome { .. }).then_some(()))
            .await;
        self.say(ToControl::Holding { jobs }).await;
    }

    async fn order(&mut self) -> JobOrder {
        let key = self.plane.keys.orders(&account()).expect("a key").public_key();
        let order = |message| match message {
            ToWorker::Order { order } => order.open(JOB_ORDER, &key).ok(),
            _ => None,
        };
        self.hear("an order", order).await
    }

    async fn ship(&self, order: &JobOrder, first: u64, entries: &[Entry]) {
        let entries = entries.iter().map(|entry| Base64(entry.encode())).collect();
        self.say(ToControl::Journal { job: order.job, lease: order.lease, first, entries }).await;
    }

    async fn kept(&mut self, job: JobId) -> u64 {
        let kept = |message| match message {
            ToWorker::Kept { job: kept, below } if kept == job => Some(below),
            _ => None,
        };
        self.hear("that it is kept", kept).await
    }

    /// Returns once what it said has had its effect.
    async fn is_heard(&mut self) {
        let worker = self.plane.workers(&account()).await.expect("a store").remove(0).id;
        let lease = Lease { worker, epoch: 1 };
        let (job, entries) = (JobId::from_bytes([0; 16]), vec![]);
        self.say(ToControl::Journal { job, lease, first: 0, entries }).await;
        self.hear("the answer", |m| matches!(m, ToWorker::Fenced { .. }).then_some(())).await;
    }

    async fn leave(self) {
        drop(self.link);
        // An answer that it did not wait for may be a reason.
        let _reason = self.session.await.expect("no panic");
    }
}

fn header(order: &JobOrder) -> Entry {
    let header = Header {
        job: order.job,
        digest: order.digest,
        parameters: json!({}),
        limits: order.limits.clone(),
        seed: [0; 32],
        order: None,
    };
    entry(0, Body::Header(header))
}

fn note(sequence: u64) -> Entry {
    let (kind, text) = (StreamKind::Output, "done while away".to_owned());
    entry(sequence, Body::Note { kind, text, value: None })
}

fn end(sequence: u64) -> Entry {
    entry(sequence, Body::End(Outcome::Completed(None)))
}

fn entry(sequence: u64, body: Body) -> Entry {
    Entry { sequence, time: Timestamp::UNIX_EPOCH, body }
}

/// Why a job is suspended that somebody suspended.
fn by_somebody() -> Failure {
    Failure::new(Code::JobSuspended, format!("suspended by {}", somebody().name))
}

#[tokio::test]
async fn no_job_is_given_to_a_worker_before_it_said_what_it_has() {
    let house = House::build().await;
    let mut worker = house.connect();
    worker.hear("welcome", |m| matches!(m, ToWorker::Welcome { .. }).then_some(())).await;
    let job = house.start().await;
    assert_eq!(job.phase, Phase::New);
    worker.say(ToControl::Holding { jobs: vec![] }).await;
    assert_eq!(worker.order().await.job, job.id);
}

#[tokio::test]
async fn entries_that_follow_each_other_and_their_end_are_kept_in_order() {
    let house = House::build().await;
    let mut worker = house.welcomed().await;
    let job = house.start().await;
    let order = worker.order().await;
    worker.ship(&order, 0, &[header(&order)]).await;
    worker.ship(&order, 1, &[note(1)]).await;
    worker.ship(&order, 2, &[end(2)]).await;
    while worker.kept(job.id).await < 3 {}
    assert_eq!(house.phase(&job).await, Phase::Completed { result: None });
    // Said twice: nothing changes, and the worker hears that it may forget it.
    worker.ship(&order, 0, &[header(&order), note(1)]).await;
    assert_eq!(worker.kept(job.id).await, 3);
    let journal = house.plane.journal(job.id, None, 10).await.expect("a journal");
    assert_eq!(journal, [header(&order), note(1), end(2)]);
}

#[tokio::test]
async fn what_a_worker_did_after_its_job_was_given_up_is_kept_as_evidence() {
    let house = House::build().await;
    let (worker, job, order) = house.running(&[]).await;
    worker.leave().await;
    let given_up = Failure::new(Code::OutcomeUnknown, "nobody knows");
    let event = JobEvent::Fail(given_up.clone());
    house.plane.change_job(job.id, |_| Some(event.clone())).await.expect("failed");
    let mut worker = house.connect();
    worker.holding(vec![Held { job: job.id, lease: order.lease }]).await;
    let cancelled = |m| matches!(m, ToWorker::Cancel { job: id, .. } if id == job.id).then_some(());
    worker.hear("that it is to end", cancelled).await;
    worker.ship(&order, 1, &[note(1), end(2)]).await;
    assert_eq!(worker.kept(job.id).await, 3);
    assert_eq!(house.phase(&job).await, Phase::Failed { error: given_up });
    assert_eq!(house.plane.journal(job.id, None, 10).await.expect("a journal").len(), 3);
}

#[tokio::test]
async fn a_stop_reaches_a_worker_that_was_away() {
    let house = House::build().await;
    let (worker, job, order) = house.running(&[]).await;
    worker.leave().await;
    let (account, caller) = (account(), somebody());
    let stopped = house.plane.stop_job(&account, job.id, None, &caller).await;
    assert_eq!(stopped.expect("asked").phase.status(), JobStatus::Stopping);
    let mut worker = house.connect();
    worker.holding(vec![Held { job: job.id, lease: order.lease }]).await;
    let cancelled =
        |m| matches!(m, ToWorker::Cancel { lease, .. } if lease == order.lease).then_some(());
    worker.hear("the stop", cancelled).await;
}

#[tokio::test]
async fn a_worker_that_comes_back_hears_what_is_kept_and_what_is_another_ones() {
    let house = House::build().await;
    let (worker, job, order) = house.running(&[note(1)]).await;
    worker.leave().await;
    let stale = Held { job: job.id, lease: Lease { epoch: 0, ..order.lease } };
    let mut worker = house.connect();
    worker.holding(vec![Held { job: job.id, lease: order.lease }, stale.clone()]).await;
    assert_eq!(worker.kept(job.id).await, 1);
    let fenced = |message| match message {
        ToWorker::Fenced { lease, .. } => Some(lease),
        _ => None,
    };
    assert_eq!(worker.hear("a fence", fenced).await, stale.lease);
}

#[tokio::test]
async fn a_journal_that_cannot_be_taken_in_ends_its_job_and_no_other() {
    let house = House::build().await;
    let mut worker = house.welcomed().await;
    // What is no entry; a gap; an entry that does not stand where it says.
    let shipments = [(0, b"no entry".to_vec()), (7, note(7).encode()), (0, note(5).encode())];
    for (first, entry) in shipments {
        let job = house.start().await;
        let order = worker.order().await;
        let (entries, lease) = (vec![Base64(entry)], order.lease);
        worker.say(ToControl::Journal { job: job.id, lease, first, entries }).await;
        worker.hear("a fence", |m| matches!(m, ToWorker::Fenced { .. }).then_some(())).await;
        let Phase::Failed { error } = house.phase(&job).await else { panic!("it must fail") };
        assert_eq!(error.code, Code::JournalDamaged, "{error}");
    }
    let job = house.start().await;
    let order = worker.order().await;
    worker.ship(&order, 0, &[header(&order), end(1)]).await;
    assert_eq!(worker.kept(job.id).await, 2, "the session goes on");
}

#[tokio::test]
async fn a_worker_that_refused_a_job_gets_none_for_a_while() {
    let house = House::build().await;
    let mut worker = house.welcomed().await;
    let job = house.start().await;
    let order = worker.order().await;
    let error = Failure::new(Code::LimitExceeded, "full");
    worker.say(ToControl::Refused { job: job.id, lease: order.lease, error, retry: true }).await;
    worker.is_heard().await;
    assert_eq!(house.start().await.phase, Phase::New);
    assert_eq!(house.phase(&job).await, Phase::New);
}

fn run(master_job: JobId) -> Run {
    serde_json::from_value(json!({
        "id": "01940000-0000-7000-8000-00000000000a", "name": "Night",
        "deployment": "01940000-0000-7000-8000-00000000000b", "deploymentName": "Night",
        "account": account(), "masterJob": master_job, "status": RunStatus::InProgress,
        "startedAt": Timestamp::UNIX_EPOCH, "deadline": Timestamp::MAX, "endedAt": null,
        "cancelledAt": null, "reason": null, "retryOf": null,
    }))
    .expect("a run")
}

#[tokio::test]
async fn cancelling_a_run_ends_the_children_that_nobody_has_taken() {
    let house = House::build().await;
    let (master, child) = (house.start().await, house.start().await);
    let run = run(master.id);
    let mut batch = Batch::new().put(RUNS, run.id.to_string(), &run, Expect::Absent, vec![]);
    for mut job in [master.clone(), child.clone()] {
        job.run = Some(run.id);
        job.parent =
            (job.id == child.id).then_some(Parent { job: master.id, sequence: 1, index: 0 });
        batch = batch.put(JOBS, job.id.to_string(), &job, Expect::Any, job_indexes(&job));
    }
    house.plane.repository.commit(batch).await.expect("stored");
    house.plane.cancel_run(run.id, &somebody()).await.expect("cancelled");
    let Phase::Failed { error } = house.phase(&child).await else { panic!("it must end") };
    assert_eq!(error.code, Code::RunCancelled);
    assert_eq!(house.phase(&master).await, Phase::New, "it ends the run by itself");
}

#[tokio::test]
async fn what_was_read_before_the_end_of_a_run_does_not_reopen_it() {
    let house = House::build().await;
    let master = house.start().await;
    let ended = Run {
        status: RunStatus::Succeeded,
        ended_at: Some(Timestamp::UNIX_EPOCH),
        ..run(master.id)
    };
    let key = ended.id.to_string();
    let batch = Batch::new().put(RUNS, key, &ended, Expect::Absent, vec![]);
    house.plane.repository.commit(batch).await.expect("stored");
    // The master job has not begun, as a slow reader would still see it.
    house.plane.refresh_run(ended.id).await.expect("refreshed");
    assert_eq!(house.plane.run(ended.id).await.expect("a run"), ended);
}
