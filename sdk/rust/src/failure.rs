//! The one error of a runbook: what the host refused, and what the runbook itself reports.

use crate::bindings::bindery::runbook::types;
use serde::{Deserialize, Serialize};
use std::fmt;

/// An error with a stable code. Returned from the runbook it makes the job Failed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Error {
    /// For programs: `GrantDenied`, `MaintenanceWindowExceeded`, or a code of your own.
    pub code: String,
    /// A sentence that names the thing and the reason.
    pub message: String,
    /// More, where there is more: for a package manager its own words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
}

impl Error {
    /// An error without details.
    ///
    /// ```
    /// let error = bindery_sdk::Error::new("DiskFull", "12 MB are left on /var");
    /// assert_eq!(error.to_string(), "12 MB are left on /var (DiskFull)");
    /// ```
    pub fn new(code: impl Into<String>, message: impl Into<String>) -> Self {
        Self { code: code.into(), message: message.into(), details: None }
    }

    /// The same with details.
    #[must_use]
    pub fn with(mut self, details: serde_json::Value) -> Self {
        self.details = Some(details);
        self
    }

    /// Whether it has this code.
    pub fn is(&self, code: &str) -> bool {
        self.code == code
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ({})", self.message, self.code)
    }
}

impl std::error::Error for Error {}

impl From<serde_json::Error> for Error {
    /// A value that is not of the form it must have: `InvalidJson`.
    fn from(error: serde_json::Error) -> Self {
        Self::new("InvalidJson", error.to_string())
    }
}

impl From<types::Error> for Error {
    fn from(error: types::Error) -> Self {
        let details = error.details.map(|text| {
            serde_json::from_str(&text).unwrap_or_else(|_| serde_json::Value::String(text))
        });
        Self { code: error.code, message: error.message, details }
    }
}

impl From<Error> for types::Error {
    fn from(error: Error) -> Self {
        let details = error.details.map(|details| details.to_string());
        Self { code: error.code, message: error.message, details }
    }
}

/// Calls the host; outside a runbook there is none.
pub(crate) fn call<T>(operation: impl FnOnce() -> Result<T, types::Error>) -> Result<T, Error> {
    if cfg!(target_arch = "wasm32") {
        return operation().map_err(Error::from);
    }
    Err(Error::new("NotInRunbook", "the host can be called only from a runbook that runs"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn details_survive_the_border_and_text_that_is_no_json_becomes_a_string() {
        let error = Error::new("InstallFailed", "no").with(serde_json::json!({"rc": 100}));
        assert_eq!(Error::from(types::Error::from(error.clone())), error);
        let raw = types::Error {
            code: "X".into(),
            message: String::new(),
            details: Some("E: broken".into()),
        };
        assert_eq!(Error::from(raw).details, Some("E: broken".into()));
    }

    #[test]
    fn outside_a_runbook_a_call_is_refused() {
        assert!(crate::job::context().expect_err("no host").is("NotInRunbook"));
    }
}
