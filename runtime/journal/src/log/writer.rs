//! The log's thread: it alone writes, syncs, begins segments and removes them.

use super::{
    Broken, Command,
    places::{Place, Places},
    queue::{MUCH, Queue, Work},
    read::{Part, ReadError},
};
use crate::{
    frame::{self, Frame},
    segment::{self, current::Current},
};
use std::{
    fs, io,
    path::{Path, PathBuf},
};
use tokio::sync::oneshot;

pub(super) type Synced = oneshot::Sender<Result<(), Broken>>;
pub(super) type Parts = oneshot::Sender<Result<Vec<Part>, ReadError>>;

pub(super) struct Writer {
    folder: PathBuf,
    segment: Current,
    /// Bytes after which another segment is begun.
    segment_bytes: u64,
    places: Places,
    broken: Option<Broken>,
}

/// Tells that the thread has ended, also by a panic.
struct Ended<'a>(&'a Queue);

impl Drop for Ended<'_> {
    fn drop(&mut self) {
        self.0.end();
    }
}

/// What is gathered for one write.
#[derive(Default)]
struct Batch {
    bytes: Vec<u8>,
    syncs: Vec<Synced>,
    /// Who wants to read, and where that is.
    reads: Vec<(Parts, Vec<Place>)>,
    forgotten: bool,
}

impl Writer {
    pub(super) fn new(folder: &Path, mut places: Places, segment_bytes: u64) -> io::Result<Self> {
        let segment = Current::create(folder, places.newest().unwrap_or(0) + 1)?;
        places.segment(segment.number);
        let folder = folder.to_owned();
        let mut writer = Self { folder, segment, segment_bytes, places, broken: None };
        writer.remove_unused()?;
        Ok(writer)
    }

    pub(super) fn run(mut self, queue: &Queue) {
        let _ended = Ended(queue);
        let (mut work, mut batch) = (Work::default(), Batch::default());
        while queue.take(&mut work) {
            let mut entries = &work.entries[..];
            for command in work.commands.drain(..) {
                self.gather(command, &mut entries, &mut batch);
            }
            self.commit(&mut batch);
            work.entries.clear();
            // A burst is not paid for with memory for ever.
            work.entries.shrink_to(MUCH);
            batch.bytes.shrink_to(MUCH);
        }
        if self.broken.is_none()
            && let Err(error) = self.segment.close()
        {
            // Nobody waits for it: what was asked to be synced is.
            tracing::warn!(%error, "the journal cannot be closed");
        }
    }

    fn gather(&mut self, command: Command, entries: &mut &[u8], batch: &mut Batch) {
        match command {
            Command::Append(job, bytes) => {
                let (entry, others) = entries.split_at(bytes);
                *entries = others;
                let start = self.segment.position(batch.bytes.len()).offset;
                self.stage(Frame::Entry(job, entry), batch);
                let end = self.segment.position(batch.bytes.len()).offset;
                self.places.add(job, (self.segment.number, start..end));
            }
            Command::Sync(done) => batch.syncs.push(done),
            Command::Read(job, done) => batch.reads.push((done, self.places.of(job))),
            Command::Forget(job) => {
                self.stage(Frame::Forget(job), batch);
                self.places.forget(job);
                batch.forgotten = true;
            }
        }
    }

    fn stage(&self, frame: Frame<'_>, batch: &mut Batch) {
        let position = self.segment.position(batch.bytes.len());
        frame::write(frame, position, &mut batch.bytes);
    }

    /// Writes what was gathered, and answers whoever waits. That somebody went away meanwhile is no
    /// reason to stop.
    fn commit(&mut self, batch: &mut Batch) {
        let sync = !batch.syncs.is_empty();
        self.attempt(|segment| {
            segment.write(&batch.bytes)?;
            if sync { segment.sync() } else { Ok(()) }
        });
        batch.bytes.clear();
        let answer = self.broken.clone().map_or(Ok(()), Err);
        for done in batch.syncs.drain(..) {
            let _ = done.send(answer.clone());
        }
        for (done, places) in batch.reads.drain(..) {
            let parts = answer.clone().map_err(ReadError::Broken);
            let _ = done.send(parts.and_then(|()| self.open(places)));
        }
        if sync {
            self.attempt(Current::mark);
        }
        let forgotten = std::mem::take(&mut batch.forgotten);
        if self.broken.is_none() && (forgotten || self.is_full()) {
            self.tidy();
        }
    }

    /// Does something with the segment that is written, unless that failed before: what an error
    /// left behind there is not known, so nothing more is written.
    fn attempt(&mut self, work: impl FnOnce(&mut Current) -> io::Result<()>) {
        if self.broken.is_some() {
            return;
        }
        if let Err(error) = work(&mut self.segment) {
            tracing::error!(%error, folder = %self.folder.display(), "the journal cannot be written");
            self.broken = Some(Broken(error.to_string()));
        }
    }

    fn open(&self, places: Vec<Place>) -> Result<Vec<Part>, ReadError> {
        let path = |number| segment::path(&self.folder, number);
        places.into_iter().map(|(number, bytes)| Part::open(path(number), bytes)).collect()
    }

    /// Begins another segment where this one is full, and removes those that nobody needs.
    fn tidy(&mut self) {
        let result = if self.is_full() { self.rotate() } else { Ok(()) };
        if let Err(error) = result.and_then(|()| self.remove_unused()) {
            // Only space is lost: the next time tries again.
            tracing::warn!(%error, "a segment of the journal cannot be removed");
        }
    }

    fn is_full(&self) -> bool {
        self.segment.written() >= self.segment_bytes
    }

    fn rotate(&mut self) -> io::Result<()> {
        self.segment.close()?;
        self.segment = Current::create(&self.folder, self.segment.number + 1)?;
        self.places.segment(self.segment.number);
        Ok(())
    }

    fn remove_unused(&mut self) -> io::Result<()> {
        while let Some(oldest) = self.places.unused().filter(|oldest| *oldest < self.segment.number)
        {
            fs::remove_file(segment::path(&self.folder, oldest))?;
            self.places.remove(oldest);
        }
        Ok(())
    }
}
