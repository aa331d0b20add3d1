//! The storage ports: documents, log and blobs, cut by role.
//!
//! What is here says what a store promises, keeps one store in memory, and (behind the feature
//! `contract`) the suite that every store passes. It never knows a database: those are `store-*`.

use std::sync::Arc;

pub mod batch;
pub mod blobs;
pub mod cursor;
pub mod documents;
pub mod error;
pub mod file_blobs;
pub mod limit;
pub mod log;
pub mod memory;

#[cfg(any(test, feature = "contract"))]
pub mod contract;

/// The three ports that a control plane works with. Cheap to clone.
#[derive(Clone)]
pub struct Stores {
    /// JSON documents with revisions and secondary indexes.
    pub documents: Arc<dyn documents::Documents>,
    /// Append-only rows.
    pub log: Arc<dyn log::Log>,
    /// Immutable bytes by digest.
    pub blobs: Arc<dyn blobs::Blobs>,
}

impl Stores {
    /// Stores that live in memory and end with it: for tests and trials.
    pub fn memory() -> Self {
        let memory = Arc::new(memory::Memory::default());
        Self {
            documents: memory.clone(),
            log: memory,
            blobs: Arc::new(memory::blobs::MemoryBlobs::default()),
        }
    }
}
