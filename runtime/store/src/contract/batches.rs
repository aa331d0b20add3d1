//! What every store promises about batches that hold documents and rows: all of it, or nothing.

use super::documents::JOBS;
use crate::{
    Stores,
    batch::{Batch, CommitError, Expect},
    error::StoreError,
    log::Row,
};
use jiff::Timestamp;
use serde_json::json;

/// Runs every case against fresh stores.
pub async fn suite(make: impl AsyncFn() -> Stores) {
    rows_come_with_the_documents_of_their_batch(make().await).await;
    a_failed_precondition_inserts_no_row(make().await).await;
    a_document_that_is_only_required_stays_at_its_revision(make().await).await;
    rows_that_cannot_be_stored_stop_the_whole_batch(make().await).await;
}

fn row(key: &str) -> Row {
    let (partition, time) = ("job".to_owned(), Timestamp::UNIX_EPOCH);
    Row { partition, key: key.to_owned(), time, fields: vec![], value: json!(key) }
}

async fn keys(stores: &Stores, table: &str) -> Vec<String> {
    let rows = stores.log.read(table, "job", None, 9).await.expect("read");
    rows.into_iter().map(|row| row.key).collect()
}

async fn revision(stores: &Stores, id: &str) -> Option<u64> {
    stores.documents.get(JOBS, id).await.expect("get").map(|document| document.revision)
}

fn put(batch: Batch, expect: Expect) -> Batch {
    batch.put(JOBS, "a", &1, expect, vec![])
}

async fn rows_come_with_the_documents_of_their_batch(stores: Stores) {
    let rows = Batch::new().append("t", vec![row("1"), row("2")]).append("u", vec![row("1")]);
    let committed = stores.documents.commit(put(rows, Expect::Absent)).await.expect("commit");
    assert_eq!((committed.revisions, committed.inserted), (vec![1], 3));
    let again = Batch::new().append("t", vec![row("2"), row("3")]);
    let committed = stores.documents.commit(again).await.expect("commit");
    assert_eq!((committed.revisions, committed.inserted), (vec![], 1));
    assert_eq!(keys(&stores, "t").await, ["1", "2", "3"]);
    assert_eq!(keys(&stores, "u").await, ["1"]);
}

async fn a_failed_precondition_inserts_no_row(stores: Stores) {
    let rows = Batch::new().append("t", vec![row("1")]);
    let error = stores.documents.commit(put(rows, Expect::Revision(1))).await;
    assert!(matches!(error, Err(CommitError::Conflict { .. })), "{error:?}");
    assert_eq!(keys(&stores, "t").await, [""; 0]);
}

async fn a_document_that_is_only_required_stays_at_its_revision(stores: Stores) {
    let required = || Batch::new().require(JOBS, "a", Expect::Revision(1));
    let rows = || required().append("t", vec![row("1")]);
    let error = stores.documents.commit(rows()).await;
    assert!(matches!(error, Err(CommitError::Conflict { found: None, .. })), "{error:?}");
    stores.documents.commit(put(Batch::new(), Expect::Absent)).await.expect("put");
    let committed = stores.documents.commit(rows()).await.expect("commit");
    assert_eq!((committed.revisions, committed.inserted), (vec![], 1));
    assert_eq!(revision(&stores, "a").await, Some(1));
}

async fn rows_that_cannot_be_stored_stop_the_whole_batch(stores: Stores) {
    let rows = Batch::new().append("t", vec![row("1"), row("")]);
    let error = stores.documents.commit(put(rows, Expect::Absent)).await;
    let invalid = matches!(error, Err(CommitError::Store(StoreError::Invalid { .. })));
    assert!(invalid, "{error:?}");
    assert_eq!((revision(&stores, "a").await, keys(&stores, "t").await), (None, vec![]));
}
