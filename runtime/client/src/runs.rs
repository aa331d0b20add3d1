//! Update runs.

use crate::{Client, error::ClientError, follow};
use bindery_api::{
    page::{Page, PageQuery},
    routes::RouteId,
    runs::{ListRuns, Run, RunEvent, RunReport},
};
use bindery_core::run::MachineRun;
use futures::Stream;

impl Client {
    /// Update runs, the newest first.
    pub async fn list_runs(&self, which: &ListRuns) -> Result<Page<Run>, ClientError> {
        self.to(RouteId::ListRuns, &[]).query(which).reply().await
    }

    /// One update run.
    pub async fn run(&self, run: &str) -> Result<Run, ClientError> {
        self.to(RouteId::GetRun, &[("run", run)]).reply().await
    }

    /// Its machine runs.
    pub async fn list_machines(
        &self,
        run: &str,
        page: &PageQuery,
    ) -> Result<Page<MachineRun>, ClientError> {
        self.to(RouteId::ListMachines, &[("run", run)]).query(page).reply().await
    }

    /// What happens to it, until it has ended. Broken connections are made again.
    pub fn watch_run(
        &self,
        run: &str,
    ) -> impl Stream<Item = Result<RunEvent, ClientError>> + Send + use<> {
        follow::follow(self, RouteId::WatchRun, vec![("run", run.to_owned())])
    }

    /// Lets no further computer of it start.
    pub async fn cancel_run(&self, run: &str) -> Result<Run, ClientError> {
        self.to(RouteId::CancelRun, &[("run", run)]).reply().await
    }

    /// Repeats it on the computers that did not succeed; answers the new run.
    pub async fn retry_run(&self, run: &str) -> Result<Run, ClientError> {
        self.to(RouteId::RetryRun, &[("run", run)]).reply().await
    }

    /// The signed evidence of what it did.
    pub async fn report(&self, run: &str) -> Result<RunReport, ClientError> {
        self.to(RouteId::GetReport, &[("run", run)]).reply().await
    }
}
