//! What the control plane carries out for a worker's jobs: the fleet, child jobs, shared
//! assets.

use bindery_core::{asset::SecretName, code::Failure, id::JobId, secret::Secret};
use serde_json::Value;

/// The way to the control plane. It outlives any one connection: a call waits until it is answered.
#[async_trait::async_trait]
pub trait Upstream: Send + Sync + 'static {
    /// Has `operation` carried out. With `(job, sequence)` as its key it is carried out once,
    /// however often it is said.
    async fn call(
        &self,
        job: JobId,
        sequence: u64,
        operation: &'static str,
        arguments: &Value,
    ) -> Result<Value, Failure>;

    /// A secret that an asset of the job's account has, as it is now.
    async fn secret(&self, job: JobId, name: &SecretName) -> Result<Secret, Failure>;
}
