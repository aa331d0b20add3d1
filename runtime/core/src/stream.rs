//! A job's streams: what it says while it runs.

use crate::id::JobId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Which stream a record belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum StreamKind {
    /// Results for the caller.
    Output,
    /// Something to look at.
    Warning,
    /// Something that failed.
    Error,
    /// Why things were done or not.
    Verbose,
    /// How far the job is.
    Progress,
    /// For the author.
    Debug,
}

/// One record of a job's streams, inserted at most once under (`job`, `sequence`, `index`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct StreamRecord {
    /// The job that wrote it.
    pub job: JobId,
    /// The journal entry that it comes from.
    pub sequence: u64,
    /// Its place in that entry.
    pub index: u32,
    /// When it was written, on the job's own clock.
    pub time: Timestamp,
    /// Which stream.
    pub kind: StreamKind,
    /// The text; for Progress the activity.
    pub text: String,
    /// A structured value, if there is one; for Progress the percent done.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub value: Option<serde_json::Value>,
}
