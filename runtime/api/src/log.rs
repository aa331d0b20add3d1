//! The log: typed rows in tables.

use bindery_core::record::Record;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A row of the log, with the id by which it is opened in full.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct LogRecord {
    /// Its id in its table.
    pub id: String,
    /// The row.
    #[serde(flatten)]
    pub record: Record,
}

/// Which rows of a table, the newest first. Texts are masks (`*` and `?`); case does not count.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct SearchLog {
    /// Only of this run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub run: Option<String>,
    /// Only with this `KBID`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kb: Option<String>,
    /// Only of this `Package`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub package: Option<String>,
    /// Only of this computer: its id, or a mask of its name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computer: Option<String>,
    /// Only with a `Title` that fits.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// Only with this `InstallationStatus` (or `UpdateState`).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// Not written before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub since: Option<Timestamp>,
    /// Written before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<Timestamp>,
    /// The `cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Items of the page, at most 1,000 (100 if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
