//! Runbooks: a name, a draft, a published version, and what a version is.
//!
//! ```text
//!            import              publish
//!   (none) ---------> New ------------------> Published
//!                      ^ \ import                |  import
//!                      |__\                      v
//!                                publish        Edit
//!                              Published <------ |
//! ```
//! New has a draft only; Published has a published version only; Edit has both. Publishing replaces
//! what was published.

use crate::{
    code::{Code, Failure},
    digest::Digest,
    grant::Grant,
    limit,
    name::Name,
    profile::{Feature, Profile},
    seal::Seal,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a runbook's file is, and so how it is run.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum Level {
    /// A WASI program without operations: it computes and prints.
    L0,
    /// A core module that calls `bindery_v1` with JSON.
    L1,
    /// A component of the world `bindery:runbook/runbook`.
    L2,
}

/// What a job of a runbook may take. Never more than the system's own limits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Limits {
    /// All memory of the job together, in bytes.
    pub memory_bytes: usize,
    /// Operations of the job.
    pub operations: u64,
    /// Wall-clock time of the job in seconds; none means that only its window ends it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds: Option<u64>,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes: limit::JOB_MEMORY_BYTES,
            operations: limit::JOB_OPERATIONS,
            seconds: None,
        }
    }
}

impl Limits {
    /// These limits, or the system's where they ask for more.
    #[must_use]
    pub fn capped(&self) -> Self {
        Self {
            memory_bytes: self.memory_bytes.min(limit::JOB_MEMORY_BYTES),
            operations: self.operations.min(limit::JOB_OPERATIONS),
            seconds: self.seconds,
        }
    }

    /// The wall-clock limit, if there is one.
    pub fn time(&self) -> Option<Duration> {
        self.seconds.map(Duration::from_secs)
    }
}

/// What an author says about her runbook: `runbook.toml`, kept in the custom section
/// `bindery:manifest`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Manifest {
    /// The name that the runbook has where no other is given.
    pub name: Name,
    /// One or two sentences for the list of runbooks.
    #[serde(default)]
    pub description: String,
    /// As the author counts.
    #[serde(default)]
    pub version: String,
    /// JSON Schema of the parameters object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub parameters: Option<serde_json::Value>,
    /// The grants that it asks for.
    #[serde(default)]
    pub grants: Vec<Grant>,
    /// What a job of it may take.
    #[serde(default)]
    pub limits: Limits,
}

/// A module in a version, pinned.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Linked {
    /// Its name.
    pub name: Name,
    /// As its author counts.
    pub version: String,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

/// One immutable version of a runbook.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Version {
    /// SHA-256 of the Wasm bytes: the version's name.
    pub digest: Digest,
    /// Size of the Wasm file in bytes.
    pub bytes: u64,
    /// How it is run.
    pub level: Level,
    /// What the author says.
    pub manifest: Manifest,
    /// The interfaces that it imports: the most that it can do.
    pub imports: Vec<String>,
    /// What it needs that the standard profile does not have.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub needs: Vec<Feature>,
    /// The interfaces that modules of the account are to give it when it is published.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub from_modules: Vec<String>,
    /// The modules that are in it.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub modules: Vec<Linked>,
    /// The file that was imported, where that is not the whole.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Digest>,
    /// When it was imported.
    pub imported_at: Timestamp,
    /// Who imported it.
    pub imported_by: String,
}

impl Version {
    /// The profile of the workers that can run it.
    pub fn profile(&self) -> Profile {
        Profile::with(&self.needs)
    }
}

/// Which of a runbook's versions exist.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub enum RunbookState {
    /// A draft that was never published.
    New,
    /// A published version, and a newer draft.
    Edit,
    /// A published version alone.
    Published,
}

impl RunbookState {
    /// Every state.
    pub const ALL: [RunbookState; 3] =
        [RunbookState::New, RunbookState::Edit, RunbookState::Published];
}

/// What may happen to a runbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RunbookEvent {
    /// Another draft was imported.
    Import,
    /// The draft is to be published.
    Publish,
}

/// The state after `event`.
pub fn next(state: RunbookState, event: RunbookEvent) -> Result<RunbookState, Failure> {
    match (state, event) {
        (RunbookState::New, RunbookEvent::Import) => Ok(RunbookState::New),
        (RunbookState::Edit | RunbookState::Published, RunbookEvent::Import) => {
            Ok(RunbookState::Edit)
        }
        (RunbookState::New | RunbookState::Edit, RunbookEvent::Publish) => {
            Ok(RunbookState::Published)
        }
        (RunbookState::Published, RunbookEvent::Publish) => {
            let failure = Failure::new(Code::Conflict, "there is no draft to publish");
            Err(failure.advising("Import one first: `bindery runbook import FILE.wasm --replace`."))
        }
    }
}

/// A runbook of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Runbook {
    /// The account that it belongs to.
    pub account: Name,
    /// Its name in the account.
    pub name: Name,
    /// The version that may still be changed.
    pub draft: Option<Version>,
    /// The version that runs.
    pub published: Option<Version>,
    /// The grants that somebody with the right to grant gave to the published version.
    pub grants: Vec<Grant>,
    /// The seal of the published version, or of the draft where nothing is published yet, if it is
    /// sealed.
    pub seal: Option<Seal>,
    /// The last change.
    pub changed_at: Timestamp,
}

impl Runbook {
    /// The state, which follows from the versions that there are.
    pub fn state(&self) -> RunbookState {
        match (&self.draft, &self.published) {
            (Some(_), Some(_)) => RunbookState::Edit,
            (None, Some(_)) => RunbookState::Published,
            (_, None) => RunbookState::New,
        }
    }

    /// The seal's answer to `verb`; an open runbook allows all.
    pub fn check(&self, verb: crate::seal::Verb) -> Result<(), Failure> {
        self.seal.as_ref().map_or(Ok(()), |seal| seal.check(verb))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use RunbookEvent::{Import, Publish};

    #[test]
    fn every_transition_of_a_runbook() {
        let rows = [
            (RunbookState::New, Import, Some(RunbookState::New)),
            (RunbookState::New, Publish, Some(RunbookState::Published)),
            (RunbookState::Edit, Import, Some(RunbookState::Edit)),
            (RunbookState::Edit, Publish, Some(RunbookState::Published)),
            (RunbookState::Published, Import, Some(RunbookState::Edit)),
            (RunbookState::Published, Publish, None),
        ];
        assert_eq!(rows.len(), RunbookState::ALL.len() * 2);
        for (state, event, expected) in rows {
            assert_eq!(next(state, event).ok(), expected, "{state:?} {event:?}");
        }
    }

    #[test]
    fn limits_never_exceed_the_systems() {
        let greedy = Limits { memory_bytes: usize::MAX, operations: u64::MAX, seconds: Some(5) };
        let capped = greedy.capped();
        assert_eq!(capped.memory_bytes, limit::JOB_MEMORY_BYTES);
        assert_eq!(capped.operations, limit::JOB_OPERATIONS);
        assert_eq!(capped.time(), Some(Duration::from_secs(5)));
    }
}
