//! The worker's log: one append-only sequence of frames for all its jobs, synced in groups.
//!
//! One thread writes. It gathers what waits, writes it at once, syncs once if anybody asked for it,
//! and then answers. So a thousand jobs share the price of one sync. A segment goes away when all
//! its jobs may be forgotten.

use crate::{
    entry::Entry,
    frame::{self, Frame},
    segment,
};
use bindery_core::id::JobId;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{Arc, mpsc},
    thread,
};
use tokio::sync::oneshot;

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

/// What was found when the log was opened.
#[derive(Debug, Default)]
pub struct Recovered {
    /// The entries of each job that was not forgotten, in order.
    pub jobs: BTreeMap<JobId, Vec<Entry>>,
    /// Bytes of a last write that was torn; nobody was told that it was there.
    pub torn: u64,
    /// Segments with damage in them; entries behind it are lost.
    pub damaged: Vec<PathBuf>,
    /// Jobs with an entry that cannot be read, or with a gap.
    pub unreadable: BTreeSet<JobId>,
}

/// A handle on the log. Cheap to clone; the thread ends with the last one.
#[derive(Debug, Clone)]
pub struct Log {
    commands: Arc<mpsc::SyncSender<Command>>,
}

#[derive(Debug)]
enum Command {
    Append(JobId, Vec<u8>),
    Sync(oneshot::Sender<Result<(), Broken>>),
    Forget(JobId),
}

