//! Accounts, their workers and groups.

use crate::{Client, error::ClientError};
use bindery_api::{
    accounts::{Account, ChangeAccount, Group, NewAccount},
    page::{Page, PageQuery},
    routes::RouteId,
    workers::Worker,
};

impl Client {
    /// Accounts.
    pub async fn list_accounts(&self, page: &PageQuery) -> Result<Page<Account>, ClientError> {
        self.to(RouteId::ListAccounts, &[]).query(page).reply().await
    }

    /// Makes an account.
    pub async fn create_account(&self, new: &NewAccount) -> Result<Account, ClientError> {
        self.to(RouteId::CreateAccount, &[]).json(new).reply().await
    }

    /// One account.
    pub async fn account(&self, account: &str) -> Result<Account, ClientError> {
        self.to(RouteId::GetAccount, &[("account", account)]).reply().await
    }

    /// Changes an account.
    pub async fn change_account(
        &self,
        account: &str,
        change: &ChangeAccount,
    ) -> Result<Account, ClientError> {
        self.to(RouteId::ChangeAccount, &[("account", account)]).json(change).reply().await
    }

    /// The workers of an account.
    pub async fn list_workers(
        &self,
        account: &str,
        page: &PageQuery,
    ) -> Result<Page<Worker>, ClientError> {
        self.to(RouteId::ListWorkers, &[("account", account)]).query(page).reply().await
    }

    /// The groups of workers of an account.
    pub async fn list_groups(
        &self,
        account: &str,
        page: &PageQuery,
    ) -> Result<Page<Group>, ClientError> {
        self.to(RouteId::ListGroups, &[("account", account)]).query(page).reply().await
    }

    /// Puts a computer, by its id or name, into a group; it becomes a worker of the account if it is
    /// none.
    pub async fn add_to_group(
        &self,
        account: &str,
        group: &str,
        computer: &str,
    ) -> Result<Worker, ClientError> {
        let values = [("account", account), ("group", group), ("computer", computer)];
        self.to(RouteId::AddToGroup, &values).reply().await
    }

    /// Takes a computer out of a group.
    pub async fn remove_from_group(
        &self,
        account: &str,
        group: &str,
        computer: &str,
    ) -> Result<(), ClientError> {
        let values = [("account", account), ("group", group), ("computer", computer)];
        self.to(RouteId::RemoveFromGroup, &values).done().await
    }
}
