//! The worker's log: one append-only sequence of frames for all its jobs, synced in groups.
//!
//! One thread writes. It gathers what waits, writes it at once, syncs once if anybody asked for it,
//! and then answers. So a thousand jobs share the price of one sync. A segment goes away when all
//! its jobs may be forgotten.

mod places;
mod read;
mod recover;
mod writer;

use crate::entry::Entry;
use bindery_core::id::JobId;
pub use read::ReadError;
pub use recover::Recovered;
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
};
use tokio::{sync::oneshot, task};
use writer::Writer;

/// Bytes after which another segment is begun.
const SEGMENT_BYTES: u64 = 64 << 20;
/// Commands that are gathered for one write.
const GATHER: usize = 1_024;
/// Commands that may wait for the thread.
const QUEUE: usize = 64 << 10;

/// The log cannot be opened.
#[derive(Debug, thiserror::Error)]
#[error("failed to open the journal in `{folder}`")]
pub struct OpenError {
    folder: PathBuf,
    #[source]
    source: io::Error,
}

/// The log cannot be written any more: the disk is full or gone. Nothing after this was kept.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the journal cannot be written: {0}")]
pub struct Broken(String);

/// A handle on the log. Cheap to clone; the thread ends with the last one.
#[derive(Debug, Clone)]
pub struct Log {
    commands: Arc<mpsc::SyncSender<Command>>,
}

#[derive(Debug)]
enum Command {
    Append(JobId, Vec<u8>),
    Sync(writer::Synced),
    Read(JobId, writer::Parts),
    Forget(JobId),
}

impl Log {
    /// Opens the log in `folder`, which is made if it is not there, and reads what it holds.
    pub fn open(folder: &Path) -> Result<(Self, Recovered), OpenError> {
        Self::open_with(folder, SEGMENT_BYTES)
    }

    fn open_with(folder: &Path, segment_bytes: u64) -> Result<(Self, Recovered), OpenError> {
        let fail = |source| OpenError { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(fail)?;
        let (recovered, places) = recover::recover(folder).map_err(fail)?;
        let writer = Writer::new(folder, places, segment_bytes).map_err(fail)?;
        let (commands, queue) = mpsc::sync_channel(QUEUE);
        thread::Builder::new()
            .name("bindery-journal".into())
            .spawn(move || writer.run(&queue))
            .map_err(fail)?;
        Ok((Self { commands: Arc::new(commands) }, recovered))
    }

    /// Appends an entry of `job`. It is durable after the next [`Log::sync`] that is called after
    /// this returns.
    pub fn append(&self, job: JobId, payload: Vec<u8>) -> Result<(), Broken> {
        self.send(Command::Append(job, payload))
    }

    /// Returns when everything that was appended before is on the disk.
    pub async fn sync(&self) -> Result<(), Broken> {
        let (done, wait) = oneshot::channel();
        self.send(Command::Sync(done))?;
        wait.await.unwrap_or_else(|_| Err(gone()))
    }

    /// The entries of `job` that were appended before, whether they are synced or not; none of one
    /// that was forgotten. They are read from the disk, on a thread for blocking work of the tokio
    /// runtime.
    pub async fn read(&self, job: JobId) -> Result<Vec<Entry>, ReadError> {
        let (done, wait) = oneshot::channel();
        self.send(Command::Read(job, done)).map_err(ReadError::Broken)?;
        let parts = wait.await.map_err(|_| ReadError::Broken(gone()))??;
        let entries = task::spawn_blocking(move || read::entries(job, parts)).await;
        entries.unwrap_or_else(|_| Err(ReadError::Broken(gone())))
    }

    /// Says that nobody needs the entries of `job` any more.
    pub fn forget(&self, job: JobId) -> Result<(), Broken> {
        self.send(Command::Forget(job))
    }

    fn send(&self, command: Command) -> Result<(), Broken> {
        self.commands.send(command).map_err(|_| gone())
    }
}

fn gone() -> Broken {
    Broken("its thread has ended".into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{entry::Body, frame, segment};
    use bindery_core::stream::StreamKind;
    use jiff::Timestamp;

    pub(super) fn note(sequence: u64, text: &str) -> Entry {
        let body = Body::Note { kind: StreamKind::Output, text: text.into(), value: None };
        Entry { sequence, time: Timestamp::UNIX_EPOCH, body }
    }

    pub(super) fn job(id: u8) -> JobId {
        JobId::from_bytes([id; 16])
    }

    async fn written(folder: &Path, entries: &[(u8, Entry)]) {
        let (log, _) = Log::open(folder).expect("opens");
        for (id, entry) in entries {
            log.append(job(*id), entry.encode()).expect("appends");
        }
        log.sync().await.expect("syncs");
    }

    #[tokio::test]
    async fn what_was_synced_is_there_after_reopening() {
        let folder = tempfile::tempdir().expect("a folder");
        let rows = [(1, note(0, "a")), (2, note(0, "b")), (1, note(1, "c"))];
        written(folder.path(), &rows).await;
        let (_log, found) = Log::open(folder.path()).expect("reopens");
        assert_eq!(found.jobs[&job(1)], vec![note(0, "a"), note(1, "c")]);
        assert_eq!(found.jobs[&job(2)], vec![note(0, "b")]);
        assert!(found.torn == 0 && found.damaged.is_empty() && found.unreadable.is_empty());
    }

    #[tokio::test]
    async fn a_torn_last_write_is_cut_off_at_every_length() {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path(), &[(1, note(0, "kept")), (1, note(1, "torn"))]).await;
        let file = segment::path(folder.path(), 1);
        let whole = fs::read(&file).expect("a segment");
        let mut first = vec![];
        frame::write(job(1), &note(0, "kept").encode(), &mut first);
        for length in first.len() + 1..whole.len() {
            let folder = tempfile::tempdir().expect("a folder");
            fs::write(segment::path(folder.path(), 1), &whole[..length]).expect("a torn segment");
            let (_log, found) = Log::open(folder.path()).expect("opens");
            assert_eq!(found.jobs[&job(1)], vec![note(0, "kept")]);
            assert_eq!(found.torn, (length - first.len()) as u64);
        }
    }

    #[tokio::test]
    async fn damage_in_the_middle_is_reported_and_never_read_over() {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path(), &[(1, note(0, "kept")), (1, note(1, "hit")), (1, note(2, "lost"))])
            .await;
        let file = segment::path(folder.path(), 1);
        let mut bytes = fs::read(&file).expect("a segment");
        let mut first = vec![];
        frame::write(job(1), &note(0, "kept").encode(), &mut first);
        bytes[first.len() + 30] ^= 1;
        fs::write(&file, bytes).expect("damage");
        let (_log, found) = Log::open(folder.path()).expect("opens");
        assert_eq!(found.jobs[&job(1)], vec![note(0, "kept")]);
        assert_eq!(found.damaged, vec![file]);
    }

