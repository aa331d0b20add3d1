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
/// When the work could not be done at all: a first assessment that fails, a power that is not
/// granted, a transaction of which nobody knows what it did. An update that fails is in the
/// outcome.
pub(crate) fn run(host: &mut impl Host, parameters: &Parameters) -> Result<Outcome, Error> {
    let options = &parameters.options;
    let facts = host.facts()?;
    let dry_run = facts.dry_run || options.dry_run;
    if options.reboot_setting == RebootSetting::RebootOnly {
        return reboot_only(host, options, dry_run);
    }
    let mut assessment = host.assess()?;
    let mut ledger = Ledger::new(&facts, &parameters.schedule, assessment.os_type);
    ledger.outcome.dry_run = dry_run;
    ledger.outcome.missing_before = Some(assessment.missing.len());
    introduce(host, &ledger, &assessment, options);
    let mut seen = HashSet::new();
    for pass in 1..=PASSES {
        let before = ledger.outcome.installed.len();
        patch(host, &mut ledger, &assessment, options, &mut seen)?;
        let installed = ledger.outcome.installed.len() > before;
        if !reboot::reboot(host, &mut ledger.outcome, options, installed, pass == 1)? {
            break;
        }
        match assess_again(host, "what the reboot made available is left for the next run")? {
            Some(next) => assessment = next,
            None => break,
        }
    }
    finish(host, ledger.outcome, options)
}

/// Reboots, and asks no package manager anything: a repository that is down does not matter.
fn reboot_only(host: &mut impl Host, options: &Options, dry_run: bool) -> Result<Outcome, Error> {
    let mut outcome = Outcome { dry_run, ..Outcome::default() };
    host.say(Kind::Output, "reboot setting RebootOnly: nothing is assessed or installed");
    if reboot::reboot(host, &mut outcome, options, false, true)? {
        reboot::after(host, &mut outcome, options.reboot_setting);
    }
    let outcome = outcome.concluded();
    let done = if outcome.rebooted { "rebooted" } else { "not rebooted" };
    host.say(Kind::Output, &format!("{:?}: {done}", outcome.status));
    Ok(outcome)
}

/// An assessment after some work was done; none if it fails, which takes nothing of that away.
///
/// # Errors
/// `Cancelled`.
fn assess_again(host: &mut impl Host, lost: &str) -> Result<Option<Assessment>, Error> {
    match host.assess() {
        Ok(assessment) => Ok(Some(assessment)),
        Err(error) if error.is("Cancelled") => Err(error),
        Err(error) => {
            let text = format!("the computer could not be assessed again: {error}; {lost}");
            host.say(Kind::Warning, &text);
            Ok(None)
        }
    }
}

/// One pass: chooses among what was not seen before, and installs it wave by wave.
fn patch(
    host: &mut impl Host,
    ledger: &mut Ledger,
    assessment: &Assessment,
    options: &Options,
    seen: &mut HashSet<String>,
) -> Result<(), Error> {
    let decisions = decide(&assessment.missing, options, ledger.computer_id());
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
    ledger.write(host, entries)?;
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
fn finish(host: &mut impl Host, mut outcome: Outcome, options: &Options) -> Result<Outcome, Error> {
    match assess_again(host, "how many updates are still missing is not known")? {
        Some(last) => {
            outcome.missing_after = Some(last.missing.len());
            outcome.reboot_pending = last.reboot.pending;
        }
        None if outcome.rebooted => reboot::after(host, &mut outcome, options.reboot_setting),
        None => {}
    }
    let outcome = outcome.concluded();
    let missing = outcome.missing_after.map_or_else(|| "?".to_owned(), |count| count.to_string());
    let text = format!(
        "{:?}: {} installed, {} failed, {} not attempted, {missing} still missing",
        outcome.status,
        outcome.installed.len(),
        outcome.failed.len(),
        outcome.not_attempted.len(),
    );
    host.say(Kind::Output, &text);
    Ok(outcome)
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
