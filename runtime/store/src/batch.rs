//! A batch: changes to documents, each with its precondition, and rows of the log that come to be,
//! or go, together with them.
//!
//! A batch names each document at most once, so the order of its changes does not matter.

use crate::{
    documents::Collection,
    error::{StoreError, check_key, check_size},
    limit,
    log::{Row, check_rows},
};
use bindery_core::code::{Code, Failure};
use serde::Serialize;
use serde_json::Value;
use std::{collections::HashSet, fmt};

/// What a document must be, for its change to happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Expect {
    /// Anything.
    Any,
    /// Not there.
    Absent,
    /// There, at this revision.
    Revision(u64),
}

impl Expect {
    /// Whether a document that is `found` at a revision, or not at all, is as expected.
    pub fn holds(self, found: Option<u64>) -> bool {
        match self {
            Self::Any => true,
            Self::Absent => found.is_none(),
            Self::Revision(revision) => found == Some(revision),
        }
    }
}

impl fmt::Display for Expect {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Any => f.write_str("anything"),
            Self::Absent => f.write_str("nothing"),
            Self::Revision(revision) => write!(f, "revision {revision}"),
        }
    }
}

/// An entry of a secondary index: its name and the document's value in it.
pub type IndexEntry = (&'static str, String);

/// One change of a batch.
#[derive(Debug, Clone, PartialEq)]
pub struct Change {
    /// The collection.
    pub collection: Collection,
    /// The document.
    pub id: String,
    /// What it must be.
    pub expect: Expect,
    /// What it becomes.
    pub action: Action,
}

/// What happens to a document.
#[derive(Debug, Clone, PartialEq)]
pub enum Action {
    /// It becomes `value`, found under `indexes` and no longer under the entries before.
    Put {
        /// The new value.
        value: Value,
        /// Every index entry of the new value.
        indexes: Vec<IndexEntry>,
    },
    /// It goes, with its index entries. One that is not there stays so.
    Delete,
    /// It stays as it is, and at its revision.
    Keep,
}

/// Rows for one table. Those that are there already stay as they were.
#[derive(Debug, Clone, PartialEq)]
pub struct Append {
    /// The table.
    pub table: String,
    /// The rows.
    pub rows: Vec<Row>,
}

/// Rows of one table that go. Those that are not there stay so.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Removal {
    /// The table.
    pub table: String,
    /// The partition and key of each row.
    pub rows: Vec<(String, String)>,
}

/// What is committed together.
#[derive(Debug, Default)]
#[must_use = "a batch changes nothing until it is committed"]
pub struct Batch {
    changes: Vec<Change>,
    appends: Vec<Append>,
    removals: Vec<Removal>,
    fault: Option<StoreError>,
}

/// A batch that was checked: for implementations of the port.
#[derive(Debug)]
pub struct Checked {
    /// The changes of documents.
    pub changes: Vec<Change>,
    /// The rows that come.
    pub appends: Vec<Append>,
    /// The rows that go.
    pub removals: Vec<Removal>,
}

impl Batch {
    /// A batch without changes.
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a put. A value that is no JSON makes the commit fail as [`StoreError::Invalid`].
    pub fn put(
        mut self,
        collection: Collection,
        id: impl Into<String>,
        value: &impl Serialize,
        expect: Expect,
        indexes: Vec<IndexEntry>,
    ) -> Self {
        let id = id.into();
        match serde_json::to_value(value) {
            Ok(value) => {
                let action = Action::Put { value, indexes };
                self.changes.push(Change { collection, id, expect, action });
            }
            Err(error) => {
                let what = format!("the value of `{collection}/{id}`");
                self.fault = Some(StoreError::invalid(what, format!("is no JSON: {error}")));
            }
        }
        self
    }

    /// Adds a delete.
    pub fn delete(mut self, collection: Collection, id: impl Into<String>, expect: Expect) -> Self {
        self.changes.push(Change { collection, id: id.into(), expect, action: Action::Delete });
        self
    }

    /// Makes the whole batch depend on a document that it does not change.
    pub fn require(
        mut self,
        collection: Collection,
        id: impl Into<String>,
        expect: Expect,
    ) -> Self {
        self.changes.push(Change { collection, id: id.into(), expect, action: Action::Keep });
        self
    }

    /// Adds rows of the log.
    pub fn append(mut self, table: impl Into<String>, rows: Vec<Row>) -> Self {
        self.appends.push(Append { table: table.into(), rows });
        self
    }

    /// Removes rows of the log, each named by its partition and key, before others come.
    ///
    /// A row that is to go must not come again while this is committed: it may stay then.
    pub fn remove(mut self, table: impl Into<String>, rows: Vec<(String, String)>) -> Self {
        self.removals.push(Removal { table: table.into(), rows });
        self
    }

    /// Whether there is nothing to do.
    pub fn is_empty(&self) -> bool {
        let rows = self.appends.is_empty() && self.removals.is_empty();
        self.changes.is_empty() && rows && self.fault.is_none()
    }

    /// What is to be done, checked: for implementations of the port.
    pub fn check(self) -> Result<Checked, StoreError> {
        if let Some(fault) = self.fault {
            return Err(fault);
        }
        check_size("a batch (changes)", self.changes.len(), limit::BATCH_ITEMS)?;
        for append in &self.appends {
            check_rows(&append.table, &append.rows)?;
        }
        for removal in &self.removals {
            check_size("a removal (rows)", removal.rows.len(), limit::BATCH_ITEMS)?;
        }
        let mut named = HashSet::new();
        for change in &self.changes {
            check_key("the id of a document", &change.id)?;
            if !named.insert((change.collection, &change.id)) {
                let what = format!("document `{}/{}`", change.collection, change.id);
                return Err(StoreError::invalid(what, "is named twice in one batch"));
            }
            if let Action::Put { indexes, .. } = &change.action {
                for (index, value) in indexes {
                    let what = format!("the value in index `{index}` (bytes)");
                    check_size(&what, value.len(), limit::KEY_BYTES)?;
                }
            }
        }
        Ok(Checked { changes: self.changes, appends: self.appends, removals: self.removals })
    }
}

/// What a commit did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Committed {
    /// The new revision of each put, in the order of the puts.
    pub revisions: Vec<u64>,
    /// The rows that were not there.
    pub inserted: usize,
    /// The rows that went.
    pub removed: usize,
}

/// A commit that changed nothing, or of which nothing is known (`Store` with `Io` or `Closed`).
#[derive(Debug, thiserror::Error)]
pub enum CommitError {
    /// A document was not what its change expects; nothing was changed.
    #[error(
        "document `{collection}/{id}` is {}, expected {expected}",
        found.map_or("absent".to_owned(), |revision| format!("at revision {revision}"))
    )]
    Conflict {
        /// The collection.
        collection: Collection,
        /// The document.
        id: String,
        /// What was expected.
        expected: Expect,
        /// The revision that it has, if it is there.
        found: Option<u64>,
    },
    /// The store failed.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl CommitError {
    /// The error of a batch without preconditions, which cannot conflict.
    pub fn into_store(self) -> StoreError {
        match self {
            Self::Store(error) => error,
            Self::Conflict { .. } => StoreError::invalid("a batch", self.to_string()),
        }
    }
}

impl From<CommitError> for Failure {
    fn from(error: CommitError) -> Self {
        match error {
            CommitError::Conflict { .. } => Failure::new(Code::Conflict, error.to_string()),
            CommitError::Store(error) => error.into(),
        }
    }
}
