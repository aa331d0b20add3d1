//! An agent's programs, and what is asked of them.

use bindery_capability_process::{
    programs::{Finished, Key, Programs as _},
    real::Real,
    request::Request,
};
use bindery_core::{code::Failure, id::JobId};
use jiff::Timestamp;
use parking_lot::Mutex;
use std::{path::Path, time::Duration};
use tempfile::TempDir;

pub(crate) const MINUTE: Duration = Duration::from_secs(60);

/// The agent on `state_dir`; a second one there is the agent after its restart.
pub(crate) fn agent(state_dir: &Path) -> Real {
    Real {
        state_dir: state_dir.join("processes"),
        runner: env!("CARGO_BIN_EXE_bindery-process").into(),
        systemd: false,
        now: wall_clock,
    }
}

fn wall_clock() -> Timestamp {
    Timestamp::try_from(std::time::SystemTime::now()).expect("a time")
}

pub(crate) fn folder() -> TempDir {
    tempfile::tempdir().expect("a folder")
}

pub(crate) fn key(sequence: u64) -> Key {
    Key { job: JobId::from_bytes([7; 16]), sequence }
}

pub(crate) fn request(program: &str, arguments: &[&str]) -> Request {
    let arguments = arguments.iter().map(|it| (*it).to_owned()).collect();
    Request { program: program.into(), arguments, stdin: None, timeout: MINUTE }
}

pub(crate) fn script(text: &str) -> Request {
    request("sh", &["-c", text])
}

/// Runs it once, on a folder of its own.
pub(crate) async fn run(request: &Request) -> Result<Finished, Failure> {
    let folder = folder();
    agent(folder.path()).run(request, key(1), &|_| ()).await
}

/// The lines that a run told.
#[derive(Default)]
pub(crate) struct Lines(Mutex<Vec<String>>);

impl Lines {
    pub(crate) fn add(&self, line: &str) {
        self.0.lock().push(line.to_owned());
    }

    pub(crate) fn all(&self) -> Vec<String> {
        self.0.lock().clone()
    }
}

/// A script that says `ready`, waits until the file `gate` is there, and says `done`.
pub(crate) fn waiting(gate: &Path) -> Request {
    let gate = gate.display();
    script(&format!("echo ready; while [ ! -e {gate} ]; do sleep 0.02; done; echo done"))
}
