//! Computers that report to the workspace.

use crate::updates::{self, Missing};
use bindery_core::{
    code::{Code, Failure},
    fleet::{self, Compliance},
    id::{ComputerId, WorkerId},
    name::Name,
    update::{OsType, PendingReboot},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Computer {
    /// Its id (`SourceComputerId`).
    pub id: ComputerId,
    /// The name that people know it by; its id until it has reported.
    pub name: String,
    /// Whether its agent is connected.
    pub reachable: bool,
    /// When it enrolled.
    pub enrolled_at: Timestamp,
    /// What its agent last said of it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub system: Option<System>,
    /// Whether it has all critical and security updates.
    pub compliance: Compliance,
    /// Why it is not assessed, if it is not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_assessed: Option<Failure>,
    /// What its last assessment found.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub assessment: Option<AssessmentSummary>,
    /// The worker that it was configured as.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worker: Option<ConfiguredWorker>,
}

/// What an agent says of its computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct System {
    /// When it said so.
    pub reported_at: Timestamp,
    /// The operating system, as it calls itself.
    pub os_name: String,
    /// Its version.
    pub os_version: String,
    /// Its kind.
    pub os_type: OsType,
    /// The agent's version.
    pub agent_version: String,
    /// Whether the agent may change the computer.
    pub allow_changes: bool,
}

/// What an assessment found, counted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct AssessmentSummary {
    /// When.
    pub assessed_at: Timestamp,
    /// Which package manager answered.
    pub provider: String,
    /// Whether the computer is a simulated one.
    pub simulated: bool,
    /// The root that the agent looks after.
    pub root: String,
    /// Missing updates by classification.
    #[schemars(with = "std::collections::BTreeMap<String, u32>")]
    pub missing: Missing,
    /// How many packages or updates are installed.
    pub installed: u32,
    /// Whether a reboot is pending.
    pub reboot: PendingReboot,
}

/// The worker that a computer was configured as.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConfiguredWorker {
    /// The account that it works for.
    pub account: Name,
    /// The worker.
    pub worker: WorkerId,
}

impl Computer {
    /// What the API shows of `computer`, whose agent is connected or not.
    pub fn of(computer: fleet::Computer, reachable: bool) -> Self {
        let (name, compliance) = (computer.name(), computer.compliance());
        let (not_assessed, assessment) = match computer.report.as_ref().map(|(_, r)| &r.assessment)
        {
            None => (Some(Failure::new(Code::Unreachable, "its agent has not reported yet")), None),
            Some(Err(failure)) => (Some(failure.clone()), None),
            Some(Ok(found)) => (None, Some(AssessmentSummary::of(found))),
        };
        Self {
            id: computer.id,
            name,
            reachable,
            enrolled_at: computer.enrolled_at,
            system: computer.report.map(|(at, report)| System::of(at, report)),
            compliance,
            not_assessed,
            assessment,
            worker: computer.worker.map(|(account, worker)| ConfiguredWorker { account, worker }),
        }
    }
}

impl System {
    fn of(reported_at: Timestamp, report: fleet::Report) -> Self {
        Self {
            reported_at,
            os_name: report.os_name,
            os_version: report.os_version,
            os_type: report.os_type,
            agent_version: report.agent_version,
            allow_changes: report.allow_changes,
        }
    }
}

impl AssessmentSummary {
    fn of(found: &bindery_core::update::Assessment) -> Self {
        Self {
            assessed_at: found.assessed_at,
            provider: found.provider.clone(),
            simulated: found.simulated,
            root: found.root.clone(),
            missing: updates::missing(found),
            installed: found.installed,
            reboot: found.reboot.clone(),
        }
    }
}

/// Which computers.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ListComputers {
    /// Only with this compliance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub compliance: Option<Compliance>,
    /// The `cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Items of the page, at most 1,000 (100 if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