    #[tokio::test]
    async fn a_last_write_of_which_the_disk_kept_only_zeros_is_torn() {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path(), &[(1, note(0, "kept"))]).await;
        let file = segment::path(folder.path(), 1);
        let mut bytes = fs::read(&file).expect("a segment");
        bytes.extend([0; 5_000]);
        fs::write(&file, bytes).expect("zeros");
        let (_log, found) = Log::open(folder.path()).expect("opens");
        assert_eq!((found.torn, found.damaged.len()), (5_000, 0));
        assert_eq!(found.jobs[&job(1)], vec![note(0, "kept")]);
    }

    #[tokio::test]
    async fn a_segment_before_the_last_cannot_be_torn() {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path(), &[(1, note(0, "kept")), (1, note(1, "cut"))]).await;
        let file = segment::path(folder.path(), 1);
        let whole = fs::read(&file).expect("a segment");
        fs::write(segment::path(folder.path(), 2), &whole).expect("a later segment");
        fs::write(&file, &whole[..whole.len() - 1]).expect("a cut");
        let (_log, found) = Log::open(folder.path()).expect("opens");
        assert_eq!(found.damaged, vec![file]);
    }

    #[tokio::test]
    async fn forgotten_jobs_stay_forgotten_and_their_segments_go() {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path(), &[(1, note(0, "a")), (2, note(0, "b"))]).await;
        let (log, _) = Log::open(folder.path()).expect("reopens");
        log.forget(job(1)).expect("forgets");
        log.sync().await.expect("syncs");
        drop(log);
        let (log, found) = Log::open(folder.path()).expect("reopens");
        assert_eq!(found.jobs.keys().copied().collect::<Vec<_>>(), vec![job(2)]);
        assert!(segment::path(folder.path(), 1).exists(), "job 2 still needs it");
        log.forget(job(2)).expect("forgets");
        log.sync().await.expect("syncs");
        // A second round trip through the thread: tidying comes after the answer.
        log.sync().await.expect("syncs");
        assert!(!segment::path(folder.path(), 1).exists());
    }

    #[tokio::test]
    async fn a_gap_in_a_jobs_entries_makes_it_unreadable_not_shorter() {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path(), &[(1, note(0, "a")), (1, note(2, "c"))]).await;
        let (_log, found) = Log::open(folder.path()).expect("reopens");
        assert!(found.unreadable.contains(&job(1)));
    }
}
