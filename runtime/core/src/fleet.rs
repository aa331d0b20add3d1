//! The fleet: computers that report to the workspace.

use crate::{
    code::Failure,
    id::{ComputerId, WorkerId},
    name::Name,
    update::{Assessment, Classification, OsType},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What an agent says of its computer, at start, after each job and now and then.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The host name.
    pub name: String,
    /// The operating system, as it calls itself.
    pub os_name: String,
    /// Its version.
    pub os_version: String,
    /// Its kind.
    pub os_type: OsType,
    /// Changes at every boot.
    pub boot_id: String,
    /// The agent's version.
    pub agent_version: String,
    /// Whether the agent may change the computer.
    pub allow_changes: bool,
    /// The update state, or why it could not be had.
    pub assessment: Result<Assessment, Failure>,
}

/// Whether a computer has all critical and security updates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Compliance {
    /// None is missing.
    Compliant,
    /// At least one is missing.
    NonCompliant,
    /// Nobody knows; the reason stands beside it.
    NotAssessed,
}

/// A computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Computer {
    /// Its id (`SourceComputerId`).
    pub id: ComputerId,
    /// The agent's public key, hex.
    pub agent_key: String,
    /// What the agent must present when it connects again; a clone cannot.
    pub continuation: Continuation,
    /// When it enrolled.
    pub enrolled_at: Timestamp,
    /// The name that it gave then.
    #[serde(default)]
    pub enrolled_name: String,
    /// The last report and when it came.
    pub report: Option<(Timestamp, Report)>,
    /// The worker that it was configured as, and for which account.
    pub worker: Option<(Name, WorkerId)>,
}

/// A counter that agent and control plane advance together at every connection.
///
/// The agent stores the next one before it uses it, so after a lost reply it may still present the
/// one before. Of two machines with one identity the second to connect presents one that is older
/// than that.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Continuation {
    /// What was given out last.
    pub current: u64,
    /// What was given out before it.
    pub previous: u64,
}

impl Continuation {
    /// Whether an agent that presents `shown` is the one that we know.
    pub fn accepts(&self, shown: u64) -> bool {
        shown == self.current || shown == self.previous
    }

    /// The continuation after an agent that presented `shown` gets `fresh`.
    #[must_use]
    pub fn advance(&self, shown: u64, fresh: u64) -> Self {
        Self { current: fresh, previous: shown }
    }
}

impl Computer {
    /// The name that people know it by.
    pub fn name(&self) -> String {
        match &self.report {
            Some((_, report)) => report.name.clone(),
            None if self.enrolled_name.is_empty() => self.id.to_string(),
            None => self.enrolled_name.clone(),
        }
    }

    /// Its compliance, by its last assessment.
    pub fn compliance(&self) -> Compliance {
        let Some(Ok(assessment)) = self.report.as_ref().map(|(_, report)| &report.assessment)
        else {
            return Compliance::NotAssessed;
        };
        let urgent = [Classification::Critical, Classification::Security];
        if assessment.missing.iter().any(|update| urgent.contains(&update.classification)) {
            return Compliance::NonCompliant;
        }
        Compliance::Compliant
    }

    /// Missing updates of `classification`.
    pub fn missing(&self, classification: Classification) -> usize {
        let Some(Ok(assessment)) = self.report.as_ref().map(|(_, report)| &report.assessment)
        else {
            return 0;
        };
        assessment.missing.iter().filter(|update| update.classification == classification).count()
    }
}

/// How an attempt to make a computer a Hybrid Runbook Worker ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum ConfigureStatus {
    /// The agent durably acknowledged.
    Configured,
    /// The agent is not connected.
    Unreachable,
    /// The agent refused.
    Refused,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_two_machines_with_one_identity_the_second_is_found_out() {
        let start = Continuation { current: 7, previous: 3 };
        // The original connects with 7 and is given 11; its clone still has 7, then tries 3.
        let after = start.advance(7, 11);
        assert!(after.accepts(11), "the original goes on");
        assert!(after.accepts(7), "a reply that was lost is forgiven once");
        // Whoever comes with 7 again advances it: then the holder of 11 is out of step.
        let cloned = after.advance(7, 15);
        assert!(!cloned.accepts(11) && !cloned.accepts(3));
    }
}
