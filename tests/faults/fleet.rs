//! A control plane in miniature, and the computers of its workspace. It is another process than the
//! worker that is killed, so it remembers; whatever it does, it does once under (job, sequence,
//! index), as the real one.
//!
//! A child job runs to its end while it is started.

use crate::{
    cases::{common, facts},
    computer::{Computer, Standing},
    lab::{Attempt, COMPUTER},
};
use bindery_core::{
    code::{Code, Failure},
    id::{ComputerId, JobId},
    job::Outcome,
    operation::{FLEET_COMPUTERS, FLEET_CONFIGURE, JOBS_START, JOBS_WAIT},
};
use bindery_sandbox::{journal::MemoryJournal, upstream::Upstream};
use parking_lot::Mutex;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};

/// A computer of the workspace.
pub(crate) struct Member {
    pub(crate) computer: Computer,
    /// Whether its agent is connected.
    pub(crate) connected: bool,
}

/// A workspace with its control plane.
pub(crate) struct Workspace {
    members: Vec<Member>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// The children by (job, sequence, index).
    keys: BTreeMap<(JobId, u64, u32), JobId>,
    jobs: BTreeMap<JobId, (ComputerId, Outcome)>,
}

impl Workspace {
    pub(crate) fn new(members: Vec<Member>) -> Self {
        Self { members, state: Mutex::default() }
    }

    /// What became of every computer, and how many jobs each had.
    pub(crate) fn evidence(&self) -> Value {
        let state = self.state.lock();
        let one = |member: &Member| {
            let id = member.computer.id;
            let jobs = state.jobs.values().filter(|(computer, _)| *computer == id).count();
            (
                member.computer.name.clone(),
                json!({ "jobs": jobs, "is": member.computer.evidence() }),
            )
        };
        Value::Object(self.members.iter().map(one).collect())
    }

    fn find(&self, id: &str) -> Option<&Member> {
        self.members.iter().find(|member| member.computer.id.to_string() == id)
    }

    fn computers(&self, arguments: &Value) -> Result<Value, Failure> {
        let ids: Vec<String> = argument(&arguments["filter"], "ids")?;
        let (known, unknown): (Vec<_>, Vec<_>) =
            ids.into_iter().partition(|id| self.find(id).is_some());
        let computers = known.iter().filter_map(|id| self.find(id)).map(|member| {
            json!({
                "id": member.computer.id,
                "name": member.computer.name,
                "osType": null,
                "osName": null,
                "osVersion": null,
                "connected": member.connected,
                "worker": false,
                "compliance": "NotAssessed",
                "lastReport": null,
            })
        });
        let computers: Vec<_> = computers.collect();
        Ok(json!({ "computers": computers, "unknown": unknown, "cursor": null }))
    }

    fn configure(&self, arguments: &Value) -> Result<Value, Failure> {
        let ids: Vec<String> = argument(arguments, "computers")?;
        let answer = |id: &String| match self.find(id) {
            Some(member) if member.connected => {
                json!({ "computer": id, "status": "Configured", "reason": null, "group": id })
            }
            _ => {
                let reason = "its agent is not connected";
                json!({ "computer": id, "status": "Unreachable", "reason": reason, "group": null })
            }
        };
        Ok(ids.iter().map(answer).collect())
    }

    async fn start(&self, job: JobId, sequence: u64, arguments: &Value) -> Result<Value, Failure> {
        let children: Vec<Value> = argument(arguments, "children")?;
        let mut started = vec![];
        for (child, index) in children.iter().zip(0..) {
            let key = (job, sequence, index);
            let known = self.state.lock().keys.get(&key).copied();
            let id = match known {
                Some(id) => id,
                None => self.begin(key, child).await?,
            };
            started.push(json!({ "job": id }));
        }
        Ok(Value::Array(started))
    }

    async fn begin(&self, key: (JobId, u64, u32), child: &Value) -> Result<JobId, Failure> {
        let target: String = argument(&child["target"], "computer")?;
        let member = self.find(&target).ok_or_else(|| unknown("computer", &target))?;
        let text: String = argument(child, "parameters")?;
        let parameters = serde_json::from_str(&text).map_err(|_| unknown("parameters", &text))?;
        let id = {
            let mut state = self.state.lock();
            let number = 100 + u8::try_from(state.keys.len()).expect("few children");
            let id = JobId::from_bytes([number; 16]);
            state.keys.insert(key, id);
            id
        };
        let outcome = run_child(id, &member.computer, parameters).await;
        self.state.lock().jobs.insert(id, (member.computer.id, outcome));
        Ok(id)
    }

    fn wait(&self, arguments: &Value) -> Result<Value, Failure> {
        let ids: Vec<JobId> = argument(arguments, "jobs")?;
        let state = self.state.lock();
        let status = |id: &JobId| {
            let (_, outcome) = state.jobs.get(id).ok_or_else(|| unknown("job", &id.to_string()))?;
            let (result, error) = match outcome {
                Outcome::Completed(result) => (result.as_ref().map(Value::to_string), None),
                Outcome::Failed(error) => {
                    let error = json!({ "code": error.code, "message": error.message });
                    (None, Some(error))
                }
                Outcome::Stopped | Outcome::Suspended(_) => (None, None),
            };
            let status = outcome.name();
            Ok(json!({
                "job": id, "status": status, "ended": true, "result": result, "error": error,
            }))
        };
        ids.iter().map(status).collect()
    }
}

/// Runs the runbook of one computer on `computer`.
async fn run_child(id: JobId, computer: &Computer, parameters: Value) -> Outcome {
    let clock = Arc::new(Standing(computer.clock.clone()));
    let attempt = Attempt {
        guest: &COMPUTER,
        facts: facts(id, &COMPUTER, parameters, Some((computer.id, computer.name.clone()))),
        seed: [0; 32],
        capabilities: common(computer.capabilities(), &computer.clock, None),
        journal: Arc::new(MemoryJournal::default()),
        clock,
        replay: vec![],
    };
    attempt.run().await
}

#[async_trait::async_trait]
impl Upstream for Workspace {
    async fn call(
        &self,
        job: JobId,
        sequence: u64,
        operation: &'static str,
        arguments: &Value,
    ) -> Result<Value, Failure> {
        match operation {
            it if it == FLEET_COMPUTERS.name => self.computers(arguments),
            it if it == FLEET_CONFIGURE.name => self.configure(arguments),
            it if it == JOBS_START.name => self.start(job, sequence, arguments).await,
            it if it == JOBS_WAIT.name => self.wait(arguments),
            other => Err(unknown("operation", other)),
        }
    }
}

fn argument<T: DeserializeOwned>(arguments: &Value, name: &str) -> Result<T, Failure> {
    serde_json::from_value(arguments[name].clone())
        .map_err(|error| Failure::new(Code::InvalidArguments, format!("`{name}`: {error}")))
}

fn unknown(what: &str, which: &str) -> Failure {
    Failure::new(Code::NotFound, format!("there is no {what} `{which}`"))
}
