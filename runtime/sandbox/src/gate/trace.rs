//! What a replay that is asked for came to.

use super::{Fatal, Gate, Turn};
use bindery_core::{
    code::{Code, Failure},
    limit,
    operation::{JOB_FAILURE, JOB_RESULT, Operation},
    stream::StreamKind,
};
use bindery_journal::entry::{Body, Entry, Reply};
use serde_json::{Value, json};

/// How far a replay came.
#[derive(Debug, Clone, Default)]
pub struct Trace {
    /// Entries of the journal that were used.
    pub entries: u64,
    /// What the module asks for where the journal has no more.
    pub next: Option<Value>,
    /// What another version of the module said: at most `REPLAY_RECORDS`.
    pub said: Vec<(StreamKind, String, Option<Value>)>,
}

impl Trace {
    pub(super) fn arrived(&mut self, operation: &Operation, arguments: Value) -> Fatal {
        self.next = Some(json!({ "operation": operation.name, "arguments": arguments }));
        Fatal(Failure::new(Code::Cancelled, "the journal has no more"))
    }
}

/// Whether an operation has no answer that a module could depend on: another version may say
/// something else.
pub(super) fn only_says(operation: &Operation) -> bool {
    operation.interface == "streams" || [&JOB_RESULT, &JOB_FAILURE].contains(&operation)
}

impl Gate {
    /// Hears what another version of the module says.
    pub(super) fn heard(
        &self,
        turn: &mut Turn,
        operation: &'static Operation,
        arguments: Value,
    ) -> Reply {
        let reply = Ok(Value::Null);
        self.remember(operation, &arguments, &reply);
        let body = Body::Operation {
            operation: operation.name.to_owned(),
            arguments,
            reply: reply.clone(),
        };
        let entry = Entry { sequence: turn.trace.entries, time: self.time.peek(), body };
        if turn.trace.said.len() < limit::REPLAY_RECORDS {
            turn.trace.said.extend(entry.says());
        }
        reply
    }

    /// How far the replay came.
    pub async fn trace(&self) -> Trace {
        self.turn.lock().await.trace.clone()
    }
}
