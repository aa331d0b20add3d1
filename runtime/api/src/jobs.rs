//! Jobs: one run of one version of a runbook on one worker; their streams and events.

use bindery_core::{
    code::Failure,
    digest::Digest,
    grant::Grant,
    id::{JobId, RunId, WorkerId},
    job::{self, Change, JobStatus, Parent, Phase, Placement, Trigger},
    name::Name,
    runbook::Limits,
    stream::{StreamKind, StreamRecord},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A job.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
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
    /// Its status.
    pub status: JobStatus,
    /// Its parameters, an object.
    pub parameters: Value,
    /// The grants that it runs with.
    pub grants: Vec<Grant>,
    /// What it may take.
    pub limits: Limits,
    /// Where it is to run.
    pub placement: Placement,
    /// The worker that has it, or had it last.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<WorkerId>,
    /// The name of that worker's computer. Not in lists.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer: Option<String>,
    /// Why it was started.
    pub trigger: Trigger,
    /// Who started it.
    pub started_by: String,
    /// The job that started it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parent: Option<Parent>,
    /// The run of an update deployment that it belongs to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub run: Option<RunId>,
    /// The time by which it must have ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// Whether it changes nothing, and lists what it would change.
    #[serde(default)]
    pub dry_run: bool,
    /// What a dry run would have changed: at most 1,000 changes.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub changes: Vec<Change>,
    /// When it was asked for.
    pub created_at: Timestamp,
    /// When a guest first ran.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// What it returned, if it is Completed and returned something.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why it is Failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    /// Why it does not go on for now: nobody can take it, its worker is gone, or it is Suspended. Not in
    /// lists, but for Suspended ones.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub waiting: Option<Failure>,
}

impl Job {
    /// Whether nothing more will happen to it.
    pub fn ended(&self) -> bool {
        matches!(self.status, JobStatus::Completed | JobStatus::Failed | JobStatus::Stopped)
    }
}

impl From<job::Job> for Job {
    fn from(job: job::Job) -> Self {
        let (status, worker) = (job.phase.status(), job.worker());
        let (result, error, waiting) = match job.phase {
            Phase::Completed { result } => (result, None, None),
            Phase::Failed { error } => (None, Some(error), None),
            Phase::Suspended { reason } => (None, None, Some(reason)),
            _ => (None, None, None),
        };
        Self {
            id: job.id,
            account: job.account,
            runbook: job.runbook,
            digest: job.digest,
            status,
            parameters: job.parameters,
            grants: job.grants,
            limits: job.limits,
            placement: job.placement,
            worker,
            computer: None,
            trigger: job.trigger,
            started_by: job.started_by,
            parent: job.parent,
            run: job.run,
            deadline: job.deadline,
            dry_run: job.dry_run,
            changes: job.changes,
            created_at: job.created_at,
            started_at: job.started_at,
            ended_at: job.ended_at,
            result,
            error,
            waiting,
        }
    }
}

/// The wish to start a runbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewJob {
    /// The runbook; its published version runs.
    pub runbook: Name,
    /// Its parameters by name.
    #[serde(default)]
    pub parameters: serde_json::Map<String, Value>,
    /// Where; on a sandbox worker if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub placement: Option<Placement>,
    /// Whether reading is to be real, and changes only listed.
    #[serde(default)]
    pub dry_run: bool,
}

/// How a job is to be stopped.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct StopJob {
    /// How long it may take to end by itself, in seconds; 30 if absent, at most 3,600.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub grace: Option<u32>,
}

/// Which jobs, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ListJobs {
    /// Only of this runbook.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub runbook: Option<Name>,
    /// Only with this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<JobStatus>,
    /// The `cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Items of the page, at most 1,000 (100 if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Which stream records of a job, in the order in which they were written.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ListStreams {
    /// Only of this stream.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<StreamKind>,
    /// Only after this one: the `cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<String>,
    /// Items of the page, at most 1,000 (100 if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Something that happened to a job. The id resumes the events after it (`Last-Event-ID`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum JobEvent {
    /// It wrote to a stream.
    Stream {
        /// What to resume from.
        id: String,
        /// What it wrote.
        record: StreamRecord,
    },
    /// Its status changed. While it goes on this is also sent first; once it has ended this is the
    /// very last event, after everything that it wrote.
    Status {
        /// What to resume from.
        id: String,
        /// The job as it is now.
        job: Box<Job>,
    },
}

impl JobEvent {
    /// What to resume from.
    pub fn id(&self) -> &str {
        match self {
            JobEvent::Stream { id, .. } | JobEvent::Status { id, .. } => id,
        }
    }
}
