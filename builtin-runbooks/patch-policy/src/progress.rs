//! The rows of `UpdateRunProgress`: what became of one update, or of a computer that could not be
//! started.

use bindery_sdk::updates::{Action, OsType, Update};
use serde::Serialize;

/// The table.
pub const TABLE: &str = "UpdateRunProgress";

/// What became of an update.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum InstallationStatus {
    /// Chosen; nothing has been done.
    NotStarted,
    /// It is being installed.
    InProgress,
    /// It is there.
    Succeeded,
    /// It could not be begun (its plan or its download failed), or the computer was not started.
    Failed,
    /// The package manager failed to install it.
    InstallFailed,
    /// The window was too short for it.
    MaintenanceWindowExceeded,
    /// The options do not choose it.
    NotIncluded,
    /// The options, or a hold on the computer, forbid it.
    Excluded,
}

/// What all rows of one job share.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Origin {
    /// The run's name, or the deployment's.
    pub update_run_name: String,
    /// The computer's name.
    pub computer: String,
    /// The computer's id.
    pub source_computer_id: String,
    /// The job.
    pub correlation_id: String,
}

/// One row.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "PascalCase")]
pub struct Row {
    #[serde(flatten)]
    origin: Origin,
    #[serde(rename = "KBID", skip_serializing_if = "Option::is_none")]
    kb_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    package: Option<String>,
    title: String,
    update_id: String,
    product: String,
    #[serde(rename = "OSType", skip_serializing_if = "Option::is_none")]
    os_type: Option<OsType>,
    /// What became of it.
    pub installation_status: InstallationStatus,
    /// Why, in the package manager's own words where it is one that failed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error_result: Option<String>,
    /// Whether it took a second attempt.
    pub succeeded_on_retry: bool,
    /// When its installation began.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub start_time: Option<String>,
    /// When its installation ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub end_time: Option<String>,
    time_generated: String,
}

impl Row {
    /// A row about `update`, written at `now`.
    pub fn of_update(
        origin: &Origin,
        update: &Update,
        os_type: OsType,
        status: InstallationStatus,
        now: &str,
    ) -> Self {
        Self {
            kb_id: update.kb_id.clone(),
            package: update.package.clone(),
            title: update.title.clone(),
            update_id: update.id.clone(),
            product: update.product.clone(),
            os_type: Some(os_type),
            ..Self::of_computer(origin.clone(), status, now)
        }
    }

    /// A row about a step that a plan brings along, written at `now`.
    pub fn of_action(
        origin: &Origin,
        action: &Action,
        os_type: OsType,
        status: InstallationStatus,
        now: &str,
    ) -> Self {
        let to = action.to.as_deref();
        let title = match (action.from.as_deref(), to) {
            (Some(from), Some(to)) => format!("{}: {from} -> {to}", action.package),
            (Some(from), None) => format!("{}: {from} is removed", action.package),
            (None, to) => format!("{} {}", action.package, to.unwrap_or_default()),
        };
        Self {
            package: Some(action.package.clone()),
            title: title.trim_end().to_owned(),
            update_id: to.map(|to| format!("{}={to}", action.package)).unwrap_or_default(),
            os_type: Some(os_type),
            ..Self::of_computer(origin.clone(), status, now)
        }
    }

    /// A row about a computer as a whole, written at `now`.
    pub fn of_computer(origin: Origin, status: InstallationStatus, now: &str) -> Self {
        Self {
            origin,
            kb_id: None,
            package: None,
            title: String::new(),
            update_id: String::new(),
            product: String::new(),
            os_type: None,
            installation_status: status,
            error_result: None,
            succeeded_on_retry: false,
            start_time: None,
            end_time: None,
            time_generated: now.to_owned(),
        }
    }

    /// The same with a reason.
    #[must_use]
    pub fn because(mut self, reason: impl Into<String>) -> Self {
        self.error_result = Some(reason.into());
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_row_has_the_columns_of_the_log() {
        let origin = Origin {
            update_run_name: "Patch Tuesday".into(),
            computer: "web-1".into(),
            source_computer_id: "c1".into(),
            correlation_id: "j1".into(),
        };
        let row = Row::of_computer(origin, InstallationStatus::Failed, "2026-11-22T12:00:00Z");
        let value = serde_json::to_value(row.because("no route")).expect("a row");
        for (column, expected) in [
            ("UpdateRunName", "Patch Tuesday"),
            ("SourceComputerId", "c1"),
            ("InstallationStatus", "Failed"),
            ("ErrorResult", "no route"),
            ("CorrelationId", "j1"),
            ("TimeGenerated", "2026-11-22T12:00:00Z"),
        ] {
            assert_eq!(value[column], expected, "{column}");
        }
    }
}
