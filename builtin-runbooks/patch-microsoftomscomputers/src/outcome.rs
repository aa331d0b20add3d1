//! The result of the job. Pure.

use bindery_sdk::children::{Child, Status as JobStatus};
use serde::Serialize;
use serde_json::Value;

/// Runs over more computers than this leave out the results of the single ones: each is in its own
/// job.
const RESULTS: usize = 200;

/// How a computer fared.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub(crate) enum Status {
    /// All that was chosen is there.
    Succeeded,
    /// Something failed.
    Failed,
    /// The window ended first.
    MaintenanceWindowExceeded,
    /// Its job was not started.
    FailedToStart,
}

/// A computer of the run.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Computer {
    pub(crate) id: String,
    pub(crate) name: String,
}

/// What became of a computer.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub(crate) struct Machine {
    pub(crate) id: String,
    pub(crate) name: String,
    pub(crate) status: Status,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) job: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) reason: Option<String>,
    #[serde(rename = "result", skip_serializing_if = "Option::is_none")]
    pub(crate) result: Option<Value>,
}

impl Machine {
    /// A computer whose job was not started.
    pub(crate) fn not_started(computer: Computer, reason: impl Into<String>) -> Self {
        let Computer { id, name } = computer;
        let reason = Some(reason.into());
        Self { id, name, status: Status::FailedToStart, job: None, reason, result: None }
    }

    /// A computer whose job has ended as `child`.
    pub(crate) fn ended(computer: Computer, child: Child) -> Self {
        let Computer { id, name } = computer;
        let (status, reason) = verdict(&child);
        Self { id, name, status, job: Some(child.job), reason, result: child.result }
    }

    /// A computer whose job went on when this one had to end.
    pub(crate) fn unknown(computer: Computer, job: String, reason: &str) -> Self {
        let Computer { id, name } = computer;
        let reason = Some(reason.to_owned());
        Self { id, name, status: Status::Failed, job: Some(job), reason, result: None }
    }
}

/// The status of a computer from its job, and the reason if it is no success.
fn verdict(child: &Child) -> (Status, Option<String>) {
    if child.status != JobStatus::Completed {
        let words = child.error.as_ref().map(ToString::to_string);
        let reason = words.unwrap_or_else(|| format!("its job ended as {}", child.status));
        return (Status::Failed, Some(reason));
    }
    let status = child.result.as_ref().and_then(|result| result["status"].as_str());
    match status {
        Some("Succeeded") => (Status::Succeeded, None),
        Some("MaintenanceWindowExceeded") => (
            Status::MaintenanceWindowExceeded,
            Some("the window was too short for all that was chosen".to_owned()),
        ),
        Some("Failed") => {
            (Status::Failed, Some("some updates failed: its job says which".to_owned()))
        }
        _ => (Status::Failed, Some("its job did not say how it went".to_owned())),
    }
}

/// The result of the job.
#[derive(Debug, Clone, Default, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    pub(crate) computers: Vec<Machine>,
    pub(crate) succeeded: usize,
    pub(crate) failed: usize,
    pub(crate) maintenance_window_exceeded: usize,
    pub(crate) not_started: usize,
    /// Computers that are workers of this account now.
    pub(crate) configured: usize,
    /// Why not all computers were started, if they were not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) stopped: Option<String>,
    /// Whether somebody cancelled the run.
    pub(crate) cancelled: bool,
}

impl Outcome {
    /// The same with its counts, and without the single results where there are many.
    #[must_use]
    pub(crate) fn counted(mut self) -> Self {
        let count = |status| self.computers.iter().filter(|one| one.status == status).count();
        self.succeeded = count(Status::Succeeded);
        self.failed = count(Status::Failed);
        self.maintenance_window_exceeded = count(Status::MaintenanceWindowExceeded);
        self.not_started = count(Status::FailedToStart);
        if self.computers.len() > RESULTS {
            self.computers.iter_mut().for_each(|one| one.result = None);
        }
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bindery_sdk::Error;

    #[test]
    fn the_verdict_follows_from_the_job_and_its_result() {
        let result = |text: &str| Some(serde_json::json!({ "status": text }));
        let broken = Some(Error::new("PackageManagerBroken", "dpkg was interrupted"));
        let rows = [
            (JobStatus::Completed, result("Succeeded"), None, Status::Succeeded),
            (JobStatus::Completed, result("Failed"), None, Status::Failed),
            (
                JobStatus::Completed,
                result("MaintenanceWindowExceeded"),
                None,
                Status::MaintenanceWindowExceeded,
            ),
            (JobStatus::Completed, None, None, Status::Failed),
            (JobStatus::Failed, None, broken, Status::Failed),
            (JobStatus::Disconnected, None, None, Status::Failed),
        ];
        for (status, result, error, expected) in rows {
            let child = Child { job: "j".into(), status, ended: true, result, error };
            let (verdict, reason) = verdict(&child);
            assert_eq!(verdict, expected, "{child:?}");
            assert_eq!(reason.is_none(), verdict == Status::Succeeded, "{child:?}");
        }
    }
}
