//! Replay: answers out of the journal, until it has no more.
//!
//! A replay asks no capability, but for a write-once operation that was begun and whose outcome
//! nobody wrote down: there the capability finds out.

use super::{Fatal, Gate, Mode, Turn, checks, clip, trace::only_says};
use crate::{capability::Reconciled, secrets::Secrets};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
    operation::{self, Operation},
};
use bindery_journal::entry::{Body, Entry, Reply};
use serde_json::{Value, json};
use std::collections::VecDeque;
use tokio::sync::watch;

/// Whether a write-once operation of the journal is in doubt: it was begun, and nobody knows how it
/// ended.
pub(super) struct Doubt(watch::Sender<bool>);

impl Doubt {
    pub(super) fn new(stands: bool) -> Self {
        Self(watch::Sender::new(stands))
    }

    pub(super) fn stands(&self) -> bool {
        *self.0.borrow()
    }

    pub(super) fn clear(&self) {
        self.0.send_replace(false);
    }

    /// Returns once there is none.
    pub(super) async fn cleared(&self) {
        // The sender lives as long as `self`.
        let _ = self.0.subscribe().wait_for(|stands| !stands).await;
    }
}

/// Whether the last thing that a guest asked for was begun and has no outcome.
pub(super) fn ends_in_doubt(entries: &VecDeque<Entry>) -> bool {
    let by_host = |entry: &Entry| {
        matches!(entry.body, Body::Note { .. } | Body::Order(_) | Body::End(Outcome::Suspended(_)))
    };
    entries
        .iter()
        .rev()
        .find(|entry| !by_host(entry))
        .is_some_and(|entry| matches!(entry.body, Body::Intent { .. }))
}

impl Gate {
    /// The journal's next entry that a guest caused; what the host said, and where the job was
    /// suspended, is skipped.
    pub(super) fn next_entry(&self, turn: &mut Turn) -> Option<Entry> {
        loop {
            let entry = turn.replay.pop_front()?;
            self.time.advance(entry.time);
            turn.trace.entries += 1;
            match &entry.body {
                Body::Note { value: Some(value), .. } => self.park.recall(value),
                Body::Note { .. } | Body::Order(_) | Body::End(Outcome::Suspended(_)) => {}
                Body::Operation { operation, .. }
                    if self.mode == Mode::Counterfactual
                        && operation::by_name(operation).is_some_and(only_says) => {}
                _ => {
                    self.park.over();
                    return Some(entry);
                }
            }
        }
    }

    /// The journal's answer to the operation, if it was the one that stands there.
    pub(super) async fn replay(
        &self,
        turn: &mut Turn,
        entry: Entry,
        operation: &'static Operation,
        arguments: Value,
    ) -> Result<Reply, Fatal> {
        let (arguments, _) = checks::recorded(operation, arguments);
        match entry.body {
            Body::Operation { operation: name, arguments: then, reply }
                if name == operation.name && then == arguments =>
            {
                self.remember(operation, &arguments, &reply);
                Ok(reply)
            }
            Body::Intent { operation: name, arguments: then }
                if name == operation.name && then == arguments =>
            {
                match self.next_entry(turn).map(|next| next.body) {
                    Some(Body::Outcome { reply, .. }) => Ok(reply),
                    None if self.mode != Mode::Live => {
                        Err(turn.trace.arrived(operation, arguments))
                    }
                    None => {
                        let reply = self.in_doubt(operation, arguments, entry.sequence).await;
                        self.doubt.clear();
                        reply
                    }
                    Some(Body::End(outcome)) => Err(Fatal(ended(outcome))),
                    Some(other) => {
                        Err(Fatal(mismatch(entry.sequence + 1, &other, operation, &arguments)))
                    }
                }
            }
            Body::End(outcome) if by_host(&outcome) => Err(Fatal(ended(outcome))),
            other => Err(Fatal(mismatch(entry.sequence, &other, operation, &arguments))),
        }
    }

