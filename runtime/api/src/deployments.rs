//! Update deployments: what is to be installed where and when, and what that would mean.

use crate::updates::Missing;
use bindery_core::{
    code::{Code, Failure},
    deployment::{self, DeploymentState},
    id::{ComputerId, DeploymentId},
    name::Name,
    schedule::Schedule,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Which computers a deployment is for: all, or those that are named. Never both.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Targets {
    /// Every computer of the workspace at the time of the run.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub all: bool,
    /// These, by id or name; in replies by id.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub computers: Vec<String>,
}

impl Targets {
    /// Checks that it names all computers or some, and not both.
    pub fn check(&self) -> Result<(), Failure> {
        if self.all != self.computers.is_empty() {
            return Err(Failure::new(
                Code::InvalidRequest,
                "`targets` must be either `all: true` or a list of `computers`",
            ));
        }
        Ok(())
    }
}

impl From<deployment::Targets> for Targets {
    fn from(targets: deployment::Targets) -> Self {
        match targets {
            deployment::Targets::All => Self { all: true, computers: vec![] },
            deployment::Targets::Computers(ids) => {
                Self { all: false, computers: ids.iter().map(ComputerId::to_string).collect() }
            }
        }
    }
}

/// The wish for an update deployment, or for its preview.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewDeployment {
    /// Its name: the `ScheduleName` of the runbooks.
    pub name: Name,
    /// The account that runs it; `Automation` if absent, and made if it is not there.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub account: Option<Name>,
    /// When it runs.
    pub schedule: Schedule,
    /// The maintenance window in minutes, 1 to 1,440 (120 if absent).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub duration_minutes: Option<u32>,
    /// Which computers.
    pub targets: Targets,
    /// `AdditionalOptions`; see `/v1/schemas/additional-options.json`.
    #[serde(default)]
    pub options: serde_json::Map<String, Value>,
}

/// An update deployment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Deployment {
    /// Its id.
    pub id: DeploymentId,
    /// Its name.
    pub name: Name,
    /// The account that runs it.
    pub account: Name,
    /// Whether it still has occurrences.
    pub state: DeploymentState,
    /// When it runs.
    pub schedule: Schedule,
    /// The maintenance window in minutes.
    pub duration_minutes: u32,
    /// Which computers.
    pub targets: Targets,
    /// `AdditionalOptions`.
    pub options: Value,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who made it.
    pub created_by: String,
    /// When it last occurred.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub last_occurrence: Option<Timestamp>,
    /// When it occurs next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next_occurrence: Option<Timestamp>,
}

impl From<deployment::Deployment> for Deployment {
    fn from(deployment: deployment::Deployment) -> Self {
        let next_occurrence = deployment.next_occurrence();
        Self {
            id: deployment.id,
            name: deployment.name,
            account: deployment.account,
            state: deployment.state,
            schedule: deployment.schedule,
            duration_minutes: deployment.duration_minutes,
            targets: deployment.targets.into(),
            options: deployment.options,
            created_at: deployment.created_at,
            created_by: deployment.created_by,
            last_occurrence: deployment.last_occurrence,
            next_occurrence,
        }
    }
}

/// What a deployment would mean if it ran now.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct DeploymentPreview {
    /// The computers that it targets, and those that it would configure besides.
    pub computers: Vec<PreviewComputer>,
}

/// What a deployment would mean for one computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PreviewComputer {
    /// The computer.
    pub id: ComputerId,
    /// Its name.
    pub name: String,
    /// Whether its agent is connected.
    pub reachable: bool,
    /// Whether it would be patched; if not, it would only be configured.
    pub targeted: bool,
    /// Missing updates by classification.
    #[schemars(with = "std::collections::BTreeMap<String, u32>")]
    pub missing: Missing,
    /// The titles of the updates that would be chosen.
    pub chosen: Vec<String>,
    /// Whether it would be made a Hybrid Runbook Worker; not if it is one already.
    pub will_be_configured: bool,
    /// Why nothing would happen to it, if nothing would.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<Failure>,
}

/// How a deployment is run now; all of it may be left out.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct RunDeployment {
    /// Whether nothing is to be changed, and what would be changed to be listed.
    pub dry_run: bool,
    /// Only these of its targets: ids or names. Absent: all.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computers: Option<Vec<String>>,
    /// Options for this run alone; each takes the place of the deployment's own.
    pub options: serde_json::Map<String, serde_json::Value>,
}
