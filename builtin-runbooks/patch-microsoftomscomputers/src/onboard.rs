//! Which computers become Hybrid Runbook Workers: listed, said clearly, then done.

use crate::{
    host::Host,
    outcome::{Computer, Machine},
};
use bindery_sdk::{
    Error,
    fleet::{ConfigureStatus, Configured, PAGE, Selection},
    streams::Kind,
};
use patch_policy::{options::Onboard, parameters::Parameters};
use std::collections::HashMap;

/// The targets after onboarding.
#[derive(Debug, Default)]
pub(crate) struct Onboarded {
    /// They can be started.
    pub(crate) ready: Vec<Computer>,
    /// They cannot, each with its reason.
    pub(crate) refused: Vec<Machine>,
    /// Computers that are workers now, targets or not.
    pub(crate) configured: usize,
}

/// Lists the targets and configures them, or all computers if the options say so.
pub(crate) fn onboard(host: &mut impl Host, parameters: &Parameters) -> Result<Onboarded, Error> {
    let mut onboarded = Onboarded::default();
    let targets = list(host, parameters.computers.selection(), &mut onboarded.refused)?;
    let wanted = match parameters.options.onboard {
        Onboard::Targeted => targets.clone(),
        Onboard::All => list(host, Selection::All, &mut Vec::new())?,
    };
    announce(host, &wanted, targets.len(), parameters);
    let mut answers = HashMap::new();
    for page in wanted.chunks(PAGE) {
        let ids: Vec<String> = page.iter().map(|computer| computer.id.clone()).collect();
        for answer in host.configure(&ids)? {
            answers.insert(answer.computer.clone(), answer);
        }
    }
    let is_configured = |answer: &&Configured| answer.status == ConfigureStatus::Configured;
    onboarded.configured = answers.values().filter(is_configured).count();
    for target in targets {
        match problem(answers.get(&target.id)) {
            None => onboarded.ready.push(target),
            Some(reason) => onboarded.refused.push(Machine::not_started(target, reason)),
        }
    }
    Ok(onboarded)
}

/// The computers of a selection; ids that are none of the workspace go to `unknown`.
fn list(
    host: &mut impl Host,
    selection: Selection,
    unknown: &mut Vec<Machine>,
) -> Result<Vec<Computer>, Error> {
    let mut computers = Vec::new();
    for page in host.computers(selection) {
        let page = page?;
        computers.extend(page.computers.into_iter().map(|c| Computer { id: c.id, name: c.name }));
        unknown.extend(page.unknown.into_iter().map(|id| {
            let computer = Computer { name: id.clone(), id };
            Machine::not_started(computer, "it is not a computer of the workspace")
        }));
    }
    Ok(computers)
}

fn announce(host: &mut impl Host, wanted: &[Computer], targets: usize, parameters: &Parameters) {
    let count = wanted.len();
    match parameters.options.onboard {
        Onboard::Targeted => host.say(
            Kind::Output,
            &format!(
                "configuring {count} computers as Hybrid Runbook Workers: those that `{}` targets, \
                 because their part of the run is a job on them; no other computer is touched",
                parameters.schedule
            ),
        ),
        Onboard::All => host.say(
            Kind::Warning,
            &format!(
                "configuring ALL {count} computers of the workspace as Hybrid Runbook Workers, \
                 because the option `onboard` is `all`; `{}` targets {targets} of them",
                parameters.schedule
            ),
        ),
    }
    // One line per page: each line is an operation, and a job has only so many.
    for page in wanted.chunks(PAGE) {
        let named = page.iter().map(|computer| format!("{} ({})", computer.name, computer.id));
        let named: Vec<String> = named.collect();
        host.say(Kind::Verbose, &format!("configuring {}", named.join(", ")));
    }
}

/// Why a computer cannot be started, if it cannot.
fn problem(answer: Option<&Configured>) -> Option<String> {
    let Some(answer) = answer else {
        return Some("the host did not say whether it was configured".to_owned());
    };
    let reason = answer.reason.as_deref().unwrap_or("no reason was given");
    match answer.status {
        ConfigureStatus::Configured => None,
        ConfigureStatus::Unreachable => Some(format!("it is unreachable: {reason}")),
        ConfigureStatus::Refused => Some(format!("it refused to be configured: {reason}")),
    }
}
