//! Update deployments: what is to be installed where, and when.
//!
//! ```text
//!   Scheduled --Occur--> Scheduled (more to come) | Finished (no more)
//!   Scheduled --Cancel--> Cancelled
//! ```

use crate::{
    code::{Code, Failure},
    id::{ComputerId, DeploymentId, SnapshotId},
    limit,
    name::Name,
    schedule::Schedule,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Whether a deployment still has occurrences.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum DeploymentState {
    /// It will run.
    Scheduled,
    /// It has run as often as it was to.
    Finished,
    /// Somebody ended it.
    Cancelled,
}

impl DeploymentState {
    /// Every state.
    pub const ALL: [DeploymentState; 3] =
        [DeploymentState::Scheduled, DeploymentState::Finished, DeploymentState::Cancelled];
}

/// What may happen to a deployment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DeploymentEvent {
    /// Its time has come; `more` if it will come again.
    Occur { more: bool },
    /// Somebody cancels it.
    Cancel,
}

/// The state after `event`.
pub fn next(state: DeploymentState, event: DeploymentEvent) -> Result<DeploymentState, Failure> {
    use DeploymentState as S;
    match (state, event) {
        (S::Scheduled, DeploymentEvent::Occur { more: true }) => Ok(S::Scheduled),
        (S::Scheduled, DeploymentEvent::Occur { more: false }) => Ok(S::Finished),
        (S::Scheduled | S::Cancelled, DeploymentEvent::Cancel) => Ok(S::Cancelled),
        (S::Finished, DeploymentEvent::Cancel) => Err(Failure::new(
            Code::Conflict,
            "the deployment has already run; cancel its run instead",
        )),
        (S::Finished | S::Cancelled, DeploymentEvent::Occur { .. }) => {
            Err(Failure::new(Code::Conflict, "the deployment does not run any more"))
        }
    }
}

/// Which computers a deployment is for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Targets {
    /// Every computer of the workspace at the time of the run.
    All,
    /// These.
    Computers(Vec<ComputerId>),
}

/// An update deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// Its name: the `ScheduleName` of the runbooks.
    pub name: Name,
    /// The account whose sealed runbooks run it.
    pub account: Name,
    /// When it runs.
    pub schedule: Schedule,
    /// The maintenance window, in minutes.
    pub duration_minutes: u32,
    /// Which computers.
    pub targets: Targets,
    /// `AdditionalOptions`, checked against their schema.
    pub options: serde_json::Value,
    /// Whether it still has occurrences.
    pub state: DeploymentState,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it last occurred.
    pub last_occurrence: Option<Timestamp>,
}

impl Deployment {
    /// When it occurs next, if it does.
    pub fn next_occurrence(&self) -> Option<Timestamp> {
        match self.state {
            DeploymentState::Scheduled => self.schedule.next(self.created_at, self.last_occurrence),
            DeploymentState::Finished | DeploymentState::Cancelled => None,
        }
    }
}

/// Checks a maintenance window.
pub fn check_window(minutes: u32) -> Result<(), Failure> {
    if limit::WINDOW_MINUTES.contains(&minutes) {
        return Ok(());
    }
    Err(Failure::new(
        Code::InvalidOptions,
        format!(
            "a maintenance window of {minutes} minutes: it must have {} to {}",
            limit::WINDOW_MINUTES.start(),
            limit::WINDOW_MINUTES.end()
        ),
    ))
}

/// `ComputerIDList` as the runbook gets it: a JSON array, or `snapshot:<id>` of a stored list.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum ComputerList {
    /// Written out.
    Inline(Vec<ComputerId>),
    /// Stored.
    Snapshot(SnapshotId),
}

#[cfg(test)]
mod tests {
    use super::*;
    use DeploymentState as S;

    #[test]
    fn every_transition_of_a_deployment() {
        let events = [
            DeploymentEvent::Occur { more: true },
            DeploymentEvent::Occur { more: false },
            DeploymentEvent::Cancel,
        ];
        let table = [
            (S::Scheduled, [Some(S::Scheduled), Some(S::Finished), Some(S::Cancelled)]),
            (S::Finished, [None, None, None]),
            (S::Cancelled, [None, None, Some(S::Cancelled)]),
        ];
        assert_eq!(table.map(|(state, _)| state), S::ALL);
        for (state, row) in table {
            for (event, expected) in events.into_iter().zip(row) {
                assert_eq!(next(state, event).ok(), expected, "{state:?} {event:?}");
            }
        }
    }

    #[test]
    fn a_window_is_checked_at_its_limits_and_past_them() {
        let (shortest, longest) = (*limit::WINDOW_MINUTES.start(), *limit::WINDOW_MINUTES.end());
        assert!(check_window(shortest).is_ok() && check_window(longest).is_ok());
        assert!(check_window(shortest - 1).is_err() && check_window(longest + 1).is_err());
    }
}
