//! Automation accounts and their groups of workers.

use bindery_core::{
    account,
    id::{WorkerId, WorkspaceId},
    name::Name,
    profile::Profile,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use bindery_core::account::Role;

/// An automation account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Its name.
    pub name: Name,
    /// The workspace that it is linked to.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workspace: Option<WorkspaceId>,
    /// The most that its runbooks may need of an engine.
    pub profile: Profile,
    /// When it was made.
    pub created_at: Timestamp,
    /// Who or what made it.
    pub created_by: String,
}

impl From<account::Account> for Account {
    fn from(account: account::Account) -> Self {
        Self {
            name: account.name,
            workspace: account.workspace,
            profile: account.profile,
            created_at: account.created_at,
            created_by: account.created_by,
        }
    }
}

/// The wish for an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAccount {
    /// Its name.
    pub name: Name,
    /// The most that its runbooks may need of an engine: the standard profile unless it says more.
    #[serde(default)]
    pub profile: Profile,
}

/// A change of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeAccount {
    /// The most that its runbooks may need of an engine.
    pub profile: Profile,
}

/// A group of workers: jobs that are placed on it run on any live one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Group {
    /// Its name.
    pub name: Name,
    /// Its workers.
    pub workers: Vec<WorkerId>,
    /// How many of them are connected.
    pub online: u32,
}
