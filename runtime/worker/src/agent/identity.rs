//! Who this computer is to its workspace: `identity.json` and `agent.key`.
//!
//! The continuation in it changes with every session. That is how a copy of the folder is found
//! out.

use crate::files::{self, FileError};
use bindery_core::id::{ComputerId, WorkspaceId};
use bindery_seal::{
    key::{PublicKey, SigningKey},
    key_file::{self, LoadError},
};
use parking_lot::Mutex;
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};

const FILE: &str = "identity.json";
const KEY_FILE: &str = "agent.key";

/// What an agent got when it enrolled, and how it goes on.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Facts {
    /// The computer.
    pub computer: ComputerId,
    /// The name under which it enrolled.
    pub name: String,
    /// The workspace.
    pub workspace: WorkspaceId,
    /// Its key, which this agent pinned.
    pub workspace_key: PublicKey,
    /// What it presents at the next session.
    pub continuation: u64,
    /// The address of the control plane.
    pub url: String,
    /// SHA-256 of the CA's certificate that it pinned, 64 hex digits; none where the address is not
    /// secured.
    pub ca: Option<String>,
}

/// An identity on disk.
pub struct Identity {
    path: PathBuf,
    facts: Mutex<Facts>,
    key: SigningKey,
}

/// An identity cannot be loaded.
#[derive(Debug, thiserror::Error)]
pub enum IdentityError {
    /// This computer did not enrol.
    #[error("`{folder}` holds no identity: enrol this computer first")]
    None {
        /// The agent's folder.
        folder: PathBuf,
    },
    /// The file cannot be used.
    #[error("the agent's identity cannot be used")]
    File(#[source] FileError),
    /// The key cannot be used.
    #[error("the agent's key cannot be used")]
    Key(#[source] LoadError),
}

impl Identity {
    /// The identity in `folder`.
    pub fn load(folder: &Path) -> Result<Self, IdentityError> {
        let path = folder.join(FILE);
        let facts = files::read_json(&path).map_err(IdentityError::File)?;
        let facts = facts.ok_or_else(|| IdentityError::None { folder: folder.to_owned() })?;
        let key = key_file::load(&key_path(folder)).map_err(IdentityError::Key)?;
        Ok(Self { path, facts: Mutex::new(facts), key })
    }

    /// Whether `folder` holds an identity already.
    pub fn exists(folder: &Path) -> bool {
        folder.join(FILE).exists()
    }

    /// Keeps what enrolment gave; `agent.key` is there already.
    pub(crate) fn create(folder: &Path, facts: &Facts) -> Result<(), FileError> {
        files::write_json(&folder.join(FILE), facts)
    }

    /// The facts as they are now.
    pub fn facts(&self) -> Facts {
        self.facts.lock().clone()
    }

    pub(crate) fn computer(&self) -> ComputerId {
        self.facts.lock().computer
    }

    pub(crate) fn continuation(&self) -> u64 {
        self.facts.lock().continuation
    }

    pub(crate) fn key(&self) -> &SigningKey {
        &self.key
    }

    /// Keeps the next continuation: durable when this returns.
    pub(crate) fn keep(&self, continuation: u64) -> Result<(), FileError> {
        let mut facts = self.facts.lock();
        let next = Facts { continuation, ..facts.clone() };
        files::write_json(&self.path, &next)?;
        *facts = next;
        Ok(())
    }
}

/// Where the key of the agent of `folder` is.
pub(crate) fn key_path(folder: &Path) -> PathBuf {
    folder.join(KEY_FILE)
}
