//! The folder of one run: what is on disk of it, for whoever asks later.
//!
//! ```text
//! <state_dir>/<job>-<sequence>/
//!   spec.json     what to run: written before anything starts
//!   claim.json    who runs it, or that nobody ever will
//!   lines         what it writes, line by line, while it runs
//!   outcome.json  how it ended: written last, whole or not at all
//! ```

use crate::programs::{Finished, Key};
use bindery_core::code::Code;
use bindery_detached::{durable, prune};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use std::{
    fs, io,
    os::unix::fs::DirBuilderExt as _,
    path::{Path, PathBuf},
};

/// What is run.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Spec {
    pub(crate) program: PathBuf,
    pub(crate) arguments: Vec<String>,
    pub(crate) stdin: Option<String>,
    pub(crate) timeout_millis: u64,
    pub(crate) asked_at: Timestamp,
}

/// How it ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Outcome {
    /// By itself, or by a signal of somebody else.
    Ended(Finished),
    /// It was ended for its time.
    TimedOut(Finished),
    /// It could not be started.
    NotStarted(Code, String),
}

/// The file of its lines.
pub(crate) const LINES: &str = "lines";

/// The folder of one run.
#[derive(Debug, Clone)]
pub(crate) struct Evidence(PathBuf);

impl Evidence {
    /// The folder of `key`; it need not exist.
    pub(crate) fn of(state_dir: &Path, key: Key) -> Self {
        Self(state_dir.join(key.to_string()))
    }

    /// The folder at `path`.
    pub(crate) fn at(path: &Path) -> Self {
        Self(path.to_owned())
    }

    /// Where it is.
    pub(crate) fn path(&self) -> &Path {
        &self.0
    }

    /// Records what will run; `false` if that was done before. The agent's alone: arguments and
    /// input may be secret.
    pub(crate) fn create(&self, spec: &Spec) -> io::Result<bool> {
        fs::DirBuilder::new().recursive(true).mode(0o700).create(&self.0)?;
        durable::create(&self.0.join("spec.json"), spec)
    }

    /// What runs; `None` if nothing was ever begun.
    pub(crate) fn spec(&self) -> io::Result<Option<Spec>> {
        durable::read(&self.0.join("spec.json"))
    }

    /// The file of its lines.
    pub(crate) fn lines(&self) -> PathBuf {
        self.0.join(LINES)
    }

    /// Records the end.
    pub(crate) fn finish(&self, outcome: &Outcome) -> io::Result<()> {
        durable::write(&self.0.join("outcome.json"), outcome)
    }

    /// Removes what nobody can be in doubt about: earlier runs of the job of `key`, whose outcomes
    /// are in its journal, and whatever was asked for before `time`.
    pub(crate) fn prune(state_dir: &Path, key: Key, time: Timestamp) -> io::Result<()> {
        let job = format!("{}-", key.job);
        prune::prune(state_dir, |path| {
            let name = path.file_name().unwrap_or_default().to_string_lossy();
            let number = name.strip_prefix(&job).and_then(|number| number.parse::<u64>().ok());
            if number.is_some_and(|number| number < key.sequence) {
                return Ok(true);
            }
            Ok(Self::at(path).spec()?.is_some_and(|spec| spec.asked_at < time))
        })
    }

    /// Forgets it.
    pub(crate) fn remove(&self) -> io::Result<()> {
        prune::remove(&self.0)
    }
}
