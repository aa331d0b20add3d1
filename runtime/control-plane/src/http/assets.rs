//! Shared assets.

use crate::{
    app::tokens::Caller,
    http::{
        Reply,
        extract::{self, Path, Query},
        page,
        problem::Refusal,
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    assets::{Asset, AssetKind, Content, ListAssets},
    page::Page,
};
use bindery_core::name::Name;

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Path(account): Path<Name>,
    Query(query): Query<ListAssets>,
) -> Reply<Page<Asset>> {
    let range = page::range(query.cursor, query.limit)?;
    Ok(Json(page::page(plane.list_assets(&account, query.kind, range).await?, Asset::from)))
}

pub(super) async fn show(
    State(plane): State<ControlPlane>,
    Path((account, kind, name)): Path<(Name, AssetKind, Name)>,
) -> Reply<Asset> {
    Ok(Json(plane.asset(&account, kind, &name).await?))
}

pub(super) async fn set(
    State(plane): State<ControlPlane>,
    Path((account, kind, name)): Path<(Name, AssetKind, Name)>,
    caller: Caller,
    extract::Json(content): extract::Json<Content>,
) -> Reply<Asset> {
    Ok(Json(plane.set_asset(&account, (kind, &name), content, &caller).await?))
}

pub(super) async fn delete(
    State(plane): State<ControlPlane>,
    Path((account, kind, name)): Path<(Name, AssetKind, Name)>,
) -> Result<(), Refusal> {
    Ok(plane.delete_asset(&account, kind, &name).await?)
}
