//! Operations that the control plane carries out for jobs: the fleet, shared assets and child jobs.
//!
//! A worker is believed only as far as its lease goes: the grants that count are those of the job
//! here. Whatever is changed is changed once under (job, sequence, index), however often the worker
//! says it.

use crate::{
    app::jobs::{Begin, Wanted, no_worker},
    documents::{CHILDREN, COMPUTERS, JOBS, RUNBOOKS, SNAPSHOTS, child_key, runbook_key},
    events::Event,
    hub::Peer,
    plane::ControlPlane,
};
use bindery_core::{
    asset::AssetKind,
    code::{Code, Failure},
    fleet::{Computer, ConfigureStatus},
    grant,
    id::{ComputerId, JobId},
    job::{Job, Parent, Phase, Placement, Trigger},
    limit,
    name::Name,
    operation::{self, Operation},
    run::MachineEvent,
    runbook::Runbook,
    seal::Starter,
};
use bindery_store::documents::Range;
use serde::de::DeserializeOwned;
use serde_json::{Value, json};
use std::{collections::HashSet, time::Duration};

impl ControlPlane {
    /// Carries out `operation` for `job`, which must be leased to a worker behind `peer`.
    pub(crate) async fn carry_out(
        &self,
        peer: Peer,
        job: JobId,
        sequence: u64,
        operation: &str,
        arguments: Value,
    ) -> Result<Value, Failure> {
        let job = self.repository.need::<Job>(JOBS, &job.to_string(), "such job").await?.value;
        self.check_caller(peer, &job).await?;
        let operation = operation::by_name(operation).ok_or_else(|| {
            let name: String = operation.chars().take(64).flat_map(char::escape_default).collect();
            Failure::new(Code::UnknownOperation, format!("there is no operation `{name}`"))
        })?;
        check_grant(&job, operation, &arguments)?;
        if *operation == operation::FLEET_COMPUTERS {
            return self.fleet_computers(&job, &argument(&arguments, "filter")?).await;
        }
        if *operation == operation::FLEET_COMPUTER {
            let id: ComputerId = argument(&arguments, "id")?;
            let computer = self.computer(&id.to_string()).await?;
            return Ok(self.describe(&computer, &job.account));
        }
        if *operation == operation::FLEET_CONFIGURE {
            let computers: Vec<ComputerId> = argument(&arguments, "computers")?;
            return self.fleet_configure(&job, &computers).await;
        }
        if let Some(kind) = AssetKind::read_by(operation) {
            return self.asset_for(&job, kind, argument(&arguments, "name")?).await;
        }
        if *operation == operation::ASSETS_SET_VARIABLE {
            return self.set_variable(&job, &arguments).await;
        }
        if *operation == operation::JOBS_START {
            return self.start_children(&job, sequence, &arguments).await;
        }
        if *operation == operation::JOBS_WAIT {
            self.hub.job_waits(peer, job.id, true);
            self.wake(peer);
            let children = self.wait_for_children(&job, &arguments).await;
            self.hub.job_waits(peer, job.id, false);
            return children;
        }
        if *operation == operation::JOBS_STATUS {
            let jobs: Vec<JobId> = argument(&arguments, "jobs")?;
            check_page(jobs.len(), "jobs")?;
            return Ok(statuses(&self.children(&job, &jobs).await?));
        }
        let message = format!("the control plane does not carry out `{}`", operation.name);
        Err(Failure::new(Code::UnknownOperation, message))
    }

    pub(crate) async fn check_caller(&self, peer: Peer, job: &Job) -> Result<(), Failure> {
        let lease = job.phase.lease();
        let worker = match lease {
            Some(lease) => self.worker(lease.worker).await?,
            None => None,
        };
        if worker.is_some_and(|worker| crate::hub::peer_of(&worker) == peer) {
            return Ok(());
        }
        Err(Failure::new(Code::WrongWorker, format!("job {} is not leased to this worker", job.id)))
    }

