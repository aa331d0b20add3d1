//! The gate: the ONE way from a guest to a capability.
//!
//! ```text
//!   operation -> fuel, size -> replayed? answer of the journal
//!                           -> grant -> window -> [intent, sync] -> capability -> entry [sync] -> answer
//! ```
//! A refusal is an answer like any other, and is journalled. What ends the job (a limit, a journal that does not match,
//! a cancellation) is a [`Fatal`]: the guest does not go on after it.

use crate::{
    capability::{Call, Capabilities, Capability, JobFacts, Reconciled},
    clock::{Clock, VirtualTime},
    journal::Journal,
};
use bindery_core::{
    code::{Code, Failure},
    grant::{self, Grant},
    job::Outcome,
    limit,
    operation::{Class, Operation},
    runbook::Limits,
    stream::StreamKind,
};
use bindery_journal::entry::{Body, Entry, Header, Reply};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{collections::VecDeque, sync::Arc, time::Duration};
use tokio::sync::watch;

/// What ends a job at once.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[error("{0}")]
pub struct Fatal(pub Failure);

/// Why a job is being cancelled, if it is. Clones share it.
#[derive(Debug, Clone)]
pub struct Cancel(watch::Sender<Option<Failure>>);

impl Default for Cancel {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Cancel {
    /// Cancels the job; the first reason stays.
    pub fn cancel(&self, reason: Failure) {
        self.0.send_if_modified(|held| {
            let first = held.is_none();
            held.get_or_insert(reason);
            first
        });
    }

    /// The reason, once there is one.
    pub fn reason(&self) -> Option<Failure> {
        self.0.borrow().clone()
    }

    async fn cancelled(&self) -> Failure {
        let mut watch = self.0.subscribe();
        loop {
            if let Some(reason) = watch.borrow_and_update().clone() {
                return reason;
            }
            // The sender lives as long as `self`.
            let _ = watch.changed().await;
        }
    }
}

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
    fatal: Mutex<Option<Failure>>,
    result: Mutex<Option<Value>>,
    /// A guest has one thread, but its pollables may ask at the same time.
    turn: tokio::sync::Mutex<Turn>,
}

struct Turn {
    replay: VecDeque<Entry>,
    operations: u64,
}

/// Gives entries their sequence and time.
struct Writer {
    journal: Arc<dyn Journal>,
    next: Mutex<(u64, u64)>,
    time: VirtualTime,
    clock: Arc<dyn Clock>,
}

impl Writer {
    fn append(&self, body: Body) -> Result<u64, Fatal> {
        let mut next = self.next.lock();
        let entry = Entry { sequence: next.0, time: self.time.stamp(self.clock.now()), body };
        let bytes = entry.encode().len() as u64;
        if next.1 + bytes > limit::JOB_JOURNAL_BYTES && !matches!(entry.body, Body::End(_)) {
            return Err(Fatal(over("journal", limit::JOB_JOURNAL_BYTES, "bytes")));
        }
        self.journal.append(&entry).map_err(Fatal)?;
        self.time.advance(entry.time);
        *next = (entry.sequence + 1, next.1 + bytes);
        Ok(entry.sequence)
    }

    async fn sync(&self) -> Result<(), Fatal> {
        self.journal.sync().await.map_err(Fatal)
    }
}

fn over(what: &str, limit: u64, unit: &str) -> Failure {
    Failure::new(Code::LimitExceeded, format!("the job's {what} would exceed {limit} {unit}"))
}

