//! The log: searched, and opened record by record.

use crate::{
    documents::missing,
    http::{
        Reply,
        extract::{Path, Query},
        page,
    },
    intake::JOURNAL,
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    log::{LogRecord, SearchLog},
    page::Page,
};
use bindery_core::code::Failure;
use bindery_store::log;

pub(super) async fn search(
    State(plane): State<ControlPlane>,
    Path(table): Path<String>,
    Query(query): Query<SearchLog>,
) -> Reply<Page<LogRecord>> {
    check(&table)?;
    let found = plane.search(&table, &wanted(&plane, query).await?).await?;
    Ok(Json(page::page(found, |(id, record)| LogRecord { id, record })))
}

pub(super) async fn show(
    State(plane): State<ControlPlane>,
    Path((table, id)): Path<(String, String)>,
) -> Reply<LogRecord> {
    check(&table)?;
    let record = plane.record(&table, &id).await?;
    Ok(Json(LogRecord { id, record }))
}

/// The journals are no table of the log, though they lie beside it.
fn check(table: &str) -> Result<(), Failure> {
    if table == JOURNAL { Err(missing(&format!("table `{table}`"))) } else { Ok(()) }
}

async fn wanted(plane: &ControlPlane, query: SearchLog) -> Result<log::Query, Failure> {
    let mut wanted = log::Query::newest(page::items(query.limit)?);
    let computer = match query.computer {
        Some(computer) => Some(plane.logged_name(&computer).await?),
        None => None,
    };
    let fields = [
        ("UpdateRunName", query.run),
        ("KBID", query.kb),
        ("Package", query.package),
        ("Computer", computer),
        ("InstallationStatus", query.status),
    ];
    for (field, value) in fields {
        if let Some(value) = value {
            wanted = wanted.equals(field, value);
        }
    }
    // Texts are found anywhere in a title, so stars at its ends add nothing.
    let title = query.title.map(|title| title.trim_matches('*').to_owned());
    wanted.contains =
        title.filter(|title| !title.is_empty()).map(|title| ("Title".to_owned(), title));
    Ok(log::Query { since: query.since, until: query.until, cursor: query.cursor, ..wanted })
}
