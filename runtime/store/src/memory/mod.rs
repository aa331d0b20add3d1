//! The in-memory store: ordered maps behind locks. It keeps every promise but durability.

pub mod blobs;
pub mod documents;
pub mod log;

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
    async fn memory_keeps_the_contract_for_blobs() {
        contract::blobs::suite(async || Stores::memory().blobs).await;
    }
}
