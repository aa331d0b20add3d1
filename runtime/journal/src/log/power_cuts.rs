//! What a disk may have after the power went, and what is found on it then.
//!
//! A disk keeps what was synced. Of what was written since, it keeps any pages and none of others,
//! in whatever order.

use super::{
    Log, Recovered,
    places::Places,
    recover::take,
    tests::{job, note},
};
use crate::{
    entry::Entry,
    segment::{self, Found},
};
use proptest::{prelude::*, sample::Index};
use std::{fs, path::Path};

/// Bytes that a disk keeps or does not keep together; small, so that there are many.
const PAGE: usize = 64;
/// Bytes of a frame around its payload, and of a mark.
const FRAME: usize = 24;

/// What a worker does to its log.
#[derive(Debug, Clone)]
enum Deed {
    Append(u8, usize),
    Sync,
}

fn deeds() -> impl Strategy<Value = Vec<Deed>> {
    prop::collection::vec(deed(), 1..30).prop_map(|mut deeds| {
        deeds.insert(0, Deed::Append(1, 1));
        deeds
    })
}

fn deed() -> impl Strategy<Value = Deed> {
    prop_oneof![
        3 => (1..4_u8, 0..100_usize).prop_map(|(id, length)| Deed::Append(id, length)),
        1 => Just(Deed::Sync),
    ]
}

/// A log's first segment, and what is known of it.
#[derive(Debug, Default)]
struct Image {
    bytes: Vec<u8>,
    /// Bytes that are certain to be on the disk.
    synced: usize,
    /// Where the last mark begins.
    mark: usize,
    /// What was appended, and how much of it is certain to be there.
    entries: Vec<(u8, Entry)>,
    entries_synced: usize,
}

impl Image {
    /// What `deeds` leave, as they are carried out by a real log.
    fn of(deeds: &[Deed]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let runtime = tokio::runtime::Builder::new_current_thread().build().expect("a runtime");
        let (log, _) = Log::open(folder.path()).expect("opens");
        let mut image = Self { synced: segment::HEAD_BYTES, ..Self::default() };
        let (mut length, mut marked) = (segment::HEAD_BYTES, false);
        for deed in deeds {
            match deed {
                Deed::Append(id, size) => {
                    let sequence = image.entries.iter().filter(|(of, _)| of == id).count();
                    let entry = note(sequence as u64, &"x".repeat(*size));
                    let bytes = entry.encode();
                    (length, marked) = (length + FRAME + bytes.len(), false);
                    log.append(job(*id), &bytes).expect("appends");
                    image.entries.push((*id, entry));
                }
                Deed::Sync => {
                    runtime.block_on(log.sync()).expect("syncs");
                    (image.synced, image.entries_synced) = (length, image.entries.len());
                    if !marked {
                        (image.mark, length, marked) = (length, length + FRAME, true);
                    }
                }
            }
        }
        runtime.block_on(log.read(job(9))).expect("everything is written");
        image.bytes = fs::read(segment::path(folder.path(), 1)).expect("a segment");
        assert!(image.bytes[length..].iter().all(|byte| *byte == 0), "zeros alone lie behind");
        image.bytes.truncate(length);
        image
    }

    /// The bytes of which only those pages are kept behind what was synced; in the others is
    /// `filler`.
    fn keeping(&self, pages: &[bool], filler: u8) -> Vec<u8> {
        let kept = |at: usize| at < self.synced || pages[at / PAGE % pages.len()];
        let byte = |(at, byte): (usize, &u8)| if kept(at) { *byte } else { filler };
        self.bytes.iter().enumerate().map(byte).collect()
    }
}

/// What is found in a segment of these bytes.
fn read(bytes: &[u8], last: bool) -> (Found, Recovered) {
    let (mut recovered, mut places) = (Recovered::default(), Places::default());
    let found = segment::read(bytes, last, |frame, bytes| {
        take(&mut recovered, &mut places, frame, (1, bytes));
    });
    (found, recovered)
}

/// What is found by a log that has a segment of these bytes.
fn opened(folder: &Path, bytes: &[u8]) -> Recovered {
    fs::write(segment::path(folder, 1), bytes).expect("a segment");
    Log::open(folder).expect("opens").1
}

/// How many of the entries were found; none if it is not exactly the first so many.
fn prefix(entries: &[(u8, Entry)], found: &Recovered) -> Option<usize> {
    let count = found.jobs.values().map(Vec::len).sum();
    let mut expected = Recovered::default();
    for (id, entry) in entries.iter().take(count) {
        expected.jobs.entry(job(*id)).or_default().push(entry.clone());
    }
    (expected.jobs == found.jobs && found.unreadable.is_empty()).then_some(count)
}

/// Pages that are kept, what is in the others, and where the file ends.
type Cut = (Vec<bool>, u8, Index);

