//! Live: what the journal does not answer is checked, carried out and written down.

use super::{Fatal, Gate, checks, checks::over, park};
use crate::{
    capability::{Call, Capability},
    secrets::Secrets,
};
use bindery_core::{
    code::{Code, Failure},
    limit,
    operation::{self, Class, Operation},
    stream::StreamKind,
};
use bindery_journal::entry::{Body, Reply};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::{
    sync::{
        Arc,
        atomic::{AtomicBool, Ordering},
    },
    time::Duration,
};

/// Says something on the job's streams.
type Say<'a> = &'a (dyn Fn(StreamKind, String, Option<Value>) + Send + Sync);

impl Gate {
    pub(super) async fn live(
        self: &Arc<Self>,
        operation: &'static Operation,
        arguments: Value,
    ) -> Result<Reply, Fatal> {
        if let Some(reason) = self.cancel.reason() {
            return Err(Fatal(reason));
        }
        let (arguments, size) = checks::recorded(operation, arguments);
        let capability = match size.and_then(|()| self.allow(operation, &arguments)) {
            Ok(capability) => capability,
            Err(refusal) => {
                self.park.over();
                return self.entry(operation, arguments, Err(refusal));
            }
        };
        if park::waits(operation) {
            return self.wait(operation, arguments, capability.clone()).await;
        }
        let secrets = Secrets::of(&self.purse);
        let say = |kind, text, value| self.note_masked(&secrets, kind, text, value);
        let rehearsed = self.facts.dry_run && operation.changes();
        if operation.class == Class::WriteOnce && !rehearsed {
            let name = operation.name.to_owned();
            let intent = Body::Intent { operation: name, arguments: arguments.clone() };
            let sequence = self.writer.append(intent)?;
            self.writer.sync().await?;
            let call = self.call(operation, &arguments, sequence, (&secrets, &say));
            let reply = self.carry_out(capability.as_ref(), &call).await?;
            return self.outcome(sequence, reply).await;
        }
        if operation.changes() && *operation != operation::RECORDS_APPEND && !rehearsed {
            // What it follows from must outlast it: a worker that had to read again would read what
            // the change has left.
            self.writer.sync().await?;
        }
        let call = self.call(operation, &arguments, self.writer.sequence(), (&secrets, &say));
        let work = async {
            match rehearsed {
                true => Ok(secrets.mask_reply(capability.rehearse(&call).await)),
                false => self.carry_out(capability.as_ref(), &call).await,
            }
        };
        let reply = tokio::select! {
            biased;
            reason = self.cancel.cancelled() => return Err(Fatal(reason)),
            reply = work => reply?,
        };
        self.remember(operation, &arguments, &reply);
        if *operation == operation::JOB_CHECKPOINT && reply.is_ok() {
            return Err(self.checkpoint(arguments).await);
        }
        self.entry(operation, arguments, reply)
    }

    /// Waits. A guest whose wait takes long goes, and this never returns to it.
    async fn wait(
        self: &Arc<Self>,
        operation: &'static Operation,
        arguments: Value,
        capability: Arc<dyn Capability>,
    ) -> Result<Reply, Fatal> {
        let (now, sequence) = (self.time.stamp(self.clock.now()), self.writer.sequence());
        let interrupted = self.park.interrupted();
        let since = interrupted.unwrap_or(now);
        let mut work: park::Work = {
            let (gate, left) = (self.clone(), park::left(operation, &arguments, since, now));
            Box::pin(async move {
                let (secrets, say) =
                    (Secrets::none(), |kind, text, value| gate.note(kind, text, value));
                let call = gate.call(operation, &left, sequence, (&secrets, &say));
                let call = Call { now: since, ..call };
                gate.carry_out(capability.as_ref(), &call).await
            })
        };
        let noted = AtomicBool::new(interrupted.is_some());
        // What came before a long wait is not lost with its worker, nor when the wait began.
        let note = async || {
            if !noted.swap(true, Ordering::Relaxed) {
                self.note_wait(since);
                self.writer.sync().await?;
            }
            Ok(())
        };
        let lasts = async {
            self.clock.sleep_until(later(now, limit::PARK_AFTER)).await;
            note().await?;
            self.clock.sleep_until(later(now, self.park.patience(now))).await;
            Ok::<_, Fatal>(())
        };
        let is_in_the_way = async {
            self.clock.sleep_until(later(now, self.park.worked(now))).await;
            self.park.crowded().await;
            note().await
        };
        let tires = async {
            tokio::select! {
                tired = lasts => tired,
                tired = is_in_the_way => tired,
            }
        };
        let reply = tokio::select! {
            biased;
            reason = self.cancel.cancelled() => return Err(Fatal(reason)),
            stopping = self.stopping() => Err(stopping),
            reply = &mut work => reply?,
            tired = tires => {
                tired?;
                self.park.keep(park::Wait { operation, arguments, work });
                return std::future::pending().await;
            }
        };
        self.entry(operation, arguments, reply)
    }

