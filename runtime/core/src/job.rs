//! Jobs: one run of one version of a runbook on one worker.
//!
//! ```text
//!  New --Activate--> Activating --Start--> Running --Finish--> Completed | Failed
//!   |                    |                 |  |  \
//!   |<---- Release ------+                 |  |   +--AskStop--> Stopping --Finish--> Stopped
//!   |                                      |  +--AskSuspend--> Suspending --Finish--> Suspended
//!   |<------------- Release ---------------+                                |
//!   |                                      |                  AskResume --> Resuming --Activate--> Activating
//!   +--AskStop--> Stopped                  +--Lose--> Disconnected --Return--> Running
//! ```
//! A job that is stopped has a grace in which it may end by itself; one that is terminated is
//! Stopped at once, whatever its worker still does. Events of a worker carry its lease; one with an
//! older lease changes nothing and is refused as `WrongWorker`.

use crate::{
    code::{Code, Failure},
    digest::Digest,
    grant::Grant,
    id::{ComputerId, JobId, RunId, WorkerId},
    limit,
    name::Name,
    profile::Profile,
    runbook::Limits,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// A job's status; the order is Azure's wire index.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
pub enum JobStatus {
    /// Waits for a worker.
    New,
    /// A worker took it.
    Activating,
    /// The guest runs.
    Running,
    /// It ended well.
    Completed,
    /// It ended with an error.
    Failed,
    /// Somebody stopped it.
    Stopped,
    /// It waits for something that an operator must do.
    Blocked,
    /// It can be resumed.
    Suspended,
    /// Its worker is gone; it may come back.
    Disconnected,
    /// It is about to be Suspended.
    Suspending,
    /// It is about to be Stopped.
    Stopping,
    /// It waits for a worker to go on.
    Resuming,
    /// It is being deleted.
    Removing,
}

/// Where a job's start came from; the order is Azure's wire index.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Trigger {
    /// Not known.
    Unknown,
    /// A person or program through the API.
    Manual,
    /// A test of the draft.
    TestDraft,
    /// A schedule or an update deployment.
    Scheduled,
    /// A webhook.
    Webhook,
    /// Another job.
    Internal,
    /// A watcher.
    Watcher,
}

/// The right of one worker to run one job, until a later epoch is given out.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Lease {
    /// The worker that holds it.
    pub worker: WorkerId,
    /// Grows with every lease of the job.
    pub epoch: u64,
}

/// A job's place in its life, with what is true only there.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "status")]
pub enum Phase {
    /// Waits for a worker.
    New,
    /// A worker took it.
    Activating { lease: Lease },
    /// The guest runs.
    Running { lease: Lease },
    /// Its worker is gone.
    Disconnected { lease: Lease },
    /// Its worker was asked to stop it; it may end by itself until then.
    Stopping { lease: Lease, until: Timestamp },
    /// Its worker was asked to suspend it, for this reason.
    Suspending { lease: Lease, reason: Failure },
    /// It holds no worker, for this reason.
    Suspended { reason: Failure },
    /// It waits for a worker to go on.
    Resuming,
    /// It ended well, with its result.
    Completed { result: Option<serde_json::Value> },
    /// It ended with an error.
    Failed { error: Failure },
    /// Somebody stopped it.
    Stopped,
}

impl Phase {
    /// The status that people see.
    pub fn status(&self) -> JobStatus {
        match self {
            Phase::New => JobStatus::New,
            Phase::Activating { .. } => JobStatus::Activating,
            Phase::Running { .. } => JobStatus::Running,
            Phase::Disconnected { .. } => JobStatus::Disconnected,
            Phase::Stopping { .. } => JobStatus::Stopping,
            Phase::Suspending { .. } => JobStatus::Suspending,
            Phase::Suspended { .. } => JobStatus::Suspended,
            Phase::Resuming => JobStatus::Resuming,
            Phase::Completed { .. } => JobStatus::Completed,
            Phase::Failed { .. } => JobStatus::Failed,
            Phase::Stopped => JobStatus::Stopped,
        }
    }

    /// The lease that is out, if one is.
    pub fn lease(&self) -> Option<Lease> {
        match self {
            Phase::Activating { lease }
            | Phase::Running { lease }
            | Phase::Disconnected { lease }
            | Phase::Stopping { lease, .. }
            | Phase::Suspending { lease, .. } => Some(*lease),
            _ => None,
        }
    }

    /// Whether nothing more will happen to it.
    pub fn ended(&self) -> bool {
        matches!(self, Phase::Completed { .. } | Phase::Failed { .. } | Phase::Stopped)
    }
}

/// How a guest ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Outcome {
    /// With its result.
    Completed(Option<serde_json::Value>),
    /// With an error.
    Failed(Failure),
    /// Because it was asked to stop.
    Stopped,
    /// Because it is suspended, for this reason; its journal is complete.
    Suspended(Failure),
}

