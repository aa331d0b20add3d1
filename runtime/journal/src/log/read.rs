//! Reading one job back out of the log while it is being written.
//!
//! The log's thread says where the job's frames lie and opens the files; everything else goes on
//! elsewhere, so that a long journal holds up nobody's sync. What was handed out stays readable
//! whatever happens to the log meanwhile: written bytes never change, and an open file outlives its
//! name.

use super::Broken;
use crate::{
    entry::Entry,
    frame::{self, Frame, Position, Read},
    segment::{HEAD_BYTES, Head},
};
use bindery_core::id::JobId;
use std::{
    fs::File,
    io::{self, Read as _, Seek as _, SeekFrom},
    ops::Range,
    path::PathBuf,
};

/// Bytes that are read at once.
const CHUNK: u64 = 1 << 20;

/// A job's entries cannot be read back.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// The log cannot be written any more, so not all of them are there.
    #[error("the job's entries were not all written")]
    Broken(#[source] Broken),
    /// A segment cannot be read.
    #[error("failed to read the journal's segment `{path}`")]
    Segment {
        /// The segment.
        path: PathBuf,
        /// Why not.
        #[source]
        source: io::Error,
    },
    /// There is something else where an entry of the job was written.
    #[error("the journal's segment `{path}` is damaged: {job} is not whole there")]
    Damaged {
        /// The segment.
        path: PathBuf,
        /// The job.
        job: JobId,
    },
}

/// A part of a segment, from a job's first frame to its last.
#[derive(Debug)]
pub(super) struct Part {
    pub(super) path: PathBuf,
    pub(super) file: File,
    pub(super) bytes: Range<u64>,
}

impl Part {
    pub(super) fn open(path: PathBuf, bytes: Range<u64>) -> Result<Self, ReadError> {
        match File::open(&path) {
            Ok(file) => Ok(Self { path, file, bytes }),
            Err(source) => Err(ReadError::Segment { path, source }),
        }
    }
}

/// The entries of `job` in `parts`, which are all that it has.
pub(super) fn entries(job: JobId, parts: Vec<Part>) -> Result<Vec<Entry>, ReadError> {
    let mut entries = vec![];
    for Part { path, mut file, bytes } in parts {
        let whole = frames(&mut file, bytes, |frame| {
            let payload = match frame {
                Frame::Entry(of, payload) if of == job => payload,
                _ => return true,
            };
            let entry = Entry::decode(payload).ok();
            let next = entry.filter(|entry| entry.sequence == entries.len() as u64);
            let is_next = next.is_some();
            entries.extend(next);
            is_next
        });
        match whole {
            Ok(true) => {}
            Ok(false) => return Err(ReadError::Damaged { path, job }),
            Err(source) => return Err(ReadError::Segment { path, source }),
        }
    }
    Ok(entries)
}

