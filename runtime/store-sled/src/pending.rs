//! A group of writes on its way: what is in the tree, with what the group has changed so far.
//!
//! Preconditions are checked against it one write after the other; nothing touches the tree
//! before [`Pending::write`].

use crate::{documents::Stored, durable::Durability, failure, key, mark::Mark, value};
use bindery_store::{
    batch::{CommitError, Committed, Expect},
    documents::Collection,
    error::StoreError,
};
use std::collections::{HashMap, HashSet};

/// A change of a document, encoded by the caller's thread.
pub(crate) struct PreparedChange {
    pub(crate) collection: Collection,
    pub(crate) id: String,
    pub(crate) expect: Expect,
    pub(crate) action: PreparedAction,
}

pub(crate) enum PreparedAction {
    /// The body without its revision, and the keys of its index entries.
    Put(Vec<u8>, Vec<Vec<u8>>),
    Delete,
    Keep,
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

    /// Adds changes, rows that come and rows that go, or nothing of them.
    pub(crate) fn commit(
        &mut self,
        changes: Vec<PreparedChange>,
        rows: Vec<PreparedRow>,
        gone: Vec<PreparedRow>,
    ) -> Result<Committed, CommitError> {
        let mut before = Vec::with_capacity(changes.len());
        for change in &changes {
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
        let gone = self.present(gone)?;
        let leaving: HashSet<_> = gone.iter().map(|row| row.key.clone()).collect();
        let fresh = self.fresh(rows, &leaving)?;
        let changes = changes.into_iter().zip(before);
        let revisions = changes.filter_map(|(change, old)| self.apply(change, old)).collect();
        let removed = self.remove(gone);
        Ok(Committed { revisions, inserted: self.insert(fresh), removed })
    }

    /// The rows that are there as they were found.
    fn present(&self, rows: Vec<PreparedRow>) -> Result<Vec<PreparedRow>, StoreError> {
        let mut present = Vec::with_capacity(rows.len());
        for row in rows {
            if self.body(&row.key)?.as_deref() == Some(&*row.body) {
                present.push(row);
            }
        }
        Ok(present)
    }

    /// Takes the rows and their places away; one that is named twice goes once.
    fn remove(&mut self, rows: Vec<PreparedRow>) -> usize {
        let mut removed = 0;
        for row in rows {
            let before = self.changes.insert(row.key, None);
            removed += usize::from(before != Some(None));
            self.changes.extend(row.places.into_iter().map(|place| (place, None)));
        }
        removed
    }

    /// The rows that are not there, once those that are `leaving` are gone.
    fn fresh(
        &self,
        rows: Vec<PreparedRow>,
        leaving: &HashSet<Vec<u8>>,
    ) -> Result<Vec<PreparedRow>, StoreError> {
        let mut fresh = Vec::with_capacity(rows.len());
        for row in rows {
            if leaving.contains(&row.key) || self.body(&row.key)?.is_none() {
                fresh.push(row);
            }
        }
        Ok(fresh)
    }

    fn insert(&mut self, fresh: Vec<PreparedRow>) -> usize {
        // A key that stands twice in one append counts once: the first wins.
        let mut inserted = 0;
        for row in fresh {
            if self.changes.get(&row.key).is_some_and(Option::is_some) {
                continue;
            }
            inserted += 1;
            row.places.into_iter().for_each(|place| self.put(place, &[]));
            self.put(row.key, &row.body);
        }
        inserted
    }

    /// Writes the group and makes it durable.
    pub(crate) fn write(mut self, durability: &Durability, mark: &mut Mark) -> sled::Result<()> {
        if self.changes.is_empty() {
            return Ok(());
        }
        let (key, groups) = mark.next();
        self.changes.insert(key, Some(groups));
        let keys = self.changes.keys().cloned().collect();
        let mut batch = sled::Batch::default();
        for (key, stored) in self.changes {
            match stored {
                Some(stored) => batch.insert(key, stored),
                None => batch.remove(key),
            }
        }
        durability.write(keys, || self.db.apply_batch(batch), || self.db.flush())?;
        mark.durable();
        Ok(())
    }

    fn document(&self, change: &PreparedChange) -> Result<Option<Stored>, StoreError> {
        let key = key::document(change.collection.0, &change.id);
        let body = self.body(&key)?;
        body.map(|body| Stored::parse(&body).ok_or_else(|| value::damaged(&key))).transpose()
    }

    fn apply(&mut self, change: PreparedChange, old: Option<Stored>) -> Option<u64> {
        let PreparedChange { collection, id, action, .. } = change;
        let put = match action {
            PreparedAction::Keep => return None,
            PreparedAction::Delete => None,
            PreparedAction::Put(payload, entries) => Some((payload, entries)),
        };
        let entry = |(index, value): &(String, String)| key::entry(collection.0, index, value, &id);
        let before: HashSet<_> = old.iter().flat_map(|old| &old.indexes).map(entry).collect();
        let entries = put.iter().flat_map(|(_, entries)| entries);
        let after: HashSet<_> = entries.cloned().collect();
        for gone in before.difference(&after) {
            self.changes.insert(gone.clone(), None);
        }
        for fresh in after.difference(&before) {
            self.put(fresh.clone(), &[]);
        }
        let key = key::document(collection.0, &id);
        let Some((payload, _)) = put else {
            self.changes.insert(key, None);
            return None;
        };
        let revision = old.map_or(0, |old| old.revision) + 1;
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