impl Log {
    /// Opens the log in `folder`, which is made if it is not there, and reads what it holds.
    pub fn open(folder: &Path) -> Result<(Self, Recovered), OpenError> {
        let fail = |source| OpenError { folder: folder.to_owned(), source };
        fs::create_dir_all(folder).map_err(fail)?;
        let (recovered, live) = recover(folder).map_err(fail)?;
        let writer = Writer::new(folder, live).map_err(fail)?;
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

/// Which jobs have frames in which segment.
type Live = BTreeMap<u64, BTreeSet<JobId>>;

fn recover(folder: &Path) -> io::Result<(Recovered, Live)> {
    let (mut recovered, mut live) = (Recovered::default(), Live::new());
    let numbers = segment::list(folder)?;
    for &number in &numbers {
        let content = segment::read(folder, number, Some(&number) == numbers.last())?;
        if content.damaged {
            recovered.damaged.push(segment::path(folder, number));
        } else if Some(&number) == numbers.last() {
            recovered.torn += content.rest;
            segment::settle(folder, number, content.whole)?;
        }
        for frame in content.frames {
            live.entry(number).or_default().insert(frame.job);
            take(&mut recovered, frame);
        }
    }
    for jobs in live.values_mut() {
        jobs.retain(|job| recovered.jobs.contains_key(job));
    }
    for number in numbers {
        live.entry(number).or_default();
    }
    Ok((recovered, live))
}

fn take(recovered: &mut Recovered, frame: Frame) {
    if frame.payload.is_empty() {
        recovered.jobs.remove(&frame.job);
        return;
    }
    let entries = recovered.jobs.entry(frame.job).or_default();
    match Entry::decode(&frame.payload) {
        Ok(entry) if entry.sequence == entries.len() as u64 => entries.push(entry),
        _ => {
            recovered.unreadable.insert(frame.job);
        }
    }
}

/// The thread's state.
struct Writer {
    folder: PathBuf,
    number: u64,
    file: File,
    written: u64,
    live: Live,
    /// The segments that hold frames of a job.
    places: HashMap<JobId, BTreeSet<u64>>,
    broken: Option<Broken>,
}

impl Writer {
    fn new(folder: &Path, live: Live) -> io::Result<Self> {
        let number = live.keys().next_back().copied().unwrap_or(0) + 1;
        let file = segment::create(folder, number)?;
        let mut places = HashMap::<_, BTreeSet<_>>::new();
        for (&segment, jobs) in &live {
            for &job in jobs {
                places.entry(job).or_default().insert(segment);
            }
        }
        let mut writer = Self {
            folder: folder.to_owned(),
            number,
            file,
            written: 0,
            live,
            places,
            broken: None,
        };
        writer.remove_unused()?;
        Ok(writer)
    }

    fn run(mut self, queue: &mpsc::Receiver<Command>) {
        let mut buffer = Vec::new();
        while let Ok(first) = queue.recv() {
            let mut waiting = vec![];
            let mut forgotten = false;
            let more = std::iter::from_fn(|| queue.try_recv().ok()).take(GATHER);
            for command in std::iter::once(first).chain(more) {
                match command {
                    Command::Append(job, payload) => self.stage(job, &payload, &mut buffer),
                    Command::Sync(done) => waiting.push(done),
                    Command::Forget(job) => {
                        self.forget(job, &mut buffer);
                        forgotten = true;
                    }
                }
            }
            self.commit(&mut buffer, waiting);
            if forgotten && self.broken.is_none() {
                self.tidy();
            }
        }
    }

    fn stage(&mut self, job: JobId, payload: &[u8], buffer: &mut Vec<u8>) {
        frame::write(job, payload, buffer);
        self.live.entry(self.number).or_default().insert(job);
        self.places.entry(job).or_default().insert(self.number);
    }

    fn forget(&mut self, job: JobId, buffer: &mut Vec<u8>) {
        frame::write(job, &[], buffer);
        for segment in self.places.remove(&job).unwrap_or_default() {
            if let Some(jobs) = self.live.get_mut(&segment) {
                jobs.remove(&job);
            }
        }
    }

    fn commit(&mut self, buffer: &mut Vec<u8>, waiting: Vec<oneshot::Sender<Result<(), Broken>>>) {
        let result = self.write(buffer, !waiting.is_empty());
        buffer.clear();
        if let Err(error) = result {
            tracing::error!(%error, folder = %self.folder.display(), "the journal cannot be written");
            self.broken.get_or_insert(Broken(error.to_string()));
        }
        let answer = self.broken.clone().map_or(Ok(()), Err);
        for done in waiting {
            // Whoever asked may have gone meanwhile.
            let _ = done.send(answer.clone());
        }
    }

    fn write(&mut self, buffer: &[u8], sync: bool) -> io::Result<()> {
        if self.broken.is_some() {
            return Ok(());
        }
        self.file.write_all(buffer)?;
        self.written += buffer.len() as u64;
        if sync {
            self.file.sync_data()?;
        }
        Ok(())
    }

    /// Begins another segment where this one is full, and removes those that nobody needs.
    fn tidy(&mut self) {
        let result = if self.written >= SEGMENT_BYTES { self.rotate() } else { Ok(()) };
        if let Err(error) = result.and_then(|()| self.remove_unused()) {
            // Only space is lost: the next time tries again.
            tracing::warn!(%error, "a segment of the journal cannot be removed");
        }
    }

    fn rotate(&mut self) -> io::Result<()> {
        self.file.sync_data()?;
        self.file = segment::create(&self.folder, self.number + 1)?;
        self.number += 1;
        self.written = 0;
        Ok(())
    }

    /// A segment may go only when no older one stays: its "forget" frames may be about jobs of an
    /// older one.
    fn remove_unused(&mut self) -> io::Result<()> {
        while let Some((&oldest, jobs)) = self.live.first_key_value()
            && oldest < self.number
            && jobs.is_empty()
        {
            fs::remove_file(segment::path(&self.folder, oldest))?;
            self.live.remove(&oldest);
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entry::Body;
    use bindery_core::stream::StreamKind;
    use jiff::Timestamp;

    fn note(sequence: u64, text: &str) -> Entry {
        let body = Body::Note { kind: StreamKind::Output, text: text.into(), value: None };
        Entry { sequence, time: Timestamp::UNIX_EPOCH, body }
    }

    fn job(id: u8) -> JobId {
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
