//! Following a job by server-sent events over HTTP, with a worker that writes what the test says.

use crate::server::{ACCOUNT, Server};
use bindery_api::{
    jobs::{Job, JobEvent, NewJob},
    runbooks::{ImportRunbook, PublishRunbook},
    tokens::{NewToken, TokenKind},
};
use bindery_core::{
    account::Role,
    job::{JobStatus, Lease, Outcome},
    profile::Profile,
    stream::StreamKind,
};
use bindery_journal::entry::{Body, Entry, Header};
use bindery_protocol::{
    bytes::Base64,
    link::{WorkerEnd, pair},
    message::{ToControl, ToWorker},
    order::{CONFIGURE_ORDER, ConfigureOrder, JOB_ORDER, JobOrder},
};
use bindery_seal::key::PublicKey;
use serde_json::json;
use std::time::Duration;

/// How long anything may take.
const PATIENCE: Duration = Duration::from_secs(30);

/// The sandbox worker of a server, played by the test.
struct Worker {
    link: WorkerEnd,
    job: Job,
    lease: Lease,
    written: u64,
}

impl Worker {
    /// Connects, starts a job and takes it.
    async fn with_a_job(server: &Server) -> Self {
        let (mut link, control) = pair();
        let plane = server.plane.clone();
        tokio::spawn(async move { plane.serve_sandbox(control, Profile::Standard).await });
        link.say.send(ToControl::Holding { jobs: vec![] }).await.expect("it is heard");
        // It is given no job before it is configured for the account.
        let (job, lease) =
            tokio::join!(job(server), lease(&mut link, server.plane.workspace_key()));
        Self { link, job, lease, written: 0 }
    }

    /// Writes entries to the job's journal, and waits until they are kept.
    async fn write(&mut self, bodies: Vec<Body>) {
        let (job, lease, first) = (self.job.id, self.lease, self.written);
        let time = self.job.created_at;
        let entries = bodies.into_iter().map(|body| {
            let entry = Entry { sequence: self.written, time, body };
            self.written += 1;
            Base64(entry.encode())
        });
        let entries = entries.collect();
        let shipment = ToControl::Journal { job, lease, first, entries };
        self.link.say.send(shipment).await.expect("it is heard");
        loop {
            match self.link.hear.recv().await.expect("an answer") {
                ToWorker::Kept { below, .. } => return assert_eq!(below, self.written),
                ToWorker::Fenced { .. } => panic!("the job is another's"),
                _ => {}
            }
        }
    }

    fn header(&self) -> Body {
        Body::Header(Header {
            job: self.job.id,
            digest: self.job.digest,
            parameters: json!({}),
            limits: self.job.limits.clone(),
            seed: [0; 32],
            order: None,
        })
    }
}

/// A job of a runbook that is imported for it.
async fn job(server: &Server) -> Job {
    let wasm = wat::parse_str("(module (func (export \"_start\")))").expect("a module");
    let name = ImportRunbook { name: Some("Says".parse().expect("a name")), replace: false };
    server.owner.import_runbook(ACCOUNT, &name, wasm.into()).await.expect("a draft");
    let publish = PublishRunbook::default();
    server.owner.publish_runbook(ACCOUNT, "Says", &publish).await.expect("published");
    let (runbook, parameters) = ("Says".parse().expect("a name"), serde_json::Map::new());
    let new = NewJob { runbook, parameters, placement: None, dry_run: false };
    server.owner.start_job(ACCOUNT, &new).await.expect("a job")
}

/// Confirms what the worker is configured to, until it is given a job.
async fn lease(link: &mut WorkerEnd, workspace: PublicKey) -> Lease {
    let mut order_key: Option<PublicKey> = None;
    loop {
        match link.hear.recv().await.expect("the session goes on") {
            ToWorker::Configure { id, order } => {
                let order: ConfigureOrder =
                    order.open(CONFIGURE_ORDER, &workspace).expect("signed by the workspace");
                order_key = Some(order.order_key.parse().expect("a key"));
                let done = ToControl::Configured { id, answer: Ok(()) };
                link.say.send(done).await.expect("it is heard");
            }
            ToWorker::Order { order } => {
                let key = order_key.expect("it was configured before");
                let order: JobOrder = order.open(JOB_ORDER, &key).expect("signed for the account");
                return order.lease;
            }
            _ => {}
        }
    }
}

fn says(text: &str) -> Body {
    Body::Note { kind: StreamKind::Output, text: text.into(), value: None }
}

/// A connection that follows a job.
struct Follower {
    response: reqwest::Response,
    text: String,
}

