//! A control plane in miniature: the computers of its workspace, and child jobs.
//!
//! It is another process than the worker that is killed, so it remembers; whatever it does, it does
//! once under (job, sequence, index), as the real one. What its children come to is decided by
//! [`Children`].

mod assets;
mod fleet;

use crate::{
    clock::{Jumping, VirtualClock},
    network::Network,
};
use bindery_core::{
    asset::{Asset, AssetKind, SecretName},
    code::{Code, Failure},
    digest::Digest,
    fleet::ConfigureStatus,
    id::{ComputerId, JobId},
    job::{JobStatus, Outcome, Placement},
    limit,
    operation::{
        self, ASSETS_SET_VARIABLE, FLEET_COMPUTER, FLEET_COMPUTERS, FLEET_CONFIGURE, JOBS_START,
        JOBS_STATUS, JOBS_WAIT,
    },
    secret::Secret,
    update::OsType,
};
use bindery_sandbox::{clock::Clock as _, upstream::Upstream};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};

/// A computer of the workspace.
#[derive(Debug, Clone)]
pub struct Member {
    /// Its id.
    pub id: ComputerId,
    /// Its name.
    pub name: String,
    /// The kind of operating system, if it has reported.
    pub os: Option<OsType>,
    /// Whether its agent is connected.
    pub connected: bool,
    /// Whether it is a Hybrid Runbook Worker of the account at first.
    pub worker: bool,
    /// How it answers when it is to become one, and why not.
    pub configure: (ConfigureStatus, Option<String>),
}

/// A child job that is to be started.
#[derive(Debug)]
pub struct NewChild<'a> {
    /// The job.
    pub job: JobId,
    /// The runbook.
    pub runbook: &'a str,
    /// The computer that it runs on, if it runs on one.
    pub computer: Option<&'a Member>,
    /// Its parameters.
    pub parameters: Value,
}

/// What child jobs come to.
#[async_trait::async_trait]
pub trait Children: Send + Sync + 'static {
    /// Whether there is a runbook of this name.
    fn knows(&self, runbook: &str) -> bool;
    /// How the child ends, and after what time; or why it cannot be started.
    async fn start(&self, child: NewChild<'_>) -> Result<(Outcome, Duration), Failure>;
}

/// A child job that was started.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Child {
    /// The job.
    pub job: JobId,
    /// The runbook.
    pub runbook: String,
    /// The computer that it runs on, if it runs on one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computer: Option<ComputerId>,
    /// When it was started.
    pub started_at: Timestamp,
    /// When it ends.
    pub ends_at: Timestamp,
    /// How.
    pub outcome: Outcome,
}

/// A control plane.
pub struct Plane {
    clock: VirtualClock,
    network: Arc<Network>,
    members: Vec<Member>,
    children: Box<dyn Children>,
    dry_run: bool,
    secrets: BTreeMap<String, Secret>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The children by (job, sequence, index).
    keys: BTreeMap<(JobId, u64, u32), JobId>,
    jobs: BTreeMap<JobId, Child>,
    workers: BTreeSet<ComputerId>,
    /// The assets by kind and the key of their name.
    assets: BTreeMap<(AssetKind, String), Asset>,
}

impl Plane {
    /// The control plane of `members`; in a dry run it configures nothing.
    pub fn new(
        network: Arc<Network>,
        clock: VirtualClock,
        members: Vec<Member>,
        children: Box<dyn Children>,
        dry_run: bool,
    ) -> Self {
        let workers = members.iter().filter(|member| member.worker).map(|member| member.id);
        let state = State { workers: workers.collect(), ..State::default() };
        let (secrets, state) = (BTreeMap::new(), Mutex::new(state));
        Self { clock, network, members, children, dry_run, secrets, state }
    }

    /// The children that were started, in their order.
    pub fn started(&self) -> Vec<Child> {
        let state = self.state.lock();
        state.keys.values().filter_map(|id| state.jobs.get(id).cloned()).collect()
    }

    /// The computers that are workers now.
    pub fn workers(&self) -> Vec<&Member> {
        let state = self.state.lock();
        self.members.iter().filter(|member| state.workers.contains(&member.id)).collect()
    }

    async fn start(&self, job: JobId, sequence: u64, arguments: &Value) -> Result<Value, Failure> {
        let runbook: String = argument(arguments, "runbook")?;
        let children: Vec<Value> = argument(arguments, "children")?;
        check_page(children.len(), "children")?;
        if !self.children.knows(&runbook) {
            return Err(unknown("runbook", &runbook));
        }
        let mut started = vec![];
        for (child, index) in children.iter().zip(0..) {
            started.push(match self.start_one((job, sequence, index), &runbook, child).await {
                Ok(job) => json!({ "job": job }),
                Err(error) => json!({ "error": wit_error(&error) }),
            });
        }
        Ok(Value::Array(started))
    }

