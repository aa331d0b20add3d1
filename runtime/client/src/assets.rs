//! Shared assets of an account.

use crate::{Client, error::ClientError};
use bindery_api::{
    assets::{Asset, AssetKind, Content, ListAssets},
    page::Page,
    routes::RouteId,
};

impl Client {
    /// The shared assets of an account, without their secrets.
    pub async fn list_assets(
        &self,
        account: &str,
        query: &ListAssets,
    ) -> Result<Page<Asset>, ClientError> {
        self.to(RouteId::ListAssets, &[("account", account)]).query(query).reply().await
    }

    /// One asset, without its secrets.
    pub async fn asset(
        &self,
        account: &str,
        kind: AssetKind,
        name: &str,
    ) -> Result<Asset, ClientError> {
        self.to(RouteId::GetAsset, &values(account, kind, name)).reply().await
    }

    /// Makes an asset, or replaces it.
    pub async fn set_asset(
        &self,
        account: &str,
        kind: AssetKind,
        name: &str,
        content: &Content,
    ) -> Result<Asset, ClientError> {
        self.to(RouteId::SetAsset, &values(account, kind, name)).json(content).reply().await
    }

    /// Deletes an asset.
    pub async fn delete_asset(
        &self,
        account: &str,
        kind: AssetKind,
        name: &str,
    ) -> Result<(), ClientError> {
        self.to(RouteId::DeleteAsset, &values(account, kind, name)).done().await
    }
}

fn values<'a>(account: &'a str, kind: AssetKind, name: &'a str) -> [(&'static str, &'a str); 3] {
    [("account", account), ("kind", kind.as_str()), ("asset", name)]
}
