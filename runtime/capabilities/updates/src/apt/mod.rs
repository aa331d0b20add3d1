//! Debian's and Ubuntu's package manager, asked through its own programs: apt-get, apt-cache, dpkg.
//!
//! Every question and every change goes to the root of the configuration; [`guard`] asks apt itself
//! which root it would use, and refuses any other. Nothing here takes a removal, downgrade or hold
//! lightly: a plan shows them, an install does what its plan shows.

mod assess;
mod classify;
mod command;
pub(crate) mod config;
mod failure;
mod guard;
mod history;
mod install;
mod kernel;
mod packages;
mod pins;
mod plan;
mod policy;
mod reboot;
mod repair;
mod simulation;
mod status_fd;
mod unmet;
mod verdict;

pub use config::AptConfig;
pub use kernel::RunningKernel;

use crate::{
    clock::Clock,
    provider::{OnProgress, Provider, ProviderInfo, TransactionKey},
};
use async_trait::async_trait;
use bindery_core::{
    code::Failure,
    update::{Assessment, HistoryEntry, InstallResult, OsType, PendingReboot, Plan},
};
use std::sync::Arc;

/// The apt of one root.
pub struct Apt {
    config: AptConfig,
    clock: Arc<dyn Clock>,
    os: (String, String),
    /// Only the computer's own root has a kernel that runs.
    kernel: Option<RunningKernel>,
}

impl Apt {
    /// The apt of `config.root`. Writes the apt.conf of a scratch root into `config.state_dir`.
    ///
    /// `PackageManagerBroken` if the folders cannot be made.
    pub fn new(config: AptConfig, clock: Arc<dyn Clock>) -> Result<Self, Failure> {
        let config = config.absolute().map_err(|error| {
            failure::broken(format!("cannot use `{}`: {error}", config.root.display()))
        })?;
        config.prepare().map_err(|error| {
            failure::broken(format!("cannot prepare `{}`: {error}", config.state_dir.display()))
        })?;
        let os = config::os_release(&config.root);
        let kernel = config.is_real().then(|| Arc::new(kernel::running) as RunningKernel);
        Ok(Self { config, clock, os, kernel })
    }

    /// The same over another kernel than the one that this computer runs.
    #[must_use]
    pub fn with_kernel(self, kernel: RunningKernel) -> Self {
        Self { kernel: Some(kernel), ..self }
    }
}

#[async_trait]
impl Provider for Apt {
    fn describe(&self) -> ProviderInfo {
        ProviderInfo {
            provider: "apt".into(),
            os_type: OsType::Linux,
            simulated: false,
            root: self.config.root_text(),
            os_name: self.os.0.clone(),
            os_version: self.os.1.clone(),
        }
    }

    async fn assess(&self) -> Result<Assessment, Failure> {
        self.look().await
    }

    async fn history(&self, limit: usize) -> Result<Vec<HistoryEntry>, Failure> {
        history::read(&self.config, limit)
    }

    async fn plan(&self, updates: &[String]) -> Result<Plan, Failure> {
        self.ask_for(updates).await
    }

    async fn pending_reboot(&self) -> Result<PendingReboot, Failure> {
        self.ask_for_reboot().await
    }

    async fn download(&self, plan: &Plan) -> Result<(), Failure> {
        self.fetch(plan).await
    }

    async fn begin_install(&self, plan: &Plan, key: &TransactionKey) -> Result<(), Failure> {
        self.begin(plan, key).await
    }

    async fn await_install(
        &self,
        key: &TransactionKey,
        progress: OnProgress<'_>,
    ) -> Result<InstallResult, Failure> {
        self.wait(key, progress).await
    }

    async fn reconcile(&self, key: &TransactionKey) -> Result<Option<InstallResult>, Failure> {
        self.settle(key).await
    }
}
