//! The log in memory.

use super::{Memory, State};
use crate::{
    batch::{Append, Batch, CommitError, Removal},
    cursor::Position,
    documents::Documents as _,
    error::{StoreError, check_size},
    limit,
    log::{Log, Query, QueryPage, Row},
};
use async_trait::async_trait;
use std::{
    collections::{BTreeMap, BTreeSet, btree_map::Entry},
    ops::Bound,
};

/// One table.
#[derive(Debug, Default)]
pub(super) struct Table {
    /// By partition and key.
    rows: BTreeMap<(String, String), Row>,
    order: BTreeSet<Position>,
}

#[async_trait]
impl Log for Memory {
    async fn append(&self, table: &str, rows: Vec<Row>) -> Result<usize, StoreError> {
        let committed = self.commit(Batch::new().append(table, rows)).await;
        committed.map(|committed| committed.inserted).map_err(CommitError::into_store)
    }

    async fn read(
        &self,
        table: &str,
        partition: &str,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let state = self.0.read();
        let Some(table) = state.tables.get(table) else { return Ok(Vec::new()) };
        let after = (partition.to_owned(), after.unwrap_or_default());
        let behind = table.rows.range((Bound::Excluded(after), Bound::Unbounded));
        let rows = behind.map(|(_, row)| row).take_while(|row| row.partition == partition);
        Ok(rows.take(limit).cloned().collect())
    }

    async fn query(&self, table: &str, query: &Query) -> Result<QueryPage, StoreError> {
        let below = query.position()?.map_or(Bound::Unbounded, Bound::Excluded);
        let state = self.0.read();
        let Some(table) = state.tables.get(table) else { return Ok(QueryPage::default()) };
        let places = table.order.range((Bound::Unbounded, below)).rev();
        query.page(places.filter_map(|place| table.at(place)).map(Ok))
    }

    async fn get(
        &self,
        table: &str,
        partition: &str,
        key: &str,
    ) -> Result<Option<Row>, StoreError> {
        let place = (partition.to_owned(), key.to_owned());
        Ok(self.0.read().tables.get(table).and_then(|table| table.rows.get(&place)).cloned())
    }
}

pub(super) fn check_values(appends: &[Append]) -> Result<(), StoreError> {
    for row in appends.iter().flat_map(|append| &append.rows) {
        check_size("a row (bytes)", row.value.to_string().len(), limit::VALUE_BYTES)?;
    }
    Ok(())
}

impl State {
    /// Inserts the rows that are not there, and gives their number.
    pub(super) fn append(&mut self, append: Append) -> usize {
        let table = self.tables.entry(append.table).or_default();
        append.rows.into_iter().filter_map(|row| table.insert(row)).count()
    }

    /// Removes the rows that are there, and gives their number.
    pub(super) fn remove(&mut self, removal: &Removal) -> usize {
        let Some(table) = self.tables.get_mut(&removal.table) else { return 0 };
        removal.rows.iter().filter_map(|place| table.remove(place)).count()
    }
}

impl Table {
    fn insert(&mut self, row: Row) -> Option<()> {
        let Entry::Vacant(free) = self.rows.entry((row.partition.clone(), row.key.clone())) else {
            return None;
        };
        self.order.insert(Position::of(&row));
        free.insert(row);
        Some(())
    }

    fn remove(&mut self, place: &(String, String)) -> Option<()> {
        let row = self.rows.remove(place)?;
        self.order.remove(&Position::of(&row));
        Some(())
    }

    fn at(&self, place: &Position) -> Option<Row> {
        self.rows.get(&(place.partition.clone(), place.key.clone())).cloned()
    }
}
