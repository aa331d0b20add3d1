//! `Patch-MicrosoftOMSComputers`: one update run over many computers.
//!
//! Lists the targets, makes them Hybrid Runbook Workers, starts `Patch-MicrosoftOMSComputer` on
//! each, and keeps the limits on concurrency and errors. It installs nothing itself. The job
//! completes if it did this work, even if computers failed: how the run went follows from its
//! computers, which the result lists.
//!
//! ```text
//!   flow      the whole run
//!   onboard   which computers become workers, said before it is done
//!   budget    how many may start now, and why no more        (pure)
//!   wave      starts children as others end
//!   outcome   the result of the job                          (pure)
//!   host      the host, as the code above sees it
//! ```

mod budget;
mod flow;
mod host;
mod onboard;
mod outcome;
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
}
