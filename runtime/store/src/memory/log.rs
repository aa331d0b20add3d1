//! The log in memory.

use crate::{
    cursor::Position,
    error::{StoreError, check_size},
    limit,
    log::{Log, Query, QueryPage, Row, check_rows},
};
use async_trait::async_trait;
use parking_lot::RwLock;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap, btree_map::Entry},
    ops::Bound,
};

/// A log that ends with the process.
#[derive(Debug, Default)]
pub struct MemoryLog(RwLock<HashMap<String, Table>>);

#[derive(Debug, Default)]
struct Table {
    /// By partition and key.
    rows: BTreeMap<(String, String), Row>,
    order: BTreeSet<Position>,
}

#[async_trait]
impl Log for MemoryLog {
    async fn append(&self, table: &str, rows: Vec<Row>) -> Result<usize, StoreError> {
        check_rows(table, &rows)?;
        for row in &rows {
            check_size("a row (bytes)", row.value.to_string().len(), limit::VALUE_BYTES)?;
        }
        let mut tables = self.0.write();
        let table = tables.entry(table.to_owned()).or_default();
        Ok(rows.into_iter().filter_map(|row| table.insert(row)).count())
    }

    async fn read(
        &self,
        table: &str,
        partition: &str,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let tables = self.0.read();
        let Some(table) = tables.get(table) else { return Ok(Vec::new()) };
        let after = (partition.to_owned(), after.unwrap_or_default());
        let behind = table.rows.range((Bound::Excluded(after), Bound::Unbounded));
        let rows = behind.map(|(_, row)| row).take_while(|row| row.partition == partition);
        Ok(rows.take(limit).cloned().collect())
    }

    async fn query(&self, table: &str, query: &Query) -> Result<QueryPage, StoreError> {
        let below = query.position()?.map_or(Bound::Unbounded, Bound::Excluded);
        let tables = self.0.read();
        let Some(table) = tables.get(table) else { return Ok(QueryPage::default()) };
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
        Ok(self.0.read().get(table).and_then(|table| table.rows.get(&place)).cloned())
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

    fn at(&self, place: &Position) -> Option<Row> {
        self.rows.get(&(place.partition.clone(), place.key.clone())).cloned()
    }
}
