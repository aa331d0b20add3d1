//! What readers may see: nothing of a group of writes before all of it is durable.
//!
//! ```text
//!   apply (readers wait) -> flush (readers of what the group changed wait) -> everybody reads
//! ```
//! A read whose keys the group does not touch never waits for the disk.

use bindery_store::error::StoreError;
use parking_lot::{RwLock, RwLockReadGuard};
use std::{cell::Cell, collections::BTreeSet, ops::Bound};
use tokio::sync::watch;

/// Between the committing thread and the readers.
#[derive(Debug)]
pub(crate) struct Durability {
    state: RwLock<State>,
    settled: watch::Sender<()>,
}

#[derive(Debug, Default)]
struct State {
    /// Keys that the tree shows and a crash may undo.
    undurable: BTreeSet<Vec<u8>>,
    /// A write failed: nobody knows what is on the disk.
    failed: bool,
}

/// One read, of a state that does not change meanwhile.
pub(crate) struct View<'a> {
    state: RwLockReadGuard<'a, State>,
    early: Cell<bool>,
}

impl View<'_> {
    /// Says that `key` is read.
    pub(crate) fn touch(&self, key: &[u8]) {
        self.early.set(self.early.get() || self.state.undurable.contains(key));
    }

    /// Says that everything in `from..to` is read.
    pub(crate) fn touch_range(&self, from: &[u8], to: &[u8]) {
        let keys = (Bound::Included(from), Bound::Excluded(to));
        let early = || from < to && self.state.undurable.range::<[u8], _>(keys).next().is_some();
        self.early.set(self.early.get() || early());
    }
}

impl Durability {
    pub(crate) fn new() -> Self {
        Self { state: RwLock::default(), settled: watch::Sender::new(()) }
    }

    /// Reads until nothing that it touched is still to be made durable.
    pub(crate) async fn read<T>(
        &self,
        work: impl Fn(&View<'_>) -> Result<T, StoreError>,
    ) -> Result<T, StoreError> {
        loop {
            let mut settled = {
                let view = View { state: self.state.read(), early: Cell::new(false) };
                if view.state.failed {
                    return Err(StoreError::Closed);
                }
                let answer = work(&view);
                if !view.early.get() {
                    return answer;
                }
                // While the view is held, the group cannot settle unnoticed.
                self.settled.subscribe()
            };
            settled.changed().await.map_err(|_| StoreError::Closed)?;
        }
    }

    /// Makes a group that changes `keys` visible once it is durable.
    pub(crate) fn write(
        &self,
        keys: BTreeSet<Vec<u8>>,
        apply: impl FnOnce() -> sled::Result<()>,
        flush: impl FnOnce() -> sled::Result<usize>,
    ) -> sled::Result<()> {
        let applied = {
            let mut state = self.state.write();
            state.undurable = keys;
            apply()
        };
        let written = applied.and_then(|()| flush().map(drop));
        let mut state = self.state.write();
        state.undurable.clear();
        state.failed |= written.is_err();
        self.settled.send_replace(());
        written
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use futures::FutureExt as _;
    use std::sync::{Arc, mpsc};

    const READ: Result<(), StoreError> = Ok(());

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn only_readers_of_what_is_not_durable_wait() {
        let durability = Arc::new(Durability::new());
        let (applied, is_applied) = mpsc::channel();
        let (flush, may_flush) = mpsc::channel();
        let writer = std::thread::spawn({
            let durability = durability.clone();
            move || {
                let flush = || {
                    applied.send(()).expect("somebody listens");
                    Ok(may_flush.recv().expect("somebody says when"))
                };
                durability.write(BTreeSet::from([b"b".to_vec()]), || Ok(()), flush)
            }
        });
        is_applied.recv().expect("it was applied");
        let other = durability.read(|view| {
            view.touch(b"a");
            view.touch_range(b"c", b"d");
            view.touch_range(b"c", b"a");
            READ
        });
        assert!(other.now_or_never().is_some(), "what is durable is read at once");
        let (key, range) = (
            durability.read(|view| {
                view.touch(b"b");
                READ
            }),
            durability.read(|view| {
                view.touch_range(b"a", b"c");
                READ
            }),
        );
        let (mut key, mut range) = (Box::pin(key), Box::pin(range));
        assert!(key.as_mut().now_or_never().is_none() && range.as_mut().now_or_never().is_none());
        flush.send(0).expect("the writer waits");
        key.await.expect("durable");
        range.await.expect("durable");
        writer.join().expect("ends").expect("written");
    }

    #[tokio::test]
    async fn after_a_failed_write_nothing_is_read() {
        let durability = Durability::new();
        let fail = || Err(sled::Error::Unsupported("a disk that fails".into()));
        let written = durability.write(BTreeSet::new(), || Ok(()), fail);
        assert!(written.is_err());
        assert!(matches!(durability.read(|_| READ).await, Err(StoreError::Closed)));
    }
}
