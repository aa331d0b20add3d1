//! Runs programs of this computer. Grant: `process:<program mask>`.

use crate::{Error, bindings::bindery::runbook::process as host, failure::call, timers::millis};
use std::time::Duration;

pub use host::Finished;

/// Runs a program to its end; [`run_with`] also gives it input. Happens once.
///
/// `program` is an absolute path, or a name that is looked up in the computer's standard folders;
/// there is no shell. Each line that it writes is on the Verbose stream at once.
///
/// # Errors
/// `TimedOut` if it takes longer than `timeout`: it is ended then, with all that it started. An exit
/// code that is not 0 is no error.
///
/// ```no_run
/// # use std::time::Duration;
/// use bindery_sdk::{Error, process};
///
/// let restart = process::run("systemctl", &["restart", "nginx"], Duration::from_secs(60))?;
/// if restart.code != Some(0) {
///     return Err(Error::new("RestartFailed", restart.stderr));
/// }
/// # Ok::<(), Error>(())
/// ```
pub fn run(program: &str, arguments: &[&str], timeout: Duration) -> Result<Finished, Error> {
    started(program, arguments, None, timeout)
}

/// The same for a program that reads `stdin`.
///
/// # Errors
/// As for [`run`].
pub fn run_with(
    program: &str,
    arguments: &[&str],
    stdin: &str,
    timeout: Duration,
) -> Result<Finished, Error> {
    started(program, arguments, Some(stdin), timeout)
}

fn started(
    program: &str,
    arguments: &[&str],
    stdin: Option<&str>,
    timeout: Duration,
) -> Result<Finished, Error> {
    let arguments: Vec<_> = arguments.iter().map(|it| (*it).to_owned()).collect();
    call(|| host::run(program, &arguments, millis(timeout), stdin))
}
