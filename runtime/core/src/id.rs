//! Identifiers: one type per noun, so that a job's id can never stand where a run's is wanted.
//!
//! All are UUIDs of version 7: they sort by the time at which they were made.

use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use uuid::Uuid;

/// Ten bytes of randomness for one identifier; `core` has no source of its own.
pub type Entropy = [u8; 10];

/// A text that is not an identifier.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{text}` is not the id of a {noun} (expected a UUID)")]
pub struct InvalidId {
    noun: &'static str,
    text: String,
}

macro_rules! ids {
    ($($(#[$doc:meta])* $name:ident = $noun:literal;)*) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        #[serde(transparent)]
        pub struct $name(#[schemars(with = "String")] Uuid);

        impl $name {
            /// An identifier made at `now`; two made in the same millisecond differ by their
            /// entropy.
            pub fn new(now: Timestamp, entropy: Entropy) -> Self {
                let millis = u64::try_from(now.as_millisecond()).unwrap_or(0);
                Self(uuid::Builder::from_unix_timestamp_millis(millis, &entropy).into_uuid())
            }

            /// The identifier that these sixteen bytes spell.
            pub fn from_bytes(bytes: [u8; 16]) -> Self {
                Self(Uuid::from_bytes(bytes))
            }

            /// The sixteen bytes, as journals and signatures hold them.
            pub fn as_bytes(&self) -> &[u8; 16] {
                self.0.as_bytes()
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                fmt::Display::fmt(&self.0, f)
            }
        }

        impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                write!(f, concat!($noun, " {}"), self.0)
            }
        }

        impl FromStr for $name {
            type Err = InvalidId;
            fn from_str(text: &str) -> Result<Self, InvalidId> {
                Uuid::parse_str(text).map(Self).map_err(|_| InvalidId { noun: $noun, text: text.to_owned() })
            }
        }
    )*};
}

ids! {
    /// A workspace: the fleet of one control plane.
    WorkspaceId = "workspace";
    /// A computer that reports to the workspace (the `SourceComputerId` of the log tables).
    ComputerId = "computer";
    /// One run of one version of a runbook (the `CorrelationId` of the log tables).
    JobId = "job";
    /// Whatever runs jobs: the sandbox worker, or an agent that was configured for an account.
    WorkerId = "worker";
    /// An update deployment.
    DeploymentId = "deployment";
    /// One occurrence of a deployment.
    RunId = "run";
    /// An immutable list of computers, stored because it was too long for a parameter.
    SnapshotId = "snapshot";
    /// A token's public half: what is listed and revoked.
    TokenId = "token";
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_sort_by_time_and_survive_their_text() {
        let early = JobId::new(Timestamp::from_second(1_000).expect("in range"), [9; 10]);
        let late = JobId::new(Timestamp::from_second(2_000).expect("in range"), [0; 10]);
        assert!(early < late);
        assert_eq!(early.to_string().parse::<JobId>(), Ok(early));
        assert_eq!(JobId::from_bytes(*early.as_bytes()), early);
    }

    #[test]
    fn a_wrong_text_names_the_noun() {
        let error = "web-01".parse::<ComputerId>().expect_err("no UUID");
        assert_eq!(error.to_string(), "`web-01` is not the id of a computer (expected a UUID)");
    }
}
