//! Frames: an entry's bytes with their job, length and CRC, as they lie on disk and go over the
//! wire.
//!
//! ```text
//!   length u32 LE | crc32 u32 LE | job 16 bytes | payload (length - 16 bytes)
//! ```
//! The CRC covers length, job and payload. A frame with an empty payload says that the job may be
//! forgotten.

use bindery_core::{id::JobId, limit};

/// Bytes before the job.
const PREFIX: usize = 8;
/// Bytes of a job's id.
const JOB: usize = 16;
/// The largest payload: an operation's arguments and reply, and what goes around them.
pub const PAYLOAD_MAX: usize = 2 * limit::OPERATION_BYTES + (64 << 10);

/// A frame that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// The job.
    pub job: JobId,
    /// The entry's bytes; empty for a job that may be forgotten.
    pub payload: Vec<u8>,
}

/// What stands at a place where a frame should.
#[derive(Debug, PartialEq, Eq)]
pub enum Read {
    /// A frame, and how many bytes it takes.
    Whole(Frame, usize),
    /// The bytes end before the frame does.
    Torn,
    /// Bytes that no writer wrote.
    Damaged,
}

/// Appends the frame of `payload` to `out`.
pub fn write(job: JobId, payload: &[u8], out: &mut Vec<u8>) {
    let length = (JOB + payload.len()) as u32;
    out.extend_from_slice(&length.to_le_bytes());
    out.extend_from_slice(&crc(length, job.as_bytes(), payload).to_le_bytes());
    out.extend_from_slice(job.as_bytes());
    out.extend_from_slice(payload);
}

/// Reads the frame at the start of `bytes`.
pub fn read(bytes: &[u8]) -> Read {
    let Some((prefix, rest)) = bytes.split_at_checked(PREFIX) else {
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
    let (job, payload) = content.split_at(JOB);
    if crc(length, job, payload) != expected {
        return Read::Damaged;
    }
    let mut id = [0; JOB];
    id.copy_from_slice(job);
    Read::Whole(Frame { job: JobId::from_bytes(id), payload: payload.to_vec() }, PREFIX + size)
}

fn crc(length: u32, job: &[u8], payload: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(&length.to_le_bytes());
    hasher.update(job);
    hasher.update(payload);
    hasher.finalize()
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn a_frame_survives_its_bytes(id in any::<[u8; 16]>(), payload in prop::collection::vec(any::<u8>(), 0..300)) {
            let mut bytes = vec![];
            write(JobId::from_bytes(id), &payload, &mut bytes);
            let size = bytes.len();
            prop_assert_eq!(read(&bytes), Read::Whole(Frame { job: JobId::from_bytes(id), payload }, size));
        }

        #[test]
        fn a_flipped_bit_is_never_taken_for_a_frame(
            payload in prop::collection::vec(any::<u8>(), 0..300),
            at in any::<prop::sample::Index>(),
            bit in 0..8u8,
        ) {
            let mut bytes = vec![];
            write(JobId::from_bytes([1; 16]), &payload, &mut bytes);
            let at = at.index(bytes.len());
            bytes[at] ^= 1 << bit;
            prop_assert!(!matches!(read(&bytes), Read::Whole(..)));
        }

        #[test]
        fn a_torn_frame_is_called_torn(
            payload in prop::collection::vec(any::<u8>(), 0..300),
            cut in any::<prop::sample::Index>(),
        ) {
            let mut bytes = vec![];
            write(JobId::from_bytes([1; 16]), &payload, &mut bytes);
            bytes.truncate(cut.index(bytes.len()));
            prop_assert_eq!(read(&bytes), Read::Torn);
        }
    }

    #[test]
    fn a_length_past_the_limit_is_damage_not_a_wish_for_memory() {
        let mut bytes = u32::MAX.to_le_bytes().to_vec();
        bytes.extend([0; 64]);
        assert_eq!(read(&bytes), Read::Damaged);
    }
}
