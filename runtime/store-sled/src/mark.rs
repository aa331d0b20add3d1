//! The mark: how many groups of writes were durable, kept outside of the database.
//!
//! sled takes the first damaged place of its log for the end of it, so damage there looks like an
//! older, whole database. The mark tells the two apart. It is written now and then, after a flush,
//! so it is never ahead of what the disk has.

use crate::{key, value};
use std::{
    fs, io,
    path::{Path, PathBuf},
    time::{Duration, Instant},
};

/// How much may be lost without the mark knowing of it.
const EVERY: Duration = Duration::from_millis(500);

/// The counter in the database, and the mark beside it.
#[derive(Debug)]
pub(crate) struct Mark {
    path: PathBuf,
    groups: u64,
    marked: u64,
    at: Instant,
}

/// Groups of writes that are missing.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Missing(pub(crate) u64);

impl Mark {
    /// The mark of the data folder at `path`, whose database has `groups`.
    pub(crate) fn open(path: &Path, groups: u64) -> io::Result<Result<Self, Missing>> {
        let path = file(path);
        let marked = match fs::read(&path) {
            // One that was cut off by a crash says nothing.
            Ok(stored) => value::open(key::GROUPS, &stored).ok().and_then(number).unwrap_or(0),
            Err(error) if error.kind() == io::ErrorKind::NotFound => 0,
            Err(error) => return Err(error),
        };
        if marked > groups {
            return Ok(Err(Missing(marked - groups)));
        }
        Ok(Ok(Self { path, groups, marked, at: Instant::now() }))
    }

    /// The number of the next group: its value in the database.
    pub(crate) fn next(&mut self) -> (Vec<u8>, Vec<u8>) {
        self.groups += 1;
        (key::GROUPS.to_vec(), value::seal(key::GROUPS, &self.groups.to_be_bytes()))
    }

    /// Says that every group so far is durable.
    pub(crate) fn durable(&mut self) {
        if self.at.elapsed() >= EVERY {
            self.write();
        }
    }

    /// Writes the mark, if it is not up to date.
    pub(crate) fn write(&mut self) {
        if self.marked == self.groups {
            return;
        }
        let stored = value::seal(key::GROUPS, &self.groups.to_be_bytes());
        let fresh = self.path.with_extension("new");
        let written = fs::write(&fresh, stored).and_then(|()| fs::rename(fresh, &self.path));
        match written {
            Ok(()) => (self.marked, self.at) = (self.groups, Instant::now()),
            // Only damage would be noticed later.
            Err(error) => tracing::warn!(%error, "the mark of the store cannot be written"),
        }
    }
}

/// The groups of which the database knows.
pub(crate) fn groups(db: &sled::Db) -> sled::Result<u64> {
    let stored = db.get(key::GROUPS)?;
    Ok(stored
        .and_then(|stored| value::open(key::GROUPS, &stored).ok().and_then(number))
        .unwrap_or(0))
}

/// Forgets the mark of a database that is replaced.
pub(crate) fn forget(path: &Path) -> io::Result<()> {
    match fs::remove_file(file(path)) {
        Err(error) if error.kind() != io::ErrorKind::NotFound => Err(error),
        _ => Ok(()),
    }
}

fn file(path: &Path) -> PathBuf {
    path.join("mark")
}

fn number(body: &[u8]) -> Option<u64> {
    Some(u64::from_be_bytes(body.try_into().ok()?))
}