    /// Says once that the job comes near the end of its operations.
    pub(super) fn warn_of_operations(&self, operations: u64) {
        let most = self.limits.operations;
        if operations == most.saturating_mul(limit::JOB_WARNING_PERCENT) / 100 {
            let text = format!(
                "the job has made {operations} of its {most} operations; \
                 `job.checkpoint` lets it begin again with a state of its own"
            );
            self.note(StreamKind::Warning, text, None);
        }
    }

    /// Grant and window; then what carries the operation out here.
    fn allow(
        &self,
        operation: &'static Operation,
        arguments: &Value,
    ) -> Result<&Arc<dyn Capability>, Failure> {
        checks::granted(&self.rights, operation, arguments)?;
        self.check_window(operation, arguments)?;
        let capability = self.capabilities.get(operation).ok_or_else(|| {
            let place = match &self.facts.computer {
                Some((_, name)) => {
                    format!(
                        "computer `{name}`: its agent does not have it, as that of a simulated one"
                    )
                }
                None => "the control plane's sandbox, which is no computer".to_owned(),
            };
            let message = format!("`{}` is not available on {place}", operation.name);
            Failure::new(Code::UnknownOperation, message)
        })?;
        let puts_in = capability.puts_secrets_in(operation);
        if operation.power.is_some() && !puts_in && Secrets::of(&self.purse).stand_in(arguments) {
            let name = operation.name;
            let message =
                format!("`{name}` puts no secrets in: what stands for one means nothing there");
            return Err(Failure::new(Code::InvalidArguments, message));
        }
        Ok(capability)
    }

    /// Says something on the job's streams that a call says, without its secrets.
    pub(super) fn note_masked(
        &self,
        secrets: &Secrets,
        kind: StreamKind,
        text: String,
        value: Option<Value>,
    ) {
        self.note(kind, secrets.mask(text), value.map(|value| secrets.mask_value(value)));
    }

    pub(super) fn check_window(
        &self,
        operation: &'static Operation,
        arguments: &Value,
    ) -> Result<(), Failure> {
        let now = self.time.stamp(self.clock.now());
        checks::window(self.deadline(), now, operation, arguments)
    }

    pub(super) fn entry(
        &self,
        operation: &'static Operation,
        arguments: Value,
        reply: Reply,
    ) -> Result<Reply, Fatal> {
        if let Err(refusal) = &reply
            && *operation == operation::STREAM_WRITE
        {
            // Whoever reads the stream is to know that something is missing.
            self.note(StreamKind::Warning, format!("left out: {refusal}"), None);
        }
        let name = operation.name.to_owned();
        let body = Body::Operation { operation: name, arguments, reply: reply.clone() };
        self.writer.append(body)?;
        Ok(reply)
    }

    pub(super) async fn outcome(&self, intent: u64, reply: Reply) -> Result<Reply, Fatal> {
        self.writer.append(Body::Outcome { intent, reply: reply.clone() })?;
        self.writer.sync().await?;
        Ok(reply)
    }

    pub(super) fn remember(&self, operation: &Operation, arguments: &Value, reply: &Reply) {
        if reply.is_err() {
            return;
        }
        if *operation == operation::JOB_RESULT {
            let text = arguments["value"].as_str().unwrap_or("null");
            self.said.lock().result = serde_json::from_str(text).ok();
        }
        if *operation == operation::JOB_FAILURE {
            self.said.lock().failure = Some(arguments["error"].clone());
        }
    }

    pub(super) fn call<'a>(
        &'a self,
        operation: &'static Operation,
        arguments: &'a Value,
        sequence: u64,
        (secrets, say): (&'a Secrets, Say<'a>),
    ) -> Call<'a> {
        let now = self.time.stamp(self.clock.now());
        let restored = self.start.lock().restored.clone();
        let deadline = self.deadline();
        let (job, grants) = (&self.facts, self.rights.whole());
        Call { job, sequence, operation, arguments, grants, now, deadline, restored, secrets, say }
    }

    pub(super) async fn carry_out(
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
        let reply = call.secrets.mask_reply(reply);
        let size = reply.as_ref().map_or(0, |value| value.to_string().len());
        if size > limit::OPERATION_BYTES {
            return Err(Fatal(over("reply", limit::OPERATION_BYTES as u64, "bytes")));
        }
        Ok(reply)
    }
}

fn later(time: Timestamp, by: Duration) -> Timestamp {
    let by = SignedDuration::try_from(by).unwrap_or(SignedDuration::MAX);
    time.checked_add(by).unwrap_or(Timestamp::MAX)
}
