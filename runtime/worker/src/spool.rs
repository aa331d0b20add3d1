//! The spool IS the journal: entries wait here, as they lie on disk, until the control plane has
//! stored them.
//!
//! ```text
//!   appended --Log::sync--> synced --said--> said --Kept--> forgotten
//! ```
//! Nothing is said before it is synced, and nothing is forgotten before it is kept. On a new
//! session everything that was not kept is said again.

use crate::worker::chain;
use bindery_core::{
    code::{Code, Failure},
    id::JobId,
    job::Lease,
};
use bindery_journal::{
    entry::Entry,
    log::{Broken, Log, ReadError},
};
use bindery_protocol::{
    bytes::Base64,
    message::{Held, ToControl},
};
use bindery_sandbox::journal::Journal;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, VecDeque},
    sync::Arc,
};
use tokio::sync::Notify;

/// Bytes of entries in one message, unless a single entry has more.
const BATCH_BYTES: usize = 1 << 20;
/// Entries in one message.
const BATCH_ENTRIES: usize = 500;

/// What the control plane's `Kept` did.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Kept {
    /// The job has more to say, or is not here.
    Open,
    /// Its end is stored: it is forgotten.
    Ended,
    /// The control plane has entries that this worker lost: it cannot go on with the job.
    Lost(Lease),
}

#[derive(Debug)]
pub(crate) struct Spool {
    log: Log,
    jobs: Mutex<BTreeMap<JobId, Queue>>,
    /// Told when there is something to say.
    pub(crate) news: Notify,
    /// Told when something was kept.
    kept: Notify,
}

/// One job's entries that are not kept; the numbers are sequences.
#[derive(Debug)]
struct Queue {
    lease: Lease,
    entries: VecDeque<Vec<u8>>,
    first: u64,
    synced: u64,
    said: u64,
    ended: bool,
}

impl Queue {
    fn next(&self) -> u64 {
        self.first + self.entries.len() as u64
    }

    fn push(&mut self, entry: &Entry, bytes: Vec<u8>) {
        self.ended = entry.ends();
        self.entries.push_back(bytes);
    }
}

impl Spool {
    pub(crate) fn new(log: Log) -> Self {
        Self { log, jobs: Mutex::default(), news: Notify::new(), kept: Notify::new() }
    }

    /// Begins the journal of a job with the entries that an earlier worker shipped: nobody waits for
    /// them any more.
    pub(crate) fn adopt(&self, job: JobId, lease: Lease, history: &[Entry]) -> Result<(), Broken> {
        let mut jobs = self.jobs.lock();
        for entry in history {
            self.log.append(job, &entry.encode())?;
        }
        let first = history.len() as u64;
        let entries = VecDeque::new();
        let queue = Queue { lease, entries, first, synced: first, said: first, ended: false };
        jobs.insert(job, queue);
        Ok(())
    }

    /// Takes the entries of a job that lie in the log already.
    pub(crate) fn restore(&self, job: JobId, lease: Lease, entries: &[Entry]) {
        let mut queue =
            Queue { lease, entries: VecDeque::new(), first: 0, synced: 0, said: 0, ended: false };
        for entry in entries {
            queue.push(entry, entry.encode());
        }
        // They were read from the disk.
        queue.synced = queue.next();
        self.jobs.lock().insert(job, queue);
        self.news.notify_one();
    }

    /// Appends an entry of the job under `lease`. `WrongWorker` once the job is not held under it
    /// any more.
    pub(crate) fn append(&self, job: JobId, lease: Lease, entry: &Entry) -> Result<(), Failure> {
        self.append_encoded(job, lease, (entry, entry.encode()))
    }

    /// The same for an entry with its bytes.
    fn append_encoded(
        &self,
        job: JobId,
        lease: Lease,
        (entry, bytes): (&Entry, Vec<u8>),
    ) -> Result<(), Failure> {
        let mut jobs = self.jobs.lock();
        let Some(queue) = jobs.get_mut(&job).filter(|queue| queue.lease == lease) else {
            return Err(not_ours(job));
        };
        if entry.sequence != queue.next() || queue.ended {
            let (sequence, next) = (entry.sequence, queue.next());
            let message = format!("entry {sequence} of job {job} after {next}, or after its end");
            return Err(Failure::new(Code::Internal, message));
        }
        // Under the lock, so that the log has the same order as the queue, and nothing after
        // "forget".
        self.log.append(job, &bytes).map_err(broken)?;
        queue.push(entry, bytes);
        self.news.notify_one();
        Ok(())
    }