/// Hands every frame of `bytes` to `take`, until it says no. Whether all were whole and taken.
fn frames(
    file: &mut File,
    bytes: Range<u64>,
    mut take: impl FnMut(Frame<'_>) -> bool,
) -> io::Result<bool> {
    let mut head = [0; HEAD_BYTES];
    file.read_exact(&mut head)?;
    let Head::Salt(salt) = Head::read(&head) else {
        return Ok(false);
    };
    file.seek(SeekFrom::Start(bytes.start))?;
    let (mut position, mut left) =
        (Position { salt, offset: bytes.start }, bytes.end - bytes.start);
    let (mut window, mut at) = (vec![], 0);
    loop {
        match frame::read(&window[at..], position) {
            Read::Whole(frame, size) if take(frame) => {
                at += size;
                position.offset += size as u64;
            }
            Read::Torn if left > 0 => {
                window.drain(..at);
                at = 0;
                let more = left.min(CHUNK);
                if file.take(more).read_to_end(&mut window)? as u64 != more {
                    return Ok(false);
                }
                left -= more;
            }
            end => return Ok(end == Read::Torn && at == window.len()),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{
        Log,
        tests::{job, note},
    };
    use super::*;
    use crate::segment;
    use std::{fs, path::Path};

    /// Segments so small that a few entries fill one.
    const SMALL: u64 = 300;

    fn append(log: &Log, id: u8, entry: &Entry) {
        log.append(job(id), &entry.encode()).expect("appends");
    }

    fn segments(folder: &Path) -> usize {
        segment::list(folder).expect("a folder").len()
    }

    #[tokio::test]
    async fn a_job_is_read_back_whether_it_is_synced_or_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, _) = Log::open(folder.path()).expect("opens");
        append(&log, 1, &note(0, "synced"));
        append(&log, 2, &note(0, "another's"));
        log.sync().await.expect("syncs");
        append(&log, 1, &note(1, "not synced"));
        let found = log.read(job(1)).await.expect("reads");
        assert_eq!(found, [note(0, "synced"), note(1, "not synced")]);
        assert_eq!(log.read(job(3)).await.expect("reads"), [], "nobody wrote anything of it");
    }

    #[tokio::test]
    async fn a_job_is_read_back_out_of_every_segment_that_has_a_part_of_it() {
        let folder = tempfile::tempdir().expect("a folder");
        let long = "x".repeat(CHUNK as usize / 2);
        let mut expected = vec![];
        for round in 0..3 {
            let (log, _) = Log::open(folder.path()).expect("opens");
            for sequence in round * 4..round * 4 + 4 {
                append(&log, 1, &note(sequence, &long));
                append(&log, 2, &note(sequence, &long));
                expected.push(note(sequence, &long));
            }
            assert!(log.read(job(1)).await.expect("reads") == expected, "round {round}");
            log.sync().await.expect("syncs");
        }
    }

    #[tokio::test]
    async fn a_forgotten_job_has_no_entries_and_one_that_came_back_only_those_since() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, _) = Log::open(folder.path()).expect("opens");
        append(&log, 1, &note(0, "before"));
        log.forget(job(1)).expect("forgets");
        assert_eq!(log.read(job(1)).await.expect("reads"), []);
        append(&log, 1, &note(0, "since"));
        assert_eq!(log.read(job(1)).await.expect("reads"), [note(0, "since")]);
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn reading_goes_on_beside_writers_new_segments_and_removed_ones() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, _) = Log::open_with(folder.path(), SMALL, ()).expect("opens");
        let jobs = (1..=4).map(|id| {
            let log = log.clone();
            tokio::spawn(async move {
                for life in 0..20 {
                    let mut expected = vec![];
                    for sequence in 0..10 {
                        let entry = note(sequence, &format!("life {life}"));
                        append(&log, id, &entry);
                        expected.push(entry);
                        assert_eq!(log.read(job(id)).await.expect("reads"), expected);
                    }
                    log.forget(job(id)).expect("forgets");
                }
            })
        });
        for ended in jobs.collect::<Vec<_>>() {
            ended.await.expect("no panic");
        }
        log.sync().await.expect("syncs");
        log.sync().await.expect("a second round trip: tidying comes after the answer");
        assert_eq!(segments(folder.path()), 1, "those that nobody needs are gone");
    }

    #[tokio::test]
    async fn damage_is_an_error_that_names_the_segment_and_the_job() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, _) = Log::open(folder.path()).expect("opens");
        append(&log, 1, &note(0, "hit"));
        append(&log, 2, &note(0, "another's"));
        log.sync().await.expect("syncs");
        let path = segment::path(folder.path(), 1);
        let mut bytes = fs::read(&path).expect("a segment");
        let at = bytes.windows(3).position(|text| text == b"hit").expect("the text");
        bytes[at] ^= 1;
        fs::write(&path, bytes).expect("damage");
        let error = log.read(job(1)).await.expect_err("damage");
        assert!(matches!(&error, ReadError::Damaged { path: found, .. } if *found == path));
        assert_eq!(log.read(job(2)).await.expect("reads"), [note(0, "another's")]);
    }

    #[tokio::test]
    async fn a_segment_that_lost_its_end_is_damaged() {
        let folder = tempfile::tempdir().expect("a folder");
        let (log, _) = Log::open(folder.path()).expect("opens");
        append(&log, 1, &note(0, "kept"));
        append(&log, 1, &note(1, "cut off"));
        log.sync().await.expect("syncs");
        let path = segment::path(folder.path(), 1);
        let bytes = fs::read(&path).expect("a segment");
        let at = bytes.windows(7).position(|text| text == b"cut off").expect("the text");
        fs::write(&path, &bytes[..at]).expect("a cut");
        let error = log.read(job(1)).await.expect_err("damage");
        assert!(matches!(error, ReadError::Damaged { .. }), "{error:?}");
    }
}
