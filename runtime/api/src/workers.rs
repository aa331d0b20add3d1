//! Workers of an account.

use bindery_core::{
    id::{ComputerId, WorkerId},
    name::Name,
    profile::Profile,
    worker::{self, WorkerKind},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// Whether a worker is there.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum Presence {
    /// It never connected.
    Registered,
    /// It is connected.
    Online,
    /// It was connected.
    Offline,
    /// It was removed and may not come back.
    Removed,
}

impl From<worker::Presence> for Presence {
    fn from(presence: worker::Presence) -> Self {
        match presence {
            worker::Presence::Registered => Presence::Registered,
            worker::Presence::Online { .. } => Presence::Online,
            worker::Presence::Offline { .. } => Presence::Offline,
            worker::Presence::Removed => Presence::Removed,
        }
    }
}

/// A worker.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Worker {
    /// Its id.
    pub id: WorkerId,
    /// The account that it works for.
    pub account: Name,
    /// Where it runs.
    pub kind: WorkerKind,
    /// Its own group, named after its computer.
    pub group: Name,
    /// The groups that it was put into.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Name>,
    /// The computer whose agent it is.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer: Option<ComputerId>,
    /// That computer's name.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer_name: Option<String>,
    /// What its engine has, by its last connection.
    pub profile: Profile,
    /// Whether it is there.
    pub presence: Presence,
    /// Since when it is Offline.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub offline_since: Option<Timestamp>,
    /// When it was made.
    pub created_at: Timestamp,
}

impl Worker {
    /// What the API shows of `worker`.
    pub fn of(
        worker: worker::Worker,
        computer_name: Option<String>,
        presence: worker::Presence,
    ) -> Self {
        Self {
            id: worker.id,
            account: worker.account,
            kind: worker.kind,
            group: worker.group,
            groups: worker.groups,
            profile: worker.profile,
            computer: worker.computer,
            computer_name,
            offline_since: match presence {
                worker::Presence::Offline { since, .. } => Some(since),
                _ => None,
            },
            presence: presence.into(),
            created_at: worker.created_at,
        }
    }
}
