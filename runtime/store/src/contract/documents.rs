//! What every store promises about documents: revisions, preconditions, atomicity, indexes.

use super::{ODD_KEYS, paging};
use crate::{
    batch::{Batch, CommitError, Expect},
    documents::{Collection, Documents, Range},
    error::StoreError,
    limit,
};
use serde_json::{Value, json};
use std::{collections::HashMap, sync::Arc};

pub(super) const JOBS: Collection = Collection("jobs");
const RUNS: Collection = Collection("runs");

/// Runs every case against a fresh store.
pub async fn suite(make: impl AsyncFn() -> Arc<dyn Documents>) {
    a_revision_begins_at_one_and_grows_with_each_put(make().await).await;
    a_failed_precondition_changes_nothing(make().await).await;
    index_entries_move_with_their_document(make().await).await;
    what_is_deleted_is_gone_and_begins_anew(make().await).await;
    odd_keys_are_kept_apart(make().await).await;
    what_cannot_be_stored_is_refused(make().await).await;
    values_come_back_as_they_were(make().await).await;
    concurrent_committers_lose_no_update(make().await).await;
    paging::pages_cover_a_collection_both_ways(make().await).await;
    paging::pages_cover_an_index_both_ways(make().await).await;
    paging::a_page_goes_on_behind_an_id_that_is_gone(make().await).await;
}

