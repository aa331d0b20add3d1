//! The log's thread: it alone writes, syncs, begins segments and removes them.

use super::{
    Broken, Command, GATHER,
    places::{Place, Places},
    read::{Part, ReadError},
};
use crate::{frame, segment};
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::mpsc,
};
use tokio::sync::oneshot;

pub(super) type Synced = oneshot::Sender<Result<(), Broken>>;
pub(super) type Parts = oneshot::Sender<Result<Vec<Part>, ReadError>>;

pub(super) struct Writer {
    folder: PathBuf,
    number: u64,
    file: File,
    written: u64,
    /// Bytes after which another segment is begun.
    segment_bytes: u64,
    places: Places,
    broken: Option<Broken>,
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
        let number = places.newest().unwrap_or(0) + 1;
        let file = segment::create(folder, number)?;
        places.segment(number);
        let folder = folder.to_owned();
        let mut writer =
            Self { folder, number, file, written: 0, segment_bytes, places, broken: None };
        writer.remove_unused()?;
        Ok(writer)
    }

    pub(super) fn run(mut self, queue: &mpsc::Receiver<Command>) {
        let mut batch = Batch::default();
        while let Ok(first) = queue.recv() {
            let more = std::iter::from_fn(|| queue.try_recv().ok()).take(GATHER);
            for command in std::iter::once(first).chain(more) {
                self.gather(command, &mut batch);
            }
            self.commit(&mut batch);
        }
    }

    fn gather(&mut self, command: Command, batch: &mut Batch) {
        match command {
            Command::Append(job, payload) => {
                let start = self.written + batch.bytes.len() as u64;
                frame::write(job, &payload, &mut batch.bytes);
                let end = self.written + batch.bytes.len() as u64;
                self.places.add(job, (self.number, start..end));
            }
            Command::Sync(done) => batch.syncs.push(done),
            Command::Read(job, done) => batch.reads.push((done, self.places.of(job))),
            Command::Forget(job) => {
                frame::write(job, &[], &mut batch.bytes);
                self.places.forget(job);
                batch.forgotten = true;
            }
        }
    }

    /// Writes what was gathered, and answers whoever waits. That somebody went away meanwhile is no
    /// reason to stop.
    fn commit(&mut self, batch: &mut Batch) {
        let result = self.write(&batch.bytes, !batch.syncs.is_empty());
        batch.bytes.clear();
        if let Err(error) = result {
            tracing::error!(%error, folder = %self.folder.display(), "the journal cannot be written");
            self.broken.get_or_insert(Broken(error.to_string()));
        }
        let answer = self.broken.clone().map_or(Ok(()), Err);
        for done in batch.syncs.drain(..) {
            let _ = done.send(answer.clone());
        }
        for (done, places) in batch.reads.drain(..) {
            let parts = answer.clone().map_err(ReadError::Broken);
            let _ = done.send(parts.and_then(|()| self.open(places)));
        }
        if std::mem::take(&mut batch.forgotten) && self.broken.is_none() {
            self.tidy();
        }
    }

    fn write(&mut self, bytes: &[u8], sync: bool) -> io::Result<()> {
        if self.broken.is_some() {
            return Ok(());
        }
        self.file.write_all(bytes)?;
        self.written += bytes.len() as u64;
        if sync {
            self.file.sync_data()?;
        }
        Ok(())
    }

    fn open(&self, places: Vec<Place>) -> Result<Vec<Part>, ReadError> {
        let path = |number| segment::path(&self.folder, number);
        places.into_iter().map(|(number, bytes)| Part::open(path(number), bytes)).collect()
    }

    /// Begins another segment where this one is full, and removes those that nobody needs.
    fn tidy(&mut self) {
        let result = if self.written >= self.segment_bytes { self.rotate() } else { Ok(()) };
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
        self.places.segment(self.number);
        Ok(())
    }

    fn remove_unused(&mut self) -> io::Result<()> {
        while let Some(oldest) = self.places.unused().filter(|oldest| *oldest < self.number) {
            fs::remove_file(segment::path(&self.folder, oldest))?;
            self.places.remove(oldest);
        }
        Ok(())
    }
}
