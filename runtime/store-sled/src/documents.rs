//! Documents in the tree. A body is the revision (8 bytes), then JSON: `[indexes, value]`.

use crate::{
    Tree,
    committer::Write,
    durable::View,
    key, log,
    pending::{PreparedAction, PreparedChange},
    value,
};
use async_trait::async_trait;
use bindery_store::{
    batch::{Action, Batch, Change, CommitError, Committed, IndexEntry},
    documents::{Collection, Document, Documents, Page, Range},
    error::{StoreError, check_size},
    limit,
};
use serde_json::Value;
use tokio::sync::oneshot;

/// A document's body, taken apart.
pub(crate) struct Stored {
    pub(crate) revision: u64,
    pub(crate) indexes: Vec<(String, String)>,
    pub(crate) value: Value,
}

impl Stored {
    /// None if `body` is not a document's.
    pub(crate) fn parse(body: &[u8]) -> Option<Self> {
        let (revision, json) = body.split_first_chunk()?;
        let (indexes, value) = serde_json::from_slice(json).ok()?;
        Some(Self { revision: u64::from_be_bytes(*revision), indexes, value })
    }
}

#[async_trait]
impl Documents for Tree {
    async fn get(&self, collection: Collection, id: &str) -> Result<Option<Document>, StoreError> {
        self.durability.read(|view| self.document(view, collection, id.to_owned())).await
    }

    async fn list(&self, collection: Collection, range: &Range) -> Result<Page, StoreError> {
        let base = key::collection(collection.0);
        self.durability.read(|view| self.page(view, collection, &base, range)).await
    }

    async fn find(
        &self,
        collection: Collection,
        index: &str,
        value: &str,
        range: &Range,
    ) -> Result<Page, StoreError> {
        let base = key::entries(collection.0, index, value);
        self.durability.read(|view| self.page(view, collection, &base, range)).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let batch = batch.check()?;
        let changes: Result<_, StoreError> = batch.changes.into_iter().map(prepare).collect();
        let mut rows = Vec::new();
        for append in &batch.appends {
            for row in &append.rows {
                rows.push(log::prepare(&append.table, row)?);
            }
        }
        let gone = self.prepare_removals(&batch.removals).await?;
        let (reply, answer) = oneshot::channel();
        self.committer.send(Write { changes: changes?, rows, gone, reply }).await?;
        answer.await.unwrap_or(Err(StoreError::Closed.into()))
    }
}

impl Tree {
    fn document(
        &self,
        view: &View<'_>,
        collection: Collection,
        id: String,
    ) -> Result<Option<Document>, StoreError> {
        let key = key::document(collection.0, &id);
        let Some(body) = self.body(view, &key)? else { return Ok(None) };
        let Stored { revision, value, .. } =
            Stored::parse(&body).ok_or_else(|| value::damaged(&key))?;
        Ok(Some(Document { id, revision, value }))
    }

    /// The documents whose ids stand behind `base`.
    fn page(
        &self,
        view: &View<'_>,
        collection: Collection,
        base: &[u8],
        range: &Range,
    ) -> Result<Page, StoreError> {
        let prefix = key::with_prefix(base.to_vec(), range.prefix.as_deref().unwrap_or_default());
        let (mut from, mut to) = (prefix.clone(), key::behind(prefix));
        if let Some(after) = &range.after {
            let after = key::with_id(base.to_vec(), after);
            if range.reverse {
                to = to.min(after);
            } else {
                from = from.max(key::behind(after));
            }
        }
        let keys = self.keys(view, from, to);
        let keys: Box<dyn Iterator<Item = _>> =
            if range.reverse { Box::new(keys.rev()) } else { Box::new(keys) };
        let documents = keys.filter_map(|key| {
            let found = key.and_then(|key| {
                let id = key::parse(&key[base.len()..]).and_then(|mut texts| texts.pop());
                self.document(view, collection, id.ok_or_else(|| value::damaged(&key))?)
            });
            found.transpose()
        });
        Page::gather(documents, range.limit)
    }
}

fn prepare(change: Change) -> Result<PreparedChange, StoreError> {
    let Change { collection, id, expect, action } = change;
    let action = match action {
        Action::Delete => PreparedAction::Delete,
        Action::Keep => PreparedAction::Keep,
        Action::Put { value, indexes } => {
            let entry = |(index, value): &IndexEntry| key::entry(collection.0, index, value, &id);
            let entries = indexes.iter().map(entry).collect();
            let text = value.to_string();
            check_size("a document (bytes)", text.len(), limit::VALUE_BYTES)?;
            let indexes = serde_json::json!(indexes);
            PreparedAction::Put(format!("[{indexes},{text}]").into_bytes(), entries)
        }
    };
    Ok(PreparedChange { collection, id, expect, action })
}
