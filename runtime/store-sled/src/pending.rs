//! A group of writes on its way: what is in the tree, with what the group has changed so far.
//!
//! Preconditions are checked against it one write after the other; nothing touches the tree
//! before [`Pending::write`].

use crate::{documents::Stored, failure, key, value};
use bindery_store::{
    batch::{CommitError, Committed, Expect},
    documents::Collection,
    error::StoreError,
};
use std::collections::HashMap;

/// A change of a document, encoded by the caller's thread.
pub(crate) struct PreparedChange {
    pub(crate) collection: Collection,
    pub(crate) id: String,
    pub(crate) expect: Expect,
    /// The body of a put without its revision, and the keys of its index entries.
    pub(crate) put: Option<(Vec<u8>, Vec<Vec<u8>>)>,
}

/// A row, encoded by the caller's thread.
pub(crate) struct PreparedRow {
    pub(crate) key: Vec<u8>,
    pub(crate) body: Vec<u8>,
    pub(crate) places: Vec<Vec<u8>>,
}

pub(crate) struct Pending<'a> {
    db: &'a sled::Db,
    changes: HashMap<Vec<u8>, Option<Vec<u8>>>,
}

impl<'a> Pending<'a> {
    pub(crate) fn new(db: &'a sled::Db) -> Self {
        Self { db, changes: HashMap::new() }
    }

    /// Adds a batch, or nothing of it.
    pub(crate) fn commit(&mut self, batch: Vec<PreparedChange>) -> Result<Committed, CommitError> {
        let mut before = Vec::with_capacity(batch.len());
        for change in &batch {
            let old = self.document(change)?;
            let found = old.as_ref().map(|old| old.revision);
            if !change.expect.holds(found) {
                let (collection, id) = (change.collection, change.id.clone());
                return Err(CommitError::Conflict {
                    collection,
                    id,
                    expected: change.expect,
                    found,
                });
            }
            before.push(old);
        }
        let changes = batch.into_iter().zip(before);
        let revisions = changes.filter_map(|(change, old)| self.apply(change, old)).collect();
        Ok(Committed { revisions })
    }

    /// Adds the rows that are not there, and gives their number.
    pub(crate) fn append(&mut self, rows: Vec<PreparedRow>) -> Result<usize, StoreError> {
        let mut fresh = Vec::new();
        for row in rows {
            if self.body(&row.key)?.is_none() {
                fresh.push(row);
            }
        }
        // A key that stands twice in one append counts once: the first wins.
        let mut inserted = 0;
        for row in fresh {
            if self.changes.contains_key(&row.key) {
                continue;
            }
            inserted += 1;
            row.places.into_iter().for_each(|place| self.put(place, &[]));
            self.put(row.key, &row.body);
        }
        Ok(inserted)
    }

    /// Writes the group and makes it durable.
    pub(crate) fn write(self) -> sled::Result<()> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let mut batch = sled::Batch::default();
        for (key, stored) in self.changes {
            match stored {
                Some(stored) => batch.insert(key, stored),
                None => batch.remove(key),
            }
        }
        self.db.apply_batch(batch)?;
        self.db.flush()?;
        Ok(())
    }

    fn document(&self, change: &PreparedChange) -> Result<Option<Stored>, StoreError> {
        let key = key::document(change.collection.0, &change.id);
        let body = self.body(&key)?;
        body.map(|body| Stored::parse(&body).ok_or_else(|| value::damaged(&key))).transpose()
    }

    fn apply(&mut self, change: PreparedChange, old: Option<Stored>) -> Option<u64> {
        let PreparedChange { collection, id, put, .. } = change;
        for (index, value) in old.iter().flat_map(|old| &old.indexes) {
            self.changes.insert(key::entry(collection.0, index, value, &id), None);
        }
        let key = key::document(collection.0, &id);
        let Some((payload, entries)) = put else {
            self.changes.insert(key, None);
            return None;
        };
        let revision = old.map_or(0, |old| old.revision) + 1;
        entries.into_iter().for_each(|entry| self.put(entry, &[]));
        self.put(key, &[&revision.to_be_bytes(), &*payload].concat());
        Some(revision)
    }

    fn put(&mut self, key: Vec<u8>, body: &[u8]) {
        let stored = value::seal(&key, body);
        self.changes.insert(key, Some(stored));
    }

    fn body(&self, key: &[u8]) -> Result<Option<Vec<u8>>, StoreError> {
        let open = |stored: &[u8]| value::open(key, stored).map(<[u8]>::to_vec);
        match self.changes.get(key) {
            Some(changed) => changed.as_deref().map(open).transpose(),
            None => {
                let stored = self.db.get(key).map_err(|error| failure("read", &error))?;
                stored.as_deref().map(open).transpose()
            }
        }
    }
}
