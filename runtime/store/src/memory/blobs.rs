//! Blobs in memory.

use crate::{blobs::Blobs, error::StoreError};
use async_trait::async_trait;
use bindery_core::digest::Digest;
use bytes::Bytes;
use parking_lot::RwLock;
use std::collections::HashMap;

/// Blobs that end with the process.
#[derive(Debug, Default)]
pub struct MemoryBlobs(RwLock<HashMap<Digest, Bytes>>);

#[async_trait]
impl Blobs for MemoryBlobs {
    async fn put(&self, bytes: Bytes) -> Result<Digest, StoreError> {
        let digest = Digest::of(&bytes);
        self.0.write().insert(digest, bytes);
        Ok(digest)
    }

    async fn get(&self, digest: &Digest) -> Result<Option<Bytes>, StoreError> {
        Ok(self.0.read().get(digest).cloned())
    }

    async fn has(&self, digest: &Digest) -> Result<bool, StoreError> {
        Ok(self.0.read().contains_key(digest))
    }
}
