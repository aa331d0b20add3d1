//! `Patch-MicrosoftOMSComputer`: the part of an update run on one computer.
//!
//! Assesses, chooses, plans, downloads, installs, reboots if it must, comes back, goes on, and
//! assesses again, all within the window. It holds the policy; what it may do at all is in its
//! grants. A restart or a reboot in the middle is no concern of this code: the host feeds it its
//! journal and it goes on.
//!
//! ```text
//!   flow      the whole run, pass by pass
//!   select    which updates, each with its reason
//!   wave      in which transactions, with which reserve
//!   admit     which of them bring nothing that is excluded
//!   install   one wave: window, plan, download, install, retry
//!   reboot    whether, and the reboot itself
//!   outcome   the result of the job                       (pure)
//!   ledger    what is said and written of each update
//!   modules   the modules that it imports
//!   host      the host, as the code above sees it
//! ```

mod admit;
mod flow;
mod host;
mod install;
mod ledger;
mod modules;
mod outcome;
mod reboot;
mod select;
mod wave;

#[cfg(test)]
mod fake;
#[cfg(test)]
mod manifest_tests;

use bindery_sdk::Error;
use patch_policy::parameters::Parameters;

#[bindery_sdk::runbook]
fn main(parameters: Parameters) -> Result<outcome::Outcome, Error> {
    flow::run(&mut host::Live, &parameters)
        .map(outcome::Outcome::bounded)
        .map_err(outcome::bounded_error)
}
