//! What is shown of a job's journal, and the replay of a job from it.

use bindery_core::{code::Failure, digest::Digest, id::JobId, job::Outcome, stream::StreamRecord};
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
    /// Something that the host said.
    Note,
    /// The order under which the job goes on.
    Order,
    /// The job ended, or was suspended.
    End,
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
    /// The operation's arguments.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
    /// What the host said, or how the job ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// What the operation answered.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<Value>,
    /// The error that it answered instead.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
}

/// The wish to run a job again from its journal, without effect on anything.
///
/// With a Wasm file as the body (`application/wasm`) that one is tried instead.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct ReplayJob {
    /// The version of the account to try; if absent, the one that the job ran.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub digest: Option<Digest>,
}

/// What a replay came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum ReplayEnd {
    /// The module came to its end.
    Ended,
    /// The journal ends before the module does: the job was still running, or was interrupted.
    JournalEnds,
    /// The module went another way than the journal.
    Differs,
}

/// How a replay ended.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Replay {
    /// The job whose journal was used.
    pub job: JobId,
    /// The version that was tried.
    pub digest: Digest,
    /// Whether it is not the version that the job ran: then what it says is not compared.
    pub counterfactual: bool,
    /// What it came to.
    pub end: ReplayEnd,
    /// How many entries were used.
    pub entries: u64,
    /// Where the journal ends before the module does: the operation that it asks for next.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub next: Option<Value>,
    /// What another version said: at most 1,000 records.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub streams: Vec<StreamRecord>,
    /// How the module ended.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// Where it went another way; its details have both sides.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub difference: Option<Failure>,
}