impl Outcome {
    /// What it is called in logs; its content may be large.
    pub fn name(&self) -> &'static str {
        match self {
            Outcome::Completed(_) => "Completed",
            Outcome::Failed(_) => "Failed",
            Outcome::Stopped => "Stopped",
            Outcome::Suspended(_) => "Suspended",
        }
    }
}

/// What may happen to a job.
#[derive(Debug, Clone, PartialEq)]
pub enum JobEvent {
    /// The control plane gives it to a worker.
    Activate(Lease),
    /// The worker verified it and starts the guest.
    Start(Lease),
    /// The worker could not take it: it goes back.
    Release(Lease),
    /// The guest ended.
    Finish(Lease, Outcome),
    /// The worker is silent.
    Lose(Lease),
    /// The worker is back and still has it.
    Return(Lease),
    /// It can never run or go on: the control plane ends it.
    Fail(Failure),
    /// Somebody asks for its stop: it may end by itself until then.
    AskStop(Timestamp),
    /// Somebody, or the want of something, asks for its suspension.
    AskSuspend(Failure),
    /// Somebody asks for it to go on.
    AskResume,
    /// Somebody ends it at once.
    Terminate,
}

impl JobEvent {
    fn lease(&self) -> Option<Lease> {
        match self {
            JobEvent::Start(lease)
            | JobEvent::Release(lease)
            | JobEvent::Finish(lease, _)
            | JobEvent::Lose(lease)
            | JobEvent::Return(lease) => Some(*lease),
            _ => None,
        }
    }

    fn name(&self) -> &'static str {
        match self {
            JobEvent::Activate(_) => "be activated",
            JobEvent::Start(_) => "start",
            JobEvent::Release(_) => "be released",
            JobEvent::Finish(..) => "finish",
            JobEvent::Lose(_) => "lose its worker",
            JobEvent::Return(_) => "return",
            JobEvent::Fail(_) => "be failed",
            JobEvent::AskStop(_) => "be stopped",
            JobEvent::AskSuspend(_) => "be suspended",
            JobEvent::AskResume => "be resumed",
            JobEvent::Terminate => "be terminated",
        }
    }
}

/// The phase after `event`, or why it cannot happen now. The phase is unchanged by a refusal.
pub fn next(phase: &Phase, event: JobEvent) -> Result<Phase, Failure> {
    use JobEvent as E;
    use Phase as P;
    if let (Some(held), Some(given)) = (phase.lease(), event.lease())
        && held != given
    {
        return Err(Failure::new(
            Code::WrongWorker,
            format!("lease {} of worker {} is no longer valid", given.epoch, given.worker),
        ));
    }
    let next = match (phase, event) {
        (P::New | P::Resuming, E::Activate(lease)) => P::Activating { lease },
        (P::Activating { .. }, E::Start(lease)) => P::Running { lease },
        (P::Activating { .. }, E::Release(_)) => P::New,
        (P::Running { .. } | P::Disconnected { .. }, E::Release(_)) => P::New,
        (P::Activating { .. } | P::Running { .. }, E::Lose(lease)) => P::Disconnected { lease },
        // Nobody has it: what it was asked for is so.
        (P::Stopping { .. }, E::Release(_) | E::Lose(_)) => P::Stopped,
        (P::Suspending { reason, .. }, E::Release(_)) => P::Suspended { reason: reason.clone() },
        (P::Stopping { .. }, E::Finish(_, Outcome::Suspended(_))) => P::Stopped,
        (P::Suspending { .. }, E::Lose(lease)) => P::Disconnected { lease },
        (P::Disconnected { .. }, E::Return(lease)) => P::Running { lease },
        (
            P::Activating { .. }
            | P::Running { .. }
            | P::Disconnected { .. }
            | P::Stopping { .. }
            | P::Suspending { .. },
            E::Finish(_, outcome),
        ) => match outcome {
            Outcome::Completed(result) => P::Completed { result },
            Outcome::Failed(error) => P::Failed { error },
            Outcome::Stopped => P::Stopped,
            Outcome::Suspended(reason) => P::Suspended { reason },
        },
        (P::New | P::Suspended { .. } | P::Resuming, E::AskStop(_)) => P::Stopped,
        (
            P::Activating { lease }
            | P::Running { lease }
            | P::Disconnected { lease }
            | P::Suspending { lease, .. },
            E::AskStop(until),
        ) => P::Stopping { lease: *lease, until },
        // A grace may be made shorter.
        (P::Stopping { lease, until: held }, E::AskStop(until)) => {
            P::Stopping { lease: *lease, until: until.min(*held) }
        }
        (P::New | P::Resuming, E::AskSuspend(reason)) => P::Suspended { reason },
        (P::Activating { lease } | P::Running { lease }, E::AskSuspend(reason)) => {
            P::Suspending { lease: *lease, reason }
        }
        (P::Suspended { .. }, E::AskResume) => P::Resuming,
        (P::Completed { .. } | P::Failed { .. } | P::Stopped, event) => {
            return refuse(phase, &event);
        }
        (_, E::Fail(error)) => P::Failed { error },
        (_, E::Terminate) => P::Stopped,
        (_, event) => return refuse(phase, &event),
    };
    Ok(next)
}

