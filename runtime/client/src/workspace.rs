//! The workspace, its trust list, and whether its control plane is well.

use crate::{Client, error::ClientError};
use bindery_api::{
    page::{Page, PageQuery},
    routes::RouteId,
    trust::{TrustPublisher, TrustedPublisher},
    workspace::{Health, Workspace},
};

impl Client {
    /// Whether the control plane is well.
    pub async fn health(&self) -> Result<Health, ClientError> {
        self.to(RouteId::GetHealth, &[]).reply().await
    }

    /// The OpenAPI document of the control plane.
    pub async fn openapi(&self) -> Result<serde_json::Value, ClientError> {
        self.to(RouteId::GetOpenapi, &[]).reply().await
    }

    /// The JSON Schema of a deployment's options.
    pub async fn options_schema(&self) -> Result<serde_json::Value, ClientError> {
        self.to(RouteId::GetOptionsSchema, &[]).reply().await
    }

    /// The workspace.
    pub async fn workspace(&self) -> Result<Workspace, ClientError> {
        self.to(RouteId::GetWorkspace, &[]).reply().await
    }

    /// The publishers that it trusts.
    pub async fn list_trust(
        &self,
        page: &PageQuery,
    ) -> Result<Page<TrustedPublisher>, ClientError> {
        self.to(RouteId::ListTrust, &[]).query(page).reply().await
    }

    /// Trusts a publisher.
    pub async fn add_trust(&self, new: &TrustPublisher) -> Result<TrustedPublisher, ClientError> {
        self.to(RouteId::AddTrust, &[]).json(new).reply().await
    }
}
