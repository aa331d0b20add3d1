//! The journal of a job, as its operator sees it: which operation, when, and how it answered.
//!
//! Arguments are shown as their digest; parameters, the seed and the order of the header are not
//! shown at all.

use crate::{
    http::{
        Reply,
        extract::{Path, Query},
        page::{self, place},
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    journal::{JournalEntry, JournalStep},
    page::{Page, PageQuery},
};
use bindery_core::{digest::Digest, id::JobId, job::Outcome, name::Name};
use bindery_journal::entry::{Body, Entry, Reply as Answer};
use serde_json::Value;

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Path((account, job)): Path<(Name, JobId)>,
    Query(query): Query<PageQuery>,
) -> Reply<Page<JournalEntry>> {
    let limit = page::items(query.limit)?;
    let after = query.cursor.as_deref().map(|cursor| place(Some(cursor))).transpose()?;
    let entries = plane.job_journal(&account, job, after, limit).await?;
    let last = entries.last().filter(|_| entries.len() == limit);
    let cursor = last.map(|entry| entry.sequence.to_string());
    Ok(Json(Page { items: entries.into_iter().map(shown).collect(), cursor }))
}

fn shown(entry: Entry) -> JournalEntry {
    let bare = JournalEntry {
        sequence: entry.sequence,
        time: entry.time,
        step: JournalStep::Note,
        operation: None,
        arguments: None,
        result: None,
        error: None,
    };
    match entry.body {
        Body::Header(_) => JournalEntry { step: JournalStep::Header, ..bare },
        Body::Operation { operation, arguments, reply } => JournalEntry {
            step: JournalStep::Call,
            operation: Some(operation),
            arguments: Some(digest(&arguments)),
            ..answered(reply, bare)
        },
        Body::Intent { operation, arguments } => JournalEntry {
            step: JournalStep::Intent,
            operation: Some(operation),
            arguments: Some(digest(&arguments)),
            ..bare
        },
        Body::Outcome { reply, .. } => {
            JournalEntry { step: JournalStep::Outcome, ..answered(reply, bare) }
        }
        Body::End(Outcome::Failed(error)) => JournalEntry { error: Some(error), ..bare },
        Body::Note { .. } | Body::End(_) | Body::Order(_) => bare,
    }
}

fn answered(reply: Answer, entry: JournalEntry) -> JournalEntry {
    match reply {
        Ok(result) => JournalEntry { result: Some(result), ..entry },
        Err(error) => JournalEntry { error: Some(error), ..entry },
    }
}

fn digest(arguments: &Value) -> Digest {
    Digest::of(arguments.to_string().as_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn arguments_are_shown_as_their_digest_alone() {
        let arguments = json!({ "password": "hunter2" });
        let body = Body::Intent { operation: "power.reboot".into(), arguments: arguments.clone() };
        let time = jiff::Timestamp::UNIX_EPOCH;
        let entry = shown(Entry { sequence: 3, time, body });
        assert_eq!((entry.step, entry.arguments), (JournalStep::Intent, Some(digest(&arguments))));
        let text = serde_json::to_string(&entry).expect("JSON");
        assert!(!text.contains("hunter2"), "{text}");
    }
}
