//! The result of the job. Pure.

use bindery_sdk::{Error, updates::Update};
use patch_policy::text::{self, RESULT_BYTES};
use serde::Serialize;

/// A reason in a list that would otherwise not fit, in bytes.
const REASON_BYTES: usize = 160;

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
    /// Not told where nothing was assessed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) missing_before: Option<usize>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) missing_after: Option<usize>,
    pub(crate) dry_run: bool,
    /// Updates that the lists have no room for: each has its rows in `UpdateRunProgress`.
    #[serde(skip_serializing_if = "is_zero")]
    pub(crate) omitted: usize,
    /// Whether an update was not attempted although nothing spoke against it.
    #[serde(skip)]
    pub(crate) unattempted: bool,
    /// Whether the window was too short for a step.
    #[serde(skip)]
    pub(crate) window_exceeded: bool,
}

impl Outcome {
    /// The same with the status that follows from the lists: a failure outweighs the window.
    #[must_use]
    pub(crate) fn concluded(mut self) -> Self {
        let failed = !self.failed.is_empty() || self.unattempted || self.reboot_error.is_some();
        self.status = if failed {
            Status::Failed
        } else if self.window_exceeded {
            Status::MaintenanceWindowExceeded
        } else {
            Status::Succeeded
        };
        self
    }

    /// The same as the parent of many such jobs can take it: without the end of lists that are too
    /// long, the least telling list first.
    #[must_use]
    pub(crate) fn bounded(mut self) -> Self {
        if quoted_bytes(&self) <= RESULT_BYTES {
            return self;
        }
        self.reboot_error = self.reboot_error.map(|error| text::clip(&error, REASON_BYTES));
        let mut lists = [
            &mut self.not_included,
            &mut self.excluded,
            &mut self.would_install,
            &mut self.installed,
            &mut self.not_attempted,
            &mut self.failed,
        ];
        let items = lists.iter_mut().flat_map(|list| list.iter_mut());
        items.for_each(|item| {
            item.reason = item.reason.take().map(|reason| text::clip(&reason, REASON_BYTES));
        });
        let mut bytes: usize = LISTLESS_BYTES
            + lists.iter().flat_map(|list| list.iter()).map(quoted_bytes).sum::<usize>();
        let mut omitted = 0;
        for list in &mut lists {
            while bytes > RESULT_BYTES {
                let Some(item) = list.pop() else { break };
                bytes -= quoted_bytes(&item);
                omitted += 1;
            }
        }
        self.omitted = omitted;
        self
    }
}

/// An outcome without its lists, in bytes; generously.
const LISTLESS_BYTES: usize = 900;

/// The bytes of `value` as JSON within JSON.
fn quoted_bytes(value: &impl Serialize) -> usize {
    let text = serde_json::to_string(value).and_then(|text| serde_json::to_string(&text));
    text.map_or(RESULT_BYTES, |text| text.len())
}

/// An error that ends the job, as the parent of many such jobs can take it.
pub(crate) fn bounded_error(mut error: Error) -> Error {
    error.message = text::clip(&error.message, RESULT_BYTES / 4);
    error.details = error.details.filter(|details| quoted_bytes(details) <= RESULT_BYTES / 2);
    error
}

#[expect(clippy::trivially_copy_pass_by_ref, reason = "serde hands out a reference")]
fn is_zero(count: &usize) -> bool {
    *count == 0
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fake::package;
    use bindery_sdk::updates::Classification;

    #[test]
    fn a_failure_outweighs_the_window() {
        let item = Item::new(&package("a", Classification::Other), None);
        for (failed, reboot_error, unattempted, window_exceeded, expected) in [
            (vec![], None, false, false, Status::Succeeded),
            (vec![], None, false, true, Status::MaintenanceWindowExceeded),
            (vec![item.clone()], None, false, true, Status::Failed),
            (vec![], Some("no".to_owned()), false, true, Status::Failed),
            (vec![], None, true, true, Status::Failed),
        ] {
            let outcome = Outcome {
                failed,
                reboot_error,
                unattempted,
                window_exceeded,
                ..Outcome::default()
            };
            assert_eq!(outcome.concluded().status, expected);
        }
    }

    #[test]
    fn a_result_is_never_too_long_and_keeps_what_failed_longest() {
        let items = |name: &str, count: usize, reason: &str| -> Vec<Item> {
            let one = package(name, Classification::Other);
            (0..count).map(|_| Item::new(&one, Some(reason))).collect()
        };
        let outcome = Outcome {
            installed: items("installed", 2_000, ""),
            not_included: items("other", 2_000, "its classification is not included"),
            failed: items("failed", 5, &"\"dpkg\"\nsaid\n".repeat(500)),
            reboot_error: Some("\"no\"".repeat(5_000)),
            ..Outcome::default()
        };
        let small = outcome.clone().bounded();
        assert!(quoted_bytes(&small) <= RESULT_BYTES, "{} bytes", quoted_bytes(&small));
        assert_eq!((small.failed.len(), small.not_included.len()), (5, 0));
        assert_eq!(small.omitted + small.installed.len() + 5, 4_005);
        let short = Outcome { failed: items("failed", 2, "a reason"), ..Outcome::default() };
        assert_eq!(short.clone().bounded(), short);
        let details = serde_json::json!("x".repeat(1 << 20));
        let error = Error::new("Internal", "x".repeat(1 << 20)).with(details);
        assert!(quoted_bytes(&bounded_error(error)) < RESULT_BYTES);
    }
}
