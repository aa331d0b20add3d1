//! What a log holds when it is opened, and what of it counts.

use super::{
    OpenError,
    places::{Place, Places},
};
use crate::{
    entry::Entry,
    frame::Frame,
    segment::{self, Found},
};
use bindery_core::id::JobId;
use std::{
    collections::{BTreeMap, BTreeSet},
    fs, io,
    path::{Path, PathBuf},
};

/// What was found when the log was opened.
#[derive(Debug, Default)]
pub struct Recovered {
    /// The entries of each job that was not forgotten, in order.
    pub jobs: BTreeMap<JobId, Vec<Entry>>,
    /// Bytes of the last writes that were cut off; nobody was told that they were there.
    pub torn: u64,
    /// Segments in which something is not whole that was synced; what lies behind it there is lost.
    pub damaged: Vec<PathBuf>,
    /// Jobs with an entry that cannot be read, or with a gap.
    pub unreadable: BTreeSet<JobId>,
}

pub(super) fn recover(folder: &Path) -> Result<(Recovered, Places), OpenError> {
    let failed = |source: io::Error| OpenError::Folder { folder: folder.to_owned(), source };
    let (mut recovered, mut places) = (Recovered::default(), Places::default());
    let numbers = segment::list(folder).map_err(failed)?;
    for &number in &numbers {
        let path = segment::path(folder, number);
        let bytes = fs::read(&path).map_err(failed)?;
        places.segment(number);
        let last = Some(&number) == numbers.last();
        let found = segment::read(&bytes, last, |frame, bytes| {
            take(&mut recovered, &mut places, frame, (number, bytes));
        });
        let settled = match found {
            Found::Sound(end) if last => segment::settle(folder, number, end),
            Found::Sound(_) => Ok(()),
            Found::Torn(end, bytes) => {
                recovered.torn += bytes;
                segment::settle(folder, number, end)
            }
            Found::Begun => {
                places.remove(number);
                fs::remove_file(path)
            }
            Found::Damaged => {
                recovered.damaged.push(path);
                Ok(())
            }
            Found::Format(found) => return Err(OpenError::Format { path, found }),
        };
        settled.map_err(failed)?;
    }
    Ok((recovered, places))
}

pub(super) fn take(recovered: &mut Recovered, places: &mut Places, frame: Frame<'_>, place: Place) {
    match frame {
        Frame::Mark => {}
        Frame::Forget(job) => {
            recovered.jobs.remove(&job);
            recovered.unreadable.remove(&job);
            places.forget(job);
        }
        Frame::Entry(job, payload) => {
            places.add(job, place);
            let entries = recovered.jobs.entry(job).or_default();
            match Entry::decode(payload) {
                Ok(entry) if entry.sequence == entries.len() as u64 => entries.push(entry),
                _ => {
                    recovered.unreadable.insert(job);
                }
            }
        }
    }
}

/// The bytes of each job's entries in the log of `folder`, as far as they have reached its files;
/// another process may be writing there. Nothing is opened, cut or checked: for whoever watches a worker
/// from outside, as tests do.
pub fn peek(folder: &Path) -> io::Result<BTreeMap<JobId, Vec<Vec<u8>>>> {
    let mut jobs = BTreeMap::<_, Vec<_>>::new();
    for number in segment::list(folder)? {
        // One that nobody needs any more may go meanwhile.
        let bytes = fs::read(segment::path(folder, number)).unwrap_or_default();
        segment::read(&bytes, true, |frame, _| match frame {
            Frame::Entry(job, payload) => jobs.entry(job).or_default().push(payload.to_vec()),
            Frame::Forget(job) => drop(jobs.remove(&job)),
            Frame::Mark => {}
        });
    }
    Ok(jobs)
}
