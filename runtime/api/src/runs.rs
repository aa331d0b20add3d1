//! Update runs, their machine runs, their events, and the evidence of what they did.

use crate::log::LogRecord;
use bindery_core::{
    code::Failure,
    id::{DeploymentId, JobId, RunId, WorkspaceId},
    name::Name,
    run::{self, MachineRun, MachineStatus, RunStatus},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// One occurrence of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The `UpdateRunName` of the log.
    pub name: String,
    /// The deployment.
    pub deployment: DeploymentId,
    /// The deployment's name.
    pub deployment_name: Name,
    /// The account.
    pub account: Name,
    /// The job of `Patch-MicrosoftOMSComputers`.
    pub master_job: JobId,
    /// Its status.
    pub status: RunStatus,
    /// Its machine runs, counted.
    pub machines: MachineCounts,
    /// When it began.
    pub started_at: Timestamp,
    /// The end of its window.
    pub deadline: Timestamp,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// When somebody cancelled it: no further computer starts.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cancelled_at: Option<Timestamp>,
    /// Why it is as it is, where that needs a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Failure>,
    /// The run whose failed computers it repeats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_of: Option<RunId>,
    /// Whether it changes nothing: the results of its computers list what would be changed.
    #[serde(default)]
    pub dry_run: bool,
}

impl Run {
    /// What the API shows of `run` with its machine runs counted.
    pub fn of(run: run::Run, machines: MachineCounts) -> Self {
        Self {
            id: run.id,
            name: run.name,
            deployment: run.deployment,
            deployment_name: run.deployment_name,
            account: run.account,
            master_job: run.master_job,
            status: run.status,
            machines,
            started_at: run.started_at,
            deadline: run.deadline,
            ended_at: run.ended_at,
            cancelled_at: run.cancelled_at,
            reason: run.reason,
            retry_of: run.retry_of,
            dry_run: run.dry_run,
        }
    }

    /// Whether nothing more will happen to it.
    pub fn ended(&self) -> bool {
        !matches!(self.status, RunStatus::NotStarted | RunStatus::InProgress)
    }
}

/// Machine runs, counted by status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineCounts {
    /// Whose job has not begun.
    pub not_started: u32,
    /// Whose job goes on.
    pub in_progress: u32,
    /// That were patched.
    pub succeeded: u32,
    /// Where something failed.
    pub failed: u32,
    /// Where the window ended first.
    pub maintenance_window_exceeded: u32,
    /// That could not be started.
    pub failed_to_start: u32,
}

impl MachineCounts {
    /// All of them.
    pub fn total(&self) -> u32 {
        self.ended() + self.not_started + self.in_progress
    }

    /// Those to which nothing more will happen.
    pub fn ended(&self) -> u32 {
        self.succeeded + self.failed + self.maintenance_window_exceeded + self.failed_to_start
    }
}

impl FromIterator<MachineStatus> for MachineCounts {
    fn from_iter<I: IntoIterator<Item = MachineStatus>>(statuses: I) -> Self {
        let mut counts = Self::default();
        for status in statuses {
            let count = match status {
                MachineStatus::NotStarted => &mut counts.not_started,
                MachineStatus::InProgress => &mut counts.in_progress,
                MachineStatus::Succeeded => &mut counts.succeeded,
                MachineStatus::Failed => &mut counts.failed,
                MachineStatus::MaintenanceWindowExceeded => &mut counts.maintenance_window_exceeded,
                MachineStatus::FailedToStart => &mut counts.failed_to_start,
            };
            *count += 1;
        }
        counts
    }
}

/// Which runs, the newest first.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ListRuns {
    /// Only of this deployment: its id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deployment: Option<String>,
    /// Only with this status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<RunStatus>,
    /// The `cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Items of the page, at most 1,000 (100 if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}

/// Something that happened to a run. The id resumes the events after it (`Last-Event-ID`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "type", rename_all = "camelCase")]
pub enum RunEvent {
    /// The run changed. While it goes on this is also sent first; once it has ended this is the
    /// very last event.
    Run {
        /// What to resume from.
        id: String,
        /// The run as it is now.
        run: Box<Run>,
    },
    /// A machine run changed.
    Machine {
        /// What to resume from.
        id: String,
        /// The machine run as it is now.
        machine: Box<MachineRun>,
    },
    /// A row was written to `UpdateRunProgress`.
    Log {
        /// What to resume from.
        id: String,
        /// The row.
        record: LogRecord,
    },
}

impl RunEvent {
    /// What to resume from.
    pub fn id(&self) -> &str {
        match self {
            RunEvent::Run { id, .. } | RunEvent::Machine { id, .. } | RunEvent::Log { id, .. } => {
                id
            }
        }
    }
}

/// What a run did, for somebody who was not there, and the workspace's signature on it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunReport {
    /// What is signed, in readable form.
    pub evidence: RunEvidence,
    /// A DSSE envelope by the workspace's key; its payload is `evidence`, byte for byte.
    pub signature: serde_json::Value,
}

/// What a run did.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct RunEvidence {
    /// The workspace.
    pub workspace: WorkspaceId,
    /// When this was written.
    pub generated_at: Timestamp,
    /// The run.
    pub run: Run,
    /// Its machine runs.
    pub machines: Vec<MachineRun>,
    /// Each update on each computer with its reason: rows of `UpdateRunProgress`.
    pub updates: Vec<LogRecord>,
}
