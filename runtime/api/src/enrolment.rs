//! Enrolment: how an agent becomes a computer of the workspace.

use crate::secret::Secret;
use bindery_core::id::{ComputerId, WorkspaceId};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// What an agent sends once.
#[derive(Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Enrol {
    /// A token of the kind `enrol`.
    pub token: Secret,
    /// The agent's Ed25519 public key, 64 hex digits.
    pub public_key: String,
    /// The host name.
    pub name: String,
    /// The newest version of the agents' protocol that it speaks.
    pub protocol: u32,
    /// The agent's clock.
    pub time: Timestamp,
}

/// What it gets back and keeps.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Enrolled {
    /// Its id from now on.
    pub computer_id: ComputerId,
    /// The workspace.
    pub workspace_id: WorkspaceId,
    /// The workspace's Ed25519 public key, 64 hex digits: the agent pins it.
    pub workspace_key: String,
    /// What it presents when it connects.
    pub continuation: u64,
}
