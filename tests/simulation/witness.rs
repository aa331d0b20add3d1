//! The witness: overhears what is said, and compares it with what lies on the disks.
//!
//! A journal is known by what it comes to up to an entry ([`advance`]): so an entry that is stored can
//! be asked for who had it, on top of which others, and under which lease.

use bindery_core::{
    id::JobId,
    job::{Job, Lease},
};
use bindery_journal::log::peek;
use bindery_protocol::{
    bytes::Base64,
    message::{ToControl, ToWorker},
    order::JobOrder,
};
use bindery_seal::envelope::Envelope;
use parking_lot::Mutex;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    hash::{DefaultHasher, Hash as _, Hasher as _},
    path::{Path, PathBuf},
    sync::Arc,
};

/// Which process of which machine, and where its folder is.
#[derive(Debug, Clone)]
pub(crate) struct Speaker {
    pub(crate) machine: usize,
    pub(crate) process: usize,
    pub(crate) folder: PathBuf,
}

/// An order that a worker was told.
#[derive(Debug, Clone)]
pub(crate) struct Told {
    pub(crate) machine: usize,
    pub(crate) process: usize,
    pub(crate) job: JobId,
    pub(crate) lease: Lease,
    pub(crate) order: Envelope,
}

/// What was overheard.
#[derive(Clone, Default)]
pub(crate) struct Witness(Arc<Mutex<Overheard>>);

#[derive(Default)]
struct Overheard {
    /// The epochs under which a journal was said up to an entry.
    said: HashMap<(JobId, u64, u64), BTreeSet<u64>>,
    /// What journals were on the disk of a machine, before they were forgotten there.
    disks: HashMap<(usize, JobId, Lease), Vec<u64>>,
    told: Vec<Told>,
    wrong: Vec<String>,
}

/// What a journal comes to with one entry more; before its first it is 0.
pub(crate) fn advance(sum: &mut u64, entry: &[u8]) -> u64 {
    let mut hasher = DefaultHasher::new();
    (*sum, entry).hash(&mut hasher);
    *sum = hasher.finish();
    *sum
}

impl Witness {
    /// Something that does not hold.
    pub(crate) fn object(&self, wrong: String) {
        self.0.lock().wrong.push(wrong);
    }

    pub(crate) fn wrong(&self) -> Option<String> {
        self.0.lock().wrong.first().cloned()
    }

    /// The orders that were told.
    pub(crate) fn told(&self) -> Vec<Told> {
        self.0.lock().told.clone()
    }

    /// A machine has another disk now.
    pub(crate) fn forget(&self, machine: usize) {
        self.0.lock().disks.retain(|(of, ..), _| *of != machine);
    }

    /// A worker says something: entries must be on its disk by then.
    pub(crate) fn hears(&self, speaker: &Speaker, message: &ToControl) {
        let ToControl::Journal { job, lease, first, entries } = message else { return };
        let disk = journals(&speaker.folder).remove(job).unwrap_or_default();
        let mut state = self.0.lock();
        let Overheard { said, disks, wrong, .. } = &mut *state;
        let known = disks.entry((speaker.machine, *job, *lease)).or_default();
        let there = |(entry, at): (&Base64, u64)| disk.get(at as usize) == Some(&entry.0);
        // What is said once more may have been kept since, and then be gone from the disk.
        if entries.iter().zip(*first..).all(there) {
            *known = disk.iter().scan(0, |sum, entry| Some(advance(sum, entry))).collect();
        }
        let mut sum =
            first.checked_sub(1).map_or(0, |at| known.get(at as usize).map_or(0, |it| *it));
        for (entry, sequence) in entries.iter().zip(*first..) {
            advance(&mut sum, &entry.0);
            if known.get(sequence as usize) == Some(&sum) {
                said.entry((*job, sequence, sum)).or_default().insert(lease.epoch);
            } else if !disk.is_empty() {
                // Else it was fenced off since, and nobody will believe it.
                let machine = speaker.machine;
                wrong.push(format!(
                    "machine {machine} said entry {sequence} of job {job} before it was on its disk"
                ));
            }
        }
    }

    /// A worker is told something.
    pub(crate) fn tells(&self, speaker: &Speaker, message: &ToWorker) {
        let ToWorker::Order { order } = message else { return };
        let said = unverified(order);
        let Speaker { machine, process, .. } = *speaker;
        let (job, lease) = (said.job, said.lease);
        self.0.lock().told.push(Told { machine, process, job, lease, order: order.clone() });
    }

    /// Whether the journal that comes to `sum` at `sequence` was said under the lease that `job` has, or
    /// had when it ended.
    pub(crate) fn vouches(&self, job: &Job, sequence: u64, sum: u64) -> bool {
        let epoch = match job.phase.lease() {
            Some(lease) => lease.epoch,
            None if job.phase.ended() => job.epoch,
            None => return false,
        };
        let state = self.0.lock();
        state.said.get(&(job.id, sequence, sum)).is_some_and(|epochs| epochs.contains(&epoch))
    }
}

/// What an order says.
fn unverified(order: &Envelope) -> JobOrder {
    let json = serde_json::to_value(order).expect("JSON");
    let payload: Base64 = serde_json::from_value(json["payload"].clone()).expect("a payload");
    serde_json::from_slice(&payload.0).expect("an order")
}

/// The journals in the folder of a worker that were not forgotten.
pub(crate) fn journals(folder: &Path) -> BTreeMap<JobId, Vec<Vec<u8>>> {
    peek(&folder.join("journal")).unwrap_or_default()
}
