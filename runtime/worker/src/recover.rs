//! After a restart: what the journal holds is what there is.
//!
//! A job with an end is shipped. Any other goes on by replay, if its order still verifies (its time
//! does not matter: it was begun in time) and nothing of its journal is lost. One that was interrupted
//! too often is Suspended, or Failed where its seal forbids resuming.

use crate::{
    accounts::Accounts,
    allow::Allow,
    orders::{self, Accepted},
    runner::Runner,
};
use bindery_core::{
    code::{Code, Failure},
    id::JobId,
    job::Outcome,
    limit,
    operation::POWER_REBOOT,
    stream::StreamKind,
};
use bindery_journal::{
    entry::{Body, Entry},
    log::Recovered,
};
use bindery_seal::envelope::Envelope;
use serde_json::{Value, json};
use std::sync::Arc;

const RESTART: &str = "restart";
const DRAINED: &str = "drained";

/// The value of the note by which a worker that was asked to end leaves a job.
pub(crate) fn drained() -> Value {
    json!({ DRAINED: true })
}

/// A job that was begun before the restart.
struct Begun {
    job: JobId,
    entries: Vec<Entry>,
    /// Whether entries of it may be lost.
    damaged: bool,
}

/// Takes up every job of `found`.
pub(crate) fn recover(runner: &Arc<Runner>, accounts: &Accounts, allow: &Allow, found: Recovered) {
    let hurt = !found.damaged.is_empty();
    for path in &found.damaged {
        tracing::error!(path = %path.display(), "a segment of the journal is damaged");
    }
    for (job, entries) in found.jobs {
        // Behind the damage of a segment may have been the last entries of any job.
        let damaged = hurt || found.unreadable.contains(&job);
        let begun = Begun { job, entries, damaged };
        if let Err(error) = take_up(runner, accounts, allow, begun) {
            tracing::error!(%job, %error, "a job cannot be taken up");
            if let Err(error) = runner.spool.forget(job) {
                tracing::error!(%job, %error, "nor can it be forgotten");
            }
        }
    }
}

fn take_up(
    runner: &Arc<Runner>,
    accounts: &Accounts,
    allow: &Allow,
    begun: Begun,
) -> Result<(), Failure> {
    let envelope = envelope(&begun)?;
    let order = orders::unverified(&envelope)
        .filter(|order| order.job == begun.job)
        .ok_or_else(|| damaged("its order cannot be read"))?;
    runner.spool.restore(begun.job, order.lease, &begun.entries);
    if begun.entries.last().is_some_and(Entry::ends) {
        return Ok(());
    }
    runner.saw(begun.job, order.lease, order.not_after);
    let checked = orders::verify(&envelope, accounts, allow).and_then(|accepted| {
        if begun.damaged {
            return Err(damaged("entries of it may be lost"));
        }
        Ok(accepted)
    });
    match checked {
        Ok(accepted) => resume(runner, accepted, begun.entries),
        Err(error) => {
            let sequence = begun.entries.len() as u64;
            let body = Body::End(Outcome::Failed(error));
            runner.spool.append(
                begun.job,
                order.lease,
                &Entry { sequence, time: after(runner, &begun.entries), body },
            )
        }
    }
}

fn envelope(begun: &Begun) -> Result<Envelope, Failure> {
    let Some(Body::Header(header)) = begun.entries.first().map(|entry| &entry.body) else {
        return Err(damaged("it has no header"));
    };
    let newest = begun.entries.iter().rev().find_map(|entry| match &entry.body {
        Body::Order(order) => Some(order),
        _ => None,
    });
    let order = newest.or(header.order.as_ref());
    let order = order.ok_or_else(|| damaged("its header has no order"))?;
    serde_json::from_str(order).map_err(|error| damaged(&format!("its order: {error}")))
}

fn resume(
    runner: &Arc<Runner>,
    accepted: Accepted,
    mut entries: Vec<Entry>,
) -> Result<(), Failure> {
    let planned = was_planned(&entries);
    let restarts = restarts(&entries) + u32::from(!planned);
    let value = if planned { json!({}) } else { json!({ RESTART: restarts }) };
    let text = "the worker restarted; the job goes on from its journal".to_owned();
    let note = Body::Note { kind: StreamKind::Warning, text, value: Some(value) };
    // Written here, not by the gate: a note of the gate would move the guest's clock before the
    // replay.
    let sequence = entries.len() as u64;
    let entry = Entry { sequence, time: after(runner, &entries), body: note };
    runner.spool.append(accepted.order.job, accepted.order.lease, &entry)?;
    entries.push(entry);
    let ready = if restarts > limit::JOB_RESTARTS {
        let message = format!("the worker restarted {restarts} times while the job was running");
        let code =
            if accepted.order.resumable { Code::JobSuspended } else { Code::WorkerRestarted };
        Err(Failure::new(code, message))
    } else {
        Ok(())
    };
    runner.go(accepted, entries, ready)
}

/// The time of an entry that comes after `entries`.
fn after(runner: &Runner, entries: &[Entry]) -> jiff::Timestamp {
    let now = runner.stamp();
    entries.last().map_or(now, |last| last.time.max(now))
}

/// Whether the job itself rebooted the computer, or the worker was asked to end.
fn was_planned(entries: &[Entry]) -> bool {
    let notes = entries.iter().rev().take_while(|entry| matches!(entry.body, Body::Note { .. }));
    let drained = notes.take(1).any(|entry| value(entry, DRAINED).is_some());
    let last = entries.iter().rev().find(|entry| !matches!(entry.body, Body::Note { .. }));
    let rebooting = last.is_some_and(|entry| {
        matches!(&entry.body, Body::Intent { operation, .. } if operation == POWER_REBOOT.name)
    });
    drained || rebooting
}

/// How often the worker restarted under the order under which the job runs now.
fn restarts(entries: &[Entry]) -> u32 {
    let now = entries.iter().rev().take_while(|entry| !matches!(entry.body, Body::Order(_)));
    let counts = now.filter_map(|entry| value(entry, RESTART)?.as_u64());
    counts.max().unwrap_or(0).try_into().unwrap_or(u32::MAX)
}

fn value<'a>(entry: &'a Entry, key: &str) -> Option<&'a Value> {
    match &entry.body {
        Body::Note { value: Some(value), .. } => value.get(key),
        _ => None,
    }
}

fn damaged(reason: &str) -> Failure {
    Failure::new(Code::JournalDamaged, format!("the job's journal is damaged: {reason}"))
}
