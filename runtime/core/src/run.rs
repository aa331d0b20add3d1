//! Update runs and machine runs: one occurrence of a deployment, and its part on one computer.
//!
//! ```text
//!   machine run: NotStarted --Start--> InProgress --End(verdict)--> Succeeded | Failed | MaintenanceWindowExceeded
//!                NotStarted --Refuse--> FailedToStart
//!                InProgress --Lose--> Failed (its worker is gone, or it was never heard of again)
//!   run:         follows from its machine runs and its master job; see [`aggregate`].
//! ```

use crate::{
    code::{Code, Failure},
    id::{ComputerId, DeploymentId, JobId, RunId},
    name::Name,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The status of a run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum RunStatus {
    /// Its master job has not begun.
    NotStarted,
    /// It goes on.
    InProgress,
    /// Every computer succeeded.
    Succeeded,
    /// A computer failed, or could not be started.
    Failed,
    /// The window ended first on at least one computer, and none failed.
    MaintenanceWindowExceeded,
}

/// The status of a machine run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum MachineStatus {
    /// Its job has not begun.
    NotStarted,
    /// Its job goes on.
    InProgress,
    /// All that was chosen was installed.
    Succeeded,
    /// Something failed.
    Failed,
    /// The window ended first.
    MaintenanceWindowExceeded,
    /// It could not be started: the computer is unreachable, refused, or the run was cancelled.
    FailedToStart,
}

impl MachineStatus {
    /// Every status.
    pub const ALL: [MachineStatus; 6] = [
        MachineStatus::NotStarted,
        MachineStatus::InProgress,
        MachineStatus::Succeeded,
        MachineStatus::Failed,
        MachineStatus::MaintenanceWindowExceeded,
        MachineStatus::FailedToStart,
    ];

    /// Whether nothing more will happen to it.
    pub fn ended(self) -> bool {
        !matches!(self, MachineStatus::NotStarted | MachineStatus::InProgress)
    }
}

/// What may happen to a machine run.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum MachineEvent {
    /// Its job runs.
    Start,
    /// It cannot be started.
    Refuse,
    /// Its job ended well.
    Succeed,
    /// Its job ended with an error.
    Fail,
    /// Its job ended because of the window.
    Exceed,
}

impl MachineEvent {
    /// Every event.
    pub const ALL: [MachineEvent; 5] = [
        MachineEvent::Start,
        MachineEvent::Refuse,
        MachineEvent::Succeed,
        MachineEvent::Fail,
        MachineEvent::Exceed,
    ];
}

/// The status after `event`. An ended machine run stays as it is.
pub fn next(status: MachineStatus, event: MachineEvent) -> Result<MachineStatus, Failure> {
    use MachineEvent as E;
    use MachineStatus as S;
    match (status, event) {
        (S::NotStarted | S::InProgress, E::Start) => Ok(S::InProgress),
        (S::NotStarted, E::Refuse) => Ok(S::FailedToStart),
        (S::NotStarted | S::InProgress, E::Succeed) => Ok(S::Succeeded),
        (S::NotStarted | S::InProgress, E::Fail) => Ok(S::Failed),
        (S::NotStarted | S::InProgress, E::Exceed) => Ok(S::MaintenanceWindowExceeded),
        (status, event) => Err(Failure::new(
            Code::Conflict,
            format!("a machine run that is {status:?} does not take {event:?}"),
        )),
    }
}

/// The status of a run from its machine runs; `master_ended` once its master job has.
pub fn aggregate(
    machines: &[MachineStatus],
    master_started: bool,
    master_ended: bool,
) -> RunStatus {
    let any = |status| machines.contains(&status);
    if !master_started {
        return RunStatus::NotStarted;
    }
    if !master_ended || machines.iter().any(|machine| !machine.ended()) {
        return RunStatus::InProgress;
    }
    if any(MachineStatus::Failed) || any(MachineStatus::FailedToStart) {
        return RunStatus::Failed;
    }
    if any(MachineStatus::MaintenanceWindowExceeded) {
        return RunStatus::MaintenanceWindowExceeded;
    }
    RunStatus::Succeeded
}

/// One computer's part of a run.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MachineRun {
    /// The run.
    pub run: RunId,
    /// The computer.
    pub computer: ComputerId,
    /// The computer's name at the time of the run.
    pub computer_name: String,
    /// Its status.
    pub status: MachineStatus,
    /// Its job, once there is one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// Why it is as it is, where that needs a reason.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Failure>,
    /// What its job returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<serde_json::Value>,
    /// When it began.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub started_at: Option<Timestamp>,
    /// When it ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
}

/// One occurrence of a deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Run {
    /// Its id.
    pub id: RunId,
    /// The `UpdateRunName` of the log: the deployment's name and when it ran.
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
    /// When it began.
    pub started_at: Timestamp,
    /// The end of its window.
    pub deadline: Timestamp,
    /// When it ended.
    pub ended_at: Option<Timestamp>,
    /// When somebody cancelled it: no further computer starts.
    pub cancelled_at: Option<Timestamp>,
    /// Why it is as it is, where that needs a reason.
    pub reason: Option<Failure>,
    /// The run whose failed computers it repeats.
    pub retry_of: Option<RunId>,
    /// Whether it changes nothing, and lists what it would change.
    #[serde(default)]
    pub dry_run: bool,
}

#[cfg(test)]
mod tests {
    use super::*;
    use MachineStatus as S;

    #[test]
    fn every_transition_of_a_machine_run() {
        let ends = [Some(S::Succeeded), Some(S::Failed), Some(S::MaintenanceWindowExceeded)];
        for status in S::ALL {
            let expected = match status {
                S::NotStarted => {
                    [Some(S::InProgress), Some(S::FailedToStart), ends[0], ends[1], ends[2]]
                }
                S::InProgress => [Some(S::InProgress), None, ends[0], ends[1], ends[2]],
                _ => [None; 5],
            };
            for (event, expected) in MachineEvent::ALL.into_iter().zip(expected) {
                assert_eq!(next(status, event).ok(), expected, "{status:?} {event:?}");
            }
        }
    }

    #[test]
    fn a_run_follows_from_its_machines() {
        use RunStatus as R;
        let rows: [(&[S], bool, bool, R); 8] = [
            (&[S::NotStarted], false, false, R::NotStarted),
            (&[], true, false, R::InProgress),
            (&[S::Succeeded], true, false, R::InProgress),
            (&[S::Succeeded, S::InProgress], true, true, R::InProgress),
            (&[S::Succeeded, S::Succeeded], true, true, R::Succeeded),
            (&[S::Succeeded, S::FailedToStart], true, true, R::Failed),
            (&[S::MaintenanceWindowExceeded, S::Failed], true, true, R::Failed),
            (
                &[S::MaintenanceWindowExceeded, S::Succeeded],
                true,
                true,
                R::MaintenanceWindowExceeded,
            ),
        ];
        for (machines, started, ended, expected) in rows {
            assert_eq!(
                aggregate(machines, started, ended),
                expected,
                "{machines:?} {started} {ended}"
            );
        }
    }
}
