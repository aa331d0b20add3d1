//! Checkpoints: a job that begins again with a state of its own, and a fresh journal.
//!
//! The entries before a checkpoint stay where they are, for whoever reads the journal; a replay needs
//! none of them but the header.

use super::{Fatal, Gate};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    operation::JOB_CHECKPOINT,
};
use bindery_journal::entry::{Body, Entry};
use jiff::Timestamp;
use serde_json::Value;
use std::{collections::VecDeque, sync::Arc};

/// What the guest starts from.
pub(super) struct Start {
    /// Where its time begins.
    pub(super) time: Timestamp,
    /// The seed of everything random in it.
    pub(super) seed: [u8; 32],
    /// The state of the last checkpoint, as JSON text.
    pub(super) restored: Option<Arc<str>>,
}

impl Start {
    /// The start after the checkpoint at `sequence`.
    pub(super) fn again(seed: [u8; 32], sequence: u64, time: Timestamp, state: &str) -> Self {
        let mut bytes = seed.to_vec();
        bytes.extend(sequence.to_le_bytes());
        Self { time, seed: *Digest::of(&bytes).as_bytes(), restored: Some(state.into()) }
    }
}

/// The place of the last checkpoint among `entries`, and its state.
pub(super) fn last(entries: &[Entry]) -> Option<(usize, &str)> {
    entries.iter().enumerate().rev().find_map(|(at, entry)| match &entry.body {
        Body::Operation { operation, arguments, reply: Ok(_) }
            if operation == JOB_CHECKPOINT.name =>
        {
            Some((at, arguments["state"].as_str().unwrap_or("null")))
        }
        _ => None,
    })
}

impl Gate {
    /// Writes a checkpoint that was found good, and ends the guest so that it can begin again.
    pub(super) async fn checkpoint(&self, arguments: Value) -> Fatal {
        let operation = JOB_CHECKPOINT.name.to_owned();
        let state: Arc<str> = arguments["state"].as_str().unwrap_or("null").into();
        let body = Body::Operation { operation, arguments, reply: Ok(Value::Null) };
        let written = self.writer.append_timed(body);
        let (sequence, time) = match (written, self.writer.sync().await) {
            (Ok(written), Ok(())) => written,
            (Err(fatal), _) | (_, Err(fatal)) => return fatal,
        };
        let start = Start::again(self.first_seed, sequence, time, &state);
        *self.start.lock() = start;
        *self.begins_again.lock() = true;
        Fatal(Failure::new(Code::Cancelled, "the job begins again at its checkpoint"))
    }

    /// Makes the gate ready for a guest that begins again, if one should.
    pub(crate) async fn begin_again(&self) -> bool {
        let mut turn = self.turn.lock().await;
        if !std::mem::take(&mut *self.begins_again.lock()) {
            return false;
        }
        self.time.restart(self.start.lock().time);
        self.writer.restart();
        (turn.operations, turn.replay) = (0, VecDeque::new());
        self.fatal.clear();
        true
    }
}