fn cut() -> impl Strategy<Value = Cut> {
    let pages = prop::collection::vec(any::<bool>(), 1..40);
    (pages, prop_oneof![Just(0), any::<u8>()], any::<Index>())
}

fn after(image: &Image, (pages, filler, end): &Cut) -> Vec<u8> {
    let mut bytes = image.keeping(pages, *filler);
    bytes.truncate(image.synced + end.index(bytes.len() - image.synced + 1));
    bytes
}

fn flips() -> impl Strategy<Value = Vec<(Index, u8)>> {
    prop::collection::vec((any::<Index>(), 0..8_u8), 60)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn whatever_a_disk_kept_of_the_last_writes_what_is_found_begins_with_all_that_was_synced(
        deeds in deeds(),
        cuts in prop::collection::vec(cut(), 60),
    ) {
        let image = Image::of(&deeds);
        for cut in &cuts {
            let (found, recovered) = read(&after(&image, cut), true);
            prop_assert!(matches!(found, Found::Sound(_) | Found::Torn(..)), "{:?}", found);
            let count = prefix(&image.entries, &recovered).expect("what was written, to some length");
            prop_assert!(count >= image.entries_synced);
        }
    }

    #[test]
    fn a_bit_that_flips_before_the_last_mark_is_damage_and_behind_it_costs_nothing_synced(
        deeds in deeds(),
        flips in flips(),
    ) {
        let image = Image::of(&deeds);
        for (at, bit) in &flips {
            let at = at.index(image.bytes.len());
            let mut bytes = image.bytes.clone();
            bytes[at] ^= 1 << bit;
            let (found, recovered) = read(&bytes, true);
            let count = prefix(&image.entries, &recovered).expect("what was written, to some length");
            match found {
                Found::Damaged => prop_assert!(at < image.mark.max(segment::HEAD_BYTES)),
                Found::Torn(..) => {
                    prop_assert!(at >= image.mark && count >= image.entries_synced);
                }
                _ => prop_assert!(false, "byte {} of {:?}", at, image),
            }
        }
    }

    #[test]
    fn a_bit_that_flips_in_an_earlier_segment_is_damage(deeds in deeds(), flips in flips()) {
        let mut image = Image::of(&deeds);
        let folder = tempfile::tempdir().expect("a folder");
        drop(opened(folder.path(), &image.bytes));
        image.bytes = fs::read(segment::path(folder.path(), 1)).expect("a closed segment");
        prop_assert!(matches!(read(&image.bytes, false).0, Found::Sound(_)));
        for (at, bit) in &flips {
            let at = at.index(image.bytes.len());
            let mut bytes = image.bytes.clone();
            bytes[at] ^= 1 << bit;
            prop_assert_eq!(read(&bytes, false).0, Found::Damaged, "byte {} of {:?}", at, image);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(12))]

    #[test]
    fn what_was_cut_off_stays_away_and_the_log_goes_on(deeds in deeds(), cut in cut()) {
        let image = Image::of(&deeds);
        let folder = tempfile::tempdir().expect("a folder");
        let mut found = opened(folder.path(), &after(&image, &cut));
        let (log, again) = Log::open(folder.path()).expect("opens again");
        prop_assert_eq!(&again.jobs, &found.jobs);
        prop_assert!(again.torn == 0 && again.damaged.is_empty(), "{:?}", again);
        let entries = found.jobs.entry(job(1)).or_default();
        entries.push(note(entries.len() as u64, "it goes on"));
        log.append(job(1), &entries[entries.len() - 1].encode()).expect("appends");
        drop(log);
        prop_assert_eq!(Log::open(folder.path()).expect("opens").1.jobs, found.jobs);
    }
}

#[test]
fn a_hole_in_the_last_writes_is_cut_off_there_though_later_entries_are_whole() {
    let deeds = [
        Deed::Append(1, 10),
        Deed::Sync,
        Deed::Append(1, 100),
        Deed::Append(2, 100),
        Deed::Append(1, 100),
    ];
    let image = Image::of(&deeds);
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = image.bytes.clone();
    let hole = image.mark + FRAME;
    bytes[hole..hole + PAGE].fill(0);
    let found = opened(folder.path(), &bytes);
    assert_eq!(prefix(&image.entries, &found), Some(1));
    assert_eq!((found.damaged.len(), found.torn), (0, (bytes.len() - hole) as u64));
}

#[test]
fn a_flip_in_what_was_synced_last_is_damage_though_nothing_was_appended_since() {
    let image = Image::of(&[Deed::Append(1, 10), Deed::Append(1, 10), Deed::Sync]);
    let folder = tempfile::tempdir().expect("a folder");
    let mut bytes = image.bytes.clone();
    bytes[image.mark - 1] ^= 1;
    assert_eq!(opened(folder.path(), &bytes).damaged.len(), 1);
}
