//! The trust list: publishers whose sealed runbooks the workspace runs.

use bindery_core::seal::Publisher;
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// A publisher that is trusted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustedPublisher {
    /// Its name and its key's digest.
    pub publisher: Publisher,
    /// Its Ed25519 public key, 64 hex digits.
    pub public_key: String,
    /// When it was added.
    pub added_at: Timestamp,
    /// Who added it.
    pub added_by: String,
}

/// The wish to trust a publisher.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TrustPublisher {
    /// The name that the list shows.
    pub publisher: String,
    /// Its Ed25519 public key, 64 hex digits.
    pub public_key: String,
}
