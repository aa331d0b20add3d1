//! Where the gate writes entries, and what it was given to replay.

use bindery_core::code::{Code, Failure};
use bindery_journal::entry::Entry;
use parking_lot::Mutex;
use std::sync::Arc;

/// The journal of one job. Entries come in order; the worker ships them once they are synced.
#[async_trait::async_trait]
pub trait Journal: Send + Sync + 'static {
    /// Appends an entry; it need not be on the disk when this returns.
    fn append(&self, entry: &Entry) -> Result<(), Failure>;
    /// The same, with the bytes of the entry, for a journal that keeps these.
    fn append_encoded(&self, entry: &Entry, bytes: Vec<u8>) -> Result<(), Failure> {
        let _ = bytes;
        self.append(entry)
    }
    /// Returns when everything that was appended is on the disk.
    async fn sync(&self) -> Result<(), Failure>;
    /// Everything that was appended, in order, read from where it is kept: what a guest that was
    /// dropped from memory is built again from.
    async fn read(&self) -> Result<Vec<Entry>, Failure>;
}

/// A journal in memory, for tests and for replays that must leave no trace.
#[derive(Debug, Clone, Default)]
pub struct MemoryJournal {
    entries: Arc<Mutex<Vec<Entry>>>,
}

impl MemoryJournal {
    /// A journal that holds `entries` already, to be replayed and gone on with.
    pub fn holding(entries: Vec<Entry>) -> Self {
        Self { entries: Arc::new(Mutex::new(entries)) }
    }

    /// The entries so far.
    pub fn entries(&self) -> Vec<Entry> {
        self.entries.lock().clone()
    }
}

#[async_trait::async_trait]
impl Journal for MemoryJournal {
    fn append(&self, entry: &Entry) -> Result<(), Failure> {
        let mut entries = self.entries.lock();
        if entry.sequence != entries.len() as u64 {
            let message = format!("entry {} after {} entries", entry.sequence, entries.len());
            return Err(Failure::new(Code::Internal, message));
        }
        entries.push(entry.clone());
        Ok(())
    }

    async fn sync(&self) -> Result<(), Failure> {
        Ok(())
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        Ok(self.entries())
    }
}
