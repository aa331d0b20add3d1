//! Updates that computers lack, computer by computer.

use crate::{
    http::{
        Reply,
        extract::Query,
        page::{self, bad_cursor},
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    page::Page,
    updates::{ListUpdates, MissingUpdate},
};
use bindery_core::{code::Failure, fleet::Computer, id::ComputerId, mask::Mask, update::Update};
use bindery_store::documents::Range;

/// Computers that are looked at together.
const COMPUTERS: usize = 100;

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Query(query): Query<ListUpdates>,
) -> Reply<Page<MissingUpdate>> {
    let from = query.cursor.as_deref().map(parse).transpose()?;
    let mut found =
        Found { wanted: Wanted::of(&query), most: page::items(query.limit)?, from, items: vec![] };
    let cursor = match &query.computer {
        Some(computer) => found.add(plane.computer(computer).await?),
        None => found.add_all(&plane).await?,
    };
    Ok(Json(Page { items: found.items, cursor }))
}

/// A cursor: the computer, and the place among its missing updates.
fn parse(cursor: &str) -> Result<(ComputerId, usize), Failure> {
    let parts = cursor.rsplit_once('.');
    let parsed = parts.and_then(|(id, place)| Some((id.parse().ok()?, place.parse().ok()?)));
    parsed.ok_or_else(bad_cursor)
}

struct Wanted<'a> {
    query: &'a ListUpdates,
    title: Option<Mask>,
}

impl<'a> Wanted<'a> {
    fn of(query: &'a ListUpdates) -> Self {
        Self { query, title: query.title.as_ref().map(Mask::new) }
    }

    fn fits(&self, update: &Update) -> bool {
        self.query.classification.is_none_or(|class| update.classification == class)
            && self.title.as_ref().is_none_or(|mask| mask.fits(&update.title))
    }
}

struct Found<'a> {
    wanted: Wanted<'a>,
    most: usize,
    from: Option<(ComputerId, usize)>,
    items: Vec<MissingUpdate>,
}

impl Found<'_> {
    /// Adds from every computer, from the cursor on; the next cursor if the page is full.
    async fn add_all(&mut self, plane: &ControlPlane) -> Result<Option<String>, Failure> {
        let mut range = Range::first(COMPUTERS);
        if let Some((id, _)) = self.from {
            // The rest of the computer that the page before ended in; it may be gone meanwhile.
            if let Ok(computer) = plane.computer(&id.to_string()).await
                && let Some(cursor) = self.add(computer)
            {
                return Ok(Some(cursor));
            }
            range = range.after(id.to_string());
        }
        loop {
            let (computers, next) = plane.list_computers(range.clone()).await?;
            for computer in computers {
                if let Some(cursor) = self.add(computer) {
                    return Ok(Some(cursor));
                }
            }
            match next {
                Some(next) => range = range.after(next),
                None => return Ok(None),
            }
        }
    }

    /// Adds what `computer` lacks; the next cursor if that does not fit in the page.
    fn add(&mut self, computer: Computer) -> Option<String> {
        let from = self.from.filter(|(id, _)| *id == computer.id).map_or(0, |(_, place)| place);
        let name = computer.name();
        let (_, report) = computer.report?;
        let missing = report.assessment.ok()?.missing;
        for (place, update) in missing.into_iter().enumerate().skip(from) {
            if !self.wanted.fits(&update) {
                continue;
            }
            if self.items.len() == self.most {
                return Some(format!("{}.{place}", computer.id));
            }
            self.items.push(MissingUpdate {
                computer: computer.id,
                computer_name: name.clone(),
                update,
            });
        }
        None
    }
}
