//! The log in the tree. A body is the row as JSON; its places hold nothing but their key.

use crate::{Tree, durable::View, key, pending::PreparedRow, value};
use async_trait::async_trait;
use bindery_store::{
    batch::{Batch, CommitError, Removal},
    cursor::Position,
    documents::Documents as _,
    error::{StoreError, check_size},
    limit,
    log::{Log, Query, QueryPage, Row},
};

#[async_trait]
impl Log for Tree {
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
        let base = key::partition(table, partition);
        let to = key::behind(base.clone());
        let from = after.map_or(base.clone(), |after| key::behind(key::with_id(base, &after)));
        let rows = |view: &View<'_>| {
            let keys = self.keys(view, from.clone(), to.clone());
            let rows = keys.filter_map(|key| key.and_then(|key| self.row(view, &key)).transpose());
            rows.take(limit).collect()
        };
        self.durability.read(rows).await
    }

    async fn query(&self, table: &str, query: &Query) -> Result<QueryPage, StoreError> {
        let below = query.position()?;
        let base = match query.equals.first() {
            Some((field, value)) => key::field_places(table, field, value),
            None => key::places(table),
        };
        let start = query.since.map_or(base.clone(), |since| key::at_time(base.clone(), since));
        let mut end = key::behind(base.clone());
        if let Some(until) = query.until {
            end = end.min(key::at_time(base.clone(), until));
        }
        if let Some(below) = below {
            end = end.min(key::at(base.clone(), &below));
        }
        let page = |view: &View<'_>| {
            let places = self.keys(view, start.clone(), end.clone()).rev();
            query.page(places.filter_map(|place| {
                place.and_then(|place| self.row_at(view, table, &base, &place)).transpose()
            }))
        };
        self.durability.read(page).await
    }

    async fn get(
        &self,
        table: &str,
        partition: &str,
        key: &str,
    ) -> Result<Option<Row>, StoreError> {
        let key = key::row(table, partition, key);
        self.durability.read(|view| self.row(view, &key)).await
    }
}

impl Tree {
    fn row(&self, view: &View<'_>, key: &[u8]) -> Result<Option<Row>, StoreError> {
        let parse = |body: Vec<u8>| serde_json::from_slice(&body).map_err(|_| value::damaged(key));
        self.body(view, key)?.map(parse).transpose()
    }

    fn row_at(
        &self,
        view: &View<'_>,
        table: &str,
        base: &[u8],
        place: &[u8],
    ) -> Result<Option<Row>, StoreError> {
        let texts = place.get(base.len() + key::TIME_BYTES..).and_then(key::parse);
        let Some([partition, key]) = texts.as_deref() else { return Err(value::damaged(place)) };
        self.row(view, &key::row(table, partition, key))
    }
}

impl Tree {
    /// The rows of `removals` that are there. Each is looked up in a read of its own, so that
    /// writers wait for one row at most.
    pub(crate) async fn prepare_removals(
        &self,
        removals: &[Removal],
    ) -> Result<Vec<PreparedRow>, StoreError> {
        let mut gone = vec![];
        for Removal { table, rows } in removals {
            for (partition, key) in rows {
                if let Some(row) = Log::get(self, table, partition, key).await? {
                    gone.push(prepare(table, &row)?);
                }
            }
        }
        Ok(gone)
    }
}

pub(crate) fn prepare(table: &str, row: &Row) -> Result<PreparedRow, StoreError> {
    let what = || format!("row `{table}/{}/{}`", row.partition, row.key);
    let body = serde_json::to_vec(row)
        .map_err(|error| StoreError::invalid(what(), format!("is no JSON: {error}")))?;
    check_size("a row (bytes)", body.len(), limit::VALUE_BYTES)?;
    let position = Position::of(row);
    let field_place = |(field, value): &(String, String)| {
        key::at(key::field_places(table, field, value), &position)
    };
    let mut places: Vec<Vec<u8>> = row.fields.iter().map(field_place).collect();
    places.push(key::at(key::places(table), &position));
    Ok(PreparedRow { key: key::row(table, &row.partition, &row.key), body, places })
}
