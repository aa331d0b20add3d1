//! The embedded store, over sled 0.34.
//!
//! Documents, their index entries and log rows are keys of ONE tree, because a batch of sled is
//! atomic per tree only; blobs are files beside it. Writes go through one committing thread. A
//! data folder belongs to one process.

mod committer;
mod documents;
mod durable;
mod key;
mod log;
mod mark;
pub mod open;
mod pending;
pub mod recover;
mod value;

use bindery_store::error::StoreError;
use committer::Committer;
use durable::{Durability, View};
use std::{fs::File, sync::Arc};

/// The open tree, shared by both ports. When the last one goes, what was accepted is written.
#[derive(Debug)]
struct Tree {
    /// Before `db`, so that the thread has ended when the database closes.
    committer: Committer,
    db: sled::Db,
    /// What readers may see of it.
    durability: Arc<Durability>,
    /// Last, so that the folder is free only when everything is closed.
    _lock: File,
}

impl Tree {
    /// The body under `key`, checked.
    fn body(&self, view: &View<'_>, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        view.touch(key);
        let stored = self.db.get(key).map_err(|error| failure("read", &error))?;
        stored.map(|stored| value::open(key, &stored).map(<[u8]>::to_vec)).transpose()
    }

    /// The keys in `from..to`, in order.
    fn keys(
        &self,
        view: &View<'_>,
        from: Vec<u8>,
        to: Vec<u8>,
    ) -> impl DoubleEndedIterator<Item = Result<sled::IVec, StoreError>> + use<> {
        // sled does not take an empty range kindly.
        let to = to.max(from.clone());
        view.touch_range(&from, &to);
        self.db.range(from..to).keys().map(|key| key.map_err(|error| failure("read", &error)))
    }
}

/// What an error of sled means for a caller.
fn failure(doing: &str, error: &sled::Error) -> StoreError {
    match error {
        sled::Error::Io(source) => {
            let source = std::io::Error::new(source.kind(), source.to_string());
            StoreError::Io { doing: format!("{doing} the store"), source }
        }
        other => StoreError::damaged(format!("the store ({other})")),
    }
}
