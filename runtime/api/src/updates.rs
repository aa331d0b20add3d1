//! Updates that computers lack.

use bindery_core::{
    id::ComputerId,
    update::{Assessment, Classification, Update},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// Missing updates, counted by classification. A classification without any is absent.
pub type Missing = BTreeMap<Classification, u32>;

/// The missing updates of an assessment, counted.
pub fn missing(assessment: &Assessment) -> Missing {
    let mut counts = Missing::new();
    for update in &assessment.missing {
        *counts.entry(update.classification).or_default() += 1;
    }
    counts
}

/// An update that a computer lacks.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct MissingUpdate {
    /// The computer.
    pub computer: ComputerId,
    /// Its name.
    pub computer_name: String,
    /// The update.
    pub update: Update,
}

/// Which updates.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ListUpdates {
    /// Only of this computer: its id or name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computer: Option<String>,
    /// Only of this classification.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classification: Option<Classification>,
    /// Only with a title that fits this mask (`*` and `?`; case does not count).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    /// The `cursor` of the page before.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
    /// Items of the page, at most 1,000 (100 if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<u32>,
}