    /// An intent without an outcome: the capability must find out what happened.
    async fn in_doubt(
        &self,
        operation: &'static Operation,
        arguments: Value,
        sequence: u64,
    ) -> Result<Reply, Fatal> {
        let Some(capability) = self.capabilities.get(operation) else {
            return Err(Fatal(unknown(operation, "this worker does not have the capability")));
        };
        let secrets = Secrets::of(&self.purse);
        let say = |kind, text, value| self.note_masked(&secrets, kind, text, value);
        let call = self.call(operation, &arguments, sequence, (&secrets, &say));
        let reply = match capability.reconcile(&call).await {
            Reconciled::Done(reply) => secrets.mask_reply(reply),
            Reconciled::NotBegun => {
                if let Some(reason) = self.cancel.reason() {
                    return Err(Fatal(reason));
                }
                // Hours may have passed since it was allowed.
                match self.check_window(operation, &arguments) {
                    Ok(()) => self.carry_out(capability.as_ref(), &call).await?,
                    Err(refusal) => Err(refusal),
                }
            }
            Reconciled::Unknown(reason) => return Err(Fatal(unknown(operation, &reason))),
        };
        self.outcome(sequence, reply).await
    }

    /// The failure of a guest that came to its end before it had asked for all that the journal
    /// holds.
    pub(crate) async fn unasked(&self) -> Option<Failure> {
        let mut turn = self.turn.lock().await;
        let entry = self.next_entry(&mut turn)?;
        if matches!(entry.body, Body::End(_)) {
            return None;
        }
        let (sequence, then) = (entry.sequence, side(&entry.body));
        let message =
            format!("entry {sequence} of the journal is {then}, and the module has ended");
        let details = json!({ "journal": then, "module": null });
        Some(Failure::new(Code::JournalMismatch, clip(message)).with(details))
    }
}

/// Whether the host ended the job at an operation that was not carried out, and so not written.
pub(crate) fn by_host(outcome: &Outcome) -> bool {
    match outcome {
        Outcome::Stopped | Outcome::Suspended(_) => true,
        Outcome::Failed(failure) => matches!(
            failure.code,
            Code::LimitExceeded
                | Code::DeadlinePassed
                | Code::OutcomeUnknown
                | Code::WorkerRestarted
                | Code::JournalDamaged
                | Code::Internal
        ),
        Outcome::Completed(_) => false,
    }
}

fn ended(outcome: Outcome) -> Failure {
    match outcome {
        Outcome::Failed(failure) => failure,
        _ => Failure::new(Code::Cancelled, "the journal ends here: the job was cancelled"),
    }
}

pub(super) fn side(body: &Body) -> Value {
    match body {
        Body::Operation { operation, arguments, .. } | Body::Intent { operation, arguments } => {
            json!({ "operation": operation, "arguments": arguments })
        }
        other => json!({ "entry": format!("{other:?}") }),
    }
}

/// The failure of a module that did not end as the journal says.
pub(crate) fn mismatched_end(sequence: u64, then: &Outcome, now: &Outcome) -> Failure {
    let message = format!(
        "entry {sequence} of the journal says that the job ended as {}, and the module ends as {}",
        then.name(),
        now.name()
    );
    let details = json!({ "journal": { "end": then }, "module": { "end": now } });
    Failure::new(Code::JournalMismatch, message).with(details)
}

fn mismatch(sequence: u64, journal: &Body, operation: &Operation, arguments: &Value) -> Failure {
    let then = side(journal);
    let now = json!({ "operation": operation.name, "arguments": arguments });
    let message =
        format!("entry {sequence} of the journal is {then}, and the module asks for {now}");
    let details = json!({ "journal": then, "module": now });
    Failure::new(Code::JournalMismatch, clip(message)).with(details)
}

fn unknown(operation: &Operation, reason: &str) -> Failure {
    Failure::new(Code::OutcomeUnknown, format!("`{}` was interrupted: {reason}", operation.name))
}
