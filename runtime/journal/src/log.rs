//! The worker's log: one append-only sequence of frames for all its jobs, synced in groups.
//!
//! One thread writes. It takes what waits, writes it at once, syncs once if anybody asked for it,
//! and then answers. So a thousand jobs share the price of one sync. A segment goes away when all
//! its jobs may be forgotten.

mod places;
mod queue;
mod read;
mod recover;
mod writer;

use crate::{entry::Entry, segment::VERSION};
use bindery_core::id::JobId;
use queue::Queue;
pub use read::ReadError;
pub use recover::{Recovered, peek};
use std::{
    fs, io,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
};
use tokio::{sync::oneshot, task};
use writer::Writer;

/// Bytes after which another segment is begun.
const SEGMENT_BYTES: u64 = 64 << 20;

/// The log cannot be opened.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Its folder or a file in it cannot be used.
    #[error("failed to open the journal in `{folder}`")]
    Folder {
        /// The folder.
        folder: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// Another build wrote it.
    #[error(
        "`{path}` is of journal format {found} and this build reads {VERSION}: start the build that \
         wrote it until no job is open there, then move its folder away and start this one"
    )]
    Format {
        /// The segment.
        path: PathBuf,
        /// Its format.
        found: u32,
    },
}

/// The log cannot be written any more: the disk is full or gone. Nothing after this was kept.
#[derive(Debug, Clone, thiserror::Error)]
#[error("the journal cannot be written: {0}")]
pub struct Broken(String);

/// A handle on the log. Cheap to clone; the last one that goes ends the log, and waits for that.
#[derive(Debug, Clone)]
pub struct Log {
    thread: Arc<Thread>,
}

#[derive(Debug)]
struct Thread {
    queue: Arc<Queue>,
    handle: Option<thread::JoinHandle<()>>,
}

impl Drop for Thread {
    fn drop(&mut self) {
        self.queue.close();
        if let Some(handle) = self.handle.take() {
            // Had it panicked, whoever waited was told.
            let _ = handle.join();
        }
    }
}

#[derive(Debug)]
enum Command {
    /// So many bytes of the entries that were handed over with it.
    Append(JobId, usize),
    Sync(writer::Synced),
    Read(JobId, writer::Parts),
    Forget(JobId),
}

impl Log {
    /// Opens the log in `folder`, which is made if it is not there, and reads what it holds.
    pub fn open(folder: &Path) -> Result<(Self, Recovered), OpenError> {
        Self::open_holding(folder, ())
    }

    /// The same with a `lock` on what only one may open: it is dropped when nobody writes any more.
    pub fn open_holding(
        folder: &Path,
        lock: impl Send + 'static,
    ) -> Result<(Self, Recovered), OpenError> {
        Self::open_with(folder, SEGMENT_BYTES, lock)
    }

    fn open_with(
        folder: &Path,
        segment_bytes: u64,
        lock: impl Send + 'static,
    ) -> Result<(Self, Recovered), OpenError> {
        let fail = |source| OpenError::Folder { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(fail)?;
        let (recovered, places) = recover::recover(folder)?;
        let writer = Writer::new(folder, places, segment_bytes).map_err(fail)?;
        let queue = Arc::<Queue>::default();
        let taken = queue.clone();
        let handle = thread::Builder::new()
            .name("bindery-journal".into())
            .spawn(move || {
                writer.run(&taken);
                drop(lock);
            })
            .map_err(fail)?;
        let thread = Thread { queue, handle: Some(handle) };
        Ok((Self { thread: Arc::new(thread) }, recovered))
    }

    /// Appends an entry of `job`. It is durable after the next [`Log::sync`] that is called after
    /// this returns.
    pub fn append(&self, job: JobId, entry: &[u8]) -> Result<(), Broken> {
        self.thread.queue.append(job, entry)
    }

    /// Returns when everything that was appended before is on the disk.
    pub async fn sync(&self) -> Result<(), Broken> {
        let (done, wait) = oneshot::channel();
        self.thread.queue.ask(Command::Sync(done))?;
        wait.await.unwrap_or_else(|_| Err(gone()))
    }

    /// The entries of `job` that were appended before, whether they are synced or not; none of one
    /// that was forgotten. They are read from the disk, on a thread for blocking work of the tokio
    /// runtime.
    pub async fn read(&self, job: JobId) -> Result<Vec<Entry>, ReadError> {
        let (done, wait) = oneshot::channel();
        self.thread.queue.ask(Command::Read(job, done)).map_err(ReadError::Broken)?;
        let parts = wait.await.map_err(|_| ReadError::Broken(gone()))??;
        let entries = task::spawn_blocking(move || read::entries(job, parts)).await;
        entries.unwrap_or_else(|_| Err(ReadError::Broken(gone())))
    }

    /// Says that nobody needs the entries of `job` any more.
    pub fn forget(&self, job: JobId) -> Result<(), Broken> {
        self.thread.queue.ask(Command::Forget(job))
    }
}

fn gone() -> Broken {
    Broken("its thread has ended".into())
}

#[cfg(test)]
mod power_cuts;
#[cfg(test)]
mod tests;
