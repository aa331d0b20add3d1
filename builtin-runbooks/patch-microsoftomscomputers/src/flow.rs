//! The whole run: list, configure, start and wait, result.

use crate::{
    budget::Budget,
    host::Host,
    onboard::onboard,
    outcome::{Machine, Outcome, Status},
    wave::Wave,
};
use bindery_sdk::{Error, streams::Kind};
use patch_policy::{
    parameters::Parameters,
    progress::{InstallationStatus, Origin, Row},
};
use std::collections::VecDeque;

/// Patches a list of computers.
///
/// # Errors
/// When the work could not be done at all: the fleet cannot be read, a power is not granted. A
/// computer that fails is in the outcome.
pub(crate) fn run(host: &mut impl Host, parameters: &Parameters) -> Result<Outcome, Error> {
    let (job, run_name) = host.facts()?;
    let run_name = run_name.unwrap_or_else(|| parameters.schedule.clone());
    let onboarded = onboard(host, parameters)?;
    let total = onboarded.ready.len() + onboarded.refused.len();
    let mut budget = Budget::new(&parameters.options, total);
    for machine in &onboarded.refused {
        let reason = machine.reason.as_deref().unwrap_or_default();
        host.say(Kind::Error, &format!("{}: FailedToStart: {reason}", machine.name));
        budget.error();
    }
    let mut wave = Wave {
        host,
        parameters,
        budget,
        queue: onboarded.ready.into(),
        running: VecDeque::new(),
        done: onboarded.refused,
        cancelled: false,
        total,
        percent: None,
    };
    wave.run()?;
    let outcome = Outcome {
        stopped: wave.budget.stopped().map(str::to_owned),
        cancelled: wave.cancelled,
        configured: onboarded.configured,
        computers: wave.done,
        ..Outcome::default()
    }
    .counted();
    record(host, &outcome.computers, &run_name, &job)?;
    conclude(host, &outcome);
    Ok(outcome.listed())
}

/// A row for each computer that was not started: the others write their own.
fn record(
    host: &mut impl Host,
    machines: &[Machine],
    run_name: &str,
    job: &str,
) -> Result<(), Error> {
    let now = host.now();
    let row = |machine: &Machine| {
        let origin = Origin {
            update_run_name: run_name.to_owned(),
            computer: machine.name.clone(),
            source_computer_id: machine.id.clone(),
            correlation_id: job.to_owned(),
        };
        let reason = machine.reason.as_deref().unwrap_or_default();
        Row::of_computer(origin, InstallationStatus::Failed, &now).because(reason)
    };
    let not_started = machines.iter().filter(|one| one.status == Status::FailedToStart);
    let rows: Vec<Row> = not_started.map(row).collect();
    if rows.is_empty() { Ok(()) } else { host.append(&rows) }
}

fn conclude(host: &mut impl Host, outcome: &Outcome) {
    if let Some(reason) = &outcome.stopped {
        host.say(Kind::Warning, &format!("no further computer was started: {reason}"));
    }
    let text = format!(
        "{} computers succeeded, {} failed, {} ran out of their window, {} were not started",
        outcome.succeeded, outcome.failed, outcome.maintenance_window_exceeded, outcome.not_started,
    );
    host.say(Kind::Output, &text);
}

#[cfg(test)]
#[path = "flow_tests.rs"]
mod tests;
