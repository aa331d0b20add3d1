//! What every store promises about the log: rows once, in order, found by what they say.

use super::ODD_KEYS;
use crate::{
    error::StoreError,
    log::{Log, Query, Row},
};
use jiff::Timestamp;
use serde_json::json;
use std::sync::Arc;

/// Runs every case against a fresh store.
pub async fn suite(make: impl AsyncFn() -> Arc<dyn Log>) {
    a_row_is_inserted_once_and_stays_as_it_was(make().await).await;
    a_partition_is_read_in_the_order_of_its_keys(make().await).await;
    odd_keys_are_kept_apart(make().await).await;
    a_query_gives_the_newest_first(make().await).await;
    filters_hold_together(make().await).await;
    a_cursor_is_not_disturbed_by_newer_rows(make().await).await;
    what_makes_no_sense_is_refused(make().await).await;
    concurrent_appends_insert_each_row_once(make().await).await;
}

fn row(partition: &str, key: &str, second: i64) -> Row {
    let time = Timestamp::from_second(second).expect("a time");
    let (partition, key) = (partition.to_owned(), key.to_owned());
    Row { value: json!({ "key": key }), partition, key, time, fields: vec![] }
}

fn with(mut row: Row, field: &str, value: &str) -> Row {
    row.fields.push((field.into(), value.into()));
    row
}

fn keys(rows: &[Row]) -> Vec<&str> {
    rows.iter().map(|row| &*row.key).collect()
}

async fn a_row_is_inserted_once_and_stays_as_it_was(log: Arc<dyn Log>) {
    let first = with(row("job", "1", 10), "kind", "Output");
    let twice = Row { value: json!("other"), time: Timestamp::MAX, ..first.clone() };
    let rows = vec![first.clone(), twice.clone(), row("job", "2", 11)];
    assert_eq!(log.append("stream", rows).await.expect("append"), 2);
    assert_eq!(log.append("stream", vec![twice]).await.expect("append"), 0);
    assert_eq!(log.get("stream", "job", "1").await.expect("get"), Some(first.clone()));
    assert_eq!(log.append("journal", vec![first]).await.expect("append"), 1);
    let page = log.query("stream", &Query::newest(9)).await.expect("query");
    assert_eq!(keys(&page.rows), ["2", "1"]);
    assert_eq!(log.get("stream", "job", "3").await.expect("get"), None);
}

async fn a_partition_is_read_in_the_order_of_its_keys(log: Arc<dyn Log>) {
    let rows = ["3", "1", "2"].map(|key| row("job", key, 5)).to_vec();
    log.append("stream", rows).await.expect("append");
    log.append("stream", vec![row("job2", "0", 5), row("jo", "9", 5)]).await.expect("append");
    let read = async |after: Option<&str>, limit| {
        log.read("stream", "job", after.map(str::to_owned), limit).await.expect("read")
    };
    assert_eq!(keys(&read(None, 9).await), ["1", "2", "3"]);
    assert_eq!(keys(&read(None, 2).await), ["1", "2"]);
    assert_eq!(keys(&read(Some("2"), 2).await), ["3"]);
    assert_eq!(keys(&read(Some("3"), 2).await), [""; 0]);
    assert_eq!(log.read("none", "job", None, 9).await.expect("read"), []);
}

async fn odd_keys_are_kept_apart(log: Arc<dyn Log>) {
    for partition in ODD_KEYS {
        let row = |key: &&str| with(row(partition, key, 1), "odd", key);
        let rows: Vec<Row> = ODD_KEYS.iter().rev().map(row).collect();
        assert_eq!(log.append("stream", rows).await.expect("append"), ODD_KEYS.len());
    }
    for odd in ODD_KEYS {
        let rows = log.read("stream", odd, None, 100).await.expect("read");
        assert_eq!(keys(&rows), ODD_KEYS);
        let query = Query::newest(100).equals("odd", odd);
        let page = log.query("stream", &query).await.expect("query");
        assert_eq!(keys(&page.rows), [odd; ODD_KEYS.len()]);
    }
}

async fn a_query_gives_the_newest_first(log: Arc<dyn Log>) {
    let rows = vec![row("a", "1", 30), row("b", "2", -10), row("a", "3", 20), row("b", "4", 30)];
    log.append("t", rows).await.expect("append");
    let mut query = Query::newest(2);
    let first = log.query("t", &query).await.expect("query");
    assert_eq!(keys(&first.rows), ["4", "1"]);
    query.cursor = first.next;
    let last = log.query("t", &query).await.expect("query");
    assert_eq!((keys(&last.rows), last.next), (vec!["3", "2"], None));
}

