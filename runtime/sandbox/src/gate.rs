//! The gate: the ONE way from a guest to a capability.
//!
//! ```text
//!   operation -> fuel -> replayed? -> answer of the journal
//!                     -> size, grant, window -> [[intent,] sync] -> capability -> entry [sync]
//!                     -> answer
//!                     (dry run: -> size, grant, window -> rehearsal -> entry -> answer)
//! ```
//! A refusal is an answer like any other, and is journalled. What ends the job (a limit, a journal
//! that does not match, a cancellation) is a [`Fatal`]: the guest does not go on after it.

mod cancel;
mod checkpoint;
mod checks;
mod live;
mod park;
mod replay;
mod stop;
mod trace;
mod writer;

use crate::{
    capability::{Capabilities, JobFacts},
    clock::{Clock, VirtualTime},
    journal::Journal,
    rights::Rights,
    secrets::Purse,
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
use checkpoint::Start;
pub(crate) use checks::over;
pub use checks::remaining;
use jiff::{SignedDuration, Timestamp};
use park::Park;
use parking_lot::Mutex;
use replay::Doubt;
pub(crate) use replay::{by_host, mismatched_end};
use serde_json::Value;
use std::{
    collections::VecDeque,
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
};
use stop::Stop;
pub use trace::Trace;
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
    /// What it was granted besides, and its computer does not allow.
    pub withheld: Vec<Grant>,
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
    /// What it does where these end.
    pub mode: Mode,
}

/// What a gate does where its journal ends, and how closely it holds the module to it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Mode {
    /// It goes on live.
    Live,
    /// It ends there: nothing is carried out.
    Replay,
    /// As a replay, for another version of the module: what it says is not compared.
    Counterfactual,
}

/// The gate of one job.
pub struct Gate {
    facts: JobFacts,
    rights: Arc<Rights>,
    limits: Limits,
    mode: Mode,
    start: Mutex<Start>,
    capabilities: Capabilities,
    writer: Writer,
    clock: Arc<dyn Clock>,
    time: VirtualTime,
    cancel: Cancel,
    /// What ended the job: the same as a cancellation, said from inside.
    fatal: Cancel,
    stop: Stop,
    park: Park,
    /// The journal ends with an operation in doubt, which is cleared up before anything ends the job.
    doubt: Doubt,
    /// A guest has asked for something before.
    goes_on: bool,
    said: Mutex<Said>,
    /// The journal that is replayed has its end already: nothing is added to it.
    replays_ended: bool,
    /// The seed of the header.
    first_seed: [u8; 32],
    purse: Arc<Purse>,
    /// The guest wrote a checkpoint and is to begin again.
    begins_again: Mutex<bool>,
    /// The journal has its end.
    ended: AtomicBool,
    /// A guest has one thread, but its pollables may ask at the same time.
    turn: tokio::sync::Mutex<Turn>,
}

/// What the guest said of its own end.
#[derive(Default)]
struct Said {
    result: Option<Value>,
    failure: Option<Value>,
}

