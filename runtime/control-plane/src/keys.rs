//! The control plane's keys: one for the workspace, one per account for its job orders, one for the
//! secrets of assets.
//!
//! They lie in files that only this user can read, and never leave this process.

use crate::{entropy, vault::Vault};
use bindery_core::{
    code::{Code, Failure},
    name::Name,
};
use bindery_seal::{
    key::{PublicKey, SigningKey},
    key_file,
};
use parking_lot::Mutex;
use std::{
    collections::HashMap,
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The keys of one control plane.
pub struct Keys {
    folder: PathBuf,
    workspace: SigningKey,
    vault: Vault,
    orders: Mutex<HashMap<String, Arc<SigningKey>>>,
}

impl Keys {
    /// The keys in `folder`, which is made if it is not there.
    pub fn open(folder: &Path) -> Result<Self, Failure> {
        fs::create_dir_all(folder).map_err(|error| {
            Failure::new(Code::Internal, format!("`{}` cannot be made: {error}", folder.display()))
        })?;
        let workspace = load_or_make(&folder.join("workspace.key"))?;
        let vault = Vault::open(&folder.join("assets.key"))?;
        Ok(Self { folder: folder.to_owned(), workspace, vault, orders: Mutex::default() })
    }

    /// The key that agents pin.
    pub fn workspace(&self) -> &SigningKey {
        &self.workspace
    }

    /// What keeps the secrets of assets.
    pub(crate) fn vault(&self) -> &Vault {
        &self.vault
    }

    /// Its public half.
    pub fn workspace_public(&self) -> PublicKey {
        self.workspace.public_key()
    }

    /// The key that signs the job orders of `account`.
    pub(crate) fn orders(&self, account: &Name) -> Result<Arc<SigningKey>, Failure> {
        let mut orders = self.orders.lock();
        if let Some(key) = orders.get(&account.key()) {
            return Ok(key.clone());
        }
        let file = self.folder.join(format!("orders-{}.key", account.key()));
        let key = Arc::new(load_or_make(&file)?);
        orders.insert(account.key(), key.clone());
        Ok(key)
    }
}

fn load_or_make(path: &Path) -> Result<SigningKey, Failure> {
    let fail = |error: &dyn std::fmt::Display| {
        Failure::new(Code::Internal, format!("the key `{}`: {error}", path.display()))
    };
    if path.exists() {
        return key_file::load(path).map_err(|error| fail(&error));
    }
    let key = SigningKey::from_seed(entropy::bytes());
    key_file::save(&key, path).map_err(|error| fail(&error))?;
    Ok(key)
}
