//! The trust list as this worker knows it: the newest that the workspace key signed, kept in
//! `trust.json`.

use crate::{config::BuildError, files};
use bindery_core::code::{Code, Failure};
use bindery_seal::{envelope::Envelope, key::PublicKey, trust::TrustList};
use parking_lot::RwLock;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
};

const FILE: &str = "trust.json";

#[derive(Debug)]
pub(crate) struct Trust {
    path: PathBuf,
    workspace: PublicKey,
    list: RwLock<Arc<TrustList>>,
}

impl Trust {
    /// The list in `folder`, or an empty one.
    pub(crate) fn open(folder: &Path, workspace: PublicKey) -> Result<Self, BuildError> {
        let path = folder.join(FILE);
        let kept: Option<Envelope> = files::read_json(&path).map_err(BuildError::File)?;
        let list = kept.map(|envelope| TrustList::open(&envelope, &workspace)).transpose();
        let list = list.map_err(BuildError::Trust)?.unwrap_or_default();
        Ok(Self { path, workspace, list: RwLock::new(Arc::new(list)) })
    }

    /// Takes a list that the workspace key signed. An older one than is known changes nothing:
    /// nobody gets a publisher back that was removed.
    pub(crate) fn take(&self, envelope: &Envelope) -> Result<(), Failure> {
        let list = TrustList::open(envelope, &self.workspace)?;
        let mut held = self.list.write();
        if list.version < held.version {
            tracing::warn!(told = list.version, known = held.version, "an older trust list");
            return Ok(());
        }
        if list != **held {
            files::write_json(&self.path, envelope).map_err(|error| {
                Failure::new(Code::Internal, format!("the trust list cannot be kept: {error}"))
            })?;
            *held = Arc::new(list);
        }
        Ok(())
    }

    /// The list now.
    pub(crate) fn list(&self) -> Arc<TrustList> {
        self.list.read().clone()
    }
}
