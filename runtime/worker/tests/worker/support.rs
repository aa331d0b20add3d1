//! A control plane in miniature: it signs orders with its own keys and listens to what the worker
//! says.

use crate::fake::{
    Deeds, Fake, SANDBOX, Standing, account, job, now, program, worker_id, workspace,
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    id::JobId,
    job::{Lease, Trigger},
    runbook::{Level, Limits},
};
use bindery_journal::entry::{Body, Entry};
use bindery_protocol::{
    bytes::Base64,
    link::{self, ControlEnd, WorkerEnd},
    message::{ToControl, ToWorker},
    order::{CONFIGURE_ORDER, ConfigureOrder, JOB_ORDER, JobOrder},
};
use bindery_sandbox::capability::Capabilities;
use bindery_seal::{envelope::Envelope, trust::TrustList};
use bindery_worker::{
    agent::identity::Identity,
    allow::Allow,
    config::{BuildError, Config, Reporter},
    connector::{ConnectError, Connector},
    drain::Drain,
    worker::{RunError, Worker},
};
use jiff::SignedDuration;
use serde_json::{Value, json};
use std::{
    collections::HashMap,
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};
use tokio::{runtime::Runtime, sync::mpsc, task::JoinHandle, time::timeout};

const PATIENCE: Duration = Duration::from_secs(60);

/// Gives the worker one end of a link, and the test the other.
pub(crate) struct Links(mpsc::UnboundedSender<ControlEnd>);

#[async_trait::async_trait]
impl Connector for Links {
    async fn connect(&self) -> Result<WorkerEnd, ConnectError> {
        let (worker, control) = link::pair();
        // A test that is over takes no more links.
        let _ = self.0.send(control);
        Ok(worker)
    }
}

/// A worker in a runtime of its own, and the control plane's side.
pub(crate) struct House {
    pub(crate) deeds: Deeds,
    pub(crate) drain: Drain,
    pub(crate) trust: TrustList,
    pub(crate) modules: HashMap<Digest, Vec<u8>>,
    links: mpsc::UnboundedReceiver<ControlEnd>,
    runtime: Option<Runtime>,
    ended: JoinHandle<Result<(), RunError>>,
}

/// What a worker of a test is made of, where it differs.
pub(crate) struct Plan {
    pub(crate) folder: PathBuf,
    pub(crate) allow: Allow,
    pub(crate) identity: Option<Identity>,
    pub(crate) reporter: Option<Arc<dyn Reporter>>,
    pub(crate) deeds: Deeds,
}

impl Plan {
    pub(crate) fn new(folder: &Path) -> Self {
        Self {
            folder: folder.to_owned(),
            allow: Allow::Everything,
            identity: None,
            reporter: None,
            deeds: Deeds::default(),
        }
    }

    pub(crate) fn build(self) -> Result<Worker, BuildError> {
        let deeds = self.deeds;
        Worker::build(Config {
            state: self.folder,
            clock: Arc::new(Standing),
            sandbox: SANDBOX.clone(),
            workspace_key: workspace().public_key(),
            allow: self.allow,
            computer: self.identity.as_ref().map(|identity| {
                let facts = identity.facts();
                (facts.computer, facts.name)
            }),
            identity: self.identity,
            capabilities: Box::new(move |upstream| {
                Capabilities::default().with(Fake { deeds, upstream })
            }),
            reporter: self.reporter,
        })
    }

    pub(crate) fn start(self) -> House {
        let deeds = self.deeds.clone();
        let worker = self.build().expect("a worker");
        let runtime = tokio::runtime::Builder::new_multi_thread()
            .worker_threads(2)
            .enable_all()
            .build()
            .expect("a runtime");
        let (say, links) = mpsc::unbounded_channel();
        let drain = Drain::default();
        let ended = runtime.spawn(worker.run(Arc::new(Links(say)), drain.clone()));
        let modules = HashMap::from([(Digest::of(&program()), program())]);
        House {
            deeds,
            drain,
            trust: TrustList::default(),
            modules,
            links,
            runtime: Some(runtime),
            ended,
        }
    }
}

impl House {
    /// The next link, before any word.
    pub(crate) async fn link(&mut self) -> ControlEnd {
        let link = timeout(PATIENCE, self.links.recv()).await;
        link.expect("the worker connects").expect("it runs")
    }

    /// The next session, from the welcome on.
    pub(crate) async fn session(&mut self) -> Session {
        let link = self.link().await;
        let trust = self.trust.sign(&workspace()).expect("signed");
        let welcome = ToWorker::Welcome { session: 1, continuation: 8, trust, time: now() };
        let session = Session { link, modules: self.modules.clone() };
        session.say(welcome).await;
        session
    }

    /// The same, with the account configured.
    pub(crate) async fn configured(&mut self) -> Session {
        let mut session = self.session().await;
        assert_eq!(session.configure(&configure_order()).await, Ok(()));
        session
    }

    /// The machine loses power.
    pub(crate) async fn crash(mut self) {
        self.stop().await;
    }

    /// How the worker ended by itself.
    pub(crate) async fn ended(mut self) -> Result<(), RunError> {
        let ended = timeout(PATIENCE, &mut self.ended).await;
        self.stop().await;
        ended.expect("it ends").expect("no panic")
    }

    async fn stop(&mut self) {
        let runtime = self.runtime.take();
        tokio::task::spawn_blocking(|| drop(runtime)).await.expect("dropped");
    }
}

impl Drop for House {
    fn drop(&mut self) {
        if let Some(runtime) = self.runtime.take() {
            runtime.shutdown_background();
        }
    }
}

