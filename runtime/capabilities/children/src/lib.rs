//! Child jobs: started and watched by the control plane.
//!
//! Nothing is decided here: the worker passes the operation on and waits for the answer, across
//! reconnections.

use bindery_core::{
    code::Failure,
    operation::{JOBS_START, JOBS_STATUS, JOBS_WAIT, Operation},
};
use bindery_sandbox::{
    capability::{Call, Capability, Reconciled},
    upstream::Upstream,
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// The capability.
pub struct Children {
    upstream: Arc<dyn Upstream>,
}

impl Children {
    /// Over the way to the control plane.
    pub fn new(upstream: Arc<dyn Upstream>) -> Self {
        Self { upstream }
    }
}

#[async_trait::async_trait]
impl Capability for Children {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&JOBS_START, &JOBS_WAIT, &JOBS_STATUS]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let (job, operation) = (call.job.id, call.operation.name);
        self.upstream.call(job, call.sequence, operation, call.arguments).await
    }

    /// The control plane knows: the children of a dry run are dry runs.
    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.perform(call).await
    }

    async fn reconcile(&self, _call: &Call<'_>) -> Reconciled {
        // The control plane starts children once under (job, sequence): saying it again is safe.
        Reconciled::NotBegun
    }

    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        // An agent that is cut off waits for its control plane; the job's own deadline still holds.
        None
    }
}
