//! The gate: the ONE way from a guest to a capability.
//!
//! ```text
//!   operation -> fuel -> replayed? -> answer of the journal
//!                     -> size, grant, window -> [intent, sync] -> capability -> entry [sync]
//!                     -> answer
//! ```
//! A refusal is an answer like any other, and is journalled. What ends the job (a limit, a journal
//! that does not match, a cancellation) is a [`Fatal`]: the guest does not go on after it.

mod cancel;
mod checks;
mod live;
mod replay;
mod writer;

use crate::{
    capability::{Capabilities, JobFacts},
    clock::{Clock, VirtualTime},
    journal::Journal,
};
use bindery_core::{
    code::{Code, Failure},
    grant::Grant,
    job::Outcome,
    limit,
    operation::Operation,
    runbook::Limits,
    stream::StreamKind,
};
use bindery_journal::entry::{Body, Entry, Header, Reply};
pub use cancel::Cancel;
pub(crate) use checks::over;
pub use checks::remaining;
use parking_lot::Mutex;
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use writer::Writer;

/// What ends a job at once.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Fatal(pub Failure);

/// What a gate is made of.
pub struct Config {
    /// The job.
    pub facts: JobFacts,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// What it may take.
    pub limits: Limits,
    /// The seed of everything random in the guest, for a job that begins.
    pub seed: [u8; 32],
    /// The worker's capabilities.
    pub capabilities: Capabilities,
    /// Where entries go.
    pub journal: Arc<dyn Journal>,
    /// The worker's clock.
    pub clock: Arc<dyn Clock>,
    /// The entries of an earlier attempt; empty for a job that begins.
    pub replay: Vec<Entry>,
}

/// The gate of one job.
pub struct Gate {
    facts: JobFacts,
    grants: Vec<Grant>,
    limits: Limits,
    seed: [u8; 32],
    capabilities: Capabilities,
    writer: Writer,
    clock: Arc<dyn Clock>,
    time: VirtualTime,
    cancel: Cancel,
    /// What ended the job: the same as a cancellation, said from inside.
    fatal: Cancel,
    result: Mutex<Option<Value>>,
    /// The journal that is replayed has its end already: nothing is added to it.
    replays_ended: bool,
    /// The journal has its end.
    ended: AtomicBool,
    /// A guest has one thread, but its pollables may ask at the same time.
    turn: tokio::sync::Mutex<Turn>,
}

struct Turn {
    replay: VecDeque<Entry>,
    operations: u64,
}

impl Gate {
    /// A gate over a new journal, or over one that is to be gone on with.
    pub fn new(config: Config) -> Result<Arc<Self>, Failure> {
        let (start, seed) = match config.replay.first() {
            None => (config.clock.now(), config.seed),
            Some(Entry { time, body: Body::Header(header), .. }) => {
                checks::header(header, &config.facts)?;
                (*time, header.seed)
            }
            Some(_) => return Err(Failure::new(Code::JournalDamaged, "it has no header")),
        };
        let time = VirtualTime::new(start);
        let (journal, clock) = (config.journal, config.clock);
        let gate = Self {
            writer: Writer::after(&config.replay, journal, time.clone(), clock.clone()),
            facts: config.facts,
            grants: config.grants,
            limits: config.limits.capped(),
            seed,
            capabilities: config.capabilities,
            clock,
            time,
            cancel: Cancel::default(),
            fatal: Cancel::default(),
            result: Mutex::default(),
            replays_ended: config.replay.last().is_some_and(Entry::ends),
            ended: AtomicBool::new(false),
            turn: tokio::sync::Mutex::new(Turn { replay: config.replay.into(), operations: 0 }),
        };
        // The header is the first entry, of this attempt or of an earlier one.
        if gate.turn.try_lock().is_ok_and(|mut turn| turn.replay.pop_front().is_none()) {
            gate.writer.append(Body::Header(gate.header())).map_err(|fatal| fatal.0)?;
        }
        Ok(Arc::new(gate))
    }

