//! The result of the job. Pure.

use bindery_sdk::updates::Update;
use serde::Serialize;

/// How the computer fared; its machine run has the same status.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize)]
pub(crate) enum Status {
    /// All that was chosen is there.
    #[default]
    Succeeded,
    /// Something failed.
    Failed,
    /// The window ended first.
    MaintenanceWindowExceeded,
}

/// One update in a list of the result.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Item {
    pub(crate) id: String,
    pub(crate) title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) kb_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) succeeded_on_retry: bool,
}

impl Item {
    pub(crate) fn new(update: &Update, reason: Option<&str>) -> Self {
        Self {
            id: update.id.clone(),
            title: update.title.clone(),
            kb_id: update.kb_id.clone(),
            reason: reason.map(str::to_owned),
            succeeded_on_retry: false,
        }
    }
}

/// The result of the job.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    pub(crate) status: Status,
    pub(crate) installed: Vec<Item>,
    pub(crate) failed: Vec<Item>,
    pub(crate) excluded: Vec<Item>,
    pub(crate) not_included: Vec<Item>,
    pub(crate) not_attempted: Vec<Item>,
    /// A dry run: what would be installed.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(crate) would_install: Vec<Item>,
    /// A dry run: whether a reboot would follow, or could.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub(crate) would_reboot: bool,
    pub(crate) rebooted: bool,
    pub(crate) reboot_pending: bool,
    /// Why a reboot that was due did not happen.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reboot_error: Option<String>,
    pub(crate) missing_before: usize,
    pub(crate) missing_after: usize,
    pub(crate) dry_run: bool,
    /// Whether the window was too short for a step.
    #[serde(skip)]
    pub(crate) window_exceeded: bool,
}

impl Outcome {
    /// The same with the status that follows from the lists: a failure outweighs the window.
    #[must_use]
    pub(crate) fn concluded(mut self) -> Self {
        self.status = if !self.failed.is_empty() || self.reboot_error.is_some() {
            Status::Failed
        } else if self.window_exceeded {
            Status::MaintenanceWindowExceeded
        } else {
            Status::Succeeded
        };
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::package;
    use bindery_sdk::updates::Classification;

    #[test]
    fn a_failure_outweighs_the_window() {
        let item = Item::new(&package("a", Classification::Other), None);
        for (failed, reboot_error, window_exceeded, expected) in [
            (vec![], None, false, Status::Succeeded),
            (vec![], None, true, Status::MaintenanceWindowExceeded),
            (vec![item.clone()], None, true, Status::Failed),
            (vec![], Some("no".to_owned()), true, Status::Failed),
        ] {
            let outcome = Outcome { failed, reboot_error, window_exceeded, ..Outcome::default() };
            assert_eq!(outcome.concluded().status, expected);
        }
    }
}