impl Gate {
    /// A gate over a new journal, or over one that is to be gone on with.
    pub fn new(config: Config) -> Result<Arc<Self>, Failure> {
        let mut replay = VecDeque::from(config.replay);
        let header = replay.pop_front();
        let (start, seed, next) = match &header {
            Some(Entry { time, body: Body::Header(header), .. }) => {
                check_header(header, &config.facts)?;
                (*time, header.seed, replay.len() as u64 + 1)
            }
            Some(_) => return Err(Failure::new(Code::JournalDamaged, "it has no header")),
            None => (config.clock.now(), config.seed, 0),
        };
        let time = VirtualTime::new(start);
        let gate = Self {
            writer: Writer {
                journal: config.journal,
                next: Mutex::new((next, 0)),
                time: time.clone(),
                clock: config.clock.clone(),
            },
            facts: config.facts,
            grants: config.grants,
            limits: config.limits.capped(),
            seed,
            capabilities: config.capabilities,
            clock: config.clock,
            time,
            cancel: Cancel::default(),
            fatal: Mutex::default(),
            result: Mutex::default(),
            turn: tokio::sync::Mutex::new(Turn { replay, operations: 0 }),
        };
        if header.is_none() {
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
        self.fatal.lock().clone()
    }

    /// Ends the job for `reason`; the first reason stays.
    pub fn fail(&self, reason: Failure) -> Fatal {
        Fatal(self.fatal.lock().get_or_insert(reason).clone())
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

    /// Ends the journal, durably.
    pub async fn end(&self, outcome: &Outcome) -> Result<(), Failure> {
        self.writer.append(Body::End(outcome.clone())).map_err(|fatal| fatal.0)?;
        self.writer.sync().await.map_err(|fatal| fatal.0)
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
        while let Some(entry) = turn.replay.pop_front() {
            self.time.advance(entry.time);
            if matches!(entry.body, Body::Note { .. }) {
                continue;
            }
            return self.replay(turn, entry, operation, arguments).await;
        }
        self.live(operation, arguments).await
    }

    async fn replay(
        &self,
        turn: &mut Turn,
        entry: Entry,
        operation: &'static Operation,
        arguments: Value,
    ) -> Result<Reply, Fatal> {
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
                while let Some(next) = turn.replay.pop_front() {
                    self.time.advance(next.time);
                    if let Body::Outcome { reply, .. } = next.body {
                        return Ok(reply);
                    }
                }
                self.in_doubt(operation, arguments, entry.sequence).await
            }
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
        let say = |kind, text, value| self.note(kind, text, value);
        let call = self.call(operation, &arguments, sequence, &say);
        let reply = match capability.reconcile(&call).await {
            Reconciled::Done(reply) => reply,
            Reconciled::NotBegun => self.carry_out(capability.as_ref(), &call).await?,
            Reconciled::Unknown(reason) => return Err(Fatal(unknown(operation, &reason))),
        };
        self.outcome(sequence, reply).await
    }

    async fn live(&self, operation: &'static Operation, arguments: Value) -> Result<Reply, Fatal> {
        if let Some(reason) = self.cancel.reason() {
            return Err(Fatal(reason));
        }
        let allowed = self.allow(operation, &arguments);
        let capability = match allowed {
            Ok(capability) => capability,
            Err(refusal) => return self.entry(operation, arguments, Err(refusal)),
        };
        let say = |kind, text, value| self.note(kind, text, value);
        if operation.class == Class::WriteOnce {
            let name = operation.name.to_owned();
            let intent = Body::Intent { operation: name, arguments: arguments.clone() };
            let sequence = self.writer.append(intent)?;
            self.writer.sync().await?;
            let call = self.call(operation, &arguments, sequence, &say);
            let reply = self.carry_out(capability.as_ref(), &call).await?;
            return self.outcome(sequence, reply).await;
        }
        let call = self.call(operation, &arguments, self.writer.next.lock().0, &say);
        let reply = tokio::select! {
            biased;
            reason = self.cancel.cancelled() => return Err(Fatal(reason)),
            reply = self.carry_out(capability.as_ref(), &call) => reply?,
        };
        self.remember(operation, &arguments, &reply);
        self.entry(operation, arguments, reply)
    }

    fn entry(
        &self,
        operation: &'static Operation,
        arguments: Value,
        reply: Reply,
    ) -> Result<Reply, Fatal> {
        let name = operation.name.to_owned();
        let body = Body::Operation { operation: name, arguments, reply: reply.clone() };
        self.writer.append(body)?;
        Ok(reply)
    }

    async fn outcome(&self, intent: u64, reply: Reply) -> Result<Reply, Fatal> {
        self.writer.append(Body::Outcome { intent, reply: reply.clone() })?;
        self.writer.sync().await?;
        Ok(reply)
    }

    fn remember(&self, operation: &Operation, arguments: &Value, reply: &Reply) {
        if *operation == bindery_core::operation::JOB_RESULT && reply.is_ok() {
            let text = arguments["value"].as_str().unwrap_or("null");
            *self.result.lock() = serde_json::from_str(text).ok();
        }
    }

    fn call<'a>(
        &'a self,
        operation: &'static Operation,
        arguments: &'a Value,
        sequence: u64,
        say: &'a (dyn Fn(StreamKind, String, Option<Value>) + Send + Sync),
    ) -> Call<'a> {
        let now = self.time.stamp(self.clock.now());
        Call { job: &self.facts, sequence, operation, arguments, now, say }
    }

    async fn carry_out(
        &self,
        capability: &dyn Capability,
        call: &Call<'_>,
    ) -> Result<Reply, Fatal> {
        let work = capability.perform(call);
        let reply = match capability.time_limit(call.operation) {
            None => work.await,
            Some(limit) => tokio::time::timeout(limit, work).await.unwrap_or_else(|_| {
                let name = call.operation.name;
                let message = format!("`{name}` took longer than {} s", limit.as_secs());
                Err(Failure::new(Code::TimedOut, message))
            }),
        };
        let size = reply.as_ref().map_or(0, |value| value.to_string().len());
        if size > limit::OPERATION_BYTES {
            return Err(Fatal(over("reply", limit::OPERATION_BYTES as u64, "bytes")));
        }
        Ok(reply)
    }

    /// Grant, window, size; then what carries the operation out here.
    fn allow(
        &self,
        operation: &'static Operation,
        arguments: &Value,
    ) -> Result<&Arc<dyn Capability>, Failure> {
        check_size(operation, arguments)?;
        self.check_grant(operation, arguments)?;
        self.check_window(operation, arguments)?;
        self.capabilities.get(operation).ok_or_else(|| {
            Failure::new(
                Code::UnknownOperation,
                format!("`{}` is not available on this worker", operation.name),
            )
        })
    }

    fn check_grant(&self, operation: &Operation, arguments: &Value) -> Result<(), Failure> {
        let Some(power) = operation.power else {
            return Ok(());
        };
        let subject = operation.subject.and_then(|name| arguments[name].as_str());
        if grant::permit(&self.grants, power, subject) {
            return Ok(());
        }
        let needed = match (power.masked(), subject) {
            (true, Some(subject)) => format!("{}:{subject}", power.as_str()),
            _ => power.as_str().to_owned(),
        };
        let message = format!(
            "`{}` needs the grant `{needed}`, which an owner of the account may give when publishing",
            operation.name
        );
        Err(Failure::new(Code::GrantDenied, message).with(json!({ "grant": needed })))
    }

    /// Nothing changes after the deadline, nor what does not fit with its reserve; reading and reporting go on.
    fn check_window(&self, operation: &Operation, arguments: &Value) -> Result<(), Failure> {
        let Some(deadline) = self.facts.deadline else {
            return Ok(());
        };
        let changes = operation.class != Class::Read && operation.power.is_some();
        let reports = operation.power == Some(grant::Power::RecordsWrite);
        if !changes || reports {
            return Ok(());
        }
        let left = remaining(deadline, self.time.stamp(self.clock.now()));
        let reserve = Duration::from_millis(arguments["reserve"].as_u64().unwrap_or(0));
        if left.is_zero() {
            let message = format!("`{}` after the deadline {deadline}", operation.name);
            return Err(Failure::new(Code::DeadlinePassed, message));
        }
        if left < reserve {
            let message = format!(
                "`{}` needs {} s and {} s remain until {deadline}",
                operation.name,
                reserve.as_secs(),
                left.as_secs()
            );
            return Err(Failure::new(Code::MaintenanceWindowExceeded, message));
        }
        Ok(())
    }
}

