//! What is shown of a job's journal, and the replay of a job from it.

use bindery_core::{code::Failure, digest::Digest, id::JobId, stream::StreamRecord};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What an entry of a journal stands for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum JournalStep {
    /// The job's header.
    Header,
    /// An operation and its answer.
    Call,
    /// An operation that must happen once is about to be tried.
    Intent,
    /// How it ended.
    Outcome,
    /// Anything else that the host keeps for a later run of the same job.
    Note,
}

/// One entry of a job's journal.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct JournalEntry {
    /// Its place.
    pub sequence: u64,
    /// When it was written.
    pub time: Timestamp,
    /// What it stands for.
    pub step: JournalStep,
    /// The operation of the contract, if it is about one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// The digest of the operation's arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Digest>,
    /// What the operation answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// The error that it answered instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// The wish to run a job again from its journal, without effect on anything.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ReplayJob {
    /// The version to try; if absent, the one that the job ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// The job whose journal was used.
    pub job: JobId,
    /// The version that was tried.
    pub digest: Digest,
    /// Whether every operation was the one that the journal holds.
    pub matches: bool,
    /// How many entries were used.
    pub entries: u64,
    /// What it wrote to its streams.
    pub streams: Vec<StreamRecord>,
    /// What it returned.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// Why it ended early: for a mismatch, with both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}
