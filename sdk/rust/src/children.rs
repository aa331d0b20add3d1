//! Starts runbooks as child jobs and waits for them. Grant: `jobs.start:<runbook mask>`.
//!
//! Waiting is durable: a parent that waits is unloaded from memory, and survives a restart of its
//! worker.

use crate::{Error, bindings::bindery::runbook::children as host, failure::call, timers::millis};
use serde::Serialize;
use std::time::Duration;

pub use host::{JobStatus as Status, Target};

/// Children that one call of the host takes.
pub const PAGE: usize = 500;

/// A child job, as it is now.
#[derive(Debug, Clone, PartialEq)]
pub struct Child {
    /// Its id.
    pub job: String,
    /// Its status.
    pub status: Status,
    /// Whether nothing more will happen to it.
    pub ended: bool,
    /// Its result, if it completed with one.
    pub result: Option<serde_json::Value>,
    /// Its error, if it failed.
    pub error: Option<Error>,
}

/// Starts `runbook` once on each target with its parameters; an answer per child, in the same
/// order: its job's id, or why it was not started (`RunCancelled`, `NoWorker`, `RunbookSealed` and
/// so on). Long lists go in several calls.
///
/// ```no_run
/// use bindery_sdk::children::{self, Target};
/// let parameters = serde_json::json!({ "days": 30 });
/// let jobs = children::start("Clean-Logs", &[(Target::Group("web".into()), parameters)])?;
/// for job in jobs {
///     let ended = children::wait_all(&[job?], None)?;
///     bindery_sdk::output!("{}", ended[0].status);
/// }
/// # Ok::<(), bindery_sdk::Error>(())
/// ```
pub fn start<P: Serialize>(
    runbook: &str,
    children: &[(Target, P)],
) -> Result<Vec<Result<String, Error>>, Error> {
    let mut answers = Vec::with_capacity(children.len());
    for page in children.chunks(PAGE) {
        let asked = page.iter().map(ask).collect::<Result<Vec<_>, Error>>()?;
        let started = call(|| host::start(runbook, &asked))?;
        answers.extend(started.into_iter().map(answer));
    }
    Ok(answers)
}

/// Waits until at least one of these jobs has ended, or until `timeout`; the states of all of them
/// at that time. At most [`PAGE`] jobs.
///
/// # Errors
/// `JobStopping` if somebody asks this job to stop.
pub fn wait_any(jobs: &[String], timeout: Option<Duration>) -> Result<Vec<Child>, Error> {
    wait(jobs, host::WaitFor::Any, timeout)
}

/// Waits until all of these jobs have ended, or until `timeout`; their states at that time. At most
/// [`PAGE`] jobs.
///
/// # Errors
/// `JobStopping` if somebody asks this job to stop.
pub fn wait_all(jobs: &[String], timeout: Option<Duration>) -> Result<Vec<Child>, Error> {
    wait(jobs, host::WaitFor::All, timeout)
}

/// The states of these jobs now. At most [`PAGE`] jobs.
pub fn status(jobs: &[String]) -> Result<Vec<Child>, Error> {
    call(|| host::status(jobs))?.into_iter().map(child).collect()
}

fn wait(
    jobs: &[String],
    mode: host::WaitFor,
    timeout: Option<Duration>,
) -> Result<Vec<Child>, Error> {
    call(|| host::wait(jobs, mode, timeout.map(millis)))?.into_iter().map(child).collect()
}

fn ask<P: Serialize>((target, parameters): &(Target, P)) -> Result<host::Child, Error> {
    Ok(host::Child { target: target.clone(), parameters: serde_json::to_string(parameters)? })
}

fn answer(started: host::Started) -> Result<String, Error> {
    match (started.job, started.error) {
        (Some(job), None) => Ok(job),
        (_, Some(error)) => Err(error.into()),
        (None, None) => Err(Error::new("Internal", "the host named neither a job nor a reason")),
    }
}

fn child(status: host::ChildStatus) -> Result<Child, Error> {
    Ok(Child {
        job: status.job,
        status: status.status,
        ended: status.ended,
        result: status.result.map(|text| serde_json::from_str(&text)).transpose()?,
        error: status.error.map(Error::from),
    })
}