/// What is left until `deadline`; nothing once it has passed.
pub fn remaining(deadline: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(deadline.duration_since(now)).unwrap_or_default()
}

fn check_size(operation: &Operation, arguments: &Value) -> Result<(), Failure> {
    // Streams and rows are limited by their capability; this bounds everything else.
    let size = arguments.to_string().len();
    if size <= limit::OPERATION_BYTES {
        return Ok(());
    }
    let name = operation.name;
    let message = format!("arguments of `{name}` have {size} bytes");
    Err(Failure::new(Code::TooLarge, format!("{message}; at most {}", limit::OPERATION_BYTES)))
}

fn check_header(header: &Header, facts: &JobFacts) -> Result<(), Failure> {
    if header.job == facts.id && header.digest == facts.digest {
        return Ok(());
    }
    let message = format!(
        "the journal is of job {} and module {}, not of {} and {}",
        header.job, header.digest, facts.id, facts.digest
    );
    Err(Failure::new(Code::JournalMismatch, message))
}

fn mismatch(sequence: u64, journal: &Body, operation: &Operation, arguments: &Value) -> Failure {
    let then = match journal {
        Body::Operation { operation, arguments, .. } | Body::Intent { operation, arguments } => {
            json!({ "operation": operation, "arguments": arguments })
        }
        other => json!({ "entry": format!("{other:?}") }),
    };
    let now = json!({ "operation": operation.name, "arguments": arguments });
    let message =
        format!("entry {sequence} of the journal is {then}, and the module asks for {now}");
    Failure::new(Code::JournalMismatch, clip(message))
        .with(json!({ "journal": then, "module": now }))
}

fn unknown(operation: &Operation, reason: &str) -> Failure {
    Failure::new(Code::OutcomeUnknown, format!("`{}` was interrupted: {reason}", operation.name))
}

/// Cuts a text to what a stream record may hold.
fn clip(mut text: String) -> String {
    if text.len() > limit::STREAM_RECORD_BYTES {
        let end = (0..=limit::STREAM_RECORD_BYTES).rev().find(|&at| text.is_char_boundary(at));
        text.truncate(end.unwrap_or(0));
    }
    text
}
