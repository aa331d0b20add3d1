//! A damaged data folder is refused with a clear text, and recovered as far as it is whole.

use bindery_core::code::Code;
use bindery_store::{
    batch::{Batch, Expect},
    documents::{Collection, Range},
    log::{Query, Row},
};
use bindery_store_sled::{
    open::{OpenError, SledStore},
    recover::recover,
};
use serde_json::json;
use std::{
    path::Path,
    time::{Duration, Instant},
};

const JOBS: Collection = Collection("jobs");

async fn fill(path: &Path) {
    let stores = SledStore::open(path).expect("opens");
    for id in ["a", "b", "c"] {
        let indexes = vec![("state", "queued".to_owned())];
        let batch = Batch::new().put(JOBS, id, &json!({ "id": id }), Expect::Any, indexes);
        stores.documents.commit(batch).await.expect("put");
        let row = Row {
            partition: "job".into(),
            key: id.into(),
            time: jiff::Timestamp::UNIX_EPOCH,
            fields: vec![("kind".into(), "Output".into())],
            value: json!(id),
        };
        stores.log.append("stream", vec![row]).await.expect("append");
    }
}

/// The database below the store, as soon as the threads of the one that was dropped let go of it.
fn sled_of(path: &Path) -> sled::Db {
    let patience = Instant::now() + Duration::from_secs(10);
    loop {
        match sled::open(path.join("db")) {
            Err(_) if Instant::now() < patience => std::thread::yield_now(),
            opened => return opened.expect("opens"),
        }
    }
}

/// Turns one bit of the value of the first key that begins with `kind` and contains `needle`.
fn damage(path: &Path, kind: u8, needle: &[u8]) {
    let db = sled_of(path);
    let fits = |key: &[u8]| key[0] == kind && key.windows(needle.len()).any(|part| part == needle);
    let keys = db.iter().keys().map(|key| key.expect("a key"));
    let key = keys.into_iter().find(|key| fits(key)).expect("the key");
    let mut stored = db.get(&key).expect("get").expect("there").to_vec();
    *stored.last_mut().expect("a byte") ^= 1;
    db.insert(key, stored).expect("insert");
    db.flush().expect("flush");
}

#[tokio::test]
async fn a_damaged_value_is_named_with_the_recovery_command() {
    let folder = tempfile::tempdir().expect("a folder");
    fill(folder.path()).await;
    damage(folder.path(), b'd', b"jobs\0\0b");
    let error = SledStore::open(folder.path()).err().expect("refused");
    assert!(matches!(error, OpenError::Damaged { .. }), "{error}");
    let text = error.to_string();
    assert!(text.contains("document `jobs/b`"), "{text}");
    assert!(text.contains("`bindery store recover`"), "{text}");
    assert!(bindery_store::error::REMEDY.contains("bindery store recover"));
    assert!(Code::StoreDamaged.remedy().contains("bindery store recover"));
}

#[tokio::test]
async fn recovery_keeps_what_is_whole_and_names_what_is_lost() {
    let folder = tempfile::tempdir().expect("a folder");
    fill(folder.path()).await;
    damage(folder.path(), b'd', b"jobs\0\0b");
    damage(folder.path(), b'l', b"job\0\0c");
    damage(folder.path(), b'i', b"queued\0\0a");

    let report = recover(folder.path()).expect("recovers");
    assert_eq!((report.documents, report.rows), (2, 2));
    assert_eq!(report.lost, ["document `jobs/b`", "row `stream/job/c`"]);
    assert!(report.kept.join("db").exists());

    let stores = SledStore::open(folder.path()).expect("opens");
    let page =
        stores.documents.find(JOBS, "state", "queued", &Range::first(9)).await.expect("find");
    let ids: Vec<_> = page.documents.iter().map(|document| &*document.id).collect();
    assert_eq!(ids, ["a", "c"]);
    let query = Query::newest(9).equals("kind", "output");
    let page = stores.log.query("stream", &query).await.expect("query");
    assert_eq!(page.rows.iter().map(|row| &*row.key).collect::<Vec<_>>(), ["b", "a"]);
}

#[tokio::test]
async fn a_folder_belongs_to_one_opener_at_a_time() {
    let folder = tempfile::tempdir().expect("a folder");
    let stores = SledStore::open(folder.path()).expect("opens");
    let error = SledStore::open(folder.path()).err().expect("refused");
    assert!(error.to_string().contains("in use by another process"), "{error}");
    assert!(matches!(recover(folder.path()), Err(OpenError::InUse { .. })));
    drop(stores);
    SledStore::open(folder.path()).expect("opens again");
}

#[test]
fn a_folder_of_another_format_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let db = sled::open(folder.path().join("db")).expect("opens");
    let mut stored = crc32fast::hash(b"vbindery-store 9").to_le_bytes().to_vec();
    stored.extend(b"bindery-store 9");
    db.insert(b"v", stored).expect("insert");
    drop(db);
    let error = SledStore::open(folder.path()).err().expect("refused");
    assert!(
        matches!(&error, OpenError::Format { found, .. } if found == "bindery-store 9"),
        "{error}"
    );
}

/// Turns one bit in the middle of the last write of `text` in sled's log.
fn damage_the_log(path: &Path, text: &[u8]) {
    let file = path.join("db").join("db");
    let mut bytes = std::fs::read(&file).expect("sled's log");
    let at = bytes.windows(text.len()).rposition(|part| part == text).expect("the text");
    bytes[at] ^= 1;
    std::fs::write(&file, bytes).expect("damage");
}

#[tokio::test]
async fn a_log_that_sled_takes_for_a_shorter_one_is_damage_and_not_an_older_state() {
    let folder = tempfile::tempdir().expect("a folder");
    fill(folder.path()).await;
    damage_the_log(folder.path(), br#"{"id":"b"}"#);
    let error = SledStore::open(folder.path()).err().expect("refused");
    let text = error.to_string();
    assert!(matches!(error, OpenError::Damaged { .. }), "{text}");
    assert!(text.contains("groups of writes are missing"), "{text}");
    let report = recover(folder.path()).expect("recovers");
    assert!(report.lost.iter().any(|lost| lost.contains("groups of writes")), "{report:?}");
    let stores = SledStore::open(folder.path()).expect("opens");
    assert!(stores.documents.get(JOBS, "a").await.expect("get").is_some(), "what came before it");
}
