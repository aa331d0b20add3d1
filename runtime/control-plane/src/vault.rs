//! Keeps the secrets of assets: nothing of them is in a store, a backup or a log but as ciphertext.
//!
//! AES-256-GCM with a random nonce; what a secret is of is authenticated with it, so that nobody who
//! can write to the store passes one asset's secret off as another's.

use crate::entropy;
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bindery_core::{
    code::{Code, Failure},
    secret::Secret,
};
use bindery_seal::key_file;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use serde::{Deserialize, Serialize};
use std::path::Path;
use zeroize::Zeroizing;

/// The first line of the key's file.
const HEADER: &str = "bindery-assets-key";

/// A secret as it is kept: nonce and ciphertext, in base64.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub(crate) struct Sealed(String);

/// The key of the secrets.
pub(crate) struct Vault(LessSafeKey);

impl Vault {
    /// With the key in the file at `path`, which is made if it is not there.
    pub(crate) fn open(path: &Path) -> Result<Self, Failure> {
        let fail = |error: &dyn std::fmt::Display| {
            Failure::new(Code::Internal, format!("the key `{}`: {error}", path.display()))
        };
        let bytes = match path.exists() {
            true => key_file::load_secret(HEADER, path).map_err(|error| fail(&error))?,
            false => {
                let bytes = Zeroizing::new(entropy::bytes());
                key_file::save_secret(HEADER, &bytes, path).map_err(|error| fail(&error))?;
                bytes
            }
        };
        let key = UnboundKey::new(&AES_256_GCM, &*bytes).map_err(|error| fail(&error))?;
        Ok(Self(LessSafeKey::new(key)))
    }

    /// A secret of `owner`, to be kept.
    pub(crate) fn seal(&self, owner: &str, secret: &Secret) -> Result<Sealed, Failure> {
        let nonce = entropy::bytes::<NONCE_LEN>();
        let mut text = secret.reveal().as_bytes().to_vec();
        let aad = Aad::from(owner.as_bytes());
        self.0
            .seal_in_place_append_tag(Nonce::assume_unique_for_key(nonce), aad, &mut text)
            .map_err(|_| Failure::new(Code::Internal, "a secret cannot be encrypted"))?;
        Ok(Sealed(BASE64_STANDARD.encode([&nonce[..], &text].concat())))
    }

    /// The secret of `owner` that was kept.
    pub(crate) fn open_sealed(&self, owner: &str, sealed: &Sealed) -> Result<Secret, Failure> {
        let broken = || {
            let message = format!(
                "the secret of {owner} cannot be decrypted: it was kept with another `assets.key`, or \
                 the store was changed; set it again"
            );
            Failure::new(Code::Internal, message)
        };
        let bytes = BASE64_STANDARD.decode(&sealed.0).map_err(|_| broken())?;
        let (nonce, text) = bytes.split_at_checked(NONCE_LEN).ok_or_else(broken)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).map_err(|_| broken())?;
        let mut text = Zeroizing::new(text.to_vec());
        let aad = Aad::from(owner.as_bytes());
        let plain = self.0.open_in_place(nonce, aad, &mut text).map_err(|_| broken())?;
        std::str::from_utf8(plain).map(Secret::new).map_err(|_| broken())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_secret_is_kept_for_its_owner_alone_and_differently_each_time() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("assets.key");
        let (vault, secret) = (Vault::open(&path).expect("made"), Secret::new("hunter2"));
        let (one, two) = (vault.seal("a", &secret), vault.seal("a", &secret));
        let (one, two) = (one.expect("sealed"), two.expect("sealed"));
        assert_ne!(one, two);
        let again = Vault::open(&path).expect("opened");
        assert_eq!(again.open_sealed("a", &one).expect("decrypted"), secret);
        assert!(again.open_sealed("b", &one).is_err(), "another owner");
        let other = Vault::open(&folder.path().join("other.key")).expect("made");
        assert!(other.open_sealed("a", &one).is_err(), "another key");
        for broken in ["", "AAAA", "not base64!"] {
            assert!(vault.open_sealed("a", &Sealed(broken.into())).is_err(), "{broken}");
        }
    }
}
