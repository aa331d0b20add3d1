//! What every store promises about pages of documents.

use super::documents::{JOBS, put};
use crate::documents::{Documents, Page, Range};
use std::sync::Arc;

const IDS: [&str; 7] = ["a1", "a2", "b1", "b2", "b3", "b4", "c1"];

/// Follows `next` until it is none.
async fn follow(mut range: Range, page: impl AsyncFn(&Range) -> Page) -> Vec<Vec<String>> {
    let mut pages = Vec::new();
    loop {
        let Page { documents, next } = page(&range).await;
        pages.push(documents.into_iter().map(|document| document.id).collect());
        match next {
            Some(next) => range = range.after(next),
            None => return pages,
        }
    }
}

async fn check(page: impl AsyncFn(&Range) -> Page) {
    let forwards = follow(Range::first(3), &page).await;
    assert_eq!(forwards, [vec!["a1", "a2", "b1"], vec!["b2", "b3", "b4"], vec!["c1"]]);
    let backwards = follow(Range::last(3), &page).await;
    assert_eq!(backwards, [vec!["c1", "b4", "b3"], vec!["b2", "b1", "a2"], vec!["a1"]]);
    let prefixed = follow(Range::first(2).prefix("b"), &page).await;
    assert_eq!(prefixed, [["b1", "b2"], ["b3", "b4"]]);
    let prefixed = follow(Range::last(2).prefix("b"), &page).await;
    assert_eq!(prefixed, [["b4", "b3"], ["b2", "b1"]]);
    assert_eq!(follow(Range::first(3).prefix("d"), &page).await, [[""; 0]]);
    assert_eq!(follow(Range::first(3).prefix("b").after("c"), &page).await, [[""; 0]]);
    assert_eq!(follow(Range::first(9).prefix("b").after("a"), &page).await[0].len(), 4);
    assert_eq!(follow(Range::last(9).prefix("b").after("a"), &page).await, [[""; 0]]);
    assert_eq!(follow(Range::first(0), &page).await, [[""; 0]]);
}

pub(super) async fn pages_cover_a_collection_both_ways(store: Arc<dyn Documents>) {
    for id in IDS {
        put(&*store, id, vec![]).await;
    }
    check(async |range: &Range| store.list(JOBS, range).await.expect("list")).await;
}

pub(super) async fn pages_cover_an_index_both_ways(store: Arc<dyn Documents>) {
    for id in IDS {
        put(&*store, id, vec![("group", "g".into())]).await;
        put(&*store, &format!("{id}x"), vec![("group", "other".into())]).await;
    }
    check(async |range: &Range| store.find(JOBS, "group", "g", range).await.expect("find")).await;
}

pub(super) async fn a_page_goes_on_behind_an_id_that_is_gone(store: Arc<dyn Documents>) {
    for id in ["a", "c", "e"] {
        put(&*store, id, vec![]).await;
    }
    let page = async |range: &Range| store.list(JOBS, range).await.expect("list");
    assert_eq!(follow(Range::first(5).after("b"), page).await, [["c", "e"]]);
    let page = async |range: &Range| store.list(JOBS, range).await.expect("list");
    assert_eq!(follow(Range::last(5).after("d"), page).await, [["c", "a"]]);
}
