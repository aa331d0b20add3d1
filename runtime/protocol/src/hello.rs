//! How an agent proves who it is.
//!
//! The control plane sends a nonce; the agent signs it together with the continuation that it
//! presents. A copy of the agent's folder has the key as well, but not the continuation that the
//! original was given since.

use bindery_core::{digest::Digest, id::ComputerId, profile::Profile};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// The envelope type of a signed [`Proof`].
pub const PROOF: &str = "application/vnd.bindery.agent-proof+json";

/// The first words of the control plane.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Challenge {
    /// 32 random bytes, as their digest's spelling.
    pub nonce: Digest,
    /// The control plane's time.
    pub time: Timestamp,
    /// Its protocol version.
    pub protocol: u32,
}

/// What an agent signs with its key.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Proof {
    /// The nonce of the challenge.
    pub nonce: Digest,
    /// Who it is.
    pub computer: ComputerId,
    /// What it was given to go on with.
    pub continuation: u64,
    /// Its time.
    pub time: Timestamp,
    /// Its protocol version.
    pub protocol: u32,
    /// What its engine has.
    #[serde(default, skip_serializing_if = "Profile::is_standard")]
    pub profile: Profile,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_agent_that_says_nothing_of_its_profile_has_the_standard_one() {
        let said = json!({
            "nonce": Digest::of(b""), "computer": ComputerId::from_bytes([1; 16]),
            "continuation": 1, "time": "2026-01-01T00:00:00Z", "protocol": 1,
        });
        let proof: Proof = serde_json::from_value(said.clone()).expect("a proof");
        assert_eq!(proof.profile, Profile::Standard);
        assert_eq!(serde_json::to_value(&proof).expect("JSON"), said);
        let extended = Proof { profile: Profile::Extended, ..proof };
        assert_eq!(serde_json::to_value(extended).expect("JSON")["profile"], "extended");
    }
}
