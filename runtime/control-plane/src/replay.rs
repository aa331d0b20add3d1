//! The port to whatever can run a module over a journal without an effect: the control plane itself
//! knows no Wasm.

use bindery_core::{
    code::Failure,
    job::{Job, Outcome},
    runbook::Level,
    stream::StreamKind,
};
use bindery_journal::entry::Entry;
use bytes::Bytes;
use serde_json::Value;

/// What is to be replayed.
pub struct Past {
    /// The job.
    pub job: Job,
    /// Its journal.
    pub entries: Vec<Entry>,
    /// The module, verified.
    pub wasm: Bytes,
    /// How it is run.
    pub level: Level,
    /// Whether it is not the one that the job ran: then what it says is not compared.
    pub counterfactual: bool,
}

/// How a replay ended.
#[derive(Debug, Default)]
pub struct Replayed {
    /// Entries of the journal that were used.
    pub entries: u64,
    /// Where the journal ends before the module does: what it asks for next.
    pub next: Option<Value>,
    /// What another version said.
    pub said: Vec<(StreamKind, String, Option<Value>)>,
    /// How the module ended; none where the journal ends before it does.
    pub outcome: Option<Outcome>,
    /// Where it went another way, with both sides.
    pub mismatch: Option<Failure>,
}

/// Replays jobs.
#[async_trait::async_trait]
pub trait Replayer: Send + Sync + 'static {
    /// Replays `past`: the answer comes within `REPLAY_TIME`, or is `TimedOut`.
    async fn replay(&self, past: Past) -> Result<Replayed, Failure>;
}
