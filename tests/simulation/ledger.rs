//! The world that jobs change: every change stands here under its job and round, for each machine, and
//! survives the machine's death.

use bindery_core::{
    code::Failure,
    id::JobId,
    operation::{Operation, POWER_REBOOT},
};
use bindery_sandbox::capability::{Call, Capability, Reconciled};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};
use tokio::task::yield_now;

/// The changes of one machine: how often each was made. The reason of a change says its round.
pub(crate) type Changes = BTreeMap<(JobId, String), usize>;

/// The worlds of all machines.
#[derive(Clone, Default)]
pub(crate) struct Ledger(Arc<Mutex<Worlds>>);

#[derive(Default)]
struct Worlds {
    machines: BTreeMap<usize, Changes>,
    /// Every change that was ever made in one of them.
    ever: BTreeSet<(JobId, String)>,
}

impl Ledger {
    /// What stands in the world of a machine.
    pub(crate) fn world(&self, machine: usize) -> Changes {
        self.0.lock().machines.get(&machine).cloned().unwrap_or_default()
    }

    /// A machine is in another world from now on.
    pub(crate) fn put(&self, machine: usize, world: Changes) {
        self.0.lock().machines.insert(machine, world);
    }

    /// The rounds of a job that were ever made.
    pub(crate) fn ever(&self, job: JobId) -> usize {
        self.0.lock().ever.iter().filter(|(of, _)| *of == job).count()
    }

    /// How often the change of a job that was made most often was made, in all worlds together.
    pub(crate) fn most(&self, job: JobId) -> usize {
        let mut sums = BTreeMap::<_, usize>::new();
        for ((of, round), times) in self.0.lock().machines.values().flatten() {
            if *of == job {
                *sums.entry(round.clone()).or_default() += times;
            }
        }
        sums.into_values().max().unwrap_or(0)
    }
}

/// A change that happens once, between two moments at which its machine may die. It stands in for
/// the reboot of a computer.
pub(crate) struct Change {
    pub(crate) ledger: Ledger,
    pub(crate) machine: usize,
}

/// So often a change lets others go on, before and after.
const MOMENTS: usize = 8;

fn answer() -> Value {
    json!({ "took": 1, "bootBefore": "a", "bootAfter": "b" })
}

fn key(call: &Call<'_>) -> (JobId, String) {
    (call.job.id, call.arguments["reason"].as_str().expect("a reason").to_owned())
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
        {
            let mut worlds = self.ledger.0.lock();
            let world = worlds.machines.entry(self.machine).or_default();
            *world.entry(key(call)).or_default() += 1;
            worlds.ever.insert(key(call));
        }
        for _ in 0..MOMENTS {
            yield_now().await;
        }
        Ok(answer())
    }

    async fn reconcile(&self, call: &Call<'_>) -> Reconciled {
        match self.ledger.world(self.machine).contains_key(&key(call)) {
            true => Reconciled::Done(Ok(answer())),
            false => Reconciled::NotBegun,
        }
    }
}
