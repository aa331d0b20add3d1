//! What a log holds when it is opened, and what of it counts.

use super::places::{Place, Places};
use crate::{entry::Entry, frame::Frame, segment};
use bindery_core::id::JobId;
use std::{
    collections::{BTreeMap, BTreeSet},
    io,
    path::{Path, PathBuf},
};

/// What was found when the log was opened.
#[derive(Debug, Default)]
pub struct Recovered {
    /// The entries of each job that was not forgotten, in order.
    pub jobs: BTreeMap<JobId, Vec<Entry>>,
    /// Bytes of a last write that was torn; nobody was told that it was there.
    pub torn: u64,
    /// Segments with damage in them; entries behind it are lost.
    pub damaged: Vec<PathBuf>,
    /// Jobs with an entry that cannot be read, or with a gap.
    pub unreadable: BTreeSet<JobId>,
}

pub(super) fn recover(folder: &Path) -> io::Result<(Recovered, Places)> {
    let (mut recovered, mut places) = (Recovered::default(), Places::default());
    let numbers = segment::list(folder)?;
    for &number in &numbers {
        let content = segment::read(folder, number, Some(&number) == numbers.last())?;
        if content.damaged {
            recovered.damaged.push(segment::path(folder, number));
        } else if Some(&number) == numbers.last() {
            recovered.torn += content.rest;
            segment::settle(folder, number, content.whole)?;
        }
        places.segment(number);
        for (frame, bytes) in content.frames {
            take(&mut recovered, &mut places, frame, (number, bytes));
        }
    }
    Ok((recovered, places))
}

fn take(recovered: &mut Recovered, places: &mut Places, frame: Frame, place: Place) {
    if frame.payload.is_empty() {
        recovered.jobs.remove(&frame.job);
        places.forget(frame.job);
        return;
    }
    places.add(frame.job, place);
    let entries = recovered.jobs.entry(frame.job).or_default();
    match Entry::decode(&frame.payload) {
        Ok(entry) if entry.sequence == entries.len() as u64 => entries.push(entry),
        _ => {
            recovered.unreadable.insert(frame.job);
        }
    }
}
