//! Documents in memory.

use super::Memory;
use crate::{
    batch::{Action, Batch, Change, CommitError, Committed, IndexEntry},
    documents::{Collection, Document, Documents, Page, Range},
    error::{StoreError, check_size},
    limit,
};
use async_trait::async_trait;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    ops::Bound,
};

/// One collection.
#[derive(Debug, Default)]
pub(super) struct Documented {
    documents: BTreeMap<String, Stored>,
    /// (index, value, id)
    entries: BTreeSet<(String, String, String)>,
}

#[derive(Debug)]
struct Stored {
    revision: u64,
    value: Value,
    indexes: Vec<IndexEntry>,
}

#[async_trait]
impl Documents for Memory {
    async fn get(&self, collection: Collection, id: &str) -> Result<Option<Document>, StoreError> {
        Ok(self.0.read().collections.get(&collection).and_then(|found| found.document(id)))
    }

    async fn list(&self, collection: Collection, range: &Range) -> Result<Page, StoreError> {
        let state = self.0.read();
        let Some(found) = state.collections.get(&collection) else { return Ok(Page::default()) };
        found.page(found.documents.keys(), range)
    }

    async fn find(
        &self,
        collection: Collection,
        index: &str,
        value: &str,
        range: &Range,
    ) -> Result<Page, StoreError> {
        let state = self.0.read();
        let Some(found) = state.collections.get(&collection) else { return Ok(Page::default()) };
        let first = (index.to_owned(), value.to_owned(), String::new());
        let ids = found
            .entries
            .range((Bound::Included(first), Bound::Unbounded))
            .take_while(|entry| entry.0 == index && entry.1 == value)
            .map(|entry| &entry.2);
        found.page(ids, range)
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let batch = batch.check()?;
        check_values(&batch.changes)?;
        super::log::check_values(&batch.appends)?;
        let mut state = self.0.write();
        for Change { collection, id, expect, .. } in &batch.changes {
            let found = state.collections.get(collection).and_then(|found| found.revision(id));
            if !expect.holds(found) {
                let (collection, id, expected) = (*collection, id.clone(), *expect);
                return Err(CommitError::Conflict { collection, id, expected, found });
            }
        }
        let apply = |change: Change| {
            state.collections.entry(change.collection).or_default().apply(change.id, change.action)
        };
        let revisions = batch.changes.into_iter().filter_map(apply).collect();
        let removed = batch.removals.iter().map(|removal| state.remove(removal)).sum();
        let inserted = batch.appends.into_iter().map(|append| state.append(append)).sum();
        Ok(Committed { revisions, inserted, removed })
    }
}

fn check_values(changes: &[Change]) -> Result<(), StoreError> {
    for change in changes {
        if let Action::Put { value, .. } = &change.action {
            check_size("a document (bytes)", value.to_string().len(), limit::VALUE_BYTES)?;
        }
    }
    Ok(())
}

impl Documented {
    fn revision(&self, id: &str) -> Option<u64> {
        self.documents.get(id).map(|stored| stored.revision)
    }

    fn document(&self, id: &str) -> Option<Document> {
        let stored = self.documents.get(id)?;
        let (revision, value) = (stored.revision, stored.value.clone());
        Some(Document { id: id.to_owned(), revision, value })
    }

    fn page<'a>(
        &'a self,
        ids: impl Iterator<Item = &'a String>,
        range: &Range,
    ) -> Result<Page, StoreError> {
        let prefix = range.prefix.as_deref().unwrap_or_default();
        let behind = |id: &&String| match &range.after {
            None => true,
            Some(after) if range.reverse => *id < after,
            Some(after) => *id > after,
        };
        let mut ids: Vec<&String> =
            ids.filter(|id| id.starts_with(prefix)).filter(behind).collect();
        if range.reverse {
            ids.reverse();
        }
        Page::gather(ids.into_iter().filter_map(|id| self.document(id)).map(Ok), range.limit)
    }

    /// Makes the change and gives the new revision of a put.
    fn apply(&mut self, id: String, action: Action) -> Option<u64> {
        if action == Action::Keep {
            return None;
        }
        let old = self.documents.remove(&id);
        for (index, value) in old.iter().flat_map(|old| &old.indexes) {
            self.entries.remove(&(index.to_string(), value.clone(), id.clone()));
        }
        let Action::Put { value, indexes } = action else { return None };
        let revision = old.map_or(0, |old| old.revision) + 1;
        for (index, value) in &indexes {
            self.entries.insert((index.to_string(), value.clone(), id.clone()));
        }
        self.documents.insert(id, Stored { revision, value, indexes });
        Some(revision)
    }
}
