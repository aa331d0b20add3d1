//! The whole run on one computer, pass by pass.
//!
//! ```text
//!   assess -> choose -> waves -> reboot if due --rebooted--> once more, what is new
//!                                              \--not------> assess a last time -> result
//! ```

use crate::{
    host::Host,
    install,
    ledger::{Entry, Ledger},
    outcome::Outcome,
    reboot,
    select::{Choice, decide},
    wave::waves,
};
use bindery_sdk::{
    Error,
    streams::Kind,
    updates::{Assessment, Update},
};
use patch_policy::{
    options::{Options, RebootSetting},
    parameters::Parameters,
    progress::InstallationStatus,
};
use std::collections::HashSet;

/// Passes over the missing updates: a reboot may make further ones available.
const PASSES: usize = 2;

/// Patches this computer.
///
/// # Errors
/// When the work could not be done at all: an assessment that fails, a power that is not granted.
/// An update that fails is in the outcome.
pub(crate) fn run(host: &mut impl Host, parameters: &Parameters) -> Result<Outcome, Error> {
    let options = &parameters.options;
    let facts = host.facts()?;
    let mut assessment = host.assess()?;
    let mut ledger = Ledger::new(&facts, &parameters.schedule, assessment.os_type);
    ledger.outcome.dry_run = facts.dry_run || options.dry_run;
    ledger.outcome.missing_before = assessment.missing.len();
    introduce(host, &ledger, &assessment, options);
    let mut seen = HashSet::new();
    for pass in 1..=PASSES {
        let before = ledger.outcome.installed.len();
        if options.reboot_setting != RebootSetting::RebootOnly {
            patch(host, &mut ledger, &assessment, options, &mut seen)?;
        }
        let installed = ledger.outcome.installed.len() > before;
        if !reboot::reboot(host, &mut ledger, options, installed, pass == 1)? {
            break;
        }
        assessment = host.assess()?;
    }
    finish(host, ledger)
}

/// One pass: chooses among what was not seen before, and installs it wave by wave.
fn patch(
    host: &mut impl Host,
    ledger: &mut Ledger,
    assessment: &Assessment,
    options: &Options,
    seen: &mut HashSet<String>,
) -> Result<(), Error> {
    let decisions = decide(&assessment.missing, options);
    let mut entries = Vec::new();
    let mut chosen: Vec<Update> = Vec::new();
    for (update, decision) in assessment.missing.iter().zip(decisions) {
        if !seen.insert(update.id.clone()) {
            continue;
        }
        let status = match decision.choice {
            Choice::Excluded => InstallationStatus::Excluded,
            Choice::NotIncluded => InstallationStatus::NotIncluded,
            Choice::Chosen => {
                let line =
                    format!("{} ({}) is chosen: {}", update.title, update.id, decision.reason);
                host.say(Kind::Verbose, &line);
                chosen.push(update.clone());
                continue;
            }
        };
        entries.push(Entry::new(update, status).because(decision.reason));
    }
    ledger.write(host, &entries)?;
    for wave in waves(chosen, assessment.os_type, &options.reserves) {
        install::install(host, ledger, &wave, options, assessment.os_type)?;
    }
    Ok(())
}

fn introduce(host: &mut impl Host, ledger: &Ledger, assessment: &Assessment, options: &Options) {
    let dry = if ledger.outcome.dry_run { " (dry run: nothing is changed)" } else { "" };
    let text = format!(
        "{} updates are missing by {}; root {}; reboot setting {:?}{dry}",
        assessment.missing.len(),
        assessment.provider,
        assessment.root,
        options.reboot_setting,
    );
    host.say(Kind::Output, &text);
}

/// The last assessment and the result.
fn finish(host: &mut impl Host, mut ledger: Ledger) -> Result<Outcome, Error> {
    let last = host.assess()?;
    ledger.outcome.missing_after = last.missing.len();
    ledger.outcome.reboot_pending = last.reboot.pending;
    let outcome = ledger.outcome.concluded();
    let text = format!(
        "{:?}: {} installed, {} failed, {} not attempted, {} still missing",
        outcome.status,
        outcome.installed.len(),
        outcome.failed.len(),
        outcome.not_attempted.len(),
        outcome.missing_after,
    );
    host.say(Kind::Output, &text);
    Ok(outcome)
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
