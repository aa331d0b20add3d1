//! The journal of a job, as its operator sees it: which operation, when, and how it answered.
//!
//! Secrets are in no journal. What a replay starts from is not shown: the seed, and orders with their
//! signatures; parameters are shown with the job.

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
use bindery_core::{id::JobId, job::Outcome, name::Name};
use bindery_journal::entry::{Body, Entry, Reply as Answer};

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
    let bare = |step| JournalEntry {
        sequence: entry.sequence,
        time: entry.time,
        step,
        operation: None,
        arguments: None,
        text: None,
        result: None,
        error: None,
    };
    match entry.body {
        Body::Header(_) => bare(JournalStep::Header),
        Body::Operation { operation, arguments, reply } => JournalEntry {
            operation: Some(operation),
            arguments: Some(arguments),
            ..answered(reply, bare(JournalStep::Call))
        },
        Body::Intent { operation, arguments } => JournalEntry {
            operation: Some(operation),
            arguments: Some(arguments),
            ..bare(JournalStep::Intent)
        },
        Body::Outcome { reply, .. } => answered(reply, bare(JournalStep::Outcome)),
        Body::Note { text, .. } => JournalEntry { text: Some(text), ..bare(JournalStep::Note) },
        Body::Order(_) => bare(JournalStep::Order),
        Body::End(outcome) => {
            let text = Some(outcome.name().to_owned());
            let entry = JournalEntry { text, ..bare(JournalStep::End) };
            match outcome {
                Outcome::Completed(result) => JournalEntry { result, ..entry },
                Outcome::Failed(error) => JournalEntry { error: Some(error), ..entry },
                Outcome::Stopped | Outcome::Suspended(_) => entry,
            }
        }
    }
}

fn answered(reply: Answer, entry: JournalEntry) -> JournalEntry {
    match reply {
        Ok(result) => JournalEntry { result: Some(result), ..entry },
        Err(error) => JournalEntry { error: Some(error), ..entry },
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use bindery_core::{digest::Digest, runbook::Limits};
    use bindery_journal::entry::Header;
    use serde_json::json;

    #[test]
    fn what_a_replay_starts_from_is_not_shown() {
        let header = Header {
            job: JobId::from_bytes([1; 16]),
            digest: Digest::of(b""),
            parameters: json!({ "who": "you" }),
            limits: Limits::default(),
            seed: [77; 32],
            order: Some("signed".into()),
        };
        let time = jiff::Timestamp::UNIX_EPOCH;
        for body in [Body::Header(header), Body::Order("signed".into())] {
            let entry = shown(Entry { sequence: 3, time, body });
            let text = serde_json::to_string(&entry).expect("JSON");
            assert!(!["signed", "you", "77"].iter().any(|hidden| text.contains(hidden)), "{text}");
        }
    }
}
