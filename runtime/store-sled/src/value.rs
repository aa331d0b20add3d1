//! What stands under a key: a CRC32 over the key and the body, then the body.

use crate::key;
use bindery_store::error::StoreError;

const CRC_BYTES: usize = 4;

/// `body` as it is stored under `key`.
pub(crate) fn seal(key: &[u8], body: &[u8]) -> Vec<u8> {
    let mut stored = Vec::with_capacity(CRC_BYTES + body.len());
    stored.extend(checksum(key, body).to_le_bytes());
    stored.extend(body);
    stored
}

/// The body of what is stored under `key`; one that was not written so is `Damaged`.
pub(crate) fn open<'a>(key: &[u8], stored: &'a [u8]) -> Result<&'a [u8], StoreError> {
    match stored.split_first_chunk::<CRC_BYTES>() {
        Some((crc, body)) if u32::from_le_bytes(*crc) == checksum(key, body) => Ok(body),
        _ => Err(damaged(key)),
    }
}

/// The error for damage under `key`, which it names.
pub(crate) fn damaged(key: &[u8]) -> StoreError {
    StoreError::damaged(key::describe(key))
}

fn checksum(key: &[u8], body: &[u8]) -> u32 {
    let mut hasher = crc32fast::Hasher::new();
    hasher.update(key);
    hasher.update(body);
    hasher.finalize()
}
