//! The vendor that seals the built-in runbooks and modules: its key, its name, and what its seals say.
//!
//! The same sources, version and key give the same bytes: no clock is read.

use anyhow::anyhow;
use bindery_core::{
    runbook::Manifest,
    seal::{Publisher, Seal, StartedBy, Verb},
};
use bindery_seal::{
    key::SigningKey,
    key_file::{self, SaveError},
    statement::seal_module,
    trust::TrustedKey,
};
use jiff::Timestamp;
use std::{env, path::Path};

/// The variable that names the key file of a release.
pub(crate) const KEY_FILE: &str = "BINDERY_VENDOR_KEY_FILE";
/// The development key: kept, so that another build does not orphan what is stored.
const DEVELOPMENT_KEY: &str = "bindery-dev-vendor.key";
/// Since when the seals are valid.
const NOT_BEFORE: &str = "2026-01-01T00:00:00Z";

/// The vendor of this build.
pub(crate) struct Vendor {
    name: &'static str,
    key: SigningKey,
    not_before: Timestamp,
}

impl Vendor {
    /// The vendor of a release, or that of a development build whose key is below `target`.
    pub(crate) fn open(target: &Path) -> anyhow::Result<Self> {
        let (name, key) = match env::var_os(KEY_FILE).filter(|path| !path.is_empty()) {
            Some(path) => ("Bindery", key_file::load(Path::new(&path))?),
            None => ("Bindery (development build)", development_key(target)?),
        };
        Ok(Self { name, key, not_before: NOT_BEFORE.parse()? })
    }

    /// The entry of this vendor in a workspace's trust list.
    pub(crate) fn trusted_key(&self) -> TrustedKey {
        TrustedKey {
            publisher: self.name.to_owned(),
            public_key: self.key.public_key(),
            added_at: self.not_before,
            retired_at: None,
        }
    }

    /// The bundle of `wasm`, which has `manifest` in it: nobody may do more with it than these
    /// `verbs`, and whoever is `started_by` starts it.
    pub(crate) fn seal(
        &self,
        wasm: &[u8],
        manifest: Manifest,
        verbs: Vec<Verb>,
        started_by: Vec<StartedBy>,
    ) -> anyhow::Result<Vec<u8>> {
        let key_id = self.key.public_key().key_id();
        let seal = Seal {
            name: manifest.name,
            version: manifest.version,
            publisher: Publisher { name: self.name.to_owned(), key_id },
            grants: manifest.grants,
            verbs,
            started_by,
            limits: manifest.limits,
            not_before: self.not_before,
            not_after: None,
        };
        Ok(seal_module(&seal, wasm, &self.key)?.to_bytes()?)
    }
}

fn development_key(target: &Path) -> anyhow::Result<SigningKey> {
    let path = target.join(DEVELOPMENT_KEY);
    if !path.exists() {
        let mut seed = [0; 32];
        getrandom::fill(&mut seed)
            .map_err(|error| anyhow!("no randomness for the development key: {error}"))?;
        match key_file::save(&SigningKey::from_seed(seed), &path) {
            // Another build has just made it.
            Ok(()) | Err(SaveError::Exists { .. }) => {}
            Err(error) => return Err(error.into()),
        }
    }
    Ok(key_file::load(&path)?)
}
