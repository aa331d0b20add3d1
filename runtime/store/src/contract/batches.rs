//! What every store promises about batches that hold documents and rows: all of it, or nothing.

use super::documents::JOBS;
use crate::{
    Stores,
    batch::{Batch, CommitError, Expect},
    error::StoreError,
    limit,
    log::{Query, Row},
};
use jiff::Timestamp;
use serde_json::json;

/// Runs every case against fresh stores.
pub async fn suite(make: impl AsyncFn() -> Stores) {
    rows_come_with_the_documents_of_their_batch(make().await).await;
    a_failed_precondition_inserts_no_row(make().await).await;
    a_document_that_is_only_required_stays_at_its_revision(make().await).await;
    rows_that_cannot_be_stored_stop_the_whole_batch(make().await).await;
    rows_that_go_are_found_no_more(make().await).await;
    rows_go_with_the_documents_of_their_batch(make().await).await;
    a_row_that_went_may_come_again(make().await).await;
    rows_go_one_by_one_while_others_come(make().await).await;
    too_many_rows_at_once_stay(make().await).await;
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

fn remove(table: &str, keys: &[&str]) -> Batch {
    let rows = keys.iter().map(|key| ("job".to_owned(), (*key).to_owned())).collect();
    Batch::new().remove(table, rows)
}

async fn found(stores: &Stores, query: Query) -> Vec<String> {
    let page = stores.log.query("t", &query).await.expect("query");
    page.rows.into_iter().map(|row| row.key).collect()
}

async fn rows_that_go_are_found_no_more(stores: Stores) {
    let field = ("Title".to_owned(), "curl".to_owned());
    let value = json!({ "z": [0.1 + 0.2, -0.0, u64::MAX, "\0ü"], "a": null });
    let rows = ["1", "2", "3"].map(|key| {
        let (fields, value) = (vec![field.clone(), field.clone()], value.clone());
        Row { fields, value, ..row(key) }
    });
    stores.log.append("t", rows.to_vec()).await.expect("append");
    stores.log.append("u", rows.to_vec()).await.expect("append");
    let batch = remove("t", &["1", "3", "1", "never"]).remove("none", vec![]);
    assert_eq!(stores.documents.commit(batch).await.expect("commit").removed, 2);
    let again = stores.documents.commit(remove("t", &["1"])).await.expect("commit");
    assert_eq!(again.removed, 0);
    assert_eq!(keys(&stores, "t").await, ["2"]);
    assert_eq!(found(&stores, Query::newest(9)).await, ["2"]);
    assert_eq!(found(&stores, Query::newest(9).equals("Title", "CURL")).await, ["2"]);
    assert_eq!(stores.log.get("t", "job", "3").await.expect("get"), None);
    assert_eq!(keys(&stores, "u").await, ["1", "2", "3"]);
}

async fn rows_go_with_the_documents_of_their_batch(stores: Stores) {
    stores.log.append("t", vec![row("1")]).await.expect("append");
    let refused = stores.documents.commit(put(remove("t", &["1"]), Expect::Revision(7))).await;
    assert!(matches!(refused, Err(CommitError::Conflict { .. })), "{refused:?}");
    assert_eq!(keys(&stores, "t").await, ["1"]);
    let committed = stores.documents.commit(put(remove("t", &["1"]), Expect::Absent)).await;
    assert_eq!(committed.expect("commit").removed, 1);
    assert_eq!((keys(&stores, "t").await, revision(&stores, "a").await), (vec![], Some(1)));
}

async fn a_row_that_went_may_come_again(stores: Stores) {
    let later = Row { time: Timestamp::MAX, value: json!("anew"), ..row("1") };
    stores.log.append("t", vec![row("1"), row("2")]).await.expect("append");
    let batch = remove("t", &["1"]).append("t", vec![later.clone()]);
    let committed = stores.documents.commit(batch).await.expect("commit");
    assert_eq!((committed.removed, committed.inserted), (1, 1));
    assert_eq!(stores.log.get("t", "job", "1").await.expect("get"), Some(later.clone()));
    assert_eq!(found(&stores, Query::newest(9)).await, ["1", "2"]);
    stores.documents.commit(remove("t", &["1"])).await.expect("commit");
    assert_eq!(stores.log.append("t", vec![later]).await.expect("append"), 1);
    assert_eq!(found(&stores, Query::newest(9)).await, ["1", "2"]);
}

async fn rows_go_one_by_one_while_others_come(stores: Stores) {
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..50 {
        let (stores, key) = (stores.clone(), format!("{n:02}"));
        tasks.spawn(async move {
            let mut moved = (0, 0);
            for _ in 0..3 {
                moved.0 += stores.log.append("t", vec![row(&key), row("all")]).await.expect("rows");
                let gone = stores.documents.commit(remove("t", &[&key, "all"])).await;
                moved.1 += gone.expect("commit").removed;
            }
            moved
        });
    }
    let moved = tasks.join_all().await;
    let (came, went) = moved.into_iter().fold((0, 0), |sum, one| (sum.0 + one.0, sum.1 + one.1));
    assert!(went >= 150, "{went}");
    assert_eq!(keys(&stores, "t").await.len(), came - went);
    assert_eq!(found(&stores, Query::newest(9)).await.len(), came - went);
}

async fn too_many_rows_at_once_stay(stores: Stores) {
    let keys: Vec<String> = (0..=limit::BATCH_ITEMS).map(|n| n.to_string()).collect();
    let mut named: Vec<&str> = keys.iter().map(String::as_str).collect();
    stores.log.append("t", vec![row("0")]).await.expect("append");
    let refused = stores.documents.commit(remove("t", &named)).await;
    let too_large = matches!(refused, Err(CommitError::Store(StoreError::TooLarge { .. })));
    assert!(too_large, "{refused:?}");
    assert_eq!(found(&stores, Query::newest(1)).await, ["0"]);
    named.pop();
    assert_eq!(stores.documents.commit(remove("t", &named)).await.expect("commit").removed, 1);
}
