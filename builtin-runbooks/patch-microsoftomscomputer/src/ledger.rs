//! What is said and written of each update: a stream line, a row of `UpdateRunProgress`, an item of
//! the result. The three are made in one place, so they never disagree.

use crate::{
    host::{Facts, Host},
    outcome::{Item, Outcome},
};
use bindery_sdk::{
    Error,
    streams::Kind,
    updates::{Action, OsType, Update},
};
use patch_policy::{
    progress::{InstallationStatus, Origin, Row},
    text,
};

/// The reason of one update, in bytes: one that hits many may carry the whole of a plan.
const REASON_BYTES: usize = 2 << 10;
/// Rows that are appended at once: with their reasons they stay below what one call may carry.
const ROWS: usize = 500;

/// What became of an update, with its reason.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Entry<'a> {
    pub(crate) update: &'a Update,
    pub(crate) status: InstallationStatus,
    pub(crate) reason: Option<String>,
    pub(crate) on_retry: bool,
    pub(crate) started: Option<String>,
    pub(crate) ended: Option<String>,
}

impl<'a> Entry<'a> {
    pub(crate) fn new(update: &'a Update, status: InstallationStatus) -> Self {
        Self { update, status, reason: None, on_retry: false, started: None, ended: None }
    }

    #[must_use]
    pub(crate) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = Some(reason.into());
        self
    }
}

/// Keeps the result and writes the rows.
#[derive(Debug)]
pub(crate) struct Ledger {
    origin: Origin,
    os: OsType,
    pub(crate) outcome: Outcome,
}

impl Ledger {
    pub(crate) fn new(facts: &Facts, schedule: &str, os: OsType) -> Self {
        let origin = Origin {
            update_run_name: facts.run_name.clone().unwrap_or_else(|| schedule.to_owned()),
            computer: facts.computer_name.clone(),
            source_computer_id: facts.computer.clone(),
            correlation_id: facts.job.clone(),
        };
        Self { origin, os, outcome: Outcome::default() }
    }

    /// The computer's id.
    pub(crate) fn computer_id(&self) -> &str {
        &self.origin.source_computer_id
    }

    /// Writes down the steps of a plan that nobody asked for: what an update needs.
    pub(crate) fn write_brought(
        &mut self,
        host: &mut impl Host,
        actions: &[Action],
        (status, reason): (InstallationStatus, &str),
    ) -> Result<(), Error> {
        let now = host.now();
        let brought: Vec<_> = actions.iter().filter(|action| action.update.is_none()).collect();
        for action in &brought {
            let step = format!("{} {}", action.kind, action.package);
            host.say(Kind::Verbose, &format!("{step} {status:?}: {reason}"));
        }
        let rows: Vec<Row> = brought
            .iter()
            .map(|action| {
                Row::of_action(&self.origin, action, self.os, status, &now).because(reason)
            })
            .collect();
        rows.chunks(ROWS).try_for_each(|rows| host.append(rows))
    }

    /// Writes down what became of some updates. A long reason is shortened.
    pub(crate) fn write(
        &mut self,
        host: &mut impl Host,
        mut entries: Vec<Entry<'_>>,
    ) -> Result<(), Error> {
        let now = host.now();
        for entry in &mut entries {
            entry.reason = entry.reason.take().map(|reason| text::clip(&reason, REASON_BYTES));
            host.say(self.loudness(entry.status), &line(entry));
            self.keep(entry);
        }
        let rows: Vec<Row> = entries.iter().map(|entry| self.row(entry, &now)).collect();
        rows.chunks(ROWS).try_for_each(|rows| host.append(rows))
    }

    /// Failures are errors, and so is what was not attempted without need; what the window cut off
    /// is a warning, what was done Output, and the rest Verbose.
    fn loudness(&self, status: InstallationStatus) -> Kind {
        use InstallationStatus as S;
        match status {
            S::Failed | S::InstallFailed => Kind::Error,
            S::NotStarted if !self.outcome.dry_run => Kind::Error,
            S::MaintenanceWindowExceeded => Kind::Warning,
            S::Succeeded => Kind::Output,
            S::NotStarted | S::InProgress | S::NotIncluded | S::Excluded => Kind::Verbose,
        }
    }

    fn row(&self, entry: &Entry<'_>, now: &str) -> Row {
        let mut row = Row::of_update(&self.origin, entry.update, self.os, entry.status, now);
        row.error_result = entry.reason.clone();
        row.succeeded_on_retry = entry.on_retry;
        row.start_time = entry.started.clone();
        row.end_time = entry.ended.clone();
        row
    }

    fn keep(&mut self, entry: &Entry<'_>) {
        use InstallationStatus as S;
        let mut item = Item::new(entry.update, entry.reason.as_deref());
        item.succeeded_on_retry = entry.on_retry;
        let outcome = &mut self.outcome;
        match entry.status {
            S::InProgress => {}
            S::Succeeded => outcome.installed.push(item),
            S::Failed | S::InstallFailed => outcome.failed.push(item),
            S::Excluded => outcome.excluded.push(item),
            S::NotIncluded => outcome.not_included.push(item),
            S::NotStarted if outcome.dry_run => outcome.would_install.push(item),
            S::NotStarted => {
                outcome.unattempted = true;
                outcome.not_attempted.push(item);
            }
            S::MaintenanceWindowExceeded => {
                outcome.window_exceeded = true;
                outcome.not_attempted.push(item);
            }
        }
    }
}

fn line(entry: &Entry<'_>) -> String {
    let retry = if entry.on_retry { " on the second attempt" } else { "" };
    let reason = entry.reason.as_ref().map(|reason| format!(": {reason}")).unwrap_or_default();
    format!("{} ({}) {:?}{retry}{reason}", entry.update.title, entry.update.id, entry.status)
}
