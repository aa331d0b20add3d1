//! What a worker is made of, and why one cannot be made.

use crate::{agent::identity::Identity, allow::Allow, files::FileError};
use bindery_core::{code::Failure, fleet::Report, id::ComputerId};
use bindery_sandbox::{capability::Capabilities, clock::Clock, run::Sandbox, upstream::Upstream};
use bindery_seal::key::PublicKey;
use std::{path::PathBuf, sync::Arc};

/// Makes the capabilities of a worker from its way to the control plane.
pub type CapabilityFactory = Box<dyn FnOnce(Arc<dyn Upstream>) -> Capabilities + Send>;

/// What a worker is made of.
pub struct Config {
    /// Its folder: `journal/`, `modules/`, `accounts.json`, `trust.json`. It is made if it is not
    /// there.
    pub state: PathBuf,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// Runs modules.
    pub sandbox: Sandbox,
    /// The key that signs configure orders and the trust list.
    pub workspace_key: PublicKey,
    /// What any account may do on this computer.
    pub allow: Allow,
    /// The computer and its name; none for the sandbox worker.
    pub computer: Option<(ComputerId, String)>,
    /// Who it says it is when it is challenged; none for the sandbox worker, which is not.
    pub identity: Option<Identity>,
    /// Its capabilities.
    pub capabilities: CapabilityFactory,
    /// Says how the computer is; none for the sandbox worker.
    pub reporter: Option<Arc<dyn Reporter>>,
}

/// Says how the computer is.
#[async_trait::async_trait]
pub trait Reporter: Send + Sync + 'static {
    /// Assesses the computer. Called at the start of a session, after each job, now and then, and
    /// when asked; never twice at the same time.
    async fn report(&self) -> Report;
}

/// A worker cannot be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// Another worker uses the folder.
    #[error("another worker uses `{path}`: stop it first")]
    InUse {
        /// The lock file.
        path: PathBuf,
    },
    /// A file of the folder cannot be read or written.
    #[error("the worker's folder cannot be used")]
    File(#[source] FileError),
    /// The trust list on disk is not what the workspace signed.
    #[error("the trust list in the worker's folder is not valid")]
    Trust(#[source] Failure),
    /// The journal cannot be opened.
    #[error("the worker's journal cannot be used")]
    Journal(#[source] bindery_journal::log::OpenError),
}
