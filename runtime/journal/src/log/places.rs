//! Where the frames of each job lie: in which segments, and between which bytes of them.
//!
//! It decides what may be removed and what a reader of one job has to look at; it touches no file.

use bindery_core::id::JobId;
use std::{
    collections::{BTreeMap, BTreeSet, HashMap},
    ops::Range,
};

/// A segment, and some bytes of it.
pub(super) type Place = (u64, Range<u64>);

/// The frames of every job that was not forgotten.
#[derive(Debug, Default)]
pub(super) struct Places {
    /// The jobs with frames in each segment that is there.
    segments: BTreeMap<u64, BTreeSet<JobId>>,
    /// From a job's first frame in each segment to its last; those of others lie between.
    jobs: HashMap<JobId, BTreeMap<u64, Range<u64>>>,
}

impl Places {
    /// A segment is there, though it may have no frames.
    pub(super) fn segment(&mut self, number: u64) {
        self.segments.entry(number).or_default();
    }

    /// A frame of `job` lies in a segment, behind all others of the job.
    pub(super) fn add(&mut self, job: JobId, (number, bytes): Place) {
        let range = self.jobs.entry(job).or_default().entry(number).or_insert(bytes.clone());
        range.end = bytes.end;
        self.segments.entry(number).or_default().insert(job);
    }

    /// Nobody needs the frames of `job` any more.
    pub(super) fn forget(&mut self, job: JobId) {
        for number in self.jobs.remove(&job).unwrap_or_default().into_keys() {
            if let Some(jobs) = self.segments.get_mut(&number) {
                jobs.remove(&job);
            }
        }
    }

    /// Where the frames of `job` lie, in order.
    pub(super) fn of(&self, job: JobId) -> Vec<Place> {
        let ranges = self.jobs.get(&job).into_iter().flatten();
        ranges.map(|(number, range)| (*number, range.clone())).collect()
    }

    /// The newest segment.
    pub(super) fn newest(&self) -> Option<u64> {
        self.segments.last_key_value().map(|(number, _)| *number)
    }

    /// The oldest segment, if nobody needs it.
    ///
    /// A segment may go only when no older one stays: its "forget" frames may be about jobs of an
    /// older one.
    pub(super) fn unused(&self) -> Option<u64> {
        let (number, jobs) = self.segments.first_key_value()?;
        jobs.is_empty().then_some(*number)
    }

    /// A segment is not there any more.
    pub(super) fn remove(&mut self, number: u64) {
        self.segments.remove(&number);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_segment_may_go_once_its_jobs_are_forgotten_and_no_older_one_stays() {
        let [first, second] = [1, 2].map(|id| JobId::from_bytes([id; 16]));
        let mut places = Places::default();
        places.add(first, (1, 0..10));
        places.add(second, (2, 0..10));
        places.forget(second);
        assert_eq!(places.unused(), None, "the older one stays");
        places.forget(first);
        assert_eq!(places.unused(), Some(1));
        places.remove(1);
        assert_eq!((places.unused(), places.newest()), (Some(2), Some(2)));
    }

    #[test]
    fn a_jobs_frames_lie_from_its_first_to_its_last_of_each_segment() {
        let job = JobId::from_bytes([1; 16]);
        let mut places = Places::default();
        for place in [(1, 10..20), (1, 40..50), (3, 0..10)] {
            places.add(job, place);
        }
        assert_eq!(places.of(job), vec![(1, 10..50), (3, 0..10)]);
        places.forget(job);
        places.add(job, (3, 30..40));
        assert_eq!(places.of(job), vec![(3, 30..40)], "what was forgotten is not found again");
    }
}
