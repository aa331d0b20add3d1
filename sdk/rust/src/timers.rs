//! Durable time. Always granted.

use crate::{Error, bindings::bindery::runbook::timers as host, failure::call};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Sleeps. A sleep survives a restart of the worker and a reboot of the computer, and costs nothing
/// while it lasts.
///
/// # Errors
/// `JobStopping` if somebody asks the job to stop: clean up, for as long as
/// [`remaining`](crate::job::remaining) says, and return the error.
///
/// ```no_run
/// # use std::time::Duration;
/// bindery_sdk::timers::sleep(Duration::from_secs(3 * 3600))?;
/// # Ok::<(), bindery_sdk::Error>(())
/// ```
pub fn sleep(duration: Duration) -> Result<(), Error> {
    call(|| host::sleep(millis(duration)))
}

/// The time now, as the contract writes times: RFC 3339 in UTC.
///
/// It is the job's own clock: a job that is fed its journal again sees the same times again.
pub fn now() -> String {
    let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
    let millis = i64::try_from(since.as_millis()).unwrap_or(i64::MAX);
    jiff::Timestamp::from_millisecond(millis).unwrap_or_default().to_string()
}

/// Whole milliseconds, as the contract counts.
pub(crate) fn millis(duration: Duration) -> u64 {
    u64::try_from(duration.as_millis()).unwrap_or(u64::MAX)
}
