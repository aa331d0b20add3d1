//! Update deployments.

use crate::{Client, error::ClientError};
use bindery_api::{
    deployments::{Deployment, DeploymentPreview, NewDeployment, RunDeployment},
    page::{Page, PageQuery},
    routes::RouteId,
    runs::Run,
};

impl Client {
    /// Update deployments.
    pub async fn list_deployments(
        &self,
        page: &PageQuery,
    ) -> Result<Page<Deployment>, ClientError> {
        self.to(RouteId::ListDeployments, &[]).query(page).reply().await
    }

    /// Makes an update deployment.
    pub async fn create_deployment(&self, new: &NewDeployment) -> Result<Deployment, ClientError> {
        self.to(RouteId::CreateDeployment, &[]).json(new).reply().await
    }

    /// What an update deployment would do.
    pub async fn preview_deployment(
        &self,
        new: &NewDeployment,
    ) -> Result<DeploymentPreview, ClientError> {
        self.to(RouteId::PreviewDeployment, &[]).json(new).reply().await
    }

    /// One update deployment, by its id or name.
    pub async fn deployment(&self, deployment: &str) -> Result<Deployment, ClientError> {
        self.to(RouteId::GetDeployment, &[("deployment", deployment)]).reply().await
    }

    /// Runs it now.
    pub async fn run_deployment(
        &self,
        deployment: &str,
        how: &RunDeployment,
    ) -> Result<Run, ClientError> {
        self.to(RouteId::RunDeployment, &[("deployment", deployment)]).json(how).reply().await
    }

    /// Lets it not run again.
    pub async fn cancel_deployment(&self, deployment: &str) -> Result<Deployment, ClientError> {
        self.to(RouteId::CancelDeployment, &[("deployment", deployment)]).reply().await
    }
}
