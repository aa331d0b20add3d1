//! Pages: limits and cursors of lists.

use crate::{documents::Items, http::problem::invalid};
use bindery_api::page::Page;
use bindery_core::{code::Failure, limit};
use bindery_store::documents::Range;

/// Items of a page where no limit is given.
const DEFAULT_ITEMS: usize = 100;

/// The number of items that was asked for.
pub(super) fn items(limit: Option<u32>) -> Result<usize, Failure> {
    let Some(asked) = limit else { return Ok(DEFAULT_ITEMS) };
    match usize::try_from(asked) {
        Ok(items) if (1..=limit::PAGE_ITEMS).contains(&items) => Ok(items),
        _ => {
            Err(invalid(format!("`limit` is {asked}; it must be from 1 to {}", limit::PAGE_ITEMS)))
        }
    }
}

/// The part of a list that was asked for.
pub(super) fn range(cursor: Option<String>, limit: Option<u32>) -> Result<Range, Failure> {
    Ok(Range { after: cursor, ..Range::first(items(limit)?) })
}

/// A page of converted items.
pub(super) fn page<T, U>((items, cursor): Items<T>, each: impl FnMut(T) -> U) -> Page<U> {
    Page { items, cursor }.map(each)
}

/// A page of a list that is there as a whole; the cursor is a place in it.
pub(super) fn slice<T>(
    list: Vec<T>,
    cursor: Option<String>,
    limit: Option<u32>,
) -> Result<Page<T>, Failure> {
    let from: usize = place(cursor.as_deref())?;
    let to = from.saturating_add(items(limit)?);
    let more = list.len() > to;
    let items = list.into_iter().skip(from).take(to - from).collect();
    Ok(Page { items, cursor: more.then(|| to.to_string()) })
}

/// A cursor that is a number; the beginning if there is none.
pub(super) fn place<N: std::str::FromStr + Default>(cursor: Option<&str>) -> Result<N, Failure> {
    let Some(cursor) = cursor else { return Ok(N::default()) };
    cursor.parse().map_err(|_| bad_cursor())
}

pub(super) fn bad_cursor() -> Failure {
    invalid("`cursor` is none that this list gave")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_limit_out_of_range_is_refused_and_none_is_a_hundred() {
        assert_eq!(items(None), Ok(100));
        assert_eq!(items(Some(1)), Ok(1));
        assert_eq!(items(Some(1_000)), Ok(1_000));
        for limit in [0, 1_001, u32::MAX] {
            assert!(items(Some(limit)).is_err(), "{limit}");
        }
    }

    #[test]
    fn cursors_lead_through_a_whole_list() {
        let (mut seen, mut cursor) = (vec![], None);
        loop {
            let page = slice((0..7).collect(), cursor, Some(3)).expect("a page");
            seen.extend(page.items);
            cursor = page.cursor;
            if cursor.is_none() {
                break;
            }
        }
        assert_eq!(seen, (0..7).collect::<Vec<_>>());
        assert!(slice(vec![1], Some("x".into()), None).is_err());
    }
}
