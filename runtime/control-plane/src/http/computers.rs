//! Computers: listed, shown, assessed.

use crate::{
    http::{
        Reply,
        extract::{Path, Query},
        page,
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    computers::{Computer, ListComputers},
    page::Page,
};
use bindery_core::{code::Failure, fleet, limit};
use bindery_store::documents::Range;

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Query(query): Query<ListComputers>,
) -> Reply<Page<Computer>> {
    let keep = |computer: &fleet::Computer| {
        query.compliance.is_none_or(|wanted| computer.compliance() == wanted)
    };
    let found = filtered(&plane, query.cursor.clone(), page::items(query.limit)?, keep).await?;
    Ok(Json(found.map(|computer| shown(&plane, computer))))
}

pub(super) async fn show(
    State(plane): State<ControlPlane>,
    Path(computer): Path<String>,
) -> Reply<Computer> {
    let computer = plane.computer(&computer).await?;
    Ok(Json(shown(&plane, computer)))
}

pub(super) async fn assess(
    State(plane): State<ControlPlane>,
    Path(computer): Path<String>,
) -> Reply<Computer> {
    let computer = plane.ask_assessment(&computer).await?;
    Ok(Json(shown(&plane, computer)))
}

fn shown(plane: &ControlPlane, computer: fleet::Computer) -> Computer {
    let reachable = plane.reachable(computer.id);
    Computer::of(computer, reachable)
}

/// A page of the computers that `keep` keeps.
async fn filtered(
    plane: &ControlPlane,
    cursor: Option<String>,
    items: usize,
    keep: impl Fn(&fleet::Computer) -> bool,
) -> Result<Page<fleet::Computer>, Failure> {
    let mut range = Range { after: cursor, ..Range::first(limit::PAGE_ITEMS) };
    let mut kept = vec![];
    loop {
        let (computers, next) = plane.list_computers(range.clone()).await?;
        for computer in computers.into_iter().filter(&keep) {
            if kept.len() == items {
                let cursor = kept.last().map(|last: &fleet::Computer| last.id.to_string());
                return Ok(Page { items: kept, cursor });
            }
            kept.push(computer);
        }
        match next {
            Some(next) => range = range.after(next),
            None => return Ok(Page::whole(kept)),
        }
    }
}
