//! Histories: the entries of jobs that go on here, as they come before their orders.
//!
//! Nothing is believed of them but what the signed order says: how many there are. A job whose
//! entries are not those of its module does not match its journal, and fails.

use bindery_core::{id::JobId, job::Lease, limit};
use bindery_journal::entry::Entry;
use bindery_protocol::bytes::Base64;
use parking_lot::Mutex;
use std::collections::HashMap;

/// The entries that came on this session, by the lease under which the job is to go on.
#[derive(Debug, Default)]
pub(crate) struct Histories(Mutex<HashMap<(JobId, Lease), History>>);

#[derive(Debug, Default)]
struct History {
    entries: Vec<Entry>,
    bytes: u64,
}

impl Histories {
    /// Adds entries that begin at `first`. What does not fit is dropped: the order will not match.
    pub(crate) fn add(&self, job: JobId, lease: Lease, first: u64, entries: &[Base64]) {
        let mut all = self.0.lock();
        if all.len() >= limit::WORKER_HELD_JOBS && !all.contains_key(&(job, lease)) {
            return;
        }
        let history = all.entry((job, lease)).or_default();
        for (bytes, sequence) in entries.iter().zip(first..) {
            history.bytes += bytes.0.len() as u64;
            let next = sequence == history.entries.len() as u64;
            match Entry::decode(&bytes.0) {
                Ok(entry)
                    if next
                        && entry.sequence == sequence
                        && history.bytes <= 2 * limit::JOB_JOURNAL_BYTES =>
                {
                    history.entries.push(entry);
                }
                _ => return,
            }
        }
    }

    /// What came of a job's history; it is gone from here.
    pub(crate) fn take(&self, job: JobId, lease: Lease) -> Vec<Entry> {
        self.0.lock().remove(&(job, lease)).unwrap_or_default().entries
    }

    /// Forgets all: a new session begins.
    pub(crate) fn clear(&self) {
        self.0.lock().clear();
    }
}