    async fn fleet_computers(&self, job: &Job, filter: &Value) -> Result<Value, Failure> {
        let limit = filter["limit"].as_u64().map_or(limit::FLEET_PAGE, |limit| limit as usize);
        let limit = limit.clamp(1, limit::FLEET_PAGE);
        let cursor = filter["cursor"].as_str();
        let listed = match (&filter["ids"], filter["snapshot"].as_str()) {
            (Value::Array(ids), _) => {
                Some(ids.iter().filter_map(|id| id.as_str().map(str::to_owned)).collect())
            }
            (_, Some(snapshot)) => {
                let held =
                    self.repository.need::<Vec<String>>(SNAPSHOTS, snapshot, "such snapshot");
                Some(held.await?.value)
            }
            _ => None,
        };
        let (computers, unknown, next) = match listed {
            Some(ids) => self.listed(&ids, cursor, limit).await?,
            None => {
                let range = Range { after: cursor.map(str::to_owned), ..Range::first(limit) };
                let (computers, next) = self.repository.list::<Computer>(COMPUTERS, range).await?;
                (computers, vec![], next)
            }
        };
        let computers: Vec<_> =
            computers.iter().map(|computer| self.describe(computer, &job.account)).collect();
        Ok(json!({ "computers": computers, "unknown": unknown, "cursor": next }))
    }

    /// A page of a written-out list; the cursor is the place in it.
    async fn listed(
        &self,
        ids: &[String],
        cursor: Option<&str>,
        limit: usize,
    ) -> Result<(Vec<Computer>, Vec<String>, Option<String>), Failure> {
        let from = cursor.map_or(Ok(0), str::parse).map_err(|_| {
            Failure::new(Code::InvalidArguments, "the cursor is not one that was given out")
        })?;
        let (mut computers, mut unknown) = (vec![], vec![]);
        for id in ids.iter().skip(from).take(limit) {
            match self.repository.get::<Computer>(COMPUTERS, id).await? {
                Some(held) => computers.push(held.value),
                None => unknown.push(id.clone()),
            }
        }
        let next = (from + limit < ids.len()).then(|| (from + limit).to_string());
        Ok((computers, unknown, next))
    }

    fn describe(&self, computer: &Computer, account: &Name) -> Value {
        let report = computer.report.as_ref();
        let works = computer.worker.as_ref().is_some_and(|(name, _)| name.key() == account.key());
        json!({
            "id": computer.id,
            "name": computer.name(),
            "osType": report.map(|(_, report)| report.os_type),
            "osName": report.map(|(_, report)| &report.os_name),
            "osVersion": report.map(|(_, report)| &report.os_version),
            "connected": self.hub.connected(Peer::Computer(computer.id)),
            "worker": works,
            "compliance": computer.compliance(),
            "lastReport": report.map(|(at, _)| at),
        })
    }

    async fn fleet_configure(&self, job: &Job, computers: &[ComputerId]) -> Result<Value, Failure> {
        check_page(computers.len(), "computers")?;
        if job.dry_run {
            return self.would_configure(job, computers).await;
        }
        let configure = computers.iter().map(|id| self.configure(&job.account, *id));
        let answers = futures::future::join_all(configure).await;
        let mut result = vec![];
        for (id, answer) in computers.iter().zip(answers) {
            let answer = answer?;
            if let (Some(run), Some(reason)) = (job.run, &answer.reason) {
                self.machine_event(run, *id, MachineEvent::Refuse, Some(reason.clone())).await?;
            }
            result.push(json!({
                "computer": id,
                "status": answer.status,
                "reason": answer.reason.map(|reason| reason.message),
                "group": answer.group,
            }));
        }
        Ok(Value::Array(result))
    }

    /// What a dry run is told: only computers that are workers already can be asked further.
    async fn would_configure(&self, job: &Job, computers: &[ComputerId]) -> Result<Value, Failure> {
        let mut result = vec![];
        for id in computers {
            let held = self.repository.get::<Computer>(COMPUTERS, &id.to_string()).await?;
            let worker = held.and_then(|held| held.value.worker);
            let works = worker.is_some_and(|(account, _)| account.key() == job.account.key());
            if works {
                result.push(json!({ "computer": id, "status": ConfigureStatus::Configured }));
                continue;
            }
            let reason = "a dry run does not make it a Hybrid Runbook Worker: \
                          `bindery group add` does, or a real run";
            if let Some(run) = job.run {
                let failure = Failure::new(Code::NoWorker, reason);
                self.machine_event(run, *id, MachineEvent::Refuse, Some(failure)).await?;
            }
            let status = ConfigureStatus::Refused;
            result.push(json!({ "computer": id, "status": status, "reason": reason }));
        }
        Ok(Value::Array(result))
    }

