//! Jobs of an account.

use crate::{Client, error::ClientError, follow};
use bindery_api::{
    jobs::{Job, JobEvent, ListJobs, ListStreams, NewJob, StopJob},
    journal::{JournalEntry, Replay, ReplayJob},
    page::{Page, PageQuery},
    routes::RouteId,
    runbooks::WASM,
};
use bindery_core::stream::StreamRecord;
use bytes::Bytes;
use futures::Stream;

/// What somebody may ask of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum JobVerb {
    /// Stop, with the usual grace.
    Stop,
    /// Leave its worker, so that it can be resumed.
    Suspend,
    /// Go on.
    Resume,
    /// Start again with the same parameters: answers the new job.
    Rerun,
    /// End at once.
    Terminate,
}

impl JobVerb {
    fn route(self) -> RouteId {
        match self {
            JobVerb::Stop => RouteId::StopJob,
            JobVerb::Suspend => RouteId::SuspendJob,
            JobVerb::Resume => RouteId::ResumeJob,
            JobVerb::Rerun => RouteId::RerunJob,
            JobVerb::Terminate => RouteId::TerminateJob,
        }
    }
}

impl Client {
    /// Jobs, the newest first.
    pub async fn list_jobs(
        &self,
        account: &str,
        which: &ListJobs,
    ) -> Result<Page<Job>, ClientError> {
        self.to(RouteId::ListJobs, &[("account", account)]).query(which).reply().await
    }

    /// Starts a runbook.
    pub async fn start_job(&self, account: &str, new: &NewJob) -> Result<Job, ClientError> {
        self.to(RouteId::StartJob, &[("account", account)]).json(new).reply().await
    }

    /// One job.
    pub async fn job(&self, account: &str, job: &str) -> Result<Job, ClientError> {
        self.to(RouteId::GetJob, &[("account", account), ("job", job)]).reply().await
    }

    /// What a job wrote to its streams.
    pub async fn list_streams(
        &self,
        account: &str,
        job: &str,
        which: &ListStreams,
    ) -> Result<Page<StreamRecord>, ClientError> {
        let values = [("account", account), ("job", job)];
        self.to(RouteId::ListStreams, &values).query(which).reply().await
    }

    /// What happens to a job, until it has ended. Broken connections are made again.
    pub fn watch_job(
        &self,
        account: &str,
        job: &str,
    ) -> impl Stream<Item = Result<JobEvent, ClientError>> + Send + use<> {
        let values = vec![("account", account.to_owned()), ("job", job.to_owned())];
        follow::follow(self, RouteId::WatchJob, values)
    }

    /// The operations of a job.
    pub async fn list_journal(
        &self,
        account: &str,
        job: &str,
        page: &PageQuery,
    ) -> Result<Page<JournalEntry>, ClientError> {
        let values = [("account", account), ("job", job)];
        self.to(RouteId::ListJournal, &values).query(page).reply().await
    }

    /// Asks a job to stop: it may end by itself within the grace.
    pub async fn stop_job(
        &self,
        account: &str,
        job: &str,
        how: &StopJob,
    ) -> Result<Job, ClientError> {
        let values = [("account", account), ("job", job)];
        self.to(RouteId::StopJob, &values).json(how).reply().await
    }

    /// Asks something of a job; answers it as it is then, for `Rerun` the new one.
    pub async fn ask_job(
        &self,
        account: &str,
        job: &str,
        verb: JobVerb,
    ) -> Result<Job, ClientError> {
        self.to(verb.route(), &[("account", account), ("job", job)]).reply().await
    }

    /// Runs a job again from its journal, without effect on anything; `with` this module, if one is
    /// given.
    pub async fn replay_job(
        &self,
        account: &str,
        job: &str,
        how: &ReplayJob,
        with: Option<Bytes>,
    ) -> Result<Replay, ClientError> {
        let values = [("account", account), ("job", job)];
        let request = self.to(RouteId::ReplayJob, &values).query(how);
        let request = match with {
            Some(file) => request.bytes(WASM, file),
            None => request,
        };
        request.reply().await
    }
}
