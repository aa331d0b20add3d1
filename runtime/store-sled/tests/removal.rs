//! What was removed stays so: after the store was closed, and after it was recovered.

use bindery_store::{
    Stores,
    batch::Batch,
    log::{Query, Row},
};
use bindery_store_sled::{open::SledStore, recover::recover};
use jiff::Timestamp;

fn row(partition: &str, number: usize) -> Row {
    let (partition, key) = (partition.to_owned(), format!("{number:04}"));
    let fields = vec![("job".to_owned(), partition.clone())];
    Row { partition, key, time: Timestamp::UNIX_EPOCH, fields, value: "x".repeat(300).into() }
}

async fn rows(stores: &Stores, partition: &str) -> (usize, usize) {
    let read = stores.log.read("t", partition, None, 9_999).await.expect("read");
    let query = Query::newest(9_999).equals("job", partition);
    (read.len(), stores.log.query("t", &query).await.expect("query").rows.len())
}

#[tokio::test]
async fn rows_that_went_are_gone_when_the_store_opens_again() {
    let folder = tempfile::tempdir().expect("a folder");
    let stores = SledStore::open(folder.path()).expect("opens");
    for job in ["old", "new"] {
        let all = (0..1_000).map(|number| row(job, number)).collect();
        assert_eq!(stores.log.append("t", all).await.expect("append"), 1_000);
    }
    for first in (0..1_000).step_by(200) {
        let page = (first..first + 200).map(|number| row("old", number));
        let page = page.map(|row| (row.partition, row.key)).collect();
        let committed = stores.documents.commit(Batch::new().remove("t", page)).await;
        assert_eq!(committed.expect("commit").removed, 200);
    }
    drop(stores);
    let stores = SledStore::open(folder.path()).expect("opens again");
    assert_eq!((rows(&stores, "old").await, rows(&stores, "new").await), ((0, 0), (1_000, 1_000)));
    drop(stores);
    let report = recover(folder.path()).expect("recovers");
    assert_eq!((report.rows, report.lost), (1_000, vec![]));
}
