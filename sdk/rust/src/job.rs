//! Who and where this job is. Always granted.

use crate::{Error, bindings::bindery::runbook::job as host, entry, failure::call};
use serde::{Serialize, de::DeserializeOwned};
use std::time::Duration;

pub use host::{JobContext as Context, Trigger};

/// The facts of this job: ids, account, runbook, worker, computer, run, whether it is a dry run.
///
/// ```no_run
/// let job = bindery_sdk::job::context()?;
/// let where_it_runs = job.computer_name.as_deref().unwrap_or("the sandbox");
/// # Ok::<(), bindery_sdk::Error>(())
/// ```
pub fn context() -> Result<Context, Error> {
    call(host::context)
}

/// The parameters as `P`; `#[runbook]` reads them for you.
///
/// # Errors
/// `InvalidParameters` if they do not fit.
pub fn parameters<P: DeserializeOwned>() -> Result<P, Error> {
    entry::parse(&call(host::parameters)?)
}

/// What is left until the job's deadline, or until a job that is asked to stop must have ended; none
/// if there is neither.
pub fn remaining() -> Result<Option<Duration>, Error> {
    Ok(call(host::remaining)?.map(Duration::from_millis))
}

/// Sets the result now, for a job that may be ended before it returns. What the runbook returns
/// replaces it.
pub fn set_result(value: &impl Serialize) -> Result<(), Error> {
    let text = serde_json::to_string(value)?;
    call(|| host::set_result(&text))
}

/// Starts the runbook again from its beginning, with `state` for [`restored`] and a fresh journal: for
/// a loop that would else meet the limits of one journal. It does not return but with an error.
///
/// ```no_run
/// # fn work(done: u64) -> Result<u64, bindery_sdk::Error> { Ok(done + 1) }
/// let mut done: u64 = bindery_sdk::job::restored()?.unwrap_or(0);
/// for _ in 0..10_000 {
///     done = work(done)?;
/// }
/// return Err(bindery_sdk::job::checkpoint(&done));
/// # Ok::<(), bindery_sdk::Error>(())
/// ```
pub fn checkpoint(state: &impl Serialize) -> Error {
    let kept = serde_json::to_string(state).map_err(Error::from);
    match kept.and_then(|text| call(|| host::checkpoint(&text))) {
        Err(error) => error,
        // The host ends the guest instead of answering.
        Ok(()) => Error::new("Internal", "the host answered a checkpoint"),
    }
}

/// The state of the last [`checkpoint`]; none before the first.
///
/// # Errors
/// `InvalidJson` if it is not an `S`.
pub fn restored<S: DeserializeOwned>() -> Result<Option<S>, Error> {
    Ok(call(host::restored)?.map(|text| serde_json::from_str(&text)).transpose()?)
}