pub(super) async fn put(store: &dyn Documents, id: &str, indexes: Vec<(&'static str, String)>) {
    let batch = Batch::new().put(JOBS, id, &json!({ "id": id }), Expect::Any, indexes);
    store.commit(batch).await.expect("put");
}

async fn value(store: &dyn Documents, collection: Collection, id: &str) -> Option<Value> {
    store.get(collection, id).await.expect("get").map(|document| document.value)
}

async fn found(store: &dyn Documents, index: &str, value: &str) -> Vec<String> {
    let page = store.find(JOBS, index, value, &Range::first(100)).await.expect("find");
    page.documents.into_iter().map(|document| document.id).collect()
}

async fn a_revision_begins_at_one_and_grows_with_each_put(store: Arc<dyn Documents>) {
    for expected in 1..=3 {
        let batch = Batch::new().put(JOBS, "a", &expected, Expect::Any, vec![]);
        assert_eq!(store.commit(batch).await.expect("put").revisions, [expected]);
        let document = store.get(JOBS, "a").await.expect("get").expect("there");
        assert_eq!((document.revision, document.value), (expected, json!(expected)));
    }
    assert_eq!(value(&*store, RUNS, "a").await, None);
}

async fn a_failed_precondition_changes_nothing(store: Arc<dyn Documents>) {
    put(&*store, "a", vec![("state", "queued".into())]).await;
    let refused = [
        ("a", Expect::Absent, Some(1)),
        ("a", Expect::Revision(2), Some(1)),
        ("b", Expect::Revision(1), None),
    ];
    for (id, expect, expected) in refused {
        let batch = Batch::new()
            .put(RUNS, "first", &1, Expect::Any, vec![])
            .put(JOBS, id, &"changed", expect, vec![("state", "running".into())])
            .put(RUNS, "last", &1, Expect::Any, vec![]);
        match store.commit(batch).await.expect_err("a conflict") {
            CommitError::Conflict { collection, id: named, expected: wanted, found } => {
                assert_eq!((collection, &*named, wanted, found), (JOBS, id, expect, expected));
            }
            other => panic!("{other}"),
        }
    }
    assert_eq!(value(&*store, RUNS, "first").await, None);
    assert_eq!(value(&*store, RUNS, "last").await, None);
    assert_eq!(value(&*store, JOBS, "a").await, Some(json!({ "id": "a" })));
    assert_eq!(found(&*store, "state", "queued").await, ["a"]);
    assert_eq!(found(&*store, "state", "running").await, [""; 0]);
}

async fn index_entries_move_with_their_document(store: Arc<dyn Documents>) {
    put(&*store, "a", vec![("state", "queued".into()), ("tag", "x".into())]).await;
    put(&*store, "b", vec![("state", "queued".into()), ("tag", "x".into()), ("tag", "y".into())])
        .await;
    assert_eq!(found(&*store, "state", "queued").await, ["a", "b"]);
    put(&*store, "a", vec![("state", "done".into()), ("tag", "x".into())]).await;
    assert_eq!(found(&*store, "state", "queued").await, ["b"]);
    assert_eq!(found(&*store, "state", "done").await, ["a"]);
    assert_eq!(found(&*store, "tag", "x").await, ["a", "b"]);
    assert_eq!(found(&*store, "tag", "y").await, ["b"]);
    assert_eq!(found(&*store, "tag", "").await, [""; 0]);
    assert_eq!(found(&*store, "ta", "gx").await, [""; 0]);
}

async fn what_is_deleted_is_gone_and_begins_anew(store: Arc<dyn Documents>) {
    put(&*store, "a", vec![("state", "queued".into())]).await;
    let stale = Batch::new().delete(JOBS, "a", Expect::Revision(7));
    assert!(matches!(store.commit(stale).await, Err(CommitError::Conflict { .. })));
    for _ in 0..2 {
        store.commit(Batch::new().delete(JOBS, "a", Expect::Any)).await.expect("delete");
        assert_eq!(value(&*store, JOBS, "a").await, None);
        assert_eq!(found(&*store, "state", "queued").await, [""; 0]);
    }
    let batch = Batch::new().put(JOBS, "a", &1, Expect::Absent, vec![]);
    assert_eq!(store.commit(batch).await.expect("put").revisions, [1]);
}

async fn odd_keys_are_kept_apart(store: Arc<dyn Documents>) {
    for key in ODD_KEYS.iter().rev() {
        put(&*store, key, vec![("odd", key.to_string())]).await;
    }
    for key in ODD_KEYS {
        assert_eq!(value(&*store, JOBS, key).await, Some(json!({ "id": key })), "{key:?}");
        assert_eq!(found(&*store, "odd", key).await, [key]);
    }
    let page = store.list(JOBS, &Range::first(100)).await.expect("list");
    let ids: Vec<_> = page.documents.iter().map(|document| &*document.id).collect();
    assert_eq!(ids, ODD_KEYS);
}

async fn what_cannot_be_stored_is_refused(store: Arc<dyn Documents>) {
    let long = "x".repeat(limit::KEY_BYTES + 1);
    let entry = vec![("state", long.clone())];
    let no_json = HashMap::from([((1, 2), 3)]);
    let new = Batch::new;
    let invalid = [
        new().put(JOBS, "", &1, Expect::Any, vec![]),
        new().put(JOBS, "a", &no_json, Expect::Any, vec![]),
        new().put(JOBS, "a", &1, Expect::Any, vec![]).delete(JOBS, "a", Expect::Any),
    ];
    for batch in invalid {
        let error = store.commit(batch).await.expect_err("refused");
        assert!(matches!(error, CommitError::Store(StoreError::Invalid { .. })), "{error}");
    }
    let too_large = [
        new().put(JOBS, &long, &1, Expect::Any, vec![]),
        new().put(JOBS, "a", &1, Expect::Any, entry),
        new().put(JOBS, "a", &"x".repeat(limit::VALUE_BYTES), Expect::Any, vec![]),
    ];
    for batch in too_large {
        let error = store.commit(batch).await.expect_err("refused");
        assert!(matches!(error, CommitError::Store(StoreError::TooLarge { .. })), "{error}");
    }
    assert_eq!(store.commit(Batch::new()).await.expect("an empty batch").revisions, [0; 0]);
    assert_eq!(store.list(JOBS, &Range::first(1)).await.expect("list").documents, []);
}

async fn values_come_back_as_they_were(store: Arc<dyn Documents>) {
    let values = [
        json!(null),
        json!([u64::MAX, i64::MIN, 0.1 + 0.2, 1e-300, 5e-324]),
        json!({ "": "\0\u{1f600}", "nested": { "deep": [[], {}] } }),
        json!("x".repeat(3 << 20)),
    ];
    for (index, expected) in values.iter().enumerate() {
        let id = index.to_string();
        let batch = Batch::new().put(JOBS, &id, expected, Expect::Absent, vec![]);
        store.commit(batch).await.expect("put");
        assert!(value(&*store, JOBS, &id).await.as_ref() == Some(expected), "value {index}");
    }
}

async fn increment(store: Arc<dyn Documents>) {
    loop {
        let document = store.get(JOBS, "counter").await.expect("get").expect("there");
        let next = document.value.as_u64().expect("a number") + 1;
        let expect = Expect::Revision(document.revision);
        match store.commit(Batch::new().put(JOBS, "counter", &next, expect, vec![])).await {
            Ok(_) => return,
            Err(CommitError::Conflict { .. }) => {}
            Err(error) => panic!("{error}"),
        }
    }
}

async fn concurrent_committers_lose_no_update(store: Arc<dyn Documents>) {
    let batch = Batch::new().put(JOBS, "counter", &0, Expect::Absent, vec![]);
    store.commit(batch).await.expect("put");
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..100 {
        tasks.spawn(increment(Arc::clone(&store)));
    }
    tasks.join_all().await;
    let document = store.get(JOBS, "counter").await.expect("get").expect("there");
    assert_eq!((document.revision, document.value), (101, json!(100)));
}
