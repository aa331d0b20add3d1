//! Ed25519 keys. Randomness never comes from here: a caller brings the seed.

use bindery_core::digest::Digest;
use ed25519_dalek::Signer;
use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use zeroize::Zeroizing;

/// A private key. It is wiped when it is dropped, and cannot be printed, copied or serialised.
pub struct SigningKey(ed25519_dalek::SigningKey);

impl SigningKey {
    /// The key of this seed, which must come from a source of randomness fit for keys.
    pub fn from_seed(seed: [u8; 32]) -> Self {
        let seed = Zeroizing::new(seed);
        Self(ed25519_dalek::SigningKey::from_bytes(&seed))
    }

    /// The half that may be shown.
    pub fn public_key(&self) -> PublicKey {
        PublicKey(self.0.verifying_key())
    }

    /// The signature of `message`.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.0.sign(message).to_bytes()
    }

    /// The seed, for the key file alone.
    pub(crate) fn seed(&self) -> Zeroizing<[u8; 32]> {
        Zeroizing::new(self.0.to_bytes())
    }
}

/// A public key, written as 64 hex digits.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(into = "String", try_from = "String")]
pub struct PublicKey(ed25519_dalek::VerifyingKey);

/// A text that is not a public key.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum InvalidPublicKey {
    /// Not 64 hex digits.
    #[error("a public key is 64 hex digits")]
    Form,
    /// 32 bytes that are no point of the curve, or one for which signatures prove nothing.
    #[error("these 64 hex digits are not an Ed25519 public key")]
    Point,
}

impl PublicKey {
    /// The key of these 32 bytes; weak points are refused.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, InvalidPublicKey> {
        match ed25519_dalek::VerifyingKey::from_bytes(bytes) {
            Ok(key) if !key.is_weak() => Ok(Self(key)),
            _ => Err(InvalidPublicKey::Point),
        }
    }

    /// The 32 bytes.
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.0.as_bytes()
    }

    /// What envelopes and trust lists call this key: the SHA-256 of its 32 bytes.
    pub fn key_id(&self) -> Digest {
        Digest::of(self.as_bytes())
    }

    /// Whether `signature` is this key's over `message`, with all the checks that Ed25519 leaves
    /// open to choice.
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        let signature = ed25519_dalek::Signature::from_bytes(signature);
        self.0.verify_strict(message, &signature).is_ok()
    }
}

impl fmt::Display for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&hex::encode(self.as_bytes()))
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

impl FromStr for PublicKey {
    type Err = InvalidPublicKey;
    fn from_str(text: &str) -> Result<Self, InvalidPublicKey> {
        let mut bytes = [0; 32];
        hex::decode_to_slice(text, &mut bytes).map_err(|_| InvalidPublicKey::Form)?;
        Self::from_bytes(&bytes)
    }
}

impl From<PublicKey> for String {
    fn from(key: PublicKey) -> Self {
        key.to_string()
    }
}

impl TryFrom<String> for PublicKey {
    type Error = InvalidPublicKey;
    fn try_from(text: String) -> Result<Self, InvalidPublicKey> {
        text.parse()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_key_verifies_its_own_signatures_and_no_others() {
        let (mine, other) = (SigningKey::from_seed([1; 32]), SigningKey::from_seed([2; 32]));
        let signature = mine.sign(b"message");
        assert!(mine.public_key().verifies(b"message", &signature));
        assert!(!mine.public_key().verifies(b"massage", &signature));
        assert!(!other.public_key().verifies(b"message", &signature));
    }

    #[test]
    fn a_public_key_survives_its_text_and_json() {
        let key = SigningKey::from_seed([1; 32]).public_key();
        assert_eq!(key.to_string().parse(), Ok(key));
        let json = serde_json::to_string(&key).expect("a string");
        assert_eq!(serde_json::from_str::<PublicKey>(&json).expect("the same"), key);
    }

    #[test]
    fn what_is_no_key_is_refused() {
        assert_eq!("12".parse::<PublicKey>(), Err(InvalidPublicKey::Form));
        assert_eq!("zz".repeat(32).parse::<PublicKey>(), Err(InvalidPublicKey::Form));
        let neutral = format!("01{}", "00".repeat(31));
        assert_eq!(neutral.parse::<PublicKey>(), Err(InvalidPublicKey::Point));
    }
}
