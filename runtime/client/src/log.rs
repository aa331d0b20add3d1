//! The log.

use crate::{Client, error::ClientError};
use bindery_api::{
    log::{LogRecord, SearchLog},
    page::Page,
    routes::RouteId,
};

impl Client {
    /// Rows of a table, the newest first.
    pub async fn search_log(
        &self,
        table: &str,
        which: &SearchLog,
    ) -> Result<Page<LogRecord>, ClientError> {
        self.to(RouteId::SearchLog, &[("table", table)]).query(which).reply().await
    }

    /// One row in full.
    pub async fn record(&self, table: &str, record: &str) -> Result<LogRecord, ClientError> {
        self.to(RouteId::GetRecord, &[("table", table), ("record", record)]).reply().await
    }
}
