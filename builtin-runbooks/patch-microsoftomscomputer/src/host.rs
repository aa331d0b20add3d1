//! The host as this runbook sees it: small enough that a test can stand in for it.

use bindery_sdk::{
    Error, installer,
    installer::InstallResult,
    job, power, records,
    streams::{self, Kind},
    timers,
    updates::{self, Assessment, Pending, Plan},
};
use patch_policy::progress::{self, Row};
use std::time::Duration;

/// What the policy needs of the host.
pub(crate) trait Host {
    /// Who and where this job is.
    fn facts(&mut self) -> Result<Facts, Error>;
    /// The time now.
    fn now(&mut self) -> String;
    /// What is left of the window; none if it has no end.
    fn remaining(&mut self) -> Result<Option<Duration>, Error>;
    /// Writes a line. What is refused is not said.
    fn say(&mut self, kind: Kind, text: &str);
    /// Appends rows to `UpdateRunProgress`.
    fn append(&mut self, rows: &[Row]) -> Result<(), Error>;
    /// What is missing.
    fn assess(&mut self) -> Result<Assessment, Error>;
    /// What the package manager would do for these.
    fn plan(&mut self, updates: &[String]) -> Result<Plan, Error>;
    /// Whether a reboot is pending.
    fn pending(&mut self) -> Result<Pending, Error>;
    /// Fetches what a plan needs.
    fn download(&mut self, plan: &Plan) -> Result<(), Error>;
    /// Carries out a plan.
    fn install(&mut self, plan: &Plan, reserve: Duration) -> Result<InstallResult, Error>;
    /// Reboots; the time it took.
    fn reboot(&mut self, reserve: Duration, reason: &str) -> Result<Duration, Error>;
}

/// The facts of the job that the policy uses.
#[derive(Debug, Clone)]
pub(crate) struct Facts {
    pub(crate) job: String,
    pub(crate) computer: String,
    pub(crate) computer_name: String,
    pub(crate) run_name: Option<String>,
    pub(crate) dry_run: bool,
}

/// The real host.
pub(crate) struct Live;

impl Host for Live {
    fn facts(&mut self) -> Result<Facts, Error> {
        let job = job::context()?;
        let computer = job.computer_id.ok_or_else(|| {
            Error::new(
                "NoComputer",
                "this runbook patches the computer that it runs on: a sandbox is none",
            )
        })?;
        Ok(Facts {
            job: job.job_id,
            computer_name: job.computer_name.unwrap_or_else(|| computer.clone()),
            computer,
            run_name: job.run_name,
            dry_run: job.dry_run,
        })
    }

    fn now(&mut self) -> String {
        timers::now()
    }

    fn remaining(&mut self) -> Result<Option<Duration>, Error> {
        job::remaining()
    }

    fn say(&mut self, kind: Kind, text: &str) {
        let _ = streams::write(kind, text);
    }

    fn append(&mut self, rows: &[Row]) -> Result<(), Error> {
        records::append(progress::TABLE, rows)
    }

    fn assess(&mut self) -> Result<Assessment, Error> {
        updates::assess()
    }

    fn plan(&mut self, updates: &[String]) -> Result<Plan, Error> {
        updates::plan(updates)
    }

    fn pending(&mut self) -> Result<Pending, Error> {
        updates::pending_reboot()
    }

    fn download(&mut self, plan: &Plan) -> Result<(), Error> {
        installer::download(plan)
    }

    fn install(&mut self, plan: &Plan, reserve: Duration) -> Result<InstallResult, Error> {
        installer::install(plan, reserve)
    }

    fn reboot(&mut self, reserve: Duration, reason: &str) -> Result<Duration, Error> {
        Ok(Duration::from_millis(power::reboot(reserve, reason)?.took))
    }
}
