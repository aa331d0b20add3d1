//! Records: typed rows of the log. Tables have the columns of the facts file; users may add their
//! own.

use crate::id::{ComputerId, JobId};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The table of missing and installed updates.
pub const UPDATE: &str = "Update";
/// The table of each computer's summary.
pub const UPDATE_SUMMARY: &str = "UpdateSummary";
/// The table of what runs did, update by update.
pub const UPDATE_RUN_PROGRESS: &str = "UpdateRunProgress";

/// One row of a table, inserted at most once under (`job`, `sequence`, `index`).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Record {
    /// The table.
    pub table: String,
    /// When it was written.
    pub time: Timestamp,
    /// The job that wrote it (`CorrelationId`).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub job: Option<JobId>,
    /// The journal entry that it comes from.
    pub sequence: u64,
    /// Its place in that entry.
    pub index: u32,
    /// The computer that it is about.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub computer: Option<ComputerId>,
    /// The columns.
    pub row: serde_json::Map<String, serde_json::Value>,
}
