//! Runbooks of an account.

use crate::{Client, error::ClientError};
use bindery_api::{
    page::{Page, PageQuery},
    routes::RouteId,
    runbooks::{BUNDLE, ExportRunbook, ImportRunbook, PublishRunbook, Runbook, Slot, WASM},
};
use bytes::Bytes;

impl Client {
    /// Runbooks.
    pub async fn list_runbooks(
        &self,
        account: &str,
        page: &PageQuery,
    ) -> Result<Page<Runbook>, ClientError> {
        self.to(RouteId::ListRunbooks, &[("account", account)]).query(page).reply().await
    }

    /// Imports a file as a draft: a Wasm file by its first bytes, anything else as a sealed bundle.
    pub async fn import_runbook(
        &self,
        account: &str,
        how: &ImportRunbook,
        file: Bytes,
    ) -> Result<Runbook, ClientError> {
        self.to(RouteId::ImportRunbook, &[("account", account)])
            .query(how)
            .bytes(media_type(&file), file)
            .reply()
            .await
    }

    /// One runbook.
    pub async fn runbook(&self, account: &str, runbook: &str) -> Result<Runbook, ClientError> {
        self.to(RouteId::GetRunbook, &[("account", account), ("runbook", runbook)]).reply().await
    }

    /// Deletes a runbook.
    pub async fn delete_runbook(&self, account: &str, runbook: &str) -> Result<(), ClientError> {
        self.to(RouteId::DeleteRunbook, &[("account", account), ("runbook", runbook)]).done().await
    }

    /// Publishes the draft of a runbook.
    pub async fn publish_runbook(
        &self,
        account: &str,
        runbook: &str,
        how: &PublishRunbook,
    ) -> Result<Runbook, ClientError> {
        let values = [("account", account), ("runbook", runbook)];
        self.to(RouteId::PublishRunbook, &values).json(how).reply().await
    }

    /// The file of a runbook, which a seal may refuse.
    pub async fn export_runbook(
        &self,
        account: &str,
        runbook: &str,
        slot: Slot,
    ) -> Result<Bytes, ClientError> {
        let values = [("account", account), ("runbook", runbook)];
        self.to(RouteId::ExportRunbook, &values).query(&ExportRunbook { slot }).download().await
    }
}

/// What a file is that is imported.
pub(crate) fn media_type(file: &[u8]) -> &'static str {
    if file.starts_with(b"\0asm") { WASM } else { BUNDLE }
}
