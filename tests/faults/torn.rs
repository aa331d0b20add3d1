//! Torn last writes, on real files: a log whose last frame the disk has in part alone.

use crate::{cases::job, lab::scratch};
use bindery_core::code::Failure;
use bindery_journal::{
    entry::Entry,
    log::{Log, Recovered},
};
use bindery_sandbox::journal::Journal;
use std::{fs, sync::Arc};
use tempfile::TempDir;
use tokio::runtime;

/// Bytes of a frame before its entry.
const FRAME: usize = 24;

/// A log in files, on which a job goes on.
#[derive(Clone)]
pub(crate) struct Disk {
    log: Log,
    folder: Arc<TempDir>,
}

impl Disk {
    /// The log that is found after the last of `entries` was torn; they become what is read from
    /// it. It is torn in many ways, each of which must give the same.
    pub(crate) fn torn(entries: &mut Vec<Entry>) -> Self {
        let last = entries.pop().expect("an entry");
        let (kept, frame) = segment(entries, &last);
        let mut found = None;
        for tail in tails(&frame) {
            let (disk, recovered) = Self::with(&[&kept[..], &tail].concat());
            // Zeros are behind what is written anyway.
            let torn = tail.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
            assert_eq!(recovered.torn, torn as u64, "{} of {}", tail.len(), frame.len());
            found = Some((disk, only_job(recovered)));
            assert_eq!(found.as_ref().map(|(_, found)| found), Some(&*entries));
        }
        found.expect("a torn log").0
    }

    /// A log with one segment of these bytes.
    fn with(bytes: &[u8]) -> (Self, Recovered) {
        let folder = scratch();
        fs::write(folder.path().join("00000001.journal"), bytes).expect("a segment");
        let (log, recovered) = Log::open(folder.path()).expect("a log");
        (Self { log, folder: Arc::new(folder) }, recovered)
    }

    /// Panics unless these are the entries that the next process finds.
    pub(crate) fn check(&self, entries: &[Entry]) {
        let (_, recovered) = Log::open(self.folder.path()).expect("a log");
        assert_eq!(only_job(recovered), entries);
    }
}

#[async_trait::async_trait]
impl Journal for Disk {
    fn append(&self, entry: &Entry) -> Result<(), Failure> {
        self.log.append(job(), &entry.encode()).expect("a log that can be written");
        Ok(())
    }

    async fn sync(&self) -> Result<(), Failure> {
        self.log.sync().await.expect("a log that can be written");
        Ok(())
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        Ok(self.log.read(job()).await.expect("a log that can be read"))
    }
}

/// What a disk may have of a frame that was not synced: its beginning, of any length; and then
/// zeros, or what was in the blocks before.
fn tails(frame: &[u8]) -> Vec<Vec<u8>> {
    let lengths = [1, 7, 8, 23, 24, 25, frame.len() / 2, frame.len() - 1];
    let begun = lengths.into_iter().filter(|length| *length < frame.len());
    let filled = [0, 0xff].map(|filler| {
        let (head, rest) = frame.split_at(frame.len() / 2);
        [head, &vec![filler; rest.len()]].concat()
    });
    begun
        .map(|length| frame[..length].to_vec())
        .chain([vec![0; frame.len()]])
        .chain(filled)
        .collect()
}

/// The entries of the one job; the log must be sound but for its torn end.
pub(crate) fn only_job(mut recovered: Recovered) -> Vec<Entry> {
    assert!(recovered.damaged.is_empty() && recovered.unreadable.is_empty(), "{recovered:?}");
    let entries = recovered.jobs.remove(&job()).unwrap_or_default();
    assert!(recovered.jobs.is_empty(), "{recovered:?}");
    entries
}

/// The bytes of the segment that the log makes of `synced`, and behind them the frame of an entry
/// that was only written.
fn segment(synced: &[Entry], written: &Entry) -> (Vec<u8>, Vec<u8>) {
    let folder = scratch();
    let runtime = runtime::Builder::new_current_thread().build().expect("a runtime");
    let (log, _) = Log::open(folder.path()).expect("a log");
    for entry in synced {
        log.append(job(), &entry.encode()).expect("a log that can be written");
    }
    runtime.block_on(log.sync()).expect("a log that can be written");
    log.append(job(), &written.encode()).expect("a log that can be written");
    let entries = runtime.block_on(log.read(job())).expect("a log that can be read");
    assert_eq!(entries.last(), Some(written), "it has reached the file");
    let bytes = fs::read(folder.path().join("00000001.journal")).expect("a segment");
    let end = bytes.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    let (kept, frame) = bytes[..end].split_at(end - FRAME - written.encode().len());
    (kept.to_vec(), frame.to_vec())
}
