//! Opening a data folder: the lock, the format's version, and a check of every value.
//!
//! `<folder>/lock` is held by the process, `<folder>/db` is sled's, `<folder>/mark` says how much it
//! should hold, `<folder>/blobs` has files.

use crate::{
    Tree,
    committer::Committer,
    durable::Durability,
    key,
    mark::{self, Mark, Missing},
    value,
};
use bindery_store::{Stores, error::REMEDY, file_blobs::FileBlobs};
use std::{
    fs::{self, File, TryLockError},
    io, panic,
    path::{Path, PathBuf},
    sync::Arc,
    thread,
    time::{Duration, Instant},
};

/// The format that this build reads and writes.
const FORMAT: &[u8] = b"bindery-store 1";
/// How long the threads of a sled that was dropped may go on holding its files.
const LINGER: Duration = Duration::from_secs(10);
/// Memory that sled may use for pages, in bytes.
const CACHE_BYTES: u64 = 64 << 20;

/// A data folder that cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum OpenError {
    /// Another process has it open.
    #[error("the data folder `{}` is in use by another process", path.display())]
    InUse {
        /// The folder.
        path: PathBuf,
    },
    /// It holds something that was not written so.
    #[error("the data folder `{}` is damaged ({what}): {REMEDY}", path.display())]
    Damaged {
        /// The folder.
        path: PathBuf,
        /// The first thing that is damaged.
        what: String,
    },
    /// A build with another format wrote it.
    #[error("the data folder `{}` has the format `{found}`, this build needs `bindery-store 1`", path.display())]
    Format {
        /// The folder.
        path: PathBuf,
        /// The format that it has.
        found: String,
    },
    /// The file system refused.
    #[error("failed to open the data folder `{}`", path.display())]
    Io {
        /// The folder.
        path: PathBuf,
        /// The reason.
        #[source]
        source: io::Error,
    },
}

/// The embedded store.
pub struct SledStore;

impl SledStore {
    /// Opens the folder, or makes it, and checks every value in it. Blocks meanwhile; dropping the
    /// last of the stores blocks until what was accepted is on the disk.
    pub fn open(path: impl AsRef<Path>) -> Result<Stores, OpenError> {
        let path = path.as_ref();
        let io = |source| OpenError::Io { path: path.to_owned(), source };
        let lock = lock(path)?;
        let db = database(&path.join("db")).map_err(|error| error.at(path))?;
        let started = Instant::now();
        let values = check(&db).map_err(|error| error.at(path))?;
        tracing::info!(values, elapsed = ?started.elapsed(), "the store is whole");
        let blobs = FileBlobs::open(path.join("blobs")).map_err(io)?;
        let groups = mark::groups(&db).map_err(|error| Fault::from(error).at(path))?;
        let mark = Mark::open(path, groups).map_err(io)?.map_err(|Missing(groups)| {
            Fault::Damaged(format!("its last {groups} groups of writes are missing")).at(path)
        })?;
        let durability = Arc::new(Durability::new());
        let committer = Committer::start(db.clone(), Arc::clone(&durability), mark).map_err(io)?;
        let tree = Arc::new(Tree { committer, db, durability, _lock: lock });
        Ok(Stores { documents: tree.clone(), log: tree, blobs: Arc::new(blobs) })
    }
}

/// What is wrong with a database, before it is known in which folder it is.
#[derive(Debug)]
pub(crate) enum Fault {
    Io(io::Error),
    Damaged(String),
    Format(String),
}

impl Fault {
    pub(crate) fn at(self, path: &Path) -> OpenError {
        let path = path.to_owned();
        match self {
            Self::Io(source) => OpenError::Io { path, source },
            Self::Damaged(what) => OpenError::Damaged { path, what },
            Self::Format(found) => OpenError::Format { path, found },
        }
    }
}

impl From<sled::Error> for Fault {
    fn from(error: sled::Error) -> Self {
        match error {
            sled::Error::Io(source) => Self::Io(source),
            other => Self::Damaged(other.to_string()),
        }
    }
}

/// Takes the folder for this process, for as long as the file lives.
pub(crate) fn lock(path: &Path) -> Result<File, OpenError> {
    let io = |source| OpenError::Io { path: path.to_owned(), source };
    fs::create_dir_all(path).map_err(io)?;
    let options = File::options().create(true).truncate(false).write(true).to_owned();
    let file = options.open(path.join("lock")).map_err(io)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(OpenError::InUse { path: path.to_owned() }),
        Err(TryLockError::Error(source)) => Err(io(source)),
    }
}

/// Opens sled, which panics on some kinds of damage. The folder's lock is held: whoever still has
/// sled's own is a sled of this process that was dropped, and lets go of it.
pub(crate) fn database(path: &Path) -> Result<sled::Db, Fault> {
    let config = sled::Config::new().path(path).flush_every_ms(None).cache_capacity(CACHE_BYTES);
    let patience = Instant::now() + LINGER;
    guard(move || {
        loop {
            match config.open() {
                Err(error) if is_locked(&error) && Instant::now() < patience => thread::yield_now(),
                opened => return Ok(opened?),
            }
        }
    })
}

fn is_locked(error: &sled::Error) -> bool {
    matches!(error, sled::Error::Io(source) if source.to_string().contains("could not acquire lock"))
}

/// Runs `work`, and takes a panic of sled for damage.
pub(crate) fn guard<T>(work: impl FnOnce() -> Result<T, Fault>) -> Result<T, Fault> {
    let unreadable = |_| Err(Fault::Damaged("its pages cannot be read".into()));
    panic::catch_unwind(panic::AssertUnwindSafe(work)).unwrap_or_else(unreadable)
}

/// Writes the format's version into an empty database.
pub(crate) fn write_version(db: &sled::Db) -> Result<(), Fault> {
    db.insert(key::VERSION, value::seal(key::VERSION, FORMAT))?;
    db.flush()?;
    Ok(())
}

/// Checks the version and the CRC of every value, and gives their number.
fn check(db: &sled::Db) -> Result<usize, Fault> {
    guard(|| {
        if db.is_empty() {
            write_version(db)?;
        }
        let damaged = |key: &[u8]| Fault::Damaged(key::describe(key));
        let version = db.get(key::VERSION)?.ok_or_else(|| damaged(key::VERSION))?;
        let format = value::open(key::VERSION, &version).map_err(|_| damaged(key::VERSION))?;
        if format != FORMAT {
            return Err(Fault::Format(String::from_utf8_lossy(format).into_owned()));
        }
        let mut values = 0;
        for item in db.iter() {
            let (key, stored) = item?;
            value::open(&key, &stored).map_err(|_| damaged(&key))?;
            values += 1;
        }
        Ok(values)
    })
}
