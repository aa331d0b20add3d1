//! The embedded store keeps the contract that every store keeps.

use bindery_store::{Stores, contract};
use bindery_store_sled::open::SledStore;
use std::sync::atomic::{AtomicU32, Ordering};

/// Opens a new store each time, below one folder that goes with it.
struct Fresh(tempfile::TempDir, AtomicU32);

impl Fresh {
    fn new() -> Self {
        Self(tempfile::tempdir().expect("a folder"), AtomicU32::new(0))
    }

    fn open(&self) -> Stores {
        let name = self.1.fetch_add(1, Ordering::Relaxed).to_string();
        SledStore::open(self.0.path().join(name)).expect("opens")
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sled_keeps_the_contract_for_documents() {
    let fresh = Fresh::new();
    contract::documents::suite(async || fresh.open().documents).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn sled_keeps_the_contract_for_the_log() {
    let fresh = Fresh::new();
    contract::log::suite(async || fresh.open().log).await;
}

#[tokio::test]
async fn sled_keeps_the_contract_for_batches() {
    let fresh = Fresh::new();
    contract::batches::suite(async || fresh.open()).await;
}

#[tokio::test]
async fn sled_keeps_the_contract_for_blobs() {
    let fresh = Fresh::new();
    contract::blobs::suite(async || fresh.open().blobs).await;
}
