//! The result of the job. Pure.

use bindery_sdk::children::{Child, Status as JobStatus};
use patch_policy::text;
use serde::Serialize;

/// Runs over more computers than this list only those that did not succeed.
const LISTED: usize = 200;
/// The list of computers, in bytes of JSON: a job's result may have 1 MiB.
const LIST_BYTES: usize = 512 << 10;
/// The reason of one computer, in bytes; its own job has the whole of it.
const REASON_BYTES: usize = 512;

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
}

impl Machine {
    /// A computer whose job was not started.
    pub(crate) fn not_started(computer: Computer, reason: impl Into<String>) -> Self {
        let Computer { id, name } = computer;
        let reason = Some(text::clip(&reason.into(), REASON_BYTES));
        Self { id, name, status: Status::FailedToStart, job: None, reason }
    }

    /// A computer whose job has ended as `child`.
    pub(crate) fn ended(computer: Computer, child: Child) -> Self {
        let Computer { id, name } = computer;
        let (status, reason) = verdict(&child);
        let reason = reason.map(|reason| text::clip(&reason, REASON_BYTES));
        Self { id, name, status, job: Some(child.job), reason }
    }

    /// A computer whose job went on when this one had to end.
    pub(crate) fn unknown(computer: Computer, job: String, reason: &str) -> Self {
        let Computer { id, name } = computer;
        let reason = Some(reason.to_owned());
        Self { id, name, status: Status::Failed, job: Some(job), reason }
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
    /// The computers; of a large run those that did not succeed, as many as fit.
    pub(crate) computers: Vec<Machine>,
    /// Computers that did not succeed and do not fit into the list: the log has each of them.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) unlisted: usize,
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
    /// The same with its counts. What a computer's job returned stays in that job.
    #[must_use]
    pub(crate) fn counted(mut self) -> Self {
        let count = |status| self.computers.iter().filter(|one| one.status == status).count();
        self.succeeded = count(Status::Succeeded);
        self.failed = count(Status::Failed);
        self.maintenance_window_exceeded = count(Status::MaintenanceWindowExceeded);
        self.not_started = count(Status::FailedToStart);
        self
    }

    /// The same with a list of computers that fits into a result.
    #[must_use]
    pub(crate) fn listed(mut self) -> Self {
        if self.computers.len() > LISTED {
            self.computers.retain(|one| one.status != Status::Succeeded);
        }
        let mut bytes = 0;
        let fits = |one: &&Machine| {
            // The comma counts too. What has no JSON could not be in the result either.
            bytes += serde_json::to_string(one).map_or(LIST_BYTES, |text| text.len()) + 1;
            bytes <= LIST_BYTES
        };
        let count = self.computers.iter().take_while(fits).count();
        self.unlisted = self.computers.len() - count;
        self.computers.truncate(count);
        self
    }
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
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