    fn header(&self) -> Header {
        Header {
            job: self.facts.id,
            digest: self.facts.digest,
            parameters: self.facts.parameters.clone(),
            limits: self.limits.clone(),
            seed: self.seed,
            order: None,
        }
    }

    /// The job.
    pub fn facts(&self) -> &JobFacts {
        &self.facts
    }

    /// What it may take.
    pub fn limits(&self) -> &Limits {
        &self.limits
    }

    /// The seed of everything random in the guest.
    pub fn seed(&self) -> [u8; 32] {
        self.seed
    }

    /// The time that the guest sees.
    pub fn time(&self) -> &VirtualTime {
        &self.time
    }

    /// The worker's clock.
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// The handle that cancels the job.
    pub fn cancel(&self) -> &Cancel {
        &self.cancel
    }

    /// What ended the job, if something did.
    pub fn fatal(&self) -> Option<Failure> {
        self.fatal.reason()
    }

    /// Ends the job for `reason`; the first reason stays.
    pub fn fail(&self, reason: Failure) -> Fatal {
        self.fatal.cancel(reason.clone());
        Fatal(self.fatal.reason().unwrap_or(reason))
    }

    /// The result that `job.result` set.
    pub fn result(&self) -> Option<Value> {
        self.result.lock().clone()
    }

    /// Says something on the job's streams that is not the guest's: a replay skips it.
    pub fn note(&self, kind: StreamKind, text: String, value: Option<Value>) {
        let text = clip(text);
        if let Err(fatal) = self.writer.append(Body::Note { kind, text, value }) {
            self.fail(fatal.0);
        }
    }

    /// Ends the journal, durably. One that has its end already stays as it is.
    pub async fn end(&self, outcome: &Outcome) -> Result<(), Failure> {
        if self.replays_ended {
            return Ok(());
        }
        self.writer.append(Body::End(outcome.clone())).map_err(|fatal| fatal.0)?;
        self.ended.store(true, Ordering::Release);
        self.writer.sync().await.map_err(|fatal| fatal.0)
    }

    /// Whether the journal has its end: nothing more is done here.
    pub fn has_ended(&self) -> bool {
        self.ended.load(Ordering::Acquire)
    }

    /// Carries out `operation`: the answer, or what ends the job.
    pub async fn perform(
        &self,
        operation: &'static Operation,
        arguments: Value,
    ) -> Result<Reply, Fatal> {
        let mut turn = self.turn.lock().await;
        if let Some(reason) = self.fatal() {
            return Err(Fatal(reason));
        }
        let answer = self.take_turn(&mut turn, operation, arguments).await;
        answer.map_err(|fatal| self.fail(fatal.0))
    }

    async fn take_turn(
        &self,
        turn: &mut Turn,
        operation: &'static Operation,
        arguments: Value,
    ) -> Result<Reply, Fatal> {
        turn.operations += 1;
        if turn.operations > self.limits.operations {
            return Err(Fatal(over("operations", self.limits.operations, "calls")));
        }
        match self.next_entry(turn) {
            Some(entry) => self.replay(turn, entry, operation, arguments).await,
            None => self.live(operation, arguments).await,
        }
    }

    /// Returns once the job must end: it was cancelled or has failed, and no operation is under
    /// way.
    pub(crate) async fn doomed(&self) {
        tokio::select! {
            _ = self.fatal.cancelled() => {}
            _ = self.cancel.cancelled() => {}
        }
        // A write-once operation is never dropped half way; all others give up by themselves.
        let _idle = self.turn.lock().await;
        if let Some(reason) = self.cancel.reason() {
            self.fail(reason);
        }
    }
}

/// Cuts a text to what a stream record may hold.
pub(crate) fn clip(mut text: String) -> String {
    if text.len() > limit::STREAM_RECORD_BYTES {
        let end = (0..=limit::STREAM_RECORD_BYTES).rev().find(|&at| text.is_char_boundary(at));
        text.truncate(end.unwrap_or(0));
    }
    text
}
