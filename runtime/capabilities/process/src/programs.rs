//! What stands behind `process.run`: the programs of a computer, or what looks like them.

use crate::request::Request;
use bindery_core::{
    code::{Code, Failure},
    id::JobId,
    text::shown,
};
use serde::{Deserialize, Serialize};
use serde_json::json;
use std::fmt;

/// One run of a job; the same run that is asked for again has the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Key {
    /// The job.
    pub job: JobId,
    /// The entry of its journal.
    pub sequence: u64,
}

impl fmt::Display for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}-{}", self.job, self.sequence)
    }
}

/// What a program came to.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Finished {
    /// The exit code; none if a signal ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<u32>,
    /// The number of the signal that ended it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signal: Option<u32>,
    /// The end of what it wrote to stdout.
    pub stdout: String,
    /// The end of what it wrote to stderr.
    pub stderr: String,
    /// Whether it wrote more.
    pub truncated: bool,
    /// How long it took, in milliseconds.
    pub took: u64,
}

/// What is known of a run in doubt.
#[derive(Debug)]
pub enum Settled {
    /// It has ended so.
    Ended(Result<Finished, Failure>),
    /// The program was never started, and will not be.
    NotBegun,
    /// Nobody can say, for this reason.
    Unknown(String),
}

/// Is told each line that a program writes.
pub type OnLine<'a> = &'a (dyn Fn(&str) + Send + Sync);

/// The programs of a computer.
#[async_trait::async_trait]
pub trait Programs: Send + Sync + 'static {
    /// Whether there is such a program; `NotFound` if not.
    fn find(&self, program: &str) -> Result<(), Failure>;

    /// Runs a program to its end. `TimedOut` if it was ended for its time.
    async fn run(&self, asked: &Request, key: Key, line: OnLine<'_>) -> Result<Finished, Failure>;

    /// What became of a run that may have been begun; waits for its end.
    async fn settle(&self, asked: &Request, key: Key) -> Settled;
}

/// That a program was ended for its time; `written` is what there is of its output.
pub fn timed_out(asked: &Request, written: &Finished) -> Failure {
    let (program, most) = (shown(&asked.program), asked.timeout.as_millis());
    let message = format!("`{program}` took longer than {most} ms and was ended");
    Failure::new(Code::TimedOut, message).with(json!({
        "stdout": written.stdout,
        "stderr": written.stderr,
        "truncated": written.truncated,
    }))
}