    /// Returns when everything that was appended is on the disk, and may be said.
    pub(crate) async fn sync(&self) -> Result<(), Broken> {
        let appended: Vec<_> = {
            let jobs = self.jobs.lock();
            let unsynced = jobs.iter().filter(|(_, queue)| queue.synced < queue.next());
            unsynced.map(|(job, queue)| (*job, queue.lease, queue.next())).collect()
        };
        if appended.is_empty() {
            return Ok(());
        }
        self.log.sync().await?;
        let mut jobs = self.jobs.lock();
        for (job, lease, next) in appended {
            if let Some(queue) = jobs.get_mut(&job).filter(|queue| queue.lease == lease) {
                queue.synced = queue.synced.max(next);
            }
        }
        drop(jobs);
        self.news.notify_one();
        Ok(())
    }

    /// All entries of the job under `lease`, read from the disk: also those that are kept.
    /// `WrongWorker` once the job is not held under it any more.
    pub(crate) async fn read(&self, job: JobId, lease: Lease) -> Result<Vec<Entry>, Failure> {
        let next = |jobs: &BTreeMap<JobId, Queue>| {
            let queue = jobs.get(&job).filter(|queue| queue.lease == lease);
            queue.map(Queue::next).ok_or_else(|| not_ours(job))
        };
        let appended = next(&self.jobs.lock())?;
        let entries = self.log.read(job).await;
        // It may have been forgotten meanwhile: then whatever was read means nothing.
        next(&self.jobs.lock())?;
        let entries = entries.map_err(|error| unread(&error))?;
        if (entries.len() as u64) < appended {
            let (found, of) = (entries.len(), format!("{appended} entries of job {job}"));
            let message = format!("the worker's journal has {found} of {of}");
            return Err(Failure::new(Code::JournalDamaged, message));
        }
        Ok(entries)
    }

    /// Some entries that were synced and not said; they count as said from now on.
    pub(crate) fn batch(&self) -> Option<ToControl> {
        let mut jobs = self.jobs.lock();
        let (job, queue) = jobs.iter_mut().find(|(_, queue)| queue.said < queue.synced)?;
        let (from, to) =
            ((queue.said - queue.first) as usize, (queue.synced - queue.first) as usize);
        let (mut entries, mut bytes) = (vec![], 0);
        for entry in queue.entries.range(from..to).take(BATCH_ENTRIES) {
            bytes += entry.len();
            if bytes > BATCH_BYTES && !entries.is_empty() {
                break;
            }
            entries.push(Base64(entry.clone()));
        }
        let first = queue.said;
        queue.said += entries.len() as u64;
        Some(ToControl::Journal { job: *job, lease: queue.lease, first, entries })
    }

    /// A new session: nothing has been said on it.
    pub(crate) fn rewind(&self) {
        self.jobs.lock().values_mut().for_each(|queue| queue.said = queue.first);
        self.news.notify_one();
    }

    /// Entries of `job` below `below` are stored.
    pub(crate) fn keep(&self, job: JobId, below: u64) -> Result<Kept, Broken> {
        let mut jobs = self.jobs.lock();
        let Some(queue) = jobs.get_mut(&job) else {
            return Ok(Kept::Open);
        };
        if below > queue.next() {
            return Ok(Kept::Lost(queue.lease));
        }
        let stored = below.saturating_sub(queue.first);
        queue.entries.drain(..stored as usize);
        queue.first += stored;
        // What is stored needs not be said, though it was never said on this session.
        queue.synced = queue.synced.max(queue.first);
        queue.said = queue.said.max(queue.first);
        let ended = queue.ended && queue.entries.is_empty();
        if ended {
            jobs.remove(&job);
            self.log.forget(job)?;
        }
        self.kept.notify_waiters();
        Ok(if ended { Kept::Ended } else { Kept::Open })
    }

    /// Forgets a job and its journal: it is not this worker's.
    pub(crate) fn forget(&self, job: JobId) -> Result<(), Broken> {
        let mut jobs = self.jobs.lock();
        jobs.remove(&job);
        self.log.forget(job)
    }