    async fn start_children(
        &self,
        parent: &Job,
        sequence: u64,
        arguments: &Value,
    ) -> Result<Value, Failure> {
        let name: Name = argument(arguments, "runbook")?;
        let children: Vec<Value> = argument(arguments, "children")?;
        check_page(children.len(), "children")?;
        let key = runbook_key(&parent.account, &name);
        let what = format!("runbook `{name}`");
        let runbook = self.repository.need::<Runbook>(RUNBOOKS, &key, &what).await?.value;
        if let Some(seal) = &runbook.seal {
            let mine = runbook_key(&parent.account, &parent.runbook);
            let mine = self.repository.get::<Runbook>(RUNBOOKS, &mine).await?;
            let publisher = mine.and_then(|held| held.value.seal).map(|seal| seal.publisher);
            seal.check_start(&Starter::Job { publisher: publisher.as_ref() })?;
        }
        let mut started = vec![];
        for (child, index) in children.iter().zip(0..) {
            let answer = self.start_child(parent, &runbook, sequence, index, child).await;
            started.push(match answer {
                Ok(job) => json!({ "job": job }),
                Err(error) => json!({ "error": wit_error(&error) }),
            });
        }
        Ok(Value::Array(started))
    }

    async fn start_child(
        &self,
        parent: &Job,
        runbook: &Runbook,
        sequence: u64,
        index: u32,
        child: &Value,
    ) -> Result<JobId, Failure> {
        let key = child_key(parent.id, sequence, index);
        if let Some(held) = self.repository.get::<JobId>(CHILDREN, &key).await? {
            return Ok(held.value);
        }
        let placement: Placement = argument(child, "target")?;
        let text: String = argument(child, "parameters")?;
        let parameters = serde_json::from_str(&text).map_err(|error| {
            Failure::new(Code::InvalidArguments, format!("`parameters` is not JSON: {error}"))
        })?;
        let begun =
            self.begin_child(parent, runbook, (sequence, index), &placement, parameters).await;
        // The same call may be carried out twice at once; the child is one.
        if begun.as_ref().is_err_and(|failure| failure.code == Code::Conflict)
            && let Some(held) = self.repository.get::<JobId>(CHILDREN, &key).await?
        {
            return Ok(held.value);
        }
        if let (Some(run), Placement::Computer(computer), Err(reason)) =
            (parent.run, placement, &begun)
        {
            self.machine_event(run, computer, MachineEvent::Refuse, Some(reason.clone())).await?;
        }
        begun
    }

    async fn begin_child(
        &self,
        parent: &Job,
        runbook: &Runbook,
        (sequence, index): (u64, u32),
        placement: &Placement,
        parameters: Value,
    ) -> Result<JobId, Failure> {
        if let Some(run) = parent.run {
            self.check_not_cancelled(run).await?;
        }
        if self.candidates(&parent.account, placement).await?.is_empty() {
            return Err(no_worker(&parent.account, placement));
        }
        let wanted = Wanted {
            parameters,
            placement: placement.clone(),
            trigger: Trigger::Internal,
            started_by: format!("job {}", parent.id),
            parent: Some(Parent { job: parent.id, sequence, index }),
            run: parent.run,
            deadline: parent.ends_by(),
            dry_run: parent.dry_run,
        };
        Ok(self.begin(Begin { runbook, wanted }).await?.id)
    }

    async fn wait_for_children(&self, job: &Job, arguments: &Value) -> Result<Value, Failure> {
        let ids: Vec<JobId> = argument(arguments, "jobs")?;
        check_page(ids.len(), "jobs")?;
        let all = arguments["mode"].as_str() == Some("All");
        let patience = arguments["timeout"].as_u64().map(Duration::from_millis);
        let (mut events, wanted) = (self.events.listen(), HashSet::<_>::from_iter(ids.clone()));
        let wait = async {
            loop {
                events.catch_up();
                let children = self.children(job, &ids).await?;
                let ended = children.iter().filter(|child| child.phase.ended()).count();
                if ended == children.len() || (!all && ended > 0) {
                    return Ok::<_, Failure>(children);
                }
                events.next(|event| matches!(event, Event::Job(id) if wanted.contains(id))).await;
            }
        };
        let children = match patience {
            None => wait.await?,
            Some(patience) => match tokio::time::timeout(patience, wait).await {
                Ok(children) => children?,
                Err(_) => self.children(job, &ids).await?,
            },
        };
        Ok(statuses(&children))
    }

