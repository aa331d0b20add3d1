//! Runbooks of an account: what there is and what it may do; never its content.

use crate::powers::{self, PowerUse};
use bindery_core::{
    grant::Grant,
    name::Name,
    runbook::{self, RunbookState, Version},
    seal::{Seal, Verb},
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The media type of a WebAssembly file.
pub const WASM: &str = "application/wasm";
/// The media type of a sealed bundle.
pub const BUNDLE: &str = "application/vnd.bindery.bundle";

/// A runbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Runbook {
    /// The account that it belongs to.
    pub account: Name,
    /// Its name.
    pub name: Name,
    /// Which of its versions exist.
    pub state: RunbookState,
    /// One or two sentences, from the published version or else the draft.
    pub description: String,
    /// Whether it is sealed.
    pub sealed: bool,
    /// The seal of the published version, or of the draft where nothing is published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seal: Option<Seal>,
    /// What may be done with it and its jobs: the seal's verbs, or all.
    pub verbs: Vec<Verb>,
    /// The version that may still be changed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub draft: Option<Version>,
    /// The version that runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub published: Option<Version>,
    /// The grants that the published version was given.
    pub grants: Vec<Grant>,
    /// What the published version can do; for a draft alone, what it could do with all that it asks
    /// for.
    pub powers: Vec<PowerUse>,
    /// The last change.
    pub changed_at: Timestamp,
}

impl From<runbook::Runbook> for Runbook {
    fn from(runbook: runbook::Runbook) -> Self {
        let state = runbook.state();
        let powers = match (&runbook.published, &runbook.draft) {
            (Some(published), _) => powers::of(published, &runbook.grants),
            (None, Some(draft)) => powers::of(draft, &draft.manifest.grants),
            (None, None) => vec![],
        };
        let shown = runbook.published.as_ref().or(runbook.draft.as_ref());
        Self {
            state,
            description: shown.map(|v| v.manifest.description.clone()).unwrap_or_default(),
            sealed: runbook.seal.is_some(),
            verbs: runbook.seal.as_ref().map_or(Verb::ALL.to_vec(), |seal| seal.verbs.clone()),
            powers,
            account: runbook.account,
            name: runbook.name,
            seal: runbook.seal,
            draft: runbook.draft,
            published: runbook.published,
            grants: runbook.grants,
            changed_at: runbook.changed_at,
        }
    }
}

/// How a file is imported.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ImportRunbook {
    /// The name; if absent that of the manifest or seal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<Name>,
    /// Whether it may become the draft of a runbook that is there already.
    pub replace: bool,
}

/// How the draft is published.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct PublishRunbook {
    /// The grants given to the version, besides those of the version before that it asks for, too. A
    /// draft that asks for more than both is refused with the difference.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub grants: Vec<Grant>,
}

/// Which of a runbook's versions.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Slot {
    /// The version that may still be changed.
    Draft,
    /// The version that runs.
    #[default]
    Published,
}

/// What is exported.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct ExportRunbook {
    /// Which version.
    pub slot: Slot,
}
