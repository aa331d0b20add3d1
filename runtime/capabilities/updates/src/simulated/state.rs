//! A simulated computer's memory: one JSON file, replaced as a whole at every change.

use bindery_core::{
    code::{Code, Failure},
    update::{HistoryEntry, InstallResult, PendingReboot, Plan, RebootBehavior, Update},
};
use bindery_detached::durable;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    io,
    path::{Path, PathBuf},
    sync::{Mutex, MutexGuard, PoisonError},
};

/// What a simulated computer knows.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct State {
    /// What it lacks.
    pub missing: Vec<Update>,
    /// What was installed on it, oldest first.
    pub installed: Vec<Update>,
    /// Whether it waits for a reboot.
    pub reboot: PendingReboot,
    /// What was done on it, oldest first.
    pub history: Vec<HistoryEntry>,
    /// Every transaction that was ever begun, by its key.
    pub transactions: BTreeMap<String, Transaction>,
}

/// A transaction: intended, and done once it has a result.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Transaction {
    /// What was asked for.
    pub plan: Plan,
    /// When it was begun.
    pub started_at: Timestamp,
    /// How it ended, once it has.
    pub result: Option<InstallResult>,
}

impl State {
    /// Makes `update` installed, and with it every older one that it contains.
    pub(super) fn install(&mut self, update: &Update) {
        let contained = |other: &Update| other.id == update.id || supersedes(update, other);
        let (installed, missing) =
            std::mem::take(&mut self.missing).into_iter().partition(contained);
        self.missing = missing;
        self.installed.extend::<Vec<_>>(installed);
        if update.reboot == RebootBehavior::CanRequestReboot {
            self.reboot.pending = true;
            let reason = update.kb_id.clone().or(update.package.clone());
            self.reboot.reasons.push(reason.unwrap_or_else(|| update.id.clone()));
        }
    }
}

/// A newer cumulative update of one product contains the older ones.
fn supersedes(newer: &Update, older: &Update) -> bool {
    let cumulative = |update: &Update| update.title.contains("Cumulative Update");
    cumulative(newer)
        && cumulative(older)
        && newer.product == older.product
        && newer.published > older.published
}

/// The state and its file.
pub(super) struct Store {
    path: PathBuf,
    state: Mutex<State>,
}

impl Store {
    /// The state in `path`, or `first` if there is none yet.
    pub(super) fn open(path: &Path, first: impl FnOnce() -> State) -> Result<Self, Failure> {
        let read = durable::read(path).map_err(|error| unusable(path, &error))?;
        let known = read.is_some();
        let state = read.unwrap_or_else(first);
        if !known {
            durable::write(path, &state).map_err(|error| unusable(path, &error))?;
        }
        Ok(Self { path: path.to_owned(), state: Mutex::new(state) })
    }

    /// A copy of the state.
    pub(super) fn read(&self) -> State {
        self.lock().clone()
    }

    /// Changes the state; the change is on disk when this returns, or did not happen.
    pub(super) fn change(&self, change: impl FnOnce(&mut State)) -> Result<(), Failure> {
        let mut state = self.lock();
        let mut next = state.clone();
        change(&mut next);
        durable::write(&self.path, &next).map_err(|error| unusable(&self.path, &error))?;
        *state = next;
        Ok(())
    }

    fn lock(&self) -> MutexGuard<'_, State> {
        // The state is replaced as a whole, so a panic elsewhere cannot leave half of it.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

fn unusable(path: &Path, error: &io::Error) -> Failure {
    let message = format!("cannot use the simulated computer's `{}`: {error}", path.display());
    Failure::new(Code::PackageManagerBroken, message)
}
