//! The host as this runbook sees it: small enough that a test can stand in for it.

use bindery_sdk::{
    Error,
    children::{self, Child, Target},
    fleet::{self, Configured, Page, Selection},
    job, records,
    streams::{self, Kind},
    timers,
};
use patch_policy::{
    parameters::Parameters,
    progress::{self, Row},
};
use std::time::Duration;

/// The runbook that is started on each computer.
const CHILD: &str = "Patch-MicrosoftOMSComputer";

/// What the policy needs of the host.
pub(crate) trait Host {
    /// The job's id and the name of its run.
    fn facts(&mut self) -> Result<(String, Option<String>), Error>;
    /// The time now.
    fn now(&mut self) -> String;
    /// Sleeps.
    fn sleep(&mut self, duration: Duration) -> Result<(), Error>;
    /// Writes a line. What is refused is not said.
    fn say(&mut self, kind: Kind, text: &str);
    /// Says how far the run is.
    fn progress(&mut self, activity: &str, percent: u8);
    /// Appends rows to `UpdateRunProgress`.
    fn append(&mut self, rows: &[Row]) -> Result<(), Error>;
    /// The computers of a selection, page by page.
    fn computers(
        &mut self,
        selection: Selection,
    ) -> Box<dyn Iterator<Item = Result<Page, Error>> + '_>;
    /// Makes computers workers.
    fn configure(&mut self, computers: &[String]) -> Result<Vec<Configured>, Error>;
    /// Starts the child runbook, each with its parameters on its computer; an answer for each.
    fn start(
        &mut self,
        children: &[(Target, Parameters)],
    ) -> Result<Vec<Result<String, Error>>, Error>;
    /// Waits for one of these jobs.
    fn wait_any(&mut self, jobs: &[String], timeout: Option<Duration>)
    -> Result<Vec<Child>, Error>;
    /// Waits for all of these jobs.
    fn wait_all(&mut self, jobs: &[String]) -> Result<Vec<Child>, Error>;
}

/// The real host.
pub(crate) struct Live;

impl Host for Live {
    fn facts(&mut self) -> Result<(String, Option<String>), Error> {
        let job = job::context()?;
        Ok((job.job_id, job.run_name))
    }

    fn now(&mut self) -> String {
        timers::now()
    }

    fn sleep(&mut self, duration: Duration) -> Result<(), Error> {
        timers::sleep(duration)
    }

    fn say(&mut self, kind: Kind, text: &str) {
        let _ = streams::write(kind, text);
    }

    fn progress(&mut self, activity: &str, percent: u8) {
        let _ = streams::progress(activity, Some(percent));
    }

    fn append(&mut self, rows: &[Row]) -> Result<(), Error> {
        records::append(progress::TABLE, rows)
    }

    fn computers(
        &mut self,
        selection: Selection,
    ) -> Box<dyn Iterator<Item = Result<Page, Error>> + '_> {
        Box::new(fleet::computers(selection))
    }

    fn configure(&mut self, computers: &[String]) -> Result<Vec<Configured>, Error> {
        fleet::configure(computers)
    }

    fn start(
        &mut self,
        children: &[(Target, Parameters)],
    ) -> Result<Vec<Result<String, Error>>, Error> {
        children::start(CHILD, children)
    }

    fn wait_any(
        &mut self,
        jobs: &[String],
        timeout: Option<Duration>,
    ) -> Result<Vec<Child>, Error> {
        children::wait_any(jobs, timeout)
    }

    fn wait_all(&mut self, jobs: &[String]) -> Result<Vec<Child>, Error> {
        children::wait_all(jobs, None)
    }
}