    async fn start_one(
        &self,
        key: (JobId, u64, u32),
        runbook: &str,
        child: &Value,
    ) -> Result<JobId, Failure> {
        if let Some(known) = self.state.lock().keys.get(&key) {
            return Ok(*known);
        }
        let computer = match argument(child, "target")? {
            Placement::Sandbox | Placement::Group(_) => None,
            Placement::Computer(id) => Some(self.worker(id)?),
        };
        let text: String = argument(child, "parameters")?;
        let parameters = serde_json::from_str(&text).map_err(|error| {
            let message = format!("`parameters` is not JSON: {error}");
            Failure::new(Code::InvalidArguments, message)
        })?;
        let job = {
            let mut state = self.state.lock();
            let number = (state.keys.len() as u64).to_le_bytes();
            let mut bytes = [0; 16];
            bytes.copy_from_slice(&Digest::of(&number).as_bytes()[..16]);
            let job = JobId::from_bytes(bytes);
            state.keys.insert(key, job);
            job
        };
        let begun = self.children.start(NewChild { job, runbook, computer, parameters }).await;
        let mut state = self.state.lock();
        match begun {
            Ok((outcome, takes)) => {
                let child = Child {
                    job,
                    runbook: runbook.to_owned(),
                    computer: computer.map(|member| member.id),
                    started_at: self.clock.now(),
                    ends_at: self.clock.after(takes),
                    outcome,
                };
                state.jobs.insert(job, child);
                Ok(job)
            }
            Err(failure) => {
                state.keys.remove(&key);
                Err(failure)
            }
        }
    }

    async fn wait(&self, arguments: &Value) -> Result<Value, Failure> {
        let ids: Vec<JobId> = argument(arguments, "jobs")?;
        check_page(ids.len(), "jobs")?;
        let ends: Vec<_> = self.find(&ids)?.iter().map(|child| child.ends_at).collect();
        let ended = match arguments["mode"].as_str() {
            Some("All") => ends.iter().max(),
            _ => ends.iter().min(),
        };
        let patience = arguments["timeout"].as_u64().map(Duration::from_millis);
        let patience = patience.map_or(Timestamp::MAX, |patience| self.clock.after(patience));
        if let Some(ended) = ended {
            Jumping(self.clock.clone()).sleep_until(patience.min(*ended)).await;
        }
        self.statuses(&ids)
    }

    fn find(&self, ids: &[JobId]) -> Result<Vec<Child>, Failure> {
        let state = self.state.lock();
        let find = |id: &JobId| {
            state.jobs.get(id).cloned().ok_or_else(|| unknown("child job", &id.to_string()))
        };
        ids.iter().map(find).collect()
    }

    fn statuses(&self, ids: &[JobId]) -> Result<Value, Failure> {
        Ok(self.find(ids)?.iter().map(|child| status(child, self.clock.now())).collect())
    }
}

/// The record `child-status` of the contract.
fn status(child: &Child, now: Timestamp) -> Value {
    if child.ends_at > now {
        return json!({
            "job": child.job, "status": JobStatus::Running, "ended": false,
            "result": null, "error": null,
        });
    }
    let (result, error) = match &child.outcome {
        Outcome::Completed(result) => (result.as_ref().map(Value::to_string), None),
        Outcome::Failed(error) => (None, Some(wit_error(error))),
        Outcome::Stopped | Outcome::Suspended(_) => (None, None),
    };
    let status = child.outcome.name();
    json!({ "job": child.job, "status": status, "ended": true, "result": result, "error": error })
}

#[async_trait::async_trait]
impl Upstream for Plane {
    async fn call(
        &self,
        job: JobId,
        sequence: u64,
        operation: &'static str,
        arguments: &Value,
    ) -> Result<Value, Failure> {
        self.network.there().await;
        if let Some(kind) = operation::by_name(operation).and_then(AssetKind::read_by) {
            return self.asset(kind, &argument(arguments, "name")?);
        }
        match operation {
            it if it == ASSETS_SET_VARIABLE.name => self.set_variable(job, arguments),
            it if it == FLEET_COMPUTERS.name => self.computers(&arguments["filter"]),
            it if it == FLEET_COMPUTER.name => self.computer(&argument::<String>(arguments, "id")?),
            it if it == FLEET_CONFIGURE.name => self.configure(arguments),
            it if it == JOBS_START.name => self.start(job, sequence, arguments).await,
            it if it == JOBS_WAIT.name => self.wait(arguments).await,
            it if it == JOBS_STATUS.name => {
                let ids: Vec<JobId> = argument(arguments, "jobs")?;
                check_page(ids.len(), "jobs")?;
                self.statuses(&ids)
            }
            other => Err(Failure::new(
                Code::UnknownOperation,
                format!("the simulated control plane does not carry out `{other}`"),
            )),
        }
    }

    async fn secret(&self, _: JobId, name: &SecretName) -> Result<Secret, Failure> {
        self.network.there().await;
        self.reveal(name)
    }
}

fn argument<T: DeserializeOwned>(arguments: &Value, name: &str) -> Result<T, Failure> {
    serde_json::from_value(arguments.get(name).cloned().unwrap_or(Value::Null))
        .map_err(|error| Failure::new(Code::InvalidArguments, format!("`{name}`: {error}")))
}

fn check_page(count: usize, what: &str) -> Result<(), Failure> {
    if count <= limit::FLEET_PAGE {
        return Ok(());
    }
    Err(Failure::new(Code::TooLarge, format!("{count} {what}: at most {}", limit::FLEET_PAGE)))
}

/// The record `error` of the contract: its details are JSON text.
fn wit_error(error: &Failure) -> Value {
    json!({
        "code": error.code,
        "message": error.message,
        "details": error.details.as_ref().map(Value::to_string),
    })
}

fn unknown(what: &str, which: &str) -> Failure {
    Failure::new(Code::NotFound, format!("there is no {what} `{which}`"))
}