struct Turn {
    replay: VecDeque<Entry>,
    operations: u64,
    trace: Trace,
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
        let header = Header {
            job: config.facts.id,
            digest: config.facts.digest,
            parameters: config.facts.parameters.clone(),
            limits: config.limits.capped(),
            seed,
            order: None,
        };
        let begins = config.replay.is_empty();
        let (since, start) = match checkpoint::last(&config.replay) {
            Some((at, state)) => {
                let entry = &config.replay[at];
                (at + 1, Start::again(seed, entry.sequence, entry.time, state))
            }
            None => (usize::from(!begins), Start { time: start, seed, restored: None }),
        };
        let time = VirtualTime::new(start.time);
        let (journal, clock) = (config.journal, config.clock);
        let now = clock.now();
        let replays_ended = config.replay.last().is_some_and(Entry::ends);
        let (length, replay) = (config.replay.len() as u64, config.replay.into_iter().skip(since));
        let replay: VecDeque<_> = replay.collect();
        let rights = Arc::new(Rights::new(config.grants, config.withheld));
        let gate = Self {
            writer: Writer::after(length, &replay, journal, time.clone(), clock.clone()),
            purse: Arc::new(Purse::new(
                config.facts.id,
                &seed,
                rights.clone(),
                config.capabilities.secrets(),
            )),
            facts: config.facts,
            rights,
            limits: config.limits.capped(),
            mode: config.mode,
            start: Mutex::new(start),
            capabilities: config.capabilities,
            clock,
            time,
            cancel: Cancel::default(),
            fatal: Cancel::default(),
            stop: Stop::default(),
            park: Park::new(now),
            goes_on: !replay.is_empty(),
            doubt: Doubt::new(config.mode == Mode::Live && replay::ends_in_doubt(&replay)),
            said: Mutex::default(),
            replays_ended,
            first_seed: seed,
            begins_again: Mutex::default(),
            ended: AtomicBool::new(false),
            turn: tokio::sync::Mutex::new(Turn { replay, operations: 0, trace: Trace::default() }),
        };
        if begins {
            gate.writer.append(Body::Header(header)).map_err(|fatal| fatal.0)?;
        }
        Ok(Arc::new(gate))
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
        self.start.lock().seed
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
        self.said.lock().result.clone()
    }

    /// The record `error` that `job.failure` set.
    pub(crate) fn failure(&self) -> Option<Value> {
        self.said.lock().failure.clone()
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
        self.park.leave();
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
        self: &Arc<Self>,
        operation: &'static Operation,
        arguments: Value,
    ) -> Result<Reply, Fatal> {
        let mut turn = self.turn.lock().await;
        if let Some(reason) = self.fatal() {
            return Err(Fatal(reason));
        }
        let answer = self.take_turn(&mut turn, operation, arguments).await;
        let reply = answer.map_err(|fatal| self.fail(fatal.0))?;
        self.stop.hears(&reply);
        Ok(reply)
    }

    async fn take_turn(
        self: &Arc<Self>,
        turn: &mut Turn,
        operation: &'static Operation,
        arguments: Value,
    ) -> Result<Reply, Fatal> {
        turn.operations += 1;
        if turn.operations > self.limits.operations {
            return Err(Fatal(over("operations", self.limits.operations, "calls")));
        }
        if self.mode == Mode::Counterfactual && trace::only_says(operation) {
            return Ok(self.heard(turn, operation, arguments));
        }
        match self.next_entry(turn) {
            Some(entry) => self.replay(turn, entry, operation, arguments).await,
            None if self.mode == Mode::Live => {
                self.warn_of_operations(turn.operations);
                let since = self.clock.now();
                let answer = self.live(operation, arguments).await;
                self.park.worked_for_it(since, self.clock.now());
                answer
            }
            None => Err(turn.trace.arrived(operation, arguments)),
        }
    }

    /// Counts a call that is refused before it comes to its operation: one that is repeated without end
    /// meets the limit of operations, too.
    pub(crate) async fn count_refused(&self) -> Result<(), Fatal> {
        let mut turn = self.turn.lock().await;
        turn.operations += 1;
        if turn.operations <= self.limits.operations {
            return Ok(());
        }
        Err(self.fail(over("operations", self.limits.operations, "calls")))
    }

    /// Why a guest that computes must end now, if it must.
    pub(crate) fn ends(&self) -> Option<Failure> {
        self.fatal().or_else(|| self.cancel.reason().filter(|_| !self.doubt.stands()))
    }

    /// Returns once the job was cancelled, and its replay has come to what is in doubt. One that does
    /// not come there is not waited for any longer than a replay may take.
    async fn cancelled_in_no_doubt(&self) -> Failure {
        let reason = self.cancel.cancelled().await;
        let replay = SignedDuration::try_from(limit::REPLAY_TIME).unwrap_or(SignedDuration::MAX);
        let latest = self.clock.now().checked_add(replay).unwrap_or(Timestamp::MAX);
        tokio::select! {
            biased;
            () = self.doubt.cleared() => {}
            () = self.clock.sleep_until(latest) => self.doubt.clear(),
        }
        reason
    }

    /// Returns once the job must end: it was cancelled or has failed, no operation is under way, and
    /// none is in doubt.
    pub(crate) async fn doomed(&self) {
        tokio::select! {
            _ = self.fatal.cancelled() => {}
            _ = self.cancelled_in_no_doubt() => {}
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
