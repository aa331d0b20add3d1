//! Replays jobs in the sandbox of the control plane.

use bindery_control_plane::replay::{Past, Replayed, Replayer};
use bindery_core::{code::Failure, id::WorkerId};
use bindery_sandbox::{
    capability::JobFacts,
    clock::Clock,
    replay::{self, replay},
    run::Sandbox,
};
use std::sync::Arc;

/// The sandbox that replays.
pub(super) struct Replays {
    pub(super) sandbox: Sandbox,
    pub(super) clock: Arc<dyn Clock>,
}

#[async_trait::async_trait]
impl Replayer for Replays {
    async fn replay(&self, past: Past) -> Result<Replayed, Failure> {
        let prepared = self.sandbox.prepare(&past.wasm, past.level).await?;
        let job = past.job;
        let facts = JobFacts {
            id: job.id,
            account: job.account,
            runbook: job.runbook,
            digest: job.digest,
            parameters: job.parameters,
            // What the job was told of its worker, its computer and its run is in the journal.
            worker: WorkerId::from_bytes([0; 16]),
            computer: None,
            run: None,
            trigger: job.trigger,
            deadline: None,
            dry_run: job.dry_run,
            started_at: self.clock.now(),
        };
        let (entries, counterfactual) = (past.entries, past.counterfactual);
        let past = replay::Past { facts, entries, counterfactual };
        let replayed = replay(&self.sandbox, &prepared, self.clock.clone(), past).await?;
        Ok(Replayed {
            entries: replayed.trace.entries,
            next: replayed.trace.next,
            said: replayed.trace.said,
            outcome: replayed.outcome,
            mismatch: replayed.mismatch,
        })
    }
}
