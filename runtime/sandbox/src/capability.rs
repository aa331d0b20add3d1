//! Capabilities: what stands behind operations. One crate each; the list of them stands only in
//! `bin`.

use crate::{secrets::Secrets, upstream::Upstream};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    grant::Grant,
    id::{ComputerId, JobId, RunId, WorkerId},
    job::Trigger,
    limit,
    name::Name,
    operation::{self, Operation},
    stream::StreamKind,
};
use jiff::Timestamp;
use serde_json::Value;
use std::{collections::HashMap, sync::Arc, time::Duration};

/// Where a job's operations are carried out. Implementations are shared by all jobs of a worker.
#[async_trait::async_trait]
pub trait Capability: Send + Sync + 'static {
    /// The operations that it carries out.
    fn operations(&self) -> Vec<&'static Operation>;

    /// Carries out one operation. The gate has checked grant, window and size before, and journals
    /// what it answers.
    ///
    /// A write-once operation is called at most once for a `(job, sequence)`, unless
    /// [`Capability::reconcile`] says that nothing was begun.
    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure>;

    /// What an operation that changes something would answer in a dry run, without changing anything.
    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let message = format!("`{}` cannot be rehearsed", call.operation.name);
        Err(Failure::new(Code::UnknownOperation, message))
    }

    /// Finds out how a write-once operation ended whose intent was journalled and whose outcome was
    /// not.
    async fn reconcile(&self, call: &Call<'_>) -> Reconciled {
        Reconciled::Unknown(format!("`{}` cannot say whether it was done", call.operation.name))
    }

    /// Whether it puts secrets in where `$secret{…}` stands in the arguments. Where nobody does, such a text
    /// is refused.
    fn puts_secrets_in(&self, _operation: &'static Operation) -> bool {
        false
    }

    /// How long the operation may take; none for one that ends by itself.
    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        Some(limit::HOST_CALL)
    }
}

/// What is known of a write-once operation in doubt.
#[derive(Debug)]
pub enum Reconciled {
    /// It was done (or it failed), with this answer.
    Done(Result<Value, Failure>),
    /// Nothing was begun: it may be carried out now.
    NotBegun,
    /// Nobody can say, for this reason.
    Unknown(String),
}

/// One call of an operation.
pub struct Call<'a> {
    /// The job.
    pub job: &'a JobFacts,
    /// The journal entry of the call; with the job it is a key under which a change is made once.
    pub sequence: u64,
    /// The operation.
    pub operation: &'static Operation,
    /// Its arguments: an object.
    pub arguments: &'a Value,
    /// What the job was given as it is: without what its computer left of a wider grant.
    pub grants: &'a [Grant],
    /// The job's time now.
    pub now: Timestamp,
    /// The time by which the job must have ended: that of its window, or of the grace in which it
    /// stops.
    pub deadline: Option<Timestamp>,
    /// The state that the last checkpoint kept, as JSON text.
    pub restored: Option<Arc<str>>,
    /// The secrets that it may have put in.
    pub secrets: &'a Secrets,
    /// Says something on the job's streams while the call goes on.
    pub say: &'a (dyn Fn(StreamKind, String, Option<Value>) + Send + Sync),
}

impl Call<'_> {
    /// An argument, read as `T`.
    pub fn argument<T: serde::de::DeserializeOwned>(&self, name: &str) -> Result<T, Failure> {
        let value = self.arguments.get(name).cloned().unwrap_or(Value::Null);
        serde_json::from_value(value).map_err(|error| {
            Failure::new(
                Code::InvalidArguments,
                format!("`{}` of `{}`: {error}", name, self.operation.name),
            )
        })
    }
}

/// The facts of a job that capabilities may need.
#[derive(Debug, Clone)]
pub struct JobFacts {
    /// The job.
    pub id: JobId,
    /// Its account.
    pub account: Name,
    /// Its runbook.
    pub runbook: Name,
    /// The module that runs.
    pub digest: Digest,
    /// The parameters: an object.
    pub parameters: Value,
    /// The worker that runs it.
    pub worker: WorkerId,
    /// The computer that it runs on.
    pub computer: Option<(ComputerId, String)>,
    /// The update run that it belongs to, and its name.
    pub run: Option<(RunId, String)>,
    /// Why it was started.
    pub trigger: Trigger,
    /// The time by which it must have ended.
    pub deadline: Option<Timestamp>,
    /// Whether nothing may be changed.
    pub dry_run: bool,
    /// When it began.
    pub started_at: Timestamp,
}

/// The capabilities of a worker, by operation.
#[derive(Clone, Default)]
pub struct Capabilities {
    by_operation: HashMap<&'static str, Arc<dyn Capability>>,
    secrets: Option<Arc<dyn Upstream>>,
}

impl Capabilities {
    /// Adds a capability; a later one takes an operation from an earlier one.
    #[must_use]
    pub fn with(mut self, capability: impl Capability) -> Self {
        let capability = Arc::new(capability);
        for operation in capability.operations() {
            self.by_operation.insert(operation.name, capability.clone());
        }
        self
    }

    /// With secrets of assets, which come from `upstream`.
    #[must_use]
    pub fn with_secrets(mut self, upstream: Arc<dyn Upstream>) -> Self {
        self.secrets = Some(upstream);
        self
    }

    /// Where secrets come from, if there are any.
    pub(crate) fn secrets(&self) -> Option<Arc<dyn Upstream>> {
        self.secrets.clone()
    }

    /// What carries out `operation` here, if anything does.
    pub fn get(&self, operation: &Operation) -> Option<&Arc<dyn Capability>> {
        self.by_operation.get(operation.name)
    }

    /// The operations of the contract that nothing carries out here.
    pub fn missing(&self) -> Vec<&'static str> {
        let here = |o: &&Operation| !self.by_operation.contains_key(o.name);
        operation::ALL.iter().copied().filter(here).map(|o| o.name).collect()
    }
}
