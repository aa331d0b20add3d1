//! What updates this computer lacks and has. Grant: `updates.read`. Changes nothing.

use crate::{Error, bindings::bindery::runbook::update_inventory as host, failure::call};

pub use host::{
    Action, ActionKind, Assessment, Classification, HistoryEntry, LeftOut, OsType, Pending,
    RebootBehavior, Update, UpdatePlan as Plan,
};

/// Asks the package manager what is missing; it reads its repositories anew.
pub fn assess() -> Result<Assessment, Error> {
    call(host::assess)
}

/// The newest entries of the package manager's history, at most `limit`.
pub fn history(limit: u32) -> Result<Vec<HistoryEntry>, Error> {
    call(|| host::history(limit))
}

/// What the package manager would really do for these update ids, with dependencies, removals and
/// downgrades.
pub fn plan(updates: &[String]) -> Result<Plan, Error> {
    call(|| host::plan(updates))
}

/// Whether a reboot is pending, and why.
pub fn pending_reboot() -> Result<Pending, Error> {
    call(host::pending_reboot)
}
