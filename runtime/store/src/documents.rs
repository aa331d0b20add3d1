//! The port for documents: JSON values with revisions, found by id or by a secondary index.
//!
//! It never interprets a value; index entries are given by the caller with each put.

use crate::{
    batch::{Batch, CommitError, Committed},
    error::StoreError,
};
use async_trait::async_trait;
use serde::de::DeserializeOwned;
use serde_json::Value;
use std::fmt;

/// The name of a collection of documents.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Collection(pub &'static str);

impl fmt::Display for Collection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.0)
    }
}

/// A stored document.
#[derive(Debug, Clone, PartialEq)]
pub struct Document {
    /// Its id within the collection.
    pub id: String,
    /// 1 at the first put, one more at each further put; a deleted document begins at 1 again.
    pub revision: u64,
    /// What was put.
    pub value: Value,
}

impl Document {
    /// The value as a `T`; a value that does not have its form is [`StoreError::Damaged`].
    pub fn parse<T: DeserializeOwned>(&self) -> Result<T, StoreError> {
        T::deserialize(&self.value)
            .map_err(|error| StoreError::damaged(format!("document `{}` ({error})", self.id)))
    }
}

/// Which documents of a collection, in the order of their ids (by bytes).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Range {
    /// Begin behind this id: above it, or below it if `reverse`.
    pub after: Option<String>,
    /// Only ids that begin so.
    pub prefix: Option<String>,
    /// At most so many; 0 gives an empty page.
    pub limit: usize,
    /// Highest id first.
    pub reverse: bool,
}

impl Range {
    /// The first `limit` documents.
    pub fn first(limit: usize) -> Self {
        Self { after: None, prefix: None, limit, reverse: false }
    }

    /// The last `limit` documents, highest id first.
    pub fn last(limit: usize) -> Self {
        Self { reverse: true, ..Self::first(limit) }
    }

    /// The same behind `id`.
    #[must_use]
    pub fn after(self, id: impl Into<String>) -> Self {
        Self { after: Some(id.into()), ..self }
    }

    /// The same, for ids that begin with `prefix`.
    #[must_use]
    pub fn prefix(self, prefix: impl Into<String>) -> Self {
        Self { prefix: Some(prefix.into()), ..self }
    }
}

/// Some documents, and where to go on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Page {
    /// The documents.
    pub documents: Vec<Document>,
    /// [`Range::after`] of the next page; none when this is the last.
    pub next: Option<String>,
}

impl Page {
    /// The first `limit` of `documents`, which come in the order of the range.
    pub fn gather(
        documents: impl Iterator<Item = Result<Document, StoreError>>,
        limit: usize,
    ) -> Result<Self, StoreError> {
        let mut page = Self::default();
        if limit == 0 {
            return Ok(page);
        }
        for document in documents {
            if page.documents.len() == limit {
                page.next = page.documents.last().map(|last| last.id.clone());
                break;
            }
            page.documents.push(document?);
        }
        Ok(page)
    }
}

/// Documents in named collections. Every reply shows a state that was durable as a whole.
#[async_trait]
pub trait Documents: Send + Sync + 'static {
    /// The document, if there is one.
    async fn get(&self, collection: Collection, id: &str) -> Result<Option<Document>, StoreError>;

    /// The documents of `range`.
    async fn list(&self, collection: Collection, range: &Range) -> Result<Page, StoreError>;

    /// The documents of `range` whose last put gave the entry (`index`, `value`), compared exactly.
    async fn find(
        &self,
        collection: Collection,
        index: &str,
        value: &str,
        range: &Range,
    ) -> Result<Page, StoreError>;

    /// Makes all changes of `batch`, its rows included, or none. Durable when it returns; a caller that goes away
    /// while it waits does not undo it.
    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError>;
}
