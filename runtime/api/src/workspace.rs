//! The workspace, and whether its control plane is well.

use bindery_core::id::WorkspaceId;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether the control plane is well.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum HealthStatus {
    /// It does its work.
    Ok,
    /// It starts, or ends its work.
    NotReady,
}

/// The health of the control plane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Health {
    /// Whether it is well.
    pub status: HealthStatus,
    /// Its version.
    pub version: String,
    /// Whether it takes requests and runs jobs.
    pub ready: bool,
}

/// The workspace: the fleet of one control plane.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    /// Its id.
    pub id: WorkspaceId,
    /// Its name.
    pub name: String,
    /// Its Ed25519 public key, 64 hex digits: what agents pin.
    pub workspace_key: String,
    /// The control plane's version.
    pub version: String,
    /// Its computers, counted.
    pub computers: ComputerCounts,
}

/// Computers, counted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct ComputerCounts {
    /// All of them.
    pub total: u32,
    /// Those whose agent is connected.
    pub reachable: u32,
    /// Those that lack no critical or security update.
    pub compliant: u32,
    /// Those that lack one.
    pub non_compliant: u32,
    /// Those of which nobody knows.
    pub not_assessed: u32,
}
