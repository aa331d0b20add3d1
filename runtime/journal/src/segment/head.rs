//! The head of a segment: that it is one, of which format, and its salt.
//!
//! ```text
//!   magic 8 bytes | version u32 LE | salt u64 LE | crc32 u32 LE of what is before
//! ```
//! Every format from 2 on has a head of this size, with version and CRC at these places.

use crate::frame;

/// The format that this build writes, and the only one that it reads.
pub(crate) const VERSION: u32 = 2;
/// Bytes of a head.
pub(crate) const BYTES: usize = 24;

const MAGIC: [u8; 8] = *b"BINDERYJ";
const SALT: usize = 12;
const CRC: usize = 20;

/// What stands where a head should.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Head {
    /// A head with this salt.
    Salt(u64),
    /// That of another format; 1 had none.
    Format(u32),
    /// Something else, or less.
    NotWhole,
}

impl Head {
    /// Reads the head at the start of a segment's `bytes`.
    pub(crate) fn read(bytes: &[u8]) -> Self {
        let whole = bytes.first_chunk::<BYTES>().filter(|head| {
            let (content, crc) = head.split_at(CRC);
            content.starts_with(&MAGIC) && crc32fast::hash(content).to_le_bytes() == crc
        });
        let Some(head) = whole else {
            return if frame::is_of_format_1(bytes) { Self::Format(1) } else { Self::NotWhole };
        };
        match u32::from_le_bytes([0, 1, 2, 3].map(|i| head[MAGIC.len() + i])) {
            VERSION => {
                Self::Salt(u64::from_le_bytes([0, 1, 2, 3, 4, 5, 6, 7].map(|i| head[SALT + i])))
            }
            other => Self::Format(other),
        }
    }

    /// The head with this salt.
    pub(crate) fn write(salt: u64) -> Vec<u8> {
        Self::of_format(VERSION, salt)
    }

    fn of_format(version: u32, salt: u64) -> Vec<u8> {
        let mut bytes = Vec::with_capacity(BYTES);
        bytes.extend(MAGIC);
        bytes.extend(version.to_le_bytes());
        bytes.extend(salt.to_le_bytes());
        bytes.extend(crc32fast::hash(&bytes).to_le_bytes());
        bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_head_survives_its_bytes_and_no_flipped_bit_leaves_one() {
        let bytes = Head::write(0x0123_4567_89ab_cdef);
        assert_eq!(Head::read(&bytes), Head::Salt(0x0123_4567_89ab_cdef));
        for bit in 0..BYTES * 8 {
            let mut bytes = bytes.clone();
            bytes[bit / 8] ^= 1 << (bit % 8);
            assert_eq!(Head::read(&bytes), Head::NotWhole, "bit {bit}");
        }
    }

    #[test]
    fn the_head_of_another_format_is_known() {
        assert_eq!(Head::read(&Head::of_format(3, 1)), Head::Format(3));
        // "length | crc | job | payload" of the first format, as its last build wrote it.
        let mut first = vec![17, 0, 0, 0];
        let content = [[7; 16].as_slice(), b"p"].concat();
        let crc = crc32fast::hash(&[first.as_slice(), &content].concat());
        first.extend(crc.to_le_bytes());
        first.extend(content);
        assert_eq!(Head::read(&first), Head::Format(1));
        first[24] ^= 1;
        assert_eq!(Head::read(&first), Head::NotWhole);
    }
}
