//! The port for the log: append-only rows, each inserted at most once.
//!
//! Rows are read in the order of their keys within a partition (a job's stream, a journal), or
//! queried newest first over a whole table. They are never changed; a batch removes them.

use crate::{
    cursor::Position,
    error::{StoreError, check_key, check_size},
    limit,
};
use async_trait::async_trait;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A row of a table. Its identity is the table, `partition` and `key`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Row {
    /// What it belongs to, for example a job.
    pub partition: String,
    /// Its place there; rows are read in the order of the keys' bytes.
    pub key: String,
    /// When it happened.
    pub time: Timestamp,
    /// What it may be searched by. A name may occur more than once.
    pub fields: Vec<(String, String)>,
    /// The row itself.
    pub value: Value,
}

impl Row {
    fn has(&self, field: &str, fits: impl Fn(&str) -> bool) -> bool {
        self.fields.iter().any(|(name, value)| name == field && fits(&value.to_lowercase()))
    }
}

/// Which rows of a table, newest first (and from the highest partition and key at the same time).
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Query {
    /// Each field has the value, whatever its case.
    pub equals: Vec<(String, String)>,
    /// A field, and a text that occurs in its value, whatever its case.
    pub contains: Option<(String, String)>,
    /// Not before this time.
    pub since: Option<Timestamp>,
    /// Before this time.
    pub until: Option<Timestamp>,
    /// [`QueryPage::next`] of the page before.
    pub cursor: Option<String>,
    /// At most so many; 0 gives an empty page.
    pub limit: usize,
}

impl Query {
    /// The newest `limit` rows.
    pub fn newest(limit: usize) -> Self {
        Self { limit, ..Self::default() }
    }

    /// The same, where `field` is `value`.
    #[must_use]
    pub fn equals(mut self, field: impl Into<String>, value: impl Into<String>) -> Self {
        self.equals.push((field.into(), value.into()));
        self
    }

    /// Whether `row` has what the query asks for.
    pub fn matches(&self, row: &Row) -> bool {
        let equal = |(field, value): &(String, String)| {
            let value = value.to_lowercase();
            row.has(field, |found| found == value)
        };
        let contained = |(field, text): &(String, String)| {
            let text = text.to_lowercase();
            row.has(field, |found| found.contains(&text))
        };
        self.since.is_none_or(|since| row.time >= since)
            && self.until.is_none_or(|until| row.time < until)
            && self.equals.iter().all(equal)
            && self.contains.as_ref().is_none_or(contained)
    }

    /// Where the page begins: strictly below this position. For implementations of the port.
    pub fn position(&self) -> Result<Option<Position>, StoreError> {
        self.cursor.as_deref().map(Position::parse).transpose()
    }

    /// The page out of `candidates`, which come newest first from behind the cursor.
    pub fn page(
        &self,
        candidates: impl Iterator<Item = Result<Row, StoreError>>,
    ) -> Result<QueryPage, StoreError> {
        let mut page = QueryPage::default();
        if self.limit == 0 {
            return Ok(page);
        }
        for (seen, row) in candidates.enumerate() {
            let row = row?;
            let fits = self.matches(&row);
            if fits && page.rows.len() == self.limit {
                page.next = page.rows.last().map(|last| Position::of(last).to_cursor());
                return Ok(page);
            }
            let position = (seen + 1 == limit::QUERY_ROWS).then(|| Position::of(&row));
            if fits {
                page.rows.push(row);
            }
            if let Some(position) = position {
                page.next = Some(position.to_cursor());
                return Ok(page);
            }
        }
        Ok(page)
    }
}

/// Some rows, and where to go on.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct QueryPage {
    /// The rows, newest first. There may be fewer than asked for, and yet a next page: one query
    /// looks at no more than [`limit::QUERY_ROWS`] rows.
    pub rows: Vec<Row>,
    /// [`Query::cursor`] of the next page; none when this is the last.
    pub next: Option<String>,
}

/// Append-only tables.
#[async_trait]
pub trait Log: Send + Sync + 'static {
    /// Inserts the rows that are not there yet, together, and gives their number; the others stay
    /// as they were. Durable when it returns.
    async fn append(&self, table: &str, rows: Vec<Row>) -> Result<usize, StoreError>;

    /// Up to `limit` rows of a partition in the order of their keys, behind `after`.
    async fn read(
        &self,
        table: &str,
        partition: &str,
        after: Option<String>,
        limit: usize,
    ) -> Result<Vec<Row>, StoreError>;

    /// The rows of a table that the query asks for. A foreign cursor is [`StoreError::Invalid`].
    async fn query(&self, table: &str, query: &Query) -> Result<QueryPage, StoreError>;

    /// One row, if it is there.
    async fn get(&self, table: &str, partition: &str, key: &str)
    -> Result<Option<Row>, StoreError>;
}

/// Checks what every store refuses. For implementations of the port.
pub fn check_rows(table: &str, rows: &[Row]) -> Result<(), StoreError> {
    check_key("the name of a table", table)?;
    check_size("an append (rows)", rows.len(), limit::BATCH_ITEMS)?;
    for row in rows {
        check_key("the partition of a row", &row.partition)?;
        check_key("the key of a row", &row.key)?;
        for (field, _) in &row.fields {
            check_key("the name of a field", field)?;
        }
    }
    Ok(())
}