    /// The lease under which the job is held, and whether it has ended.
    pub(crate) fn held(&self, job: JobId) -> Option<(Lease, bool)> {
        self.jobs.lock().get(&job).map(|queue| (queue.lease, queue.ended))
    }

    /// Every job that is here.
    pub(crate) fn holding(&self) -> Vec<Held> {
        let jobs = self.jobs.lock();
        jobs.iter().map(|(job, queue)| Held { job: *job, lease: queue.lease }).collect()
    }

    /// Returns once everything that was appended is stored by the control plane.
    pub(crate) async fn emptied(&self) {
        loop {
            let kept = self.kept.notified();
            if self.is_empty() {
                return;
            }
            kept.await;
        }
    }

    /// Whether everything that was appended is stored by the control plane.
    fn is_empty(&self) -> bool {
        self.jobs.lock().values().all(|queue| queue.entries.is_empty())
    }
}

pub(crate) fn broken(error: Broken) -> Failure {
    Failure::new(Code::DiskFull, error.to_string())
}

fn not_ours(job: JobId) -> Failure {
    Failure::new(Code::WrongWorker, format!("job {job} is not this worker's any more"))
}

fn unread(error: &ReadError) -> Failure {
    let code = match error {
        ReadError::Broken(_) => Code::DiskFull,
        ReadError::Segment { .. } | ReadError::Damaged { .. } => Code::JournalDamaged,
    };
    Failure::new(code, chain(error))
}

/// The journal of one job under one lease, as its gate sees it.
pub(crate) struct JobJournal {
    pub(crate) spool: Arc<Spool>,
    pub(crate) job: JobId,
    pub(crate) lease: Lease,
}

#[async_trait::async_trait]
impl Journal for JobJournal {
    fn append(&self, entry: &Entry) -> Result<(), Failure> {
        self.spool.append(self.job, self.lease, entry)
    }

    fn append_encoded(&self, entry: &Entry, bytes: Vec<u8>) -> Result<(), Failure> {
        self.spool.append_encoded(self.job, self.lease, (entry, bytes))
    }

    async fn sync(&self) -> Result<(), Failure> {
        self.spool.sync().await.map_err(broken)
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        self.spool.read(self.job, self.lease).await
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bindery_core::{id::WorkerId, stream::StreamKind};
    use bindery_journal::entry::Body;
    use jiff::Timestamp;

    fn lease(epoch: u64) -> Lease {
        Lease { worker: WorkerId::from_bytes([1; 16]), epoch }
    }

    fn note(sequence: u64) -> Entry {
        let body = Body::Note { kind: StreamKind::Output, text: "said".into(), value: None };
        Entry { sequence, time: Timestamp::UNIX_EPOCH, body }
    }

    fn opened() -> (tempfile::TempDir, Spool) {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, _) = Log::open(folder.path()).expect("opens");
        (folder, Spool::new(log))
    }

    #[tokio::test]
    async fn a_job_is_read_back_with_what_an_earlier_worker_wrote_and_what_is_kept() {
        let (_folder, spool) = opened();
        let job = JobId::from_bytes([1; 16]);
        spool.adopt(job, lease(1), &[note(0), note(1)]).expect("adopts");
        spool.append(job, lease(1), &note(2)).expect("appends");
        spool.sync().await.expect("syncs");
        assert_eq!(spool.keep(job, 3).expect("keeps"), Kept::Open);
        spool.append(job, lease(1), &note(3)).expect("appends");
        let entries = spool.read(job, lease(1)).await.expect("reads");
        assert_eq!(entries, [note(0), note(1), note(2), note(3)]);
    }

    #[tokio::test]
    async fn a_job_that_is_held_under_another_lease_or_not_at_all_is_not_read() {
        let (_folder, spool) = opened();
        let job = JobId::from_bytes([1; 16]);
        spool.adopt(job, lease(1), &[note(0)]).expect("adopts");
        let code = |read: Result<Vec<Entry>, Failure>| read.expect_err("refused").code;
        assert_eq!(code(spool.read(job, lease(2)).await), Code::WrongWorker);
        spool.forget(job).expect("forgets");
        assert_eq!(code(spool.read(job, lease(1)).await), Code::WrongWorker);
    }
}