impl Follower {
    /// Follows from the beginning, or behind the event with the id `after`.
    async fn connect(server: &Server, job: &Job, after: Option<&str>) -> Self {
        let new =
            NewToken { kind: TokenKind::Api, role: Some(Role::Reader), name: None, seconds: None };
        let token = server.owner.create_token(&new).await.expect("a token");
        // reqwest wants one even for plain HTTP; another test may have installed it already.
        let _installed = rustls::crypto::ring::default_provider().install_default();
        let http = reqwest::Client::builder().no_proxy().build().expect("a client");
        let url = format!("{}/v1/accounts/{ACCOUNT}/jobs/{}/events", server.url, job.id);
        let mut request = http.get(url).bearer_auth(token.secret.reveal());
        if let Some(id) = after {
            request = request.header("last-event-id", id);
        }
        let response = request.send().await.expect("a reply");
        assert_eq!(response.status(), 200);
        assert_eq!(response.headers()["content-type"], "text/event-stream");
        Self { response, text: String::new() }
    }

    /// The next event, whose id is the one that stands before it; none at the end.
    async fn next(&mut self) -> Option<JobEvent> {
        loop {
            while let Some((event, rest)) = self.text.split_once("\n\n") {
                let field = |name: &str| {
                    event.lines().find_map(|line| line.strip_prefix(name)).map(str::trim)
                };
                let found = field("data:").map(|data| {
                    let event: JobEvent = serde_json::from_str(data).expect("an event");
                    assert_eq!(field("id:"), Some(event.id()));
                    event
                });
                self.text = rest.to_owned();
                if found.is_some() {
                    return found;
                }
            }
            let chunk = tokio::time::timeout(PATIENCE, self.response.chunk()).await;
            let chunk = chunk.expect("in time").expect("the connection holds")?;
            self.text.push_str(std::str::from_utf8(&chunk).expect("text"));
        }
    }

    /// What is told until `last` is, in short, and the id of that last event.
    async fn until(&mut self, last: &str) -> (Vec<String>, String) {
        let mut told = vec![];
        loop {
            let event = self.next().await.unwrap_or_else(|| panic!("the end, after {told:?}"));
            told.push(match &event {
                JobEvent::Stream { record, .. } => record.text.clone(),
                JobEvent::Status { job, .. } => format!("{:?}", job.status),
            });
            if told.last().is_some_and(|text| text == last) {
                return (told, event.id().to_owned());
            }
        }
    }
}

#[tokio::test]
async fn what_a_job_writes_is_told_as_it_is_written_and_its_end_last() {
    let server = Server::start().await;
    let mut worker = Worker::with_a_job(&server).await;
    worker.write(vec![worker.header(), says("one")]).await;
    let mut follower = Follower::connect(&server, &worker.job, None).await;
    let (told, _) = follower.until("one").await;
    assert_eq!(told, ["Running", "one"]);
    worker.write(vec![says("two")]).await;
    assert_eq!(follower.until("two").await.0, ["two"]);
    let ended = Outcome::Completed(Some(json!(3)));
    worker.write(vec![says("three"), Body::End(ended)]).await;
    assert_eq!(follower.until("Completed").await.0, ["three", "Completed"]);
    assert_eq!(follower.next().await, None, "nothing comes after the end");
    let shown = server.owner.job(ACCOUNT, &worker.job.id.to_string()).await.expect("the job");
    assert_eq!((shown.status, shown.result), (JobStatus::Completed, Some(json!(3))));
}

#[tokio::test]
async fn who_comes_back_goes_on_behind_the_last_event_and_misses_nothing() {
    let server = Server::start().await;
    let mut worker = Worker::with_a_job(&server).await;
    worker.write(vec![worker.header(), says("one"), says("two")]).await;
    let mut follower = Follower::connect(&server, &worker.job, None).await;
    let (_, at) = follower.until("one").await;
    drop(follower);
    worker.write(vec![says("three")]).await;
    let mut follower = Follower::connect(&server, &worker.job, Some(&at)).await;
    assert_eq!(follower.until("three").await.0, ["Running", "two", "three"]);
    drop(follower);
    let lines: Vec<_> = (0..200).map(|n| says(&format!("line {n}"))).collect();
    let end = Body::End(Outcome::Completed(None));
    worker.write(lines.into_iter().chain([end]).collect()).await;
    let mut follower = Follower::connect(&server, &worker.job, Some(&at)).await;
    let (told, at) = follower.until("Completed").await;
    assert_eq!(told.len(), 2 + 200 + 1, "two, three, every line once, and the end: {told:?}");
    let mut follower = Follower::connect(&server, &worker.job, Some(&at)).await;
    assert_eq!(follower.until("Completed").await.0, ["Completed"], "the end is told again");
}
