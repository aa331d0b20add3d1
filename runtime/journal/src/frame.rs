//! Frames: what a segment consists of behind its head.
//!
//! ```text
//!   length u32 LE | crc32 u32 LE | job 16 bytes | payload (length - 16 bytes)
//! ```
//! The CRC covers where the frame lies (its segment's salt, its offset there), then length, job and
//! payload. So nothing else is ever taken for a frame: neither bytes that a guest made its runbook
//! say, nor a block of a file that was there before.
//!
//! A frame with an empty payload says that the job may be forgotten. One without a job, too, is a
//! *mark*: all that lies before it in the segment was synced before the mark was written.

use bindery_core::{id::JobId, limit};

/// Bytes before the job.
const PREFIX: usize = 8;
/// Bytes of a job's id.
const JOB: usize = 16;
/// The job of a mark; no job has this id.
const NOBODY: [u8; JOB] = [0; JOB];
/// The largest payload: an operation's arguments and reply, and what goes around them.
pub const PAYLOAD_MAX: usize = 2 * limit::OPERATION_BYTES + (64 << 10);

/// Where a frame lies.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Position {
    /// The salt of its segment.
    pub salt: u64,
    /// Bytes of the segment before it.
    pub offset: u64,
}

/// What a frame says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Frame<'a> {
    /// An entry of a job, by its bytes.
    Entry(JobId, &'a [u8]),
    /// Nobody needs the entries of the job any more.
    Forget(JobId),
    /// All that lies before was synced.
    Mark,
}

/// What stands at a place where a frame should.
#[derive(Debug, PartialEq, Eq)]
pub enum Read<'a> {
    /// A frame, and how many bytes it takes.
    Whole(Frame<'a>, usize),
    /// The bytes end before the frame does.
    Torn,
    /// Bytes that no writer wrote here.
    Damaged,
}

/// Appends a frame that will lie at `position` to `out`.
pub fn write(frame: Frame<'_>, position: Position, out: &mut Vec<u8>) {
    let (job, payload) = match &frame {
        Frame::Entry(job, payload) => (job.as_bytes(), *payload),
        Frame::Forget(job) => (job.as_bytes(), &[][..]),
        Frame::Mark => (&NOBODY, &[][..]),
    };
    let length = (JOB + payload.len()) as u32;
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&crc(position, length, job, payload).to_le_bytes());
    out.extend_from_slice(job);
    out.extend_from_slice(payload);
}

/// Reads the frame at the start of `bytes`, which lie at `position`.
pub fn read(bytes: &[u8], position: Position) -> Read<'_> {
    let Some((prefix, rest)) = bytes.split_first_chunk::<PREFIX>() else {
        return Read::Torn;
    };
    let number = |at: usize| u32::from_le_bytes([0, 1, 2, 3].map(|i| prefix[at + i]));
    let (length, expected) = (number(0), number(4));
    let size = length as usize;
    if !(JOB..=JOB + PAYLOAD_MAX).contains(&size) {
        return Read::Damaged;
    }
    let Some(content) = rest.get(..size) else {
        return Read::Torn;
    };
    let Some((job, payload)) = content.split_first_chunk::<JOB>() else {
        return Read::Damaged;
    };
    if crc(position, length, job, payload) != expected {
        return Read::Damaged;
    }
    let frame = match (*job, payload) {
        (NOBODY, []) => Frame::Mark,
        (id, []) => Frame::Forget(JobId::from_bytes(id)),
        (id, payload) => Frame::Entry(JobId::from_bytes(id), payload),
    };
    Read::Whole(frame, PREFIX + size)
}

/// Whether a whole mark lies anywhere in `bytes`, which lie at `position`.
pub(crate) fn has_mark(bytes: &[u8], position: Position) -> bool {
    let is_mark = |(at, window): (usize, &[u8])| {
        let position = Position { offset: position.offset + at as u64, ..position };
        window.ends_with(&NOBODY) && matches!(read(window, position), Read::Whole(Frame::Mark, _))
    };
    bytes.windows(PREFIX + JOB).enumerate().any(is_mark)
}

/// Whether `bytes` begin with a frame of format 1, whose segments had no head.
pub(crate) fn is_of_format_1(bytes: &[u8]) -> bool {
    let Some((prefix, rest)) = bytes.split_first_chunk::<PREFIX>() else {
        return false;
    };
    let [a, b, c, d, crc @ ..] = *prefix;
    let content = rest.get(..u32::from_le_bytes([a, b, c, d]) as usize);
    content.is_some_and(|content| {
        let mut hasher = crc32fast::Hasher::new();
        hasher.update(&[a, b, c, d]);
        hasher.update(content);
        content.len() >= JOB && hasher.finalize().to_le_bytes() == crc
    })
}

fn crc(position: Position, length: u32, job: &[u8; JOB], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&position.salt.to_le_bytes());
    hasher.update(&position.offset.to_le_bytes());
    hasher.update(&length.to_le_bytes());
    hasher.update(job);
    hasher.update(payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    const HERE: Position = Position { salt: 7, offset: 64 };

    fn written(frame: Frame<'_>) -> Vec<u8> {
        let mut bytes = vec![];
        write(frame, HERE, &mut bytes);
        bytes
    }

    fn entry(payload: &[u8]) -> Vec<u8> {
        written(Frame::Entry(JobId::from_bytes([1; 16]), payload))
    }

    proptest! {
        #[test]
        fn a_frame_survives_its_bytes(id in any::<[u8; 16]>(), payload in prop::collection::vec(any::<u8>(), 1..300)) {
            let job = JobId::from_bytes(id);
            for frame in [Frame::Entry(job, &payload), Frame::Forget(job), Frame::Mark] {
                let bytes = written(frame);
                prop_assert_eq!(read(&bytes, HERE), Read::Whole(frame, bytes.len()));
            }
        }

        #[test]
        fn a_flipped_bit_is_never_taken_for_a_frame(
            payload in prop::collection::vec(any::<u8>(), 0..300),
            at in any::<prop::sample::Index>(),
            bit in 0..8u8,
        ) {
            let mut bytes = entry(&payload);
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert!(!matches!(read(&bytes, HERE), Read::Whole(..)));
        }

        #[test]
        fn a_torn_frame_is_called_torn(
            payload in prop::collection::vec(any::<u8>(), 0..300),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = entry(&payload);
            bytes.truncate(cut.index(bytes.len()));
            prop_assert_eq!(read(&bytes, HERE), Read::Torn);
        }
    }

    #[test]
    fn a_frame_is_none_in_another_segment_and_at_another_place() {
        for elsewhere in [Position { salt: 8, ..HERE }, Position { offset: 48, ..HERE }] {
            assert_eq!(read(&entry(b"payload"), elsewhere), Read::Damaged);
        }
    }

    #[test]
    fn a_mark_is_found_where_it_lies_and_nowhere_else() {
        let bytes = [&[0; 40][..], &written(Frame::Mark), &[0xff; 9]].concat();
        let before = Position { salt: HERE.salt, offset: HERE.offset - 40 };
        assert!(has_mark(&bytes, before));
        assert!(!has_mark(&bytes, HERE), "its bytes, at another place");
        assert!(!has_mark(&bytes[..60], before), "not whole");
        assert!(!has_mark(&entry(b"payload"), HERE), "another frame");
    }

    #[test]
    fn a_length_past_the_limit_is_damage_not_a_wish_for_memory() {
        let mut bytes = u32::MAX.to_le_bytes().to_vec();
        bytes.extend([0; 64]);
        assert_eq!(read(&bytes, HERE), Read::Damaged);
    }
}
