//! The log in the tree. A body is the row as JSON; its places hold nothing but their key.

use crate::{Tree, committer::Write, key, pending::PreparedRow, value};
use async_trait::async_trait;
use bindery_store::{
    cursor::Position,
    error::{StoreError, check_size},
    limit,
    log::{Log, Query, QueryPage, Row, check_rows},
};
use tokio::sync::oneshot;

#[async_trait]
impl Log for Tree {
    async fn append(&self, table: &str, rows: Vec<Row>) -> Result<usize, StoreError> {
        check_rows(table, &rows)?;
        let prepared: Result<_, _> = rows.iter().map(|row| prepare(table, row)).collect();
        let (reply, answer) = oneshot::channel();
        self.committer.send(Write::Append(prepared?, reply)).await?;
        answer.await.unwrap_or(Err(StoreError::Closed))
    }

    async fn read(
        &self,
        table: &str,
        partition: &str,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError> {
        let _durable = self.durable().await?;
        let base = key::partition(table, partition);
        let to = key::behind(base.clone());
        let from = after.map_or(base.clone(), |after| key::behind(key::with_id(base, &after)));
        let rows =
            self.keys(from, to).filter_map(|key| key.and_then(|key| self.row(&key)).transpose());
        rows.take(limit).collect()
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
        let _durable = self.durable().await?;
        let rows = self.keys(start, end).rev().filter_map(|place| {
            place.and_then(|place| self.row_at(table, &base, &place)).transpose()
        });
        query.page(rows)
    }

    async fn get(
        &self,
        table: &str,
        partition: &str,
        key: &str,
    ) -> Result<Option<Row>, StoreError> {
        let _durable = self.durable().await?;
        self.row(&key::row(table, partition, key))
    }
}

impl Tree {
    fn row(&self, key: &[u8]) -> Result<Option<Row>, StoreError> {
        let parse = |body: Vec<u8>| serde_json::from_slice(&body).map_err(|_| value::damaged(key));
        self.body(key)?.map(parse).transpose()
    }

    fn row_at(&self, table: &str, base: &[u8], place: &[u8]) -> Result<Option<Row>, StoreError> {
        let texts = place.get(base.len() + key::TIME_BYTES..).and_then(key::parse);
        let Some([partition, key]) = texts.as_deref() else { return Err(value::damaged(place)) };
        self.row(&key::row(table, partition, key))
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