fn refuse(phase: &Phase, event: &JobEvent) -> Result<Phase, Failure> {
    Err(Failure::new(
        Code::Conflict,
        format!("a job that is {:?} cannot {}", phase.status(), event.name()),
    ))
}

/// Where a job is to run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Placement {
    /// On a sandbox worker of the control plane.
    Sandbox,
    /// On any live worker of a group.
    Group(Name),
    /// On the worker of one computer.
    Computer(ComputerId),
}

/// The job that started this one, and the key under which it did so once.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Parent {
    /// The parent's id.
    pub job: JobId,
    /// The parent's journal entry.
    pub sequence: u64,
    /// The child's place in that entry.
    pub index: u32,
}

/// A change that a dry run did not make.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Change {
    /// The operation that would have made it.
    pub operation: String,
    /// Its arguments; of long ones the digest and the size.
    pub arguments: serde_json::Value,
}

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Job {
    /// Its id: the `CorrelationId` of the log.
    pub id: JobId,
    /// The account whose runbook it runs.
    pub account: Name,
    /// The runbook's name.
    pub runbook: Name,
    /// The version that it is pinned to.
    pub digest: Digest,
    /// Its parameters, an object.
    pub parameters: serde_json::Value,
    /// The grants that it runs with.
    pub grants: Vec<Grant>,
    /// What it may take.
    pub limits: Limits,
    /// The profile of the workers that can run it.
    #[serde(default, skip_serializing_if = "Profile::is_standard")]
    pub profile: Profile,
    /// Where it is to run.
    pub placement: Placement,
    /// Why it was started.
    pub trigger: Trigger,
    /// Who started it.
    pub started_by: String,
    /// The job that started it.
    pub parent: Option<Parent>,
    /// The run of an update deployment that it belongs to.
    pub run: Option<RunId>,
    /// The time by which it must have ended.
    pub deadline: Option<Timestamp>,
    /// Whether it changes nothing, and lists what it would change.
    #[serde(default)]
    pub dry_run: bool,
    /// What a dry run would have changed: at most `DRY_RUN_CHANGES`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When a guest first ran.
    pub started_at: Option<Timestamp>,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// Its place in its life.
    pub phase: Phase,
    /// The worker that had it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_worker: Option<WorkerId>,
    /// The epoch of the last lease that was given out.
    pub epoch: u64,
    /// Journal entries below this are held by the control plane.
    pub shipped: u64,
}

impl Job {
    /// The worker that has it, or had it last.
    pub fn worker(&self) -> Option<WorkerId> {
        self.phase.lease().map(|lease| lease.worker).or(self.last_worker)
    }

    /// Lists an operation of a dry run that would have changed something.
    pub fn would_change(&mut self, operation: &str, arguments: &serde_json::Value) {
        if self.changes.len() >= limit::DRY_RUN_CHANGES {
            return;
        }
        let text = arguments.to_string();
        let arguments = match text.len() {
            0..=limit::DRY_RUN_ARGUMENTS_BYTES => arguments.clone(),
            bytes => serde_json::json!({ "bytes": bytes, "digest": Digest::of(text.as_bytes()) }),
        };
        self.changes.push(Change { operation: operation.to_owned(), arguments });
    }

    /// The time by which it must have ended: that of its window, or of the grace in which it stops.
    pub fn ends_by(&self) -> Option<Timestamp> {
        let grace = match &self.phase {
            Phase::Stopping { until, .. } => Some(*until),
            _ => None,
        };
        self.deadline.into_iter().chain(grace).min()
    }

    /// Applies `event` at `now`: moves the phase and keeps the times.
    pub fn apply(&mut self, event: JobEvent, now: Timestamp) -> Result<(), Failure> {
        let phase = next(&self.phase, event)?;
        if let Some(lease) = phase.lease() {
            self.epoch = self.epoch.max(lease.epoch);
            self.last_worker = Some(lease.worker);
        }
        if matches!(phase, Phase::Running { .. }) && self.started_at.is_none() {
            self.started_at = Some(now);
        }
        if phase.ended() && self.ended_at.is_none() {
            self.ended_at = Some(now);
        }
        self.phase = phase;
        Ok(())
    }
}

#[cfg(test)]
mod tests;
