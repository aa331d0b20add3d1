//! The stores: in memory, as slow as the dice say, and watched: what is committed must follow from
//! what was committed before, whoever asked for it.

use crate::{
    plan::Dice,
    witness::{Witness, advance},
};
use async_trait::async_trait;
use bindery_core::job::Job;
use bindery_protocol::bytes::Base64;
use bindery_store::{
    Stores,
    batch::{Action, Batch, Checked, CommitError, Committed},
    documents::{Collection, Document, Documents, Page, Range},
    error::StoreError,
    log::Row,
};
use parking_lot::Mutex;
use std::{
    collections::BTreeMap,
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
};
use tokio::task::yield_now;

pub(crate) const JOBS: Collection = Collection("jobs");
const JOURNAL: &str = ".journal";
/// More rows than any journal here has.
const ROWS: usize = 1_000;

/// The turns of the control plane that the store may take.
pub(crate) type Slow = Arc<AtomicUsize>;

/// Stores that lie in `memory`, and are as `slow` as it says.
pub(crate) fn watched(memory: &Stores, witness: &Witness, slow: Slow, dice: Dice) -> Stores {
    let (memory, witness) = (memory.clone(), witness.clone());
    let (log, blobs) = (memory.log.clone(), memory.blobs.clone());
    let documents = Arc::new(Watched { memory, witness, slow, dice: Mutex::new(dice) });
    Stores { documents, log, blobs }
}

struct Watched {
    memory: Stores,
    witness: Witness,
    slow: Slow,
    dice: Mutex<Dice>,
}

/// The job `id`, as it is stored.
pub(crate) async fn job(memory: &Stores, id: &str) -> Option<Job> {
    let document = memory.documents.get(JOBS, id).await.expect("memory");
    document.map(|document| document.parse().expect("a job"))
}

impl Watched {
    async fn wait(&self) {
        let turns = self.dice.lock().below(self.slow.load(Ordering::SeqCst));
        for _ in 0..turns {
            yield_now().await;
        }
    }

    /// What does not hold if this is committed now.
    async fn look(&self, checked: &Checked) -> Vec<String> {
        let mut wrong = vec![];
        for change in checked.changes.iter().filter(|change| change.collection == JOBS) {
            let Action::Put { value, .. } = &change.action else { continue };
            let next: Job = serde_json::from_value(value.clone()).expect("a job");
            let Some(job) = job(&self.memory, &change.id).await else { continue };
            if job.phase.ended() && job.phase != next.phase {
                wrong.push(format!("job {} ended, and then became {:?}", job.id, next.phase));
            }
            if next.epoch < job.epoch || next.shipped < job.shipped {
                wrong.push(format!("job {} goes back: {job:?}, then {next:?}", job.id));
            }
        }
        let mut journals = BTreeMap::<_, BTreeMap<_, _>>::new();
        let appends = checked.appends.iter().filter(|append| append.table == JOURNAL);
        for row in appends.flat_map(|append| &append.rows) {
            journals.entry(&row.partition).or_default().insert(row.key.clone(), bytes(row));
        }
        for (partition, rows) in journals {
            wrong.extend(self.unvouched(partition, rows).await);
        }
        wrong
    }

    /// Says so if these rows, on top of what is stored, are not the journal of who has the job.
    async fn unvouched(&self, id: &str, mut rows: BTreeMap<String, Vec<u8>>) -> Option<String> {
        let job = job(&self.memory, id).await?;
        let stored = self.memory.log.read(JOURNAL, id, None, ROWS).await.expect("memory");
        rows.retain(|key, _| !stored.iter().any(|row| row.key == *key));
        let mut sum = 0;
        stored.iter().for_each(|row| _ = advance(&mut sum, &bytes(row)));
        for (entry, sequence) in rows.values().zip(stored.len() as u64..) {
            advance(&mut sum, entry);
            if !self.witness.vouches(&job, sequence, sum) {
                let (phase, epoch) = (job.phase.status(), job.epoch);
                return Some(format!(
                    "entry {sequence} of job {id} is stored, and whoever has it ({phase:?}, epoch \
                     {epoch}) did not write it after those before"
                ));
            }
        }
        None
    }
}

fn bytes(row: &Row) -> Vec<u8> {
    serde_json::from_value::<Base64>(row.value.clone()).expect("base64").0
}

/// The batch that was checked.
fn batch(checked: Checked) -> Batch {
    let Checked { changes, appends, removals } = checked;
    let batch = changes.into_iter().fold(Batch::new(), |batch, change| match change.action {
        Action::Put { value, indexes } => {
            batch.put(change.collection, change.id, &value, change.expect, indexes)
        }
        Action::Delete => batch.delete(change.collection, change.id, change.expect),
        Action::Keep => batch.require(change.collection, change.id, change.expect),
    });
    let batch = appends.into_iter().fold(batch, |batch, it| batch.append(it.table, it.rows));
    removals.into_iter().fold(batch, |batch, it| batch.remove(it.table, it.rows))
}

#[async_trait]
impl Documents for Watched {
    async fn get(&self, collection: Collection, id: &str) -> Result<Option<Document>, StoreError> {
        self.wait().await;
        self.memory.documents.get(collection, id).await
    }

    async fn list(&self, collection: Collection, range: &Range) -> Result<Page, StoreError> {
        self.wait().await;
        self.memory.documents.list(collection, range).await
    }

    async fn find(
        &self,
        collection: Collection,
        index: &str,
        value: &str,
        range: &Range,
    ) -> Result<Page, StoreError> {
        self.wait().await;
        self.memory.documents.find(collection, index, value, range).await
    }

    async fn commit(&self, changes: Batch) -> Result<Committed, CommitError> {
        self.wait().await;
        let checked = changes.check()?;
        // Nobody else runs before it is committed: the memory makes nobody wait.
        let wrong = self.look(&checked).await;
        let committed = self.memory.documents.commit(batch(checked)).await;
        if committed.is_ok() {
            wrong.into_iter().for_each(|wrong| self.witness.object(wrong));
        }
        self.wait().await;
        committed
    }
}
