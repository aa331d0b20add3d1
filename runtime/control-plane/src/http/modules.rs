//! Modules: imported, shown, deleted.

use crate::{
    app::tokens::Caller,
    http::{
        Reply,
        extract::{File, Path, Query},
        page,
        problem::Refusal,
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    modules::{ImportModule, Module, ModuleWit},
    page::{Page, PageQuery},
};
use bindery_core::name::Name;

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Path(account): Path<Name>,
    Query(query): Query<PageQuery>,
) -> Reply<Page<Module>> {
    let listed = plane.list_modules(&account, page::range(query.cursor, query.limit)?).await?;
    Ok(Json(page::page(listed, Module::from)))
}

pub(super) async fn import(
    State(plane): State<ControlPlane>,
    Path(account): Path<Name>,
    Query(query): Query<ImportModule>,
    caller: Caller,
    File(bytes): File,
) -> Reply<Module> {
    Ok(Json(plane.import_module(&account, bytes, query.replace, &caller).await?))
}

pub(super) async fn show(
    State(plane): State<ControlPlane>,
    Path((account, module)): Path<(Name, Name)>,
) -> Reply<Module> {
    Ok(Json(plane.module(&account, &module).await?))
}

pub(super) async fn wit(
    State(plane): State<ControlPlane>,
    Path((account, module)): Path<(Name, Name)>,
) -> Reply<ModuleWit> {
    Ok(Json(ModuleWit { wit: plane.module_wit(&account, &module).await? }))
}

pub(super) async fn delete(
    State(plane): State<ControlPlane>,
    Path((account, module)): Path<(Name, Name)>,
) -> Result<(), Refusal> {
    Ok(plane.delete_module(&account, &module).await?)
}
