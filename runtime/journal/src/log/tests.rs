//! The log, opened and opened again.

use super::*;
use crate::{
    entry::Body,
    frame::{self, Frame, Position},
    segment,
};
use bindery_core::stream::StreamKind;
use jiff::Timestamp;

pub(super) fn note(sequence: u64, text: &str) -> Entry {
    let body = Body::Note { kind: StreamKind::Output, text: text.into(), value: None };
    Entry { sequence, time: Timestamp::UNIX_EPOCH, body }
}

pub(super) fn job(id: u8) -> JobId {
    JobId::from_bytes([id; 16])
}

async fn written(folder: &Path, entries: &[(u8, Entry)]) {
    let (log, _) = Log::open(folder).expect("opens");
    for (id, entry) in entries {
        log.append(job(*id), &entry.encode()).expect("appends");
    }
    log.sync().await.expect("syncs");
}

#[test]
fn nobody_writes_any_more_once_the_last_handle_is_dropped() {
    let folder = tempfile::tempdir().expect("a folder");
    let lock = Arc::new(());
    let (log, _) = Log::open_holding(folder.path(), lock.clone()).expect("opens");
    let other = log.clone();
    for sequence in 0..1_000 {
        log.append(job(1), &note(sequence, "late").encode()).expect("appends");
    }
    drop(log);
    assert_eq!(Arc::strong_count(&lock), 2, "somebody may write");
    drop(other);
    assert_eq!(Arc::strong_count(&lock), 1, "nobody may");
    let (_log, found) = Log::open(folder.path()).expect("reopens");
    assert_eq!(found.jobs[&job(1)].len(), 1_000);
}

#[tokio::test]
async fn what_was_synced_is_there_after_reopening() {
    let folder = tempfile::tempdir().expect("a folder");
    let rows = [(1, note(0, "a")), (2, note(0, "b")), (1, note(1, "c"))];
    written(folder.path(), &rows).await;
    let (_log, found) = Log::open(folder.path()).expect("reopens");
    assert_eq!(found.jobs[&job(1)], vec![note(0, "a"), note(1, "c")]);
    assert_eq!(found.jobs[&job(2)], vec![note(0, "b")]);
    assert!(found.torn == 0 && found.damaged.is_empty() && found.unreadable.is_empty());
}

#[tokio::test]
async fn a_segment_before_the_last_cannot_be_torn() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), &[(1, note(0, "kept")), (1, note(1, "cut"))]).await;
    written(folder.path(), &[(2, note(0, "later"))]).await;
    let file = segment::path(folder.path(), 1);
    let whole = fs::read(&file).expect("a segment");
    for length in 0..whole.len() {
        fs::write(&file, &whole[..length]).expect("a cut");
        let (_log, found) = Log::open(folder.path()).expect("opens");
        assert_eq!(found.damaged, vec![file.clone()], "{length} of {} bytes", whole.len());
    }
}

#[tokio::test]
async fn a_segment_that_was_begun_and_has_no_whole_head_is_none() {
    let head = segment::Head::write(1);
    let begun = (0..head.len()).map(|length| head[..length].to_vec());
    for begun in begun.chain([vec![0; 4_096]]) {
        let folder = tempfile::tempdir().expect("a folder");
        written(folder.path(), &[(1, note(0, "kept"))]).await;
        fs::write(segment::path(folder.path(), 2), begun).expect("a later segment");
        let (log, found) = Log::open(folder.path()).expect("opens");
        assert_eq!((found.jobs[&job(1)].len(), found.damaged), (1, vec![]));
        log.append(job(1), &note(1, "in its place").encode()).expect("appends");
        drop(log);
        let (_log, found) = Log::open(folder.path()).expect("opens");
        assert_eq!((found.jobs[&job(1)].len(), found.damaged), (2, vec![]));
    }
}

#[tokio::test]
async fn a_segment_of_another_format_is_left_alone_and_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = segment::path(folder.path(), 1);
    let mut first = vec![17, 0, 0, 0];
    let content = [[7; 16].as_slice(), b"p"].concat();
    first.extend(crc32fast::hash(&[first.as_slice(), &content].concat()).to_le_bytes());
    first.extend(content);
    fs::write(&path, &first).expect("a segment of format 1");
    let error = Log::open(folder.path()).expect_err("another format");
    assert!(matches!(error, OpenError::Format { found: 1, .. }), "{error}");
    assert_eq!(fs::read(&path).expect("still there"), first);
}

