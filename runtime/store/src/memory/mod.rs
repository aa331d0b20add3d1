//! The in-memory store: ordered maps behind locks. It keeps every promise but durability.

pub mod blobs;
mod documents;
mod log;

use crate::documents::Collection;
use documents::Documented;
use log::Table;
use parking_lot::RwLock;
use std::collections::HashMap;

/// Documents and log that end with the process.
#[derive(Debug, Default)]
pub struct Memory(RwLock<State>);

#[derive(Debug, Default)]
struct State {
    collections: HashMap<Collection, Documented>,
    tables: HashMap<String, Table>,
}

#[cfg(test)]
mod tests {
    use crate::{Stores, contract};

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn memory_keeps_the_contract_for_documents() {
        contract::documents::suite(async || Stores::memory().documents).await;
    }

    #[tokio::test(flavor = "multi_thread", worker_threads = 2)]
    async fn memory_keeps_the_contract_for_the_log() {
        contract::log::suite(async || Stores::memory().log).await;
    }

    #[tokio::test]
    async fn memory_keeps_the_contract_for_batches() {
        contract::batches::suite(async || Stores::memory()).await;
    }

    #[tokio::test]
    async fn memory_keeps_the_contract_for_blobs() {
        contract::blobs::suite(async || Stores::memory().blobs).await;
    }
}