    /// Jobs that `parent` started, in this order.
    async fn children(&self, parent: &Job, ids: &[JobId]) -> Result<Vec<Job>, Failure> {
        let mut children = vec![];
        for id in ids {
            let what = format!("job {id} among the children of {}", parent.id);
            let job = self.repository.need::<Job>(JOBS, &id.to_string(), &what).await?.value;
            if job.parent.as_ref().is_none_or(|of| of.job != parent.id) {
                return Err(crate::documents::missing(&what));
            }
            children.push(job);
        }
        Ok(children)
    }
}

fn check_grant(job: &Job, operation: &Operation, arguments: &Value) -> Result<(), Failure> {
    let subject = operation.subject.and_then(|name| arguments[name].as_str());
    match operation.power {
        Some(power) if grant::permit(&job.grants, power, subject) => Ok(()),
        _ => Err(Failure::new(
            Code::GrantDenied,
            format!("job {} may not `{}`", job.id, operation.name),
        )),
    }
}

fn check_page(count: usize, what: &str) -> Result<(), Failure> {
    if count <= limit::FLEET_PAGE {
        return Ok(());
    }
    Err(Failure::new(Code::TooLarge, format!("{count} {what}: at most {}", limit::FLEET_PAGE)))
}

pub(crate) fn argument<T: DeserializeOwned>(arguments: &Value, name: &str) -> Result<T, Failure> {
    serde_json::from_value(arguments.get(name).cloned().unwrap_or(Value::Null))
        .map_err(|error| Failure::new(Code::InvalidArguments, format!("`{name}`: {error}")))
}

/// The record `error` of the contract: its details are JSON text.
fn wit_error(error: &Failure) -> Value {
    json!({
        "code": error.code,
        "message": error.message,
        "details": error.details.as_ref().map(Value::to_string),
    })
}

/// Bytes of the results in one answer, unless a single one has more.
const RESULTS_BYTES: usize = limit::OPERATION_BYTES / 2;

/// A list of `child-status`, with results as far as there is room for them.
fn statuses(jobs: &[Job]) -> Value {
    let mut room = RESULTS_BYTES;
    let status = |job| {
        let alone = jobs.len() == 1;
        status(job, |result| {
            let fits = alone || result.len() <= room;
            room -= if fits { result.len().min(room) } else { 0 };
            fits
        })
    };
    Value::Array(jobs.iter().map(status).collect())
}

/// The record `child-status` of the contract.
fn status(job: &Job, fits: impl FnOnce(&String) -> bool) -> Value {
    let (result, error) = match &job.phase {
        Phase::Completed { result } => (result.as_ref().map(Value::to_string).filter(fits), None),
        Phase::Failed { error } => (None, Some(wit_error(error))),
        _ => (None, None),
    };
    json!({
        "job": job.id,
        "status": job.phase.status(),
        "ended": job.phase.ended(),
        "result": result,
        "error": error,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn completed(bytes: usize) -> Job {
        serde_json::from_value(json!({
            "id": "01940000-0000-7000-8000-000000000000", "account": "A", "runbook": "R",
            "digest": bindery_core::digest::Digest::of(b""), "parameters": {}, "grants": [],
            "limits": {}, "placement": "sandbox", "trigger": "Manual", "startedBy": "x",
            "createdAt": "2026-11-22T12:00:00Z", "epoch": 1, "shipped": 0,
            "phase": { "status": "Completed", "result": "x".repeat(bytes - 2) },
        }))
        .expect("a job")
    }

    #[test]
    fn results_that_have_no_room_in_an_answer_are_left_out() {
        let half = RESULTS_BYTES / 2;
        let rows = [
            (vec![half, half], vec![true, true]),
            (vec![half, half + 1, half], vec![true, false, true]),
            (vec![RESULTS_BYTES + 1], vec![true]),
            (vec![RESULTS_BYTES + 1, 10], vec![false, true]),
        ];
        for (sizes, kept) in rows {
            let jobs: Vec<_> = sizes.iter().map(|bytes| completed(*bytes)).collect();
            let answer = statuses(&jobs);
            let has = |status: &Value| !status["result"].is_null();
            let found: Vec<_> = answer.as_array().expect("a list").iter().map(has).collect();
            assert_eq!(found, kept, "{sizes:?}");
            assert!(answer.to_string().len() < limit::OPERATION_BYTES);
        }
    }
}
