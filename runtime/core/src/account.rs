//! Automation accounts: runbooks, jobs and workers that belong together.

use crate::{id::WorkspaceId, name::Name, profile::Profile};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The account that the first deployment creates.
pub const DEFAULT: &str = "Automation";

/// An automation account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Its name.
    pub name: Name,
    /// The workspace that it is linked to.
    pub workspace: Option<WorkspaceId>,
    /// The most that its runbooks may need of an engine.
    #[serde(default)]
    pub profile: Profile,
    /// When it was made, and by what.
    pub created_at: Timestamp,
    /// Who or what made it.
    pub created_by: String,
}

/// What somebody may do.
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
pub enum Role {
    /// See everything but content.
    Reader,
    /// Also start and watch jobs.
    Operator,
    /// Also change runbooks and deployments.
    Contributor,
    /// Also grant powers and make tokens.
    Owner,
}
