//! The log: rows of tables, searched by run, KB, computer, title, status and time.

use crate::{
    documents::{COMPUTERS, Items, missing},
    plane::ControlPlane,
};
use bindery_core::{
    code::{Code, Failure},
    fleet::Computer,
    id::{ComputerId, JobId},
    limit,
    record::Record,
};
use bindery_store::log::{Query, Row};

impl ControlPlane {
    /// A page of records with their ids, the newest first.
    pub(crate) async fn search(
        &self,
        table: &str,
        query: &Query,
    ) -> Result<Items<(String, Record)>, Failure> {
        let page = self.stores.log.query(table, query).await?;
        let records = page.rows.iter().map(|row| Ok((record_id(row), record(row)?)));
        Ok((records.collect::<Result<_, Failure>>()?, page.next))
    }

    /// The rows of `job` in a table behind the key `after`, in their order, with their keys and ids.
    pub(crate) async fn rows_of(
        &self,
        table: &str,
        job: JobId,
        after: Option<String>,
    ) -> Result<Vec<(String, String, Record)>, Failure> {
        let rows = self.stores.log.read(table, &job.to_string(), after, limit::PAGE_ITEMS).await?;
        rows.iter().map(|row| Ok((row.key.clone(), record_id(row), record(row)?))).collect()
    }

    /// One record by its id.
    pub(crate) async fn record(&self, table: &str, id: &str) -> Result<Record, Failure> {
        let what = || {
            let shown: String = id.chars().take(80).flat_map(char::escape_default).collect();
            missing(&format!("record `{shown}` in this table"))
        };
        let (partition, key) = id.rsplit_once('.').ok_or_else(what)?;
        let row = self.stores.log.get(table, partition, key).await?.ok_or_else(what)?;
        record(&row)
    }

    /// The name in the log of a computer that is named by its id or name.
    pub(crate) async fn logged_name(&self, computer: &str) -> Result<String, Failure> {
        if computer.parse::<ComputerId>().is_err() {
            return Ok(computer.to_owned());
        }
        let held = self.repository.get::<Computer>(COMPUTERS, computer).await?;
        Ok(held.map_or_else(|| computer.to_owned(), |held| held.value.name()))
    }
}

fn record_id(row: &Row) -> String {
    format!("{}.{}", row.partition, row.key)
}

fn record(row: &Row) -> Result<Record, Failure> {
    serde_json::from_value(row.value.clone()).map_err(|error| {
        Failure::new(Code::StoreDamaged, format!("record `{}`: {error}", record_id(row)))
    })
}
