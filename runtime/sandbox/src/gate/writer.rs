//! Writing the journal: gives entries their sequence and time, and keeps the journal's limit.

use super::{Fatal, checks::over};
use crate::{
    clock::{Clock, VirtualTime},
    journal::Journal,
};
use bindery_core::{limit, stream::StreamKind};
use bindery_journal::{
    entry::{Body, Entry},
    frame::PAYLOAD_MAX,
};
use jiff::Timestamp;
use parking_lot::Mutex;
use std::{collections::VecDeque, sync::Arc};

pub(super) struct Writer {
    journal: Arc<dyn Journal>,
    next: Mutex<Next>,
    time: VirtualTime,
    clock: Arc<dyn Clock>,
}

struct Next {
    sequence: u64,
    /// Bytes of the entries before it.
    bytes: u64,
    /// Whether the job was told that they come near their limit.
    warned: bool,
}

impl Next {
    fn warns(&self) -> bool {
        !self.warned && self.bytes >= limit::JOB_JOURNAL_BYTES / 100 * limit::JOB_WARNING_PERCENT
    }
}

impl Writer {
    /// A writer behind the entries that are there already.
    /// The journal's limit counts `entries`, the ones since the last checkpoint; `sequence` is the
    /// next.
    pub(super) fn after(
        sequence: u64,
        entries: &VecDeque<Entry>,
        journal: Arc<dyn Journal>,
        time: VirtualTime,
        clock: Arc<dyn Clock>,
    ) -> Self {
        let bytes = entries.iter().map(cost).sum();
        let mut next = Next { sequence, bytes, warned: false };
        next.warned = next.warns();
        Self { journal, next: Mutex::new(next), time, clock }
    }

    /// The journal's limit begins anew: a checkpoint was written.
    pub(super) fn restart(&self) {
        let mut next = self.next.lock();
        (next.bytes, next.warned) = (0, false);
    }

    /// The sequence of the next entry.
    pub(super) fn sequence(&self) -> u64 {
        self.next.lock().sequence
    }

    /// Appends an entry and moves the guest's time to it; the entry's sequence.
    pub(super) fn append(&self, body: Body) -> Result<u64, Fatal> {
        self.append_timed(body).map(|(sequence, _)| sequence)
    }

    /// The same with the entry's time.
    pub(super) fn append_timed(&self, body: Body) -> Result<(u64, Timestamp), Fatal> {
        let mut next = self.next.lock();
        let appended = self.add(&mut next, body)?;
        if next.warns() {
            next.warned = true;
            let percent = limit::JOB_WARNING_PERCENT;
            let text = format!(
                "the job's journal has {percent} % of the bytes that it may have; \
                 `job.checkpoint` lets it begin again with a state of its own"
            );
            self.add(&mut next, Body::Note { kind: StreamKind::Warning, text, value: None })?;
        }
        Ok(appended)
    }

    fn add(&self, next: &mut Next, body: Body) -> Result<(u64, Timestamp), Fatal> {
        let sequence = next.sequence;
        let entry = Entry { sequence, time: self.time.stamp(self.clock.now()), body };
        let encoded = counts(&entry).then(|| entry.encode());
        let bytes = next.bytes + encoded.as_ref().map_or(0, |bytes| bytes.len() as u64);
        // However full it is, what was begun can be ended.
        let ends = matches!(entry.body, Body::End(_) | Body::Outcome { .. });
        if bytes - next.bytes > PAYLOAD_MAX as u64 {
            return Err(Fatal(over("journal entry", PAYLOAD_MAX as u64, "bytes")));
        }
        if bytes > limit::JOB_JOURNAL_BYTES && !ends {
            return Err(Fatal(over("journal", limit::JOB_JOURNAL_BYTES, "bytes")));
        }
        match encoded {
            Some(bytes) => self.journal.append_encoded(&entry, bytes),
            None => self.journal.append(&entry),
        }
        .map_err(Fatal)?;
        self.time.advance(entry.time);
        (next.sequence, next.bytes) = (sequence + 1, bytes);
        Ok((sequence, entry.time))
    }

    /// All entries so far.
    pub(super) async fn read(&self) -> Result<Vec<Entry>, Fatal> {
        self.journal.read().await.map_err(Fatal)
    }

    /// Returns when everything that was appended is on the disk.
    pub(super) async fn sync(&self) -> Result<(), Fatal> {
        self.journal.sync().await.map_err(Fatal)
    }
}

/// What an entry takes of the journal's limit.
fn cost(entry: &Entry) -> u64 {
    if counts(entry) { entry.encode().len() as u64 } else { 0 }
}

/// Whether an entry counts for the journal's limit. Header and end have limits of their own, and
/// every job has them: a job that does nothing encodes nothing here.
fn counts(entry: &Entry) -> bool {
    !matches!(entry.body, Body::Header(_) | Body::End(_))
}
