//! The trust list: whose seals a workspace believes. Signed by the workspace key, pinned by each
//! agent at enrolment.
//!
//! A retired key stays on the list, for the versions that are pinned; [`TrustList::active`] leaves
//! it out.

use crate::{
    envelope::Envelope,
    key::{PublicKey, SigningKey},
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    limit,
    text::shown,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// What the envelope of a trust list says that it holds.
pub const PAYLOAD_TYPE: &str = "application/vnd.bindery.trust-list+json";

/// A key that a workspace trusts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustedKey {
    /// The publisher's name in this workspace; a seal must give the same.
    pub publisher: String,
    /// The publisher's key.
    pub public_key: PublicKey,
    /// When somebody trusted it.
    pub added_at: Timestamp,
    /// Since when it is not believed for anything new.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retired_at: Option<Timestamp>,
}

/// The keys that a workspace trusts, at most [`limit::TRUSTED_KEYS`], each once.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TrustList {
    /// Counts the changes: of two lists the one with the higher version is the newer.
    pub version: u64,
    /// The keys, retired ones too.
    pub keys: Vec<TrustedKey>,
}

impl TrustList {
    /// The entry of the key with this id.
    pub fn find(&self, key_id: Digest) -> Option<&TrustedKey> {
        self.keys.iter().find(|key| key.public_key.key_id() == key_id)
    }

    /// The list without the keys that are retired at `now`: what a new import is verified against.
    #[must_use]
    pub fn active(&self, now: Timestamp) -> Self {
        let active = |key: &&TrustedKey| key.retired_at.is_none_or(|retired| now < retired);
        Self { version: self.version, keys: self.keys.iter().filter(active).cloned().collect() }
    }

    /// The list in an envelope, signed with the workspace key. `TooLarge`, or `Conflict` for a key
    /// that is on it twice.
    pub fn sign(&self, workspace: &SigningKey) -> Result<Envelope, Failure> {
        self.check()?;
        Envelope::sign(PAYLOAD_TYPE, self, workspace)
    }

    /// The list in `envelope`, if the workspace key signed it.
    pub fn open(envelope: &Envelope, workspace: &PublicKey) -> Result<Self, Failure> {
        let list: Self = envelope.open(PAYLOAD_TYPE, workspace)?;
        list.check()?;
        Ok(list)
    }

    fn check(&self) -> Result<(), Failure> {
        let (count, max) = (self.keys.len(), limit::TRUSTED_KEYS);
        if count > max {
            return Err(Failure::new(
                Code::TooLarge,
                format!("a trust list has {count} keys; at most {max} are allowed (TRUSTED_KEYS)"),
            ));
        }
        let mut seen = BTreeSet::new();
        match self.keys.iter().find(|key| !seen.insert(key.public_key.as_bytes())) {
            None => Ok(()),
            Some(twice) => Err(Failure::new(
                Code::Conflict,
                format!(
                    "the key {} of `{}` is on the trust list twice",
                    twice.public_key.key_id().short(),
                    shown(&twice.publisher)
                ),
            )),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(seed: u16) -> SigningKey {
        let mut bytes = [0; 32];
        bytes[..2].copy_from_slice(&seed.to_le_bytes());
        SigningKey::from_seed(bytes)
    }

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("in range")
    }

    fn trusted(seed: u16, retired_at: Option<i64>) -> TrustedKey {
        TrustedKey {
            publisher: format!("Publisher {seed}"),
            public_key: key(seed).public_key(),
            added_at: at(0),
            retired_at: retired_at.map(at),
        }
    }

    #[test]
    fn a_list_survives_its_envelope_and_no_other_key_opens_it() {
        let list = TrustList { version: 3, keys: vec![trusted(1, None), trusted(2, Some(9))] };
        let envelope = list.sign(&key(0)).expect("signed");
        assert_eq!(TrustList::open(&envelope, &key(0).public_key()), Ok(list));
        let refusal = TrustList::open(&envelope, &key(1).public_key()).expect_err("another key");
        assert_eq!(refusal.code, Code::BadSignature);
    }

    #[test]
    fn a_trust_list_cannot_be_opened_as_a_job_order_nor_the_other_way_round() {
        let job_order = "application/vnd.bindery.job-order+json";
        let list = TrustList::default();
        let envelope = list.sign(&key(0)).expect("signed");
        let refusal = envelope.open::<TrustList>(job_order, &key(0).public_key());
        assert_eq!(refusal.expect_err("another kind").code, Code::BadSignature);
        let order = Envelope::sign(job_order, &list, &key(0)).expect("signed");
        assert!(TrustList::open(&order, &key(0).public_key()).is_err());
    }

    #[test]
    fn a_retired_key_is_found_but_not_active() {
        let list = TrustList { version: 3, keys: vec![trusted(1, None), trusted(2, Some(9))] };
        let retired = key(2).public_key().key_id();
        assert!(list.find(retired).is_some());
        assert!(list.active(at(8)).find(retired).is_some());
        assert!(list.active(at(9)).find(retired).is_none());
        assert_eq!(list.active(at(9)).keys, [trusted(1, None)]);
    }

    #[test]
    fn a_list_ends_at_its_limit_and_names_no_key_twice() {
        let keys: Vec<_> = (0..=1_000).map(|seed| trusted(seed, None)).collect();
        let full = TrustList { version: 1, keys: keys[..limit::TRUSTED_KEYS].to_vec() };
        assert!(full.sign(&key(0)).is_ok());
        let over = TrustList { version: 1, keys };
        assert_eq!(over.sign(&key(0)).expect_err("one too many").code, Code::TooLarge);
        let twice = TrustList { version: 1, keys: vec![trusted(1, None), trusted(1, None)] };
        assert_eq!(twice.sign(&key(0)).expect_err("twice").code, Code::Conflict);
    }
}
