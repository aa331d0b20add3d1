//! Carrying out a plan as one detached transaction, and saying afterwards what it did.

use super::{
    Apt,
    command::Said,
    failure, plan, status_fd,
    verdict::{self, Traces},
};
use crate::{
    provider::{OnProgress, TransactionKey},
    transaction::{Folder, Outcome, Spec},
};
use bindery_core::{
    code::{Code, Failure},
    update::{ActionKind, InstallResult, InstallStatus, Plan},
};
use bindery_detached::{
    claim::Claim,
    follow::Ending,
    start::{Runner, start},
};
use jiff::{SignedDuration, Timestamp};
use std::io;

/// How long a transaction that has ended is kept: longer than any job may be in doubt about it.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

impl Apt {
    /// Begins `plan` unless a transaction of this key exists.
    pub(super) async fn begin(&self, plan: &Plan, key: &TransactionKey) -> Result<(), Failure> {
        let folder = self.folder(key);
        if folder.spec().map_err(unreadable)?.is_some() {
            return Ok(());
        }
        self.guard_root().await?;
        self.check(plan).await?;
        let spec = Spec {
            argv: self.argv(plan)?,
            env: self.config.environment(),
            plan: plan.clone(),
            asked_at: self.clock.now(),
        };
        self.prune();
        self.start(&folder, &spec).await
    }

    /// Starts what `spec` says, once, so that the end of the agent does not end it.
    pub(super) async fn start(&self, folder: &Folder, spec: &Spec) -> Result<(), Failure> {
        if !folder.create(spec).map_err(unreadable)? {
            return Ok(());
        }
        let (program, systemd) = (&self.config.runner, self.config.systemd);
        let runner = Runner { program, verb: "run-transaction", systemd, leaves: false };
        let Err(error) = start(runner, folder.path()).await else { return Ok(()) };
        // Whoever asks later need not wait for a runner that never comes.
        folder.claim(&Claim::GivenUp).map_err(unreadable)?;
        let program = self.config.runner.display();
        Err(failure::broken(format!("cannot start the transaction with `{program}`: {error}")))
    }

    /// Forgets transactions of long ago. That it fails is no reason not to install.
    fn prune(&self) {
        let before = self.clock.now().checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        if let Err(error) = Folder::prune(&self.config.state_dir, before) {
            tracing::warn!(%error, "old transactions could not be removed");
        }
    }

    /// Waits for the transaction of this key.
    pub(super) async fn wait(
        &self,
        key: &TransactionKey,
        progress: OnProgress<'_>,
    ) -> Result<InstallResult, Failure> {
        let folder = self.folder(key);
        let spec = folder.spec().map_err(unreadable)?.ok_or_else(|| {
            Failure::new(Code::NotFound, format!("no transaction {key} was ever begun"))
        })?;
        let tell = |line: &str| {
            if let Some(line) = status_fd::parse(line) {
                progress(status_fd::progress(&line));
            }
        };
        match folder.follow(self.config.patience, &tell).await.map_err(unreadable)? {
            Ending::Finished(outcome) => self.conclude(&folder, &spec, Some(outcome)).await,
            Ending::CutOff => {
                // What no runner ever took left nothing behind.
                if folder.claimed().map_err(unreadable)? != Some(Claim::GivenUp) {
                    tracing::warn!(%key, "the transaction was cut off; repairing what it left");
                    self.repair(key, &spec.plan).await?;
                }
                self.conclude(&folder, &spec, None).await
            }
            Ending::StillRunning => {
                let waited = self.config.patience;
                let message = format!("transaction {key} still runs after {waited:?}");
                Err(Failure::new(Code::OutcomeUnknown, message))
            }
        }
    }

    /// What became of the transaction of this key, if one was begun.
    pub(super) async fn settle(
        &self,
        key: &TransactionKey,
    ) -> Result<Option<InstallResult>, Failure> {
        if self.folder(key).spec().map_err(unreadable)?.is_none() {
            return Ok(None);
        }
        self.wait(key, &|_| ()).await.map(Some)
    }

    fn folder(&self, key: &TransactionKey) -> Folder {
        Folder::of(&self.config.state_dir, key)
    }

    /// Refuses a plan that was changed, or that apt would not carry out as it stands.
    async fn check(&self, plan: &Plan) -> Result<(), Failure> {
        let now = self.ask_for(&plan.updates).await?;
        if plan.is_whole() && now.digest == plan.digest && now.left_out == plan.left_out {
            return Ok(());
        }
        let message = "the package manager would now do something else than the plan says";
        let details = serde_json::json!({ "planned": plan.actions, "now": now.actions });
        Err(Failure::new(Code::PlanChanged, message).with(details))
    }

    /// apt-get's command line for exactly the plan. Never `--allow-*` anything.
    fn argv(&self, plan: &Plan) -> Result<Vec<String>, Failure> {
        let pins = plan::pins_of(plan)?;
        if pins.is_empty() {
            // apt-get without a package would still finish what others left half-configured.
            return Ok(vec!["true".to_owned()]);
        }
        let lock = format!("DPkg::Lock::Timeout={}", self.config.lock_timeout.as_secs());
        let mut options = vec!["--yes"];
        let settings = [
            lock.as_str(),
            "APT::Status-Fd=3",
            "APT::Keep-Fds::=3",
            // Without a terminal of its own dpkg stays in the transaction's session.
            "Dpkg::Use-Pty=false",
            "DPkg::Options::=--force-confold",
            "DPkg::Options::=--force-confdef",
        ];
        options.extend(settings.iter().flat_map(|setting| ["-o", *setting]));
        if !plan.actions.iter().any(|action| action.kind == ActionKind::Remove) {
            options.push("--no-remove");
        }
        let mut argv = vec!["apt-get".to_owned()];
        argv.extend(plan::arguments(&options, pins.iter()));
        Ok(argv)
    }

    async fn conclude(
        &self,
        folder: &Folder,
        spec: &Spec,
        outcome: Option<Outcome>,
    ) -> Result<InstallResult, Failure> {
        let packages = self.packages().await?;
        let status = Folder::text(&folder.status());
        let mut output = Folder::text(&folder.output());
        if outcome.is_none() {
            output.push_str("\nE: the transaction was cut off before this update\n");
        }
        let traces = Traces { packages: &packages, status: &status, output: &output };
        let results = verdict::results(&spec.plan, &traces);
        let exit_code = outcome.as_ref().map(|outcome| outcome.exit_code);
        let none = !results.iter().any(|result| result.status == InstallStatus::Succeeded);
        if none && !traces.show_work() && exit_code.is_some_and(|code| code != 0) {
            let said = Said { success: false, stdout: output, stderr: String::new() };
            return Err(said.failure());
        }
        let (started_at, ended_at) = self.times(spec, outcome);
        let reboot = self.reboot_after(&packages);
        Ok(InstallResult { started_at, ended_at, results, reboot })
    }

    fn times(&self, spec: &Spec, outcome: Option<Outcome>) -> (Timestamp, Timestamp) {
        match outcome {
            Some(outcome) => (outcome.started_at, outcome.ended_at),
            None => (spec.asked_at, self.clock.now()),
        }
    }
}

pub(super) fn unreadable(error: io::Error) -> Failure {
    Failure::new(Code::Internal, format!("cannot use the transaction's folder: {error}"))
}
