//! The computers of the workspace: seen and configured by the control plane.
//!
//! Nothing is decided here: the worker passes the operation on and waits for the answer, across
//! reconnections.

use bindery_core::{
    code::Failure,
    operation::{FLEET_COMPUTER, FLEET_COMPUTERS, FLEET_CONFIGURE, Operation},
};
use bindery_sandbox::{
    capability::{Call, Capability},
    upstream::Upstream,
};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// The capability.
pub struct Fleet {
    upstream: Arc<dyn Upstream>,
}

impl Fleet {
    /// Over the way to the control plane.
    pub fn new(upstream: Arc<dyn Upstream>) -> Self {
        Self { upstream }
    }
}

#[async_trait::async_trait]
impl Capability for Fleet {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&FLEET_COMPUTERS, &FLEET_COMPUTER, &FLEET_CONFIGURE]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let (job, operation) = (call.job.id, call.operation.name);
        self.upstream.call(job, call.sequence, operation, call.arguments).await
    }

    /// The control plane knows: it configures no computer for a dry run.
    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.perform(call).await
    }

    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        // An agent that is cut off waits for its control plane; the job's own deadline still holds.
        None
    }
}
