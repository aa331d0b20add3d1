//! The world that jobs change: every change stands here under its job and sequence, and survives all
//! machines.

use bindery_core::{
    code::Failure,
    id::JobId,
    operation::{Operation, POWER_REBOOT},
};
use bindery_sandbox::capability::{Call, Capability, Reconciled};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{collections::BTreeMap, sync::Arc};
use tokio::task::yield_now;

/// How often each change was made.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<BTreeMap<(JobId, u64), usize>>>);

impl Ledger {
    /// The changes of a job: the sequence of each, and how often it was made.
    pub(crate) fn of(&self, job: JobId) -> Vec<(u64, usize)> {
        let made = self.0.lock();
        made.range((job, 0)..=(job, u64::MAX)).map(|((_, at), times)| (*at, *times)).collect()
    }
}

/// A change that happens once, between two moments at which its machine may die. It stands in for
/// the reboot of a computer.
pub(crate) struct Change(pub(crate) Ledger);

/// So often a change lets others go on, before and after.
const MOMENTS: usize = 8;

fn answer() -> Value {
    json!({ "took": 1, "bootBefore": "a", "bootAfter": "b" })
}

#[async_trait::async_trait]
impl Capability for Change {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&POWER_REBOOT]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        for _ in 0..MOMENTS {
            yield_now().await;
        }
        *self.0.0.lock().entry((call.job.id, call.sequence)).or_default() += 1;
        for _ in 0..MOMENTS {
            yield_now().await;
        }
        Ok(answer())
    }

    async fn reconcile(&self, call: &Call<'_>) -> Reconciled {
        match self.0.0.lock().contains_key(&(call.job.id, call.sequence)) {
            true => Reconciled::Done(Ok(answer())),
            false => Reconciled::NotBegun,
        }
    }
}
