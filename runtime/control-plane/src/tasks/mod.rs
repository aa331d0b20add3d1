//! What time asks for: deployments whose time has come, jobs that wait for a place, workers that
//! are silent, and what has been kept long enough.

mod dispatcher;
mod retention;
mod scheduler;
pub(crate) mod watchdog;

use crate::plane::ControlPlane;
use bindery_core::{code::Failure, retention::Retention};
use tokio::task::JoinSet;

impl ControlPlane {
    /// Picks up what was going on when the control plane ended, and runs its tasks until the set is
    /// dropped. What has ended is kept for `retention`.
    pub async fn start_tasks(&self, retention: Retention) -> Result<JoinSet<()>, Failure> {
        for run in self.open_runs().await? {
            self.catch_up_run(&run).await?;
        }
        let mut tasks = JoinSet::new();
        tasks.spawn(dispatcher::run(self.clone()));
        tasks.spawn(retention::run(self.clone(), retention));
        tasks.spawn(scheduler::run(self.clone()));
        tasks.spawn(watchdog::run(self.clone()));
        Ok(tasks)
    }
}