/// The control plane's side of a session.
pub(crate) struct Session {
    link: ControlEnd,
    modules: HashMap<Digest, Vec<u8>>,
}

impl Session {
    pub(crate) fn over(link: ControlEnd) -> Self {
        Self { link, modules: HashMap::new() }
    }

    pub(crate) async fn say(&self, message: ToWorker) {
        self.link.say.send(message).await.expect("the worker hears");
    }

    /// The first message that `pick` wants; modules are handed out meanwhile.
    pub(crate) async fn hear<T>(
        &mut self,
        what: &str,
        mut pick: impl FnMut(ToControl) -> Option<T>,
    ) -> T {
        loop {
            let heard = timeout(PATIENCE, self.link.hear.recv()).await;
            let heard = heard.unwrap_or_else(|_| panic!("waited for {what}"));
            let heard = heard.unwrap_or_else(|| panic!("the link ended; waited for {what}"));
            if let ToControl::Fetch { digest } = &heard {
                let wasm = self.modules.get(digest).cloned().map(Base64);
                self.say(ToWorker::Module { digest: *digest, wasm }).await;
            }
            if let Some(picked) = pick(heard) {
                return picked;
            }
        }
    }

    pub(crate) async fn configure(&mut self, order: &ConfigureOrder) -> Result<(), Failure> {
        let order = Envelope::sign(CONFIGURE_ORDER, order, &workspace()).expect("signed");
        self.say(ToWorker::Configure { id: 5, order }).await;
        let answered = |message| match message {
            ToControl::Configured { id: 5, answer } => Some(answer),
            _ => None,
        };
        self.hear("the answer to configure", answered).await
    }

    pub(crate) async fn order(&self, order: &JobOrder) {
        let order = Envelope::sign(JOB_ORDER, order, &account()).expect("signed");
        self.say(ToWorker::Order { order }).await;
    }

    /// The next refusal: its code, and whether another attempt may do.
    pub(crate) async fn refused(&mut self) -> (Code, bool) {
        let refused = |message| match message {
            ToControl::Refused { error, retry, .. } => Some((error.code, retry)),
            _ => None,
        };
        self.hear("a refusal", refused).await
    }

    pub(crate) async fn holding(&mut self) -> Vec<JobId> {
        let holding = |message| match message {
            ToControl::Holding { jobs } => Some(jobs.iter().map(|held| held.job).collect()),
            _ => None,
        };
        self.hear("what it holds", holding).await
    }

    /// The job's entries from `first` on, until `last` is true of one.
    pub(crate) async fn entries(
        &mut self,
        of: JobId,
        first: u64,
        last: impl Fn(&Body) -> bool,
    ) -> Vec<Entry> {
        let mut entries: Vec<Entry> = vec![];
        while !entries.last().is_some_and(|entry| last(&entry.body)) {
            let said = |message| match message {
                ToControl::Journal { job, first, entries, .. } if job == of => {
                    Some((first, entries))
                }
                _ => None,
            };
            let (from, batch) = self.hear("entries", said).await;
            assert_eq!(from, first + entries.len() as u64, "no gap and no repetition");
            entries.extend(batch.iter().map(|bytes| Entry::decode(&bytes.0).expect("an entry")));
        }
        entries
    }

    /// The job's journal from its header to its end.
    pub(crate) async fn journal(&mut self, of: JobId) -> Vec<Entry> {
        self.entries(of, 0, |body| matches!(body, Body::End(_))).await
    }
}

/// What the entries say on the job's streams.
pub(crate) fn lines(entries: &[Entry]) -> Vec<String> {
    entries.iter().filter_map(|entry| Some(entry.says()?.1)).collect()
}

/// How the journal ends.
pub(crate) fn end(entries: &[Entry]) -> Value {
    match entries.last().map(|entry| &entry.body) {
        Some(Body::End(outcome)) => match serde_json::to_value(outcome).expect("JSON") {
            Value::Object(object) => match ["failed", "suspended"].map(|key| object.get(key)) {
                [Some(reason), _] | [_, Some(reason)] => reason["code"].clone(),
                [None, None] => Value::Object(object),
            },
            other => other,
        },
        other => panic!("not an end: {other:?}"),
    }
}

pub(crate) fn completed() -> Value {
    json!({ "completed": null })
}

/// Whether the guest sleeps once this is written.
pub(crate) fn said_one(body: &Body) -> bool {
    matches!(body, Body::Operation { arguments, .. } if arguments["text"] == "one")
}

pub(crate) fn configure_order() -> ConfigureOrder {
    ConfigureOrder {
        account: "Automation".parse().expect("a name"),
        worker: worker_id(),
        group: "Linux".parse().expect("a name"),
        order_key: account().public_key().to_string(),
        most: vec!["updates.read".parse().expect("a grant"), "power.reboot".parse().expect("one")],
        issued_at: now(),
    }
}

pub(crate) fn job_order(number: u8) -> JobOrder {
    JobOrder {
        job: job(number),
        lease: Lease { worker: worker_id(), epoch: 1 },
        account: "Automation".parse().expect("a name"),
        runbook: "Two-Lines".parse().expect("a name"),
        digest: Digest::of(&program()),
        level: Level::L0,
        seal: None,
        grants: vec![],
        limits: Limits::default(),
        parameters: json!({}),
        trigger: Trigger::Manual,
        run: None,
        deadline: None,
        dry_run: false,
        resumable: true,
        history: 0,
        not_before: now(),
        not_after: now() + SignedDuration::from_secs(600),
    }
}
