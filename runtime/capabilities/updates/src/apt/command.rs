//! Running one of apt's programs to its end and reading what it says. Never for an installation.

use super::{Apt, failure};
use bindery_core::code::{Code, Failure};
use std::{process::Stdio, time::Duration};
use tokio::{process::Command, time::Instant};

/// How long a program that only reads may take; fetching may take [`FETCH`].
const READ: Duration = Duration::from_secs(120);
/// How long fetching lists or packages may take.
pub(super) const FETCH: Duration = Duration::from_secs(3600);
/// How often a lock that another program holds is tried again.
const TRY_LOCK_EVERY: Duration = Duration::from_millis(200);

/// What a program said.
#[derive(Debug)]
pub(super) struct Said {
    pub(super) success: bool,
    pub(super) stdout: String,
    pub(super) stderr: String,
}

impl Said {
    /// The failure that its words mean.
    pub(super) fn failure(&self) -> Failure {
        failure::from_words(&format!("{}\n{}", self.stdout, self.stderr))
    }

    /// Its output, or the failure that its words mean.
    pub(super) fn or_fail(self) -> Result<String, Failure> {
        if self.success { Ok(self.stdout) } else { Err(self.failure()) }
    }
}

impl Apt {
    /// Runs a program that only reads.
    pub(super) async fn read<S: AsRef<str>>(
        &self,
        program: &str,
        arguments: &[S],
    ) -> Result<Said, Failure> {
        self.run(program, arguments, READ).await
    }

    /// Runs a program, and again while another program holds its lock, at most the lock's timeout.
    pub(super) async fn run_when_unlocked<S: AsRef<str>>(
        &self,
        program: &str,
        arguments: &[S],
        within: Duration,
    ) -> Result<String, Failure> {
        let deadline = Instant::now() + self.config.lock_timeout;
        let mut again = tokio::time::interval(TRY_LOCK_EVERY);
        loop {
            again.tick().await;
            let said = self.run(program, arguments, within).await?;
            if said.success {
                return Ok(said.stdout + &said.stderr);
            }
            let failure = said.failure();
            if failure.code != Code::PackageManagerLocked || Instant::now() >= deadline {
                return Err(failure);
            }
        }
    }

    async fn run<S: AsRef<str>>(
        &self,
        program: &str,
        arguments: &[S],
        within: Duration,
    ) -> Result<Said, Failure> {
        let running = Command::new(program)
            .args(arguments.iter().map(AsRef::as_ref))
            .env_clear()
            .envs(self.config.environment())
            .stdin(Stdio::null())
            .kill_on_drop(true)
            .output();
        let ended = tokio::time::timeout(within, running).await.map_err(|_| {
            Failure::new(Code::TimedOut, format!("`{program}` took longer than {within:?}"))
        })?;
        let output =
            ended.map_err(|error| failure::broken(format!("cannot run `{program}`: {error}")))?;
        Ok(Said {
            success: output.status.success(),
            stdout: String::from_utf8_lossy(&output.stdout).into_owned(),
            stderr: String::from_utf8_lossy(&output.stderr).into_owned(),
        })
    }
}
