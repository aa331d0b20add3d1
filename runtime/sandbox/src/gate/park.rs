//! Parking: a job that waits for long gives its guest's memory back.
//!
//! ```text
//!   guest waits --long enough--> parked: the guest is gone, its wait goes on
//!               --answered-----> the guest is made anew, fed its journal, and finds the answer in it
//! ```
//! A wait that lasts is noted with the time of its beginning, so that one that is interrupted goes
//! on and does not begin again. To be made anew costs the guest all that it has computed, so a job
//! waits as long as that first: it never takes more than twice the time that it would take without.
//! It waits for `PARK_AFTER` at least, unless another guest waits for its place in memory.

use super::{Fatal, Gate, Said, checkpoint};
use crate::guests::Guests;
use bindery_core::{
    limit,
    operation::{CLOCK_SLEEP, JOBS_WAIT, Operation},
    stream::StreamKind,
};
use bindery_journal::entry::Reply;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{pin::Pin, sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Whether an operation does nothing but wait.
pub(super) fn waits(operation: &Operation) -> bool {
    *operation == CLOCK_SLEEP || *operation == JOBS_WAIT
}

/// The key of the note of a wait.
const WAITS_SINCE: &str = "waitsSince";

/// What is to be asked for of a wait that began at `since`.
pub(super) fn left(
    operation: &Operation,
    arguments: &Value,
    since: Timestamp,
    now: Timestamp,
) -> Value {
    let mut left = arguments.clone();
    if *operation == JOBS_WAIT
        && let Some(timeout) = arguments["timeout"].as_u64()
    {
        let over = u64::try_from(now.duration_since(since).as_millis()).unwrap_or(0);
        left["timeout"] = timeout.saturating_sub(over).into();
    }
    left
}

/// The answer of a wait that goes on, whoever asks for it.
pub(super) type Work = Pin<Box<dyn Future<Output = Result<Reply, Fatal>> + Send>>;

/// A wait that outlived its guest.
pub(super) struct Wait {
    pub(super) operation: &'static Operation,
    pub(super) arguments: Value,
    pub(super) work: Work,
}

/// What a gate knows of parking.
pub(super) struct Park {
    wait: Mutex<Option<Wait>>,
    parked: Notify,
    effort: Mutex<Effort>,
    /// Among which the guest has its place.
    guests: Mutex<Option<Arc<Guests>>>,
    /// Since when the wait goes on that the journal ends with.
    since: Mutex<Option<Timestamp>>,
}

/// How long the guest has been at work since it began: what it costs to make it anew.
struct Effort {
    began: Timestamp,
    /// What of the time since then the host was at work.
    host: SignedDuration,
}

impl Park {
    pub(super) fn new(now: Timestamp) -> Self {
        let effort = Effort { began: now, host: SignedDuration::ZERO };
        Self {
            wait: Mutex::default(),
            parked: Notify::new(),
            effort: Mutex::new(effort),
            guests: Mutex::default(),
            since: Mutex::default(),
        }
    }

    /// How long a wait that begins at `now` goes on before its job is parked, if its place is not
    /// wanted earlier.
    pub(super) fn patience(&self, now: Timestamp) -> Duration {
        self.worked(now).max(limit::PARK_AFTER)
    }

    /// How long the guest has worked until `now`: a wait that begins then goes on as long at least.
    pub(super) fn worked(&self, now: Timestamp) -> Duration {
        let effort = self.effort.lock();
        let worked = now.duration_since(effort.began) - effort.host;
        Duration::try_from(worked).unwrap_or_default()
    }

    /// Returns once another guest waits for a place.
    pub(super) async fn crowded(&self) {
        let guests = self.guests.lock().clone();
        match guests {
            Some(guests) => guests.crowded().await,
            None => std::future::pending().await,
        }
    }

    /// Notes that the host was at work for the guest from `since` to `now`.
    pub(super) fn worked_for_it(&self, since: Timestamp, now: Timestamp) {
        let mut effort = self.effort.lock();
        effort.host = effort.host.saturating_add(now.duration_since(since));
    }

    /// Reads a note of the journal that is replayed.
    pub(super) fn recall(&self, note: &Value) {
        let since = note[WAITS_SINCE].as_str().and_then(|since| since.parse().ok());
        if since.is_some() {
            *self.since.lock() = since;
        }
    }

    /// The wait that was noted has its answer.
    pub(super) fn over(&self) {
        *self.since.lock() = None;
    }

    /// When the wait began that is asked for now, if it was interrupted.
    pub(super) fn interrupted(&self) -> Option<Timestamp> {
        self.since.lock().take()
    }

    /// Nobody waits any more: the wait has a handle on its gate, and must not outlive the job.
    pub(super) fn leave(&self) {
        let left = self.wait.lock().take();
        drop(left);
    }

    /// Keeps a wait whose guest is to go.
    pub(super) fn keep(&self, wait: Wait) {
        *self.wait.lock() = Some(wait);
        self.parked.notify_one();
    }
}

impl Gate {
    /// Notes for whoever goes on with the job when its wait began.
    pub(super) fn note_wait(&self, since: Timestamp) {
        let text = format!("it waits since {since:.0}");
        self.note(StreamKind::Debug, text, Some(json!({ WAITS_SINCE: since })));
    }

    /// Notes that a guest begins now, with a place among `guests`: what was before is no work of
    /// its own.
    pub(crate) fn begins_work(&self, guests: &Arc<Guests>) {
        *self.park.guests.lock() = Some(guests.clone());
        let began = self.clock.now();
        *self.park.effort.lock() = Effort { began, host: SignedDuration::ZERO };
    }

    /// Returns when the guest is to go while its wait goes on.
    pub(crate) async fn parked(&self) {
        self.park.parked.notified().await;
    }

    /// Goes on with the wait of a guest that is gone, and makes the gate ready for it to begin anew
    /// once there is an answer.
    pub(crate) async fn unpark(&self) -> Result<(), Fatal> {
        let mut turn = self.turn.lock().await;
        let Some(Wait { operation, arguments, mut work }) = self.park.wait.lock().take() else {
            return Ok(());
        };
        let answered = tokio::select! {
            biased;
            reason = self.cancel.cancelled() => Err(Fatal(reason)),
            stopping = self.stopping() => Ok(Err(stopping)),
            reply = &mut work => reply,
        };
        let journal = async {
            self.entry(operation, arguments, answered?).map(drop)?;
            self.writer.read().await
        };
        let entries = journal.await.map_err(|fatal| self.fail(fatal.0))?;
        let since = checkpoint::last(&entries).map_or(1, |(at, _)| at + 1);
        self.time.restart(self.start.lock().time);
        *self.said.lock() = Said::default();
        (turn.operations, turn.replay) = (0, entries.into_iter().skip(since).collect());
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_is_parked_once_it_has_waited_as_long_as_it_has_worked() {
        let at = |seconds| Timestamp::from_second(seconds).expect("in range");
        let park = Park::new(at(0));
        assert_eq!(park.patience(at(0)), limit::PARK_AFTER);
        assert_eq!(park.patience(at(100)), Duration::from_secs(100));
        park.worked_for_it(at(100), at(190));
        assert_eq!(park.patience(at(200)), Duration::from_secs(110));
    }
}
