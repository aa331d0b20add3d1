//! Changes what is installed on this computer. Grant: `updates.install`.

use crate::{
    Error, bindings::bindery::runbook::update_installer as host, failure::call, timers::millis,
    updates::Plan,
};
use std::time::Duration;

pub use host::{InstallResult, InstallStatus, UpdateResult};

/// Fetches what the plan needs, so that the window is spent installing. Doing it twice is the same
/// as once.
pub fn download(plan: &Plan) -> Result<(), Error> {
    call(|| host::download(plan))
}

/// Carries out the plan as one transaction of the package manager. Happens once, whatever is
/// restarted meanwhile.
///
/// An update that fails is in the result, not an error of the call.
///
/// # Errors
/// `MaintenanceWindowExceeded` if less than `reserve` remains of the window; `PlanChanged` if the
/// package manager would now do something else than the plan says.
pub fn install(plan: &Plan, reserve: Duration) -> Result<InstallResult, Error> {
    call(|| host::install(plan, millis(reserve)))
}
