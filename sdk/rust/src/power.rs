//! Reboots this computer. Grant: `power.reboot`. Whether a reboot is pending is a question to
//! [`crate::updates`].

use crate::{Error, bindings::bindery::runbook::power as host, failure::call, timers::millis};
use std::time::Duration;

pub use host::RebootResult;

/// Reboots the computer and returns after it is back. Happens once.
///
/// # Errors
/// `MaintenanceWindowExceeded` if less than `reserve` remains of the window.
pub fn reboot(reserve: Duration, reason: &str) -> Result<RebootResult, Error> {
    call(|| host::reboot(millis(reserve), reason))
}
