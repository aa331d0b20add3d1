//! The operation `process.run`, carried out by the [`Programs`] of a computer.

use crate::{
    programs::{Finished, Key, Programs, Settled},
    request::Request,
};
use bindery_core::{
    code::{Code, Failure},
    operation::{Operation, PROCESS_RUN},
    stream::StreamKind,
};
use bindery_sandbox::capability::{Call, Capability, Reconciled};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// The programs of this computer.
pub struct Process {
    programs: Arc<dyn Programs>,
    changes: bool,
}

impl Process {
    /// These `programs`. Without `changes` none is run: `ChangesNotAllowed`.
    pub fn new(programs: Arc<dyn Programs>, changes: bool) -> Self {
        Self { programs, changes }
    }
}

#[async_trait::async_trait]
impl Capability for Process {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&PROCESS_RUN]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let request = Request::of(call)?;
        if !self.changes {
            let message = format!("`{}`: this agent only reports", call.operation.name);
            return Err(Failure::new(Code::ChangesNotAllowed, message));
        }
        let line = |line: &str| (call.say)(StreamKind::Verbose, line.to_owned(), None);
        to_json(self.programs.run(&request, key(call), &line).await?)
    }

    /// As if the program had ended well without a word.
    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.programs.find(&Request::of(call)?.program)?;
        to_json(Finished { code: Some(0), ..Finished::default() })
    }

    async fn reconcile(&self, call: &Call<'_>) -> Reconciled {
        let request = match Request::of(call) {
            Ok(request) => request,
            Err(refusal) => return Reconciled::Done(Err(refusal)),
        };
        match self.programs.settle(&request, key(call)).await {
            Settled::Ended(ended) => Reconciled::Done(ended.and_then(to_json)),
            Settled::NotBegun => Reconciled::NotBegun,
            Settled::Unknown(reason) => Reconciled::Unknown(reason),
        }
    }

    /// The call itself says how long its program may take.
    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        None
    }
}

fn key(call: &Call<'_>) -> Key {
    Key { job: call.job.id, sequence: call.sequence }
}

fn to_json(finished: Finished) -> Result<Value, Failure> {
    serde_json::to_value(finished)
        .map_err(|error| Failure::new(Code::Internal, format!("an answer has no JSON: {error}")))
}