#[tokio::test]
async fn forgotten_jobs_stay_forgotten_and_their_segments_go() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), &[(1, note(0, "a")), (2, note(0, "b"))]).await;
    let (log, _) = Log::open(folder.path()).expect("reopens");
    log.forget(job(1)).expect("forgets");
    drop(log);
    let (log, found) = Log::open(folder.path()).expect("reopens");
    assert_eq!(found.jobs.keys().copied().collect::<Vec<_>>(), vec![job(2)]);
    assert!(segment::path(folder.path(), 1).exists(), "job 2 still needs it");
    log.forget(job(2)).expect("forgets");
    drop(log);
    assert!(!segment::path(folder.path(), 1).exists());
}

#[tokio::test]
async fn a_gap_in_a_jobs_entries_makes_it_unreadable_not_shorter() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), &[(1, note(0, "a")), (1, note(2, "c"))]).await;
    let (log, found) = Log::open(folder.path()).expect("reopens");
    assert!(found.unreadable.contains(&job(1)));
    log.forget(job(1)).expect("forgets");
    drop(log);
    written(folder.path(), &[(1, note(0, "it came back"))]).await;
    let (_log, found) = Log::open(folder.path()).expect("reopens");
    assert!(found.unreadable.is_empty());
}

#[tokio::test]
async fn a_full_segment_is_followed_by_another_and_both_are_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let entries: Vec<_> = (0..20).map(|sequence| note(sequence, "an entry")).collect();
    let (log, _) = Log::open_with(folder.path(), 200, ()).expect("opens");
    for entry in &entries {
        log.append(job(1), &entry.encode()).expect("appends");
        log.sync().await.expect("syncs");
    }
    drop(log);
    assert!(segment::list(folder.path()).expect("a folder").len() > 5);
    let (_log, found) = Log::open(folder.path()).expect("reopens");
    assert_eq!(found.jobs[&job(1)], entries);
    assert!(found.torn == 0 && found.damaged.is_empty());
}

#[tokio::test]
async fn bytes_that_a_guest_says_are_never_taken_for_a_mark() {
    let folder = tempfile::tempdir().expect("a folder");
    // Marks as they would be in a segment whose salt somebody guessed wrong, at every offset.
    let mut said = vec![];
    for offset in 0..2_000 {
        frame::write(Frame::Mark, Position { salt: 0, offset }, &mut said);
    }
    let (log, _) = Log::open(folder.path()).expect("opens");
    log.append(job(1), &note(0, "synced").encode()).expect("appends");
    log.sync().await.expect("syncs");
    log.append(job(1), &said).expect("appends");
    log.read(job(2)).await.expect("it is written");
    let path = segment::path(folder.path(), 1);
    let mut bytes = fs::read(&path).expect("a segment");
    let other = tempfile::tempdir().expect("a folder");
    // The beginning of that entry is lost.
    bytes[150..170].fill(0);
    fs::write(segment::path(other.path(), 1), bytes).expect("a segment");
    let (_log, found) = Log::open(other.path()).expect("opens");
    assert_eq!((found.jobs[&job(1)].len(), found.damaged), (1, vec![]));
    assert!(found.torn > 40_000, "{}", found.torn);
}

#[tokio::test]
async fn a_job_that_was_forgotten_and_goes_on_here_is_read_without_its_earlier_entries() {
    let folder = tempfile::tempdir().expect("a folder");
    written(folder.path(), &[(1, note(0, "a"))]).await;
    let (log, _) = Log::open(folder.path()).expect("reopens");
    log.append(job(1), &note(1, "b").encode()).expect("appends");
    log.forget(job(1)).expect("forgets");
    log.append(job(1), &note(0, "anew").encode()).expect("appends");
    log.sync().await.expect("syncs");
    drop(log);
    assert!(!segment::path(folder.path(), 1).exists(), "nobody needs it");
    let (_log, found) = Log::open(folder.path()).expect("reopens");
    assert!(found.unreadable.is_empty() && found.damaged.is_empty());
    assert_eq!(found.jobs[&job(1)], vec![note(0, "anew")]);
}
