//! The port for blobs: immutable bytes, named by their digest.

use crate::error::StoreError;
use async_trait::async_trait;
use bindery_core::digest::Digest;
use bytes::Bytes;

/// Immutable bytes by digest.
#[async_trait]
pub trait Blobs: Send + Sync + 'static {
    /// Keeps the bytes and gives their name. Durable when it returns; twice is as good as once,
    /// and a put of bytes whose copy here is damaged repairs that copy.
    async fn put(&self, bytes: Bytes) -> Result<Digest, StoreError>;

    /// The bytes, if they are here; bytes that do not have the digest are [`StoreError::Damaged`].
    async fn get(&self, digest: &Digest) -> Result<Option<Bytes>, StoreError>;

    /// Whether there are bytes under this name; does not read them.
    async fn has(&self, digest: &Digest) -> Result<bool, StoreError>;
}
