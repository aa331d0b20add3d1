//! Runbooks: imported, shown, published, exported, deleted.

use crate::{
    app::{runbooks::Import, tokens::Caller},
    http::{
        Reply,
        extract::{File, MaybeJson, Path, Query},
        page,
        problem::Refusal,
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State, http::header, response::IntoResponse};
use bindery_api::{
    page::{Page, PageQuery},
    runbooks::{ExportRunbook, ImportRunbook, PublishRunbook, Runbook, Slot},
};
use bindery_core::name::Name;

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Path(account): Path<Name>,
    Query(query): Query<PageQuery>,
) -> Reply<Page<Runbook>> {
    let listed = plane.list_runbooks(&account, page::range(query.cursor, query.limit)?).await?;
    Ok(Json(page::page(listed, Runbook::from)))
}

pub(super) async fn import(
    State(plane): State<ControlPlane>,
    Path(account): Path<Name>,
    Query(query): Query<ImportRunbook>,
    caller: Caller,
    File(bytes): File,
) -> Reply<Runbook> {
    let import = Import { bytes, name: query.name, replace: query.replace };
    let runbook = plane.import_runbook(&account, import, &caller).await?;
    shown(&plane, &account, runbook).await
}

pub(super) async fn show(
    State(plane): State<ControlPlane>,
    Path((account, runbook)): Path<(Name, Name)>,
) -> Reply<Runbook> {
    let runbook = plane.runbook(&account, &runbook).await?;
    shown(&plane, &account, runbook).await
}

/// A runbook whose draft is shown as it would be published now.
async fn shown(
    plane: &ControlPlane,
    account: &Name,
    mut runbook: bindery_core::runbook::Runbook,
) -> Reply<Runbook> {
    runbook.draft = match runbook.draft {
        Some(draft) => Some(plane.as_whole(account, draft).await?),
        None => None,
    };
    Ok(Json(runbook.into()))
}

pub(super) async fn delete(
    State(plane): State<ControlPlane>,
    Path((account, runbook)): Path<(Name, Name)>,
) -> Result<(), Refusal> {
    Ok(plane.delete_runbook(&account, &runbook).await?)
}

pub(super) async fn publish(
    State(plane): State<ControlPlane>,
    Path((account, runbook)): Path<(Name, Name)>,
    caller: Caller,
    MaybeJson(how): MaybeJson<PublishRunbook>,
) -> Reply<Runbook> {
    Ok(Json(plane.publish_runbook(&account, &runbook, how.grants, &caller).await?.into()))
}

pub(super) async fn export(
    State(plane): State<ControlPlane>,
    Path((account, runbook)): Path<(Name, Name)>,
    Query(query): Query<ExportRunbook>,
) -> Result<impl IntoResponse, Refusal> {
    let bytes = plane.export_runbook(&account, &runbook, query.slot == Slot::Draft).await?;
    Ok(([(header::CONTENT_TYPE, "application/octet-stream")], bytes))
}
