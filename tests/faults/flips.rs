//! Flipped bits: a log with one is read up to it and no further, and says so. No bit makes another
//! entry of one that was written.

use crate::{cases::CASES, lab::scratch, prefixes::Numbers, sweep::undisturbed};
use bindery_core::id::JobId;
use bindery_journal::{
    entry::Entry,
    frame::{self, Frame, Position, Read},
    log::{Log, Recovered},
};
use std::{collections::BTreeMap, fs, path::Path};

/// Flips that are tried on whole logs.
const FLIPS: u64 = 2_000;

/// The journals of all cases, each as another job.
fn journals() -> BTreeMap<JobId, Vec<Entry>> {
    let journal =
        |(number, case)| (JobId::from_bytes([number; 16]), undisturbed(case).entries.clone());
    (1..).zip(&CASES).map(journal).collect()
}

/// Writes the jobs' entries in turn, the later half of them into another segment.
fn write(folder: &Path, journals: &BTreeMap<JobId, Vec<Entry>>) {
    let longest = journals.values().map(Vec::len).max().unwrap_or_default();
    for half in [0..longest / 2, longest / 2..longest] {
        let (log, _) = Log::open(folder).expect("a log");
        for at in half {
            for (job, entries) in journals {
                if let Some(entry) = entries.get(at) {
                    log.append(*job, &entry.encode()).expect("a log that can be written");
                }
            }
        }
        futures::executor::block_on(log.sync()).expect("a log that can be written");
    }
}

/// Why a log that was read from damaged files is not sound, if so.
fn problem(journals: &BTreeMap<JobId, Vec<Entry>>, found: &Recovered) -> Option<String> {
    if found.torn == 0 && found.damaged.is_empty() && found.unreadable.is_empty() {
        return Some("nothing was noticed".into());
    }
    let other = found.jobs.iter().find(|(job, entries)| {
        let written = journals.get(job);
        !written.is_some_and(|written| written.starts_with(entries))
    });
    other.map(|(job, _)| format!("{job:?} has other entries than were written"))
}

#[test]
fn a_log_with_a_flipped_bit_is_read_up_to_it_and_says_so() {
    let journals = journals();
    let folder = scratch();
    write(folder.path(), &journals);
    let files = ["00000001.journal", "00000002.journal"];
    let sound = files.map(|file| fs::read(folder.path().join(file)).expect("a segment"));
    assert!(sound.iter().all(|bytes| bytes.len() > 10_000), "two segments with something in them");
    let mut numbers = Numbers(0);
    for _ in 0..FLIPS {
        let hurt = numbers.below(2) as usize;
        let mut bytes = sound.clone();
        let (at, bit) = (numbers.below(bytes[hurt].len() as u64) as usize, numbers.below(8));
        bytes[hurt][at] ^= 1 << bit;
        let folder = scratch();
        for (file, bytes) in files.iter().zip(&bytes) {
            fs::write(folder.path().join(file), bytes).expect("a segment");
        }
        let (_, found) = Log::open(folder.path()).expect("a log");
        let problem = problem(&journals, &found);
        assert_eq!(problem, None, "bit {bit} of byte {at} of {}", files[hurt]);
    }
}

#[test]
fn no_bit_of_any_frame_can_flip_and_leave_a_frame() {
    for (job, entries) in journals() {
        for entry in &entries {
            let (mut bytes, payload) = (vec![], entry.encode());
            let here = Position { salt: 1, offset: 24 };
            frame::write(Frame::Entry(job, &payload), here, &mut bytes);
            let size = bytes.len();
            // A length that grew reads what follows.
            let behind = Position { offset: here.offset + size as u64, ..here };
            frame::write(Frame::Entry(job, &payload), behind, &mut bytes);
            for bit in 0..size * 8 {
                bytes[bit / 8] ^= 1 << (bit % 8);
                let read = frame::read(&bytes, here);
                assert!(!matches!(read, Read::Whole(..)), "bit {bit} of {entry:?} of {job:?}");
                bytes[bit / 8] ^= 1 << (bit % 8);
            }
        }
    }
}
