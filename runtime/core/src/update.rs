//! Updates: what a computer lacks, what its package manager would do, and what it did.
//!
//! The JSON of these types is the JSON of the WIT records of `update-inventory` and
//! `update-installer`.

use crate::digest::Digest;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The kind of operating system: it decides which classifications exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum OsType {
    /// Classified by package repository.
    Linux,
    /// Classified by Windows Update.
    Windows,
}

/// What an update is for. Linux knows `Unclassified`, `Critical`, `Security` and `Other`.
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
pub enum Classification {
    /// Nobody said.
    Unclassified,
    /// Fixes a critical fault that is no security matter.
    Critical,
    /// Fixes a security fault.
    Security,
    /// Several fixes together (Windows).
    UpdateRollup,
    /// New features (Windows).
    FeaturePack,
    /// All fixes so far (Windows).
    ServicePack,
    /// Definitions of a scanner (Windows).
    Definition,
    /// A tool (Windows).
    Tools,
    /// Any other fix (Windows).
    Updates,
    /// Any other fix (Linux).
    Other,
}

/// Whether an update wants a reboot.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum RebootBehavior {
    /// It never does.
    NeverReboots,
    /// It may.
    CanRequestReboot,
}

/// One update of one computer.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Update {
    /// What the provider calls it: on apt `package:architecture=version`, on Windows the update id.
    pub id: String,
    /// For people.
    pub title: String,
    /// The KB number (Windows).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub kb_id: Option<String>,
    /// The package (Linux).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// The version that it brings.
    pub version: String,
    /// The version that is there now.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub installed_version: Option<String>,
    /// The product or repository that it comes from.
    pub product: String,
    /// What it is for, by the archive's own metadata.
    pub classification: Classification,
    /// MSRC or archive severity.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub severity: Option<String>,
    /// When it was published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Timestamp>,
    /// Its size in bytes, where known.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// Whether it wants a reboot.
    pub reboot: RebootBehavior,
    /// Why the package manager keeps it back, if it does.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub held: Option<String>,
}

/// Whether a reboot is pending, and why.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PendingReboot {
    /// Whether one is.
    pub pending: bool,
    /// What asks for it.
    pub reasons: Vec<String>,
}

/// What a computer lacks, at one time.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Assessment {
    /// When.
    pub assessed_at: Timestamp,
    /// The kind of operating system.
    pub os_type: OsType,
    /// Which package manager answered: `apt`, `simulated`.
    pub provider: String,
    /// Whether the computer is a simulated one.
    pub simulated: bool,
    /// The root that it looks after: `/` but for scratch roots.
    pub root: String,
    /// The updates that are missing.
    pub missing: Vec<Update>,
    /// How many packages or updates are installed.
    pub installed: u32,
    /// Whether a reboot is pending.
    pub reboot: PendingReboot,
}

/// What happens to one package.
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
pub enum ActionKind {
    /// It was not there.
    Install,
    /// It gets newer.
    Upgrade,
    /// It gets older.
    Downgrade,
    /// It goes away.
    Remove,
}

/// One step of a plan.
#[derive(
    Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, schemars::JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub struct Action {
    /// The package or update.
    pub package: String,
    /// What happens.
    pub kind: ActionKind,
    /// From this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// To this version.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// The update that was asked for and brings this; none for a dependency.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub update: Option<String>,
}

/// Why an update that was asked for is not in a plan.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LeftOut {
    /// The update's id.
    pub update: String,
    /// The package manager's reason.
    pub reason: String,
}

/// What the package manager would really do for a list of updates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Plan {
    /// The digest of `updates` and `actions`: an install refuses a plan that has another.
    pub digest: Digest,
    /// The ids that were asked for.
    pub updates: Vec<String>,
    /// The steps, sorted.
    pub actions: Vec<Action>,
    /// What was asked for and cannot be had.
    pub left_out: Vec<LeftOut>,
    /// What must be fetched, in bytes.
    pub download_bytes: u64,
    /// Whether a step may ask for a reboot.
    pub may_reboot: bool,
}

impl Plan {
    /// A plan over `updates` with `actions`, in their canonical order and with their digest.
    pub fn new(mut updates: Vec<String>, mut actions: Vec<Action>) -> Self {
        updates.sort();
        actions.sort();
        let digest = Self::digest_of(&updates, &actions);
        Self { digest, updates, actions, left_out: vec![], download_bytes: 0, may_reboot: false }
    }

    /// Whether the digest is that of the content.
    pub fn is_whole(&self) -> bool {
        self.digest == Self::digest_of(&self.updates, &self.actions)
    }

    fn digest_of(updates: &[String], actions: &[Action]) -> Digest {
        // Serialising strings and enums cannot fail.
        Digest::of(&serde_json::to_vec(&(updates, actions)).unwrap_or_default())
    }
}

/// How the installation of one update ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum InstallStatus {
    /// It is there.
    Succeeded,
    /// It is not there.
    Failed,
    /// It was not tried, because something before it failed.
    NotAttempted,
}

/// The result of one update of a plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct UpdateResult {
    /// The update's id.
    pub update: String,
    /// How it ended.
    pub status: InstallStatus,
    /// The package manager's own words, if it failed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

/// The result of carrying out one plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct InstallResult {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// One per update of the plan.
    pub results: Vec<UpdateResult>,
    /// Whether a reboot is pending now.
    pub reboot: PendingReboot,
}

/// One entry of the package manager's history.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct HistoryEntry {
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended, if it did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ended_at: Option<Timestamp>,
    /// What asked for it: a command line, or a deployment.
    pub requested_by: String,
    /// The steps.
    pub actions: Vec<Action>,
    /// The error, if there was one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn upgrade(package: &str) -> Action {
        Action {
            package: package.into(),
            kind: ActionKind::Upgrade,
            from: Some("1".into()),
            to: Some("2".into()),
            update: None,
        }
    }

    #[test]
    fn the_order_in_which_a_plan_is_told_does_not_matter_and_its_content_does() {
        let (a, b) = (upgrade("a"), upgrade("b"));
        let one = Plan::new(vec!["x".into(), "y".into()], vec![a.clone(), b.clone()]);
        let two = Plan::new(vec!["y".into(), "x".into()], vec![b, a]);
        assert_eq!(one, two);
        let mut changed = one.clone();
        changed.actions[0].to = Some("3".into());
        assert!(one.is_whole() && !changed.is_whole());
    }
}