async fn filters_hold_together(log: Arc<dyn Log>) {
    let entry = |key: &str, second, computer: &str, title: &str| {
        with(with(row("p", key, second), "computer", computer), "title", title)
    };
    let rows = vec![
        entry("1", 10, "WEB-1", "Security update of OpenSSL"),
        entry("2", 20, "web-1", "curl"),
        entry("3", 30, "web-11", "openssl"),
        entry("4", 40, "Web-1", "ÖPENSSL"),
        entry("5", 50, "db", &"é".repeat(2_000)),
    ];
    log.append("t", rows).await.expect("append");
    let check = async |query: Query, expected: &[&str]| {
        let page = log.query("t", &query).await.expect("query");
        assert_eq!((keys(&page.rows), page.next), (expected.to_vec(), None), "{query:?}");
    };
    let time = |second| Some(Timestamp::from_second(second).expect("a time"));
    let web = Query::newest(9).equals("computer", "wEb-1");
    let openssl = Some(("title".to_owned(), "openSSL".to_owned()));
    check(web.clone(), &["4", "2", "1"]).await;
    check(Query { contains: openssl.clone(), ..Query::newest(9) }, &["3", "1"]).await;
    check(Query { contains: openssl, ..web.clone() }, &["1"]).await;
    check(Query { since: time(20), until: time(40), ..web.clone() }, &["2"]).await;
    check(Query { since: time(20), until: time(40), ..Query::newest(9) }, &["3", "2"]).await;
    check(web.clone().equals("title", "öpenssl"), &["4"]).await;
    check(web.equals("title", "nothing"), &[]).await;
    check(Query::newest(9).equals("title", "É".repeat(2_000)), &["5"]).await;
    check(Query::newest(9).equals("title", "É".repeat(1_999)), &[]).await;
    check(Query::newest(0), &[]).await;
}

async fn a_cursor_is_not_disturbed_by_newer_rows(log: Arc<dyn Log>) {
    let rows: Vec<Row> = (0..10).map(|n| with(row("p", &n.to_string(), n), "all", "yes")).collect();
    log.append("t", rows).await.expect("append");
    for base in [Query::newest(4), Query::newest(4).equals("all", "YES")] {
        let (mut query, mut seen) = (base, Vec::new());
        loop {
            let page = log.query("t", &query).await.expect("query");
            seen.extend(page.rows.into_iter().map(|row| row.key));
            query.cursor = page.next;
            if query.cursor.is_none() {
                break;
            }
            let newer = with(row("q", "same", 100), "all", "yes");
            log.append("t", vec![newer]).await.expect("append");
        }
        seen.retain(|key| key != "same");
        assert_eq!(seen, ["9", "8", "7", "6", "5", "4", "3", "2", "1", "0"]);
    }
}

async fn what_makes_no_sense_is_refused(log: Arc<dyn Log>) {
    let nameless = with(row("p", "k", 1), "", "value");
    for rows in [vec![row("", "k", 1)], vec![row("p", "k", 1), row("p", "", 1)], vec![nameless]] {
        let error = log.append("t", rows).await.expect_err("refused");
        assert!(matches!(error, StoreError::Invalid { .. }), "{error}");
    }
    assert_eq!(log.get("t", "p", "k").await.expect("get"), None);
    let query = Query { cursor: Some("elsewhere".into()), ..Query::newest(1) };
    let error = log.query("t", &query).await.expect_err("refused");
    assert!(matches!(error, StoreError::Invalid { .. }), "{error}");
}

async fn concurrent_appends_insert_each_row_once(log: Arc<dyn Log>) {
    let mut tasks = tokio::task::JoinSet::new();
    for n in 0..100 {
        let log = Arc::clone(&log);
        let rows = vec![row("p", &format!("{:02}", n / 4), 1), row("p", "shared", 1)];
        tasks.spawn(async move { log.append("t", rows).await.expect("append") });
    }
    assert_eq!(tasks.join_all().await.into_iter().sum::<usize>(), 26);
    assert_eq!(log.read("t", "p", None, 100).await.expect("read").len(), 26);
}
