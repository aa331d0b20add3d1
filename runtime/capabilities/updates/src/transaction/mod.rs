//! Transactions that outlive the agent: a program started in its own session, and a folder that
//! tells of it.
//!
//! ```text
//! <state_dir>/transactions/<job>-<sequence>/
//!   spec.json     what to run, and the plan: written before anything starts
//!   claim.json    who runs it (pid, start, boot), or that nobody ever will: created once, by one
//!   status        the package manager's status lines, as they come
//!   output        everything that it prints
//!   outcome.json  exit code, start, end: written last, whole or not at all
//! ```
//! The repair of a transaction that was cut off is one itself, in `<job>-<sequence>-repair-<n>`.
//! A folder without `outcome.json` whose session is dead was cut off. This module never asks the
//! package manager anything: what a cut-off transaction did is for the provider to find out.

mod prune;
pub mod run;

use crate::provider::TransactionKey;
use bindery_core::update::Plan;
use bindery_detached::{
    claim::Claim,
    durable,
    follow::{Ending, Followed, follow},
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    collections::BTreeMap,
    fs, io,
    path::{Path, PathBuf},
    time::Duration,
};

/// What a transaction runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spec {
    /// The program and its arguments.
    pub(crate) argv: Vec<String>,
    /// Its whole environment.
    pub(crate) env: BTreeMap<String, String>,
    /// The plan that it carries out.
    pub(crate) plan: Plan,
    /// When it was asked for.
    pub(crate) asked_at: Timestamp,
}

/// How the program ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Outcome {
    /// The exit code; 128 and the signal's number if a signal ended it.
    pub(crate) exit_code: i32,
    /// When it started.
    pub(crate) started_at: Timestamp,
    /// When it ended.
    pub(crate) ended_at: Timestamp,
}

/// Whether a program of the transaction's session is the package manager, and not a daemon that an
/// update left behind.
pub(crate) fn manages(program: &str) -> bool {
    program.starts_with("apt") || program.starts_with("dpkg")
}

/// The folder of one transaction.
#[derive(Debug, Clone)]
pub(crate) struct Folder(PathBuf);

fn parent(state_dir: &Path) -> PathBuf {
    state_dir.join("transactions")
}

impl Folder {
    /// The folder of `key` below `state_dir`; it need not exist.
    pub(crate) fn of(state_dir: &Path, key: &TransactionKey) -> Self {
        Self(parent(state_dir).join(key.to_string()))
    }

    /// The folder of the repair of this number, from 1 on, of the transaction of `key`.
    pub(crate) fn of_repair(state_dir: &Path, key: &TransactionKey, number: u32) -> Self {
        Self(parent(state_dir).join(format!("{key}-repair-{number}")))
    }

    /// The number of the last repair of the transaction of `key`; 0 where there was none.
    pub(crate) fn last_repair(state_dir: &Path, key: &TransactionKey) -> u32 {
        let numbers = 1..;
        let made = |number: &u32| Self::of_repair(state_dir, key, *number).0.exists();
        numbers.take_while(made).last().unwrap_or_default()
    }

    /// The folder at `path`.
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Records what will run; `false` if the transaction exists already.
    pub(crate) fn create(&self, spec: &Spec) -> io::Result<bool> {
        fs::create_dir_all(&self.0)?;
        durable::create(&self.0.join("spec.json"), spec)
    }

    /// What runs; `None` if nothing was ever begun.
    pub(crate) fn spec(&self) -> io::Result<Option<Spec>> {
        durable::read(&self.0.join("spec.json"))
    }

    /// Claims the transaction; `false` if somebody did before.
    pub(crate) fn claim(&self, claim: &Claim) -> io::Result<bool> {
        claim.take(&self.0)
    }

    /// Who claimed it.
    pub(crate) fn claimed(&self) -> io::Result<Option<Claim>> {
        Claim::of(&self.0)
    }

    /// Records the end.
    pub(crate) fn finish(&self, outcome: &Outcome) -> io::Result<()> {
        durable::write(&self.0.join("outcome.json"), outcome)
    }

    /// The end, if it came.
    pub(crate) fn outcome(&self) -> io::Result<Option<Outcome>> {
        durable::read(&self.0.join("outcome.json"))
    }

    /// Waits until it has ended, at most `patience`; each status line goes to `line`.
    pub(crate) async fn follow(
        &self,
        patience: Duration,
        line: &(dyn Fn(&str) + Send + Sync),
    ) -> io::Result<Ending<Outcome>> {
        let (lines, counts, patience) = ("status", &manages, Some(patience));
        follow(Followed { folder: &self.0, lines, counts, patience }, line).await
    }

    /// The file of status lines.
    pub(crate) fn status(&self) -> PathBuf {
        self.0.join("status")
    }

    /// The file of everything that was printed.
    pub(crate) fn output(&self) -> PathBuf {
        self.0.join("output")
    }

    /// A text file's content, empty where there is none; what is no UTF-8 is replaced.
    pub(crate) fn text(path: &Path) -> String {
        fs::read(path).map_or_else(|_| String::new(), |b| String::from_utf8_lossy(&b).into_owned())
    }
}
