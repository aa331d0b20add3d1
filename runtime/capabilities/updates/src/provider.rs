//! What every package manager can be asked. Object-safe: an agent holds one `Arc<dyn Provider>`.
//!
//! Reading methods change nothing but the package manager's own lists and caches. Only
//! `begin_install` and `reconcile` change what is installed, and only within the plan.

use async_trait::async_trait;
use bindery_core::{
    code::Failure,
    id::JobId,
    update::{Assessment, HistoryEntry, InstallResult, OsType, PendingReboot, Plan},
};
use serde::{Deserialize, Serialize};
use std::fmt;

/// Who answers, and for which computer.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ProviderInfo {
    /// `apt`, `simulated`.
    pub provider: String,
    /// The kind of operating system.
    pub os_type: OsType,
    /// Whether the computer is a simulated one.
    pub simulated: bool,
    /// The root that is looked after: `/` but for scratch roots.
    pub root: String,
    /// The operating system, as it calls itself.
    pub os_name: String,
    /// Its version.
    pub os_version: String,
}

/// The name of one transaction: the operation of a job's journal that asked for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct TransactionKey {
    /// The job.
    pub job: JobId,
    /// The number of the operation in the job's journal.
    pub sequence: u64,
}

impl fmt::Display for TransactionKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.job, self.sequence)
    }
}

/// How far a transaction is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Progress {
    /// What is being done, in the package manager's words.
    pub activity: String,
    /// From 0 to 100; none where nobody knows.
    pub percent: Option<u8>,
}

/// Is told of progress; called often and must not block.
pub type OnProgress<'a> = &'a (dyn Fn(Progress) + Send + Sync);

/// One package manager of one computer.
#[async_trait]
pub trait Provider: Send + Sync {
    /// Who answers. Asks nothing of the package manager.
    fn describe(&self) -> ProviderInfo;

    /// What is missing, after the repositories were read anew; `RepositoryUnavailable` if one
    /// cannot be.
    async fn assess(&self) -> Result<Assessment, Failure>;

    /// The newest entries of the history, newest first, at most `limit`.
    async fn history(&self, limit: usize) -> Result<Vec<HistoryEntry>, Failure>;

    /// What would be done for these updates; an update that cannot be had is in `left_out`, no
    /// error.
    async fn plan(&self, updates: &[String]) -> Result<Plan, Failure>;

    /// Whether a reboot is pending, and why.
    async fn pending_reboot(&self) -> Result<PendingReboot, Failure>;

    /// Fetches what the plan needs. Doing it twice is the same as doing it once.
    async fn download(&self, plan: &Plan) -> Result<(), Failure>;

    /// Begins the plan as one transaction that outlives this process.
    ///
    /// Begins nothing if a transaction of this key exists, whatever became of it. `PlanChanged` if
    /// the package manager would now do something else than the plan says.
    async fn begin_install(&self, plan: &Plan, key: &TransactionKey) -> Result<(), Failure>;

    /// Waits for a transaction that was begun, and says how each update of its plan ended.
    ///
    /// An update that failed is in the result; an error means that the transaction as a whole could
    /// not be carried out and changed nothing, or that nobody can say what it did.
    async fn await_install(
        &self,
        key: &TransactionKey,
        progress: OnProgress<'_>,
    ) -> Result<InstallResult, Failure>;

    /// What became of the transaction of this key; `None` if none was ever begun.
    ///
    /// Waits for one that still runs, and repairs the package manager's state after one that was
    /// cut off.
    async fn reconcile(&self, key: &TransactionKey) -> Result<Option<InstallResult>, Failure>;

    /// Begins the plan and waits for its end.
    async fn install(
        &self,
        plan: &Plan,
        key: &TransactionKey,
        progress: OnProgress<'_>,
    ) -> Result<InstallResult, Failure> {
        self.begin_install(plan, key).await?;
        self.await_install(key, progress).await
    }
}
