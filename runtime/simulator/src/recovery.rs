//! A worker that was started again takes its job up: what it writes, and when it gives up.
//!
//! It is what `bindery-worker` does after a restart, over a journal that is a list.

use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
    limit,
    operation::POWER_REBOOT,
    stream::StreamKind,
};
use bindery_journal::entry::{Body, Entry};
use jiff::Timestamp;
use serde_json::json;

const RESTART: &str = "restart";

/// What a worker writes behind `entries` that restarted at `now`; nothing where nothing is left of
/// the journal, and the job begins anew.
pub fn note(entries: &[Entry], now: Timestamp) -> Option<Entry> {
    if entries.is_empty() {
        return None;
    }
    let value = match was_planned(entries) {
        true => json!({}),
        false => json!({ RESTART: restarts(entries) + 1 }),
    };
    let text = "the worker restarted; the job goes on from its journal".to_owned();
    let body = Body::Note { kind: StreamKind::Warning, text, value: Some(value) };
    Some(behind(entries, now, body))
}

/// What becomes of a job whose worker restarted too often.
pub fn gives_up(entries: &[Entry]) -> Option<Outcome> {
    let restarts = restarts(entries);
    let message = format!("the worker restarted {restarts} times while the job was running");
    let outcome = Outcome::Suspended(Failure::new(Code::JobSuspended, message));
    (restarts > limit::JOB_RESTARTS).then_some(outcome)
}

/// The entry behind `entries` that is written at `now`.
pub(crate) fn behind(entries: &[Entry], now: Timestamp, body: Body) -> Entry {
    let time = entries.last().map_or(now, |last| last.time.max(now));
    Entry { sequence: entries.len() as u64, time, body }
}

/// Whether the job itself rebooted the computer.
fn was_planned(entries: &[Entry]) -> bool {
    let last = entries.iter().rev().find(|entry| !matches!(entry.body, Body::Note { .. }));
    last.is_some_and(|entry| {
        matches!(&entry.body, Body::Intent { operation, .. } if operation == POWER_REBOOT.name)
    })
}

/// How often the worker of a job was restarted since the job was resumed, if it was.
pub(crate) fn restarts(entries: &[Entry]) -> u32 {
    let now = entries.iter().rev().take_while(|entry| !matches!(entry.body, Body::Order(_)));
    let counts = now.filter_map(|entry| match &entry.body {
        Body::Note { value: Some(value), .. } => value.get(RESTART)?.as_u64(),
        _ => None,
    });
    counts.max().unwrap_or(0).try_into().unwrap_or(u32::MAX)
}
