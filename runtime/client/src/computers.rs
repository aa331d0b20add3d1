//! Computers and the updates that they lack.

use crate::{Client, error::ClientError};
use bindery_api::{
    computers::{Computer, ListComputers},
    page::Page,
    routes::RouteId,
    updates::{ListUpdates, MissingUpdate},
};

impl Client {
    /// Computers.
    pub async fn list_computers(
        &self,
        which: &ListComputers,
    ) -> Result<Page<Computer>, ClientError> {
        self.to(RouteId::ListComputers, &[]).query(which).reply().await
    }

    /// One computer, by its id or name.
    pub async fn computer(&self, computer: &str) -> Result<Computer, ClientError> {
        self.to(RouteId::GetComputer, &[("computer", computer)]).reply().await
    }

    /// Asks a computer's agent to assess it; answers the computer as it was then.
    pub async fn assess_computer(&self, computer: &str) -> Result<Computer, ClientError> {
        self.to(RouteId::AssessComputer, &[("computer", computer)]).reply().await
    }

    /// Updates that computers lack.
    pub async fn list_updates(
        &self,
        which: &ListUpdates,
    ) -> Result<Page<MissingUpdate>, ClientError> {
        self.to(RouteId::ListUpdates, &[]).query(which).reply().await
    }
}
