//! Installs one wave: window, plan, download, install, and on Linux one retry of what failed or was
//! not attempted.

use crate::{
    admit::{Admission, admit},
    host::Host,
    ledger::{Entry, Ledger},
    wave::{Wave, fits},
};
use bindery_sdk::{
    Error,
    installer::{InstallResult, InstallStatus},
    streams::Kind,
    updates::{OsType, Plan, Update},
};
use patch_policy::{options::Options, progress::InstallationStatus as S};
use std::time::Duration;

const WINDOW: &str = "MaintenanceWindowExceeded";

/// Installs `wave` and writes down what became of each of its updates.
///
/// # Errors
/// `Cancelled`, `GrantDenied`, `RefusedByComputer` and errors of the log; a package manager that fails is written down
/// instead.
pub(crate) fn install(
    host: &mut impl Host,
    ledger: &mut Ledger,
    wave: &Wave,
    options: &Options,
    os: OsType,
) -> Result<(), Error> {
    if !room(host, ledger, &all(wave), wave.reserve)? {
        return Ok(());
    }
    let ids: Vec<String> = wave.updates.iter().map(|update| update.id.clone()).collect();
    let admission = match admit(host, &ids, options) {
        Ok(admission) => admission,
        Err(error) => return fail(host, ledger, &all(wave), &error, "planning"),
    };
    let Some((plan, updates)) = admitted(host, ledger, wave, admission)? else { return Ok(()) };
    let actions = plan.actions.clone();
    if ledger.outcome.dry_run {
        ledger.outcome.would_reboot |= plan.may_reboot;
        ledger.write_brought(host, &actions, (S::NotStarted, "it would be brought along"))?;
        return same(host, ledger, &updates, S::NotStarted, "it would be installed");
    }
    let Some(first) = attempt(host, ledger, plan, &updates, wave.reserve)? else { return Ok(()) };
    if first.results.iter().all(|one| one.status == InstallStatus::Succeeded) {
        ledger.write_brought(host, &actions, (S::Succeeded, "an update needs it"))?;
    }
    if os == OsType::Linux {
        return retry(host, ledger, &first, &updates, options, wave.reserve);
    }
    conclude(host, ledger, &first, &updates, false)
}

/// The plan and the updates that it really holds; the others are written down.
fn admitted<'a>(
    host: &mut impl Host,
    ledger: &mut Ledger,
    wave: &'a Wave,
    admission: Admission,
) -> Result<Option<(Plan, Vec<&'a Update>)>, Error> {
    let mut rest = all(wave);
    let mut entries = Vec::new();
    for (id, reason) in &admission.kept_out {
        host.say(Kind::Warning, &format!("{id} stays out: {reason}"));
        entries.extend(take(&mut rest, id).map(|u| Entry::new(u, S::Excluded).because(reason)));
    }
    for (id, reason) in &admission.undecided {
        entries.extend(take(&mut rest, id).map(|u| Entry::new(u, S::Failed).because(reason)));
    }
    for left in admission.plan.iter().flat_map(|plan| &plan.left_out) {
        let reason = format!("the package manager leaves it out: {}", left.reason);
        entries.extend(
            take(&mut rest, &left.update).map(|u| Entry::new(u, S::Failed).because(reason)),
        );
    }
    ledger.write(host, entries)?;
    let Some(plan) = admission.plan.filter(|_| !rest.is_empty()) else { return Ok(None) };
    Ok(Some((plan, rest)))
}

/// Downloads and installs; none if it did not come to that, which is then written down.
fn attempt(
    host: &mut impl Host,
    ledger: &mut Ledger,
    plan: Plan,
    updates: &[&Update],
    reserve: Duration,
) -> Result<Option<InstallResult>, Error> {
    if let Err(error) = host.download(&plan) {
        return fail(host, ledger, updates, &error, "downloading").map(|()| None);
    }
    if !room(host, ledger, updates, reserve)? {
        return Ok(None);
    }
    let now = host.now();
    let begun = |update| Entry { started: Some(now.clone()), ..Entry::new(update, S::InProgress) };
    let entries: Vec<_> = updates.iter().copied().map(begun).collect();
    ledger.write(host, entries)?;
    match host.install(&plan, reserve) {
        Ok(result) => Ok(Some(result)),
        Err(error) => fail(host, ledger, updates, &error, "installing").map(|()| None),
    }
}

/// Writes down what succeeded, and tries the rest once more, each group as its own plan: first what
/// was not attempted, then what failed.
fn retry(
    host: &mut impl Host,
    ledger: &mut Ledger,
    first: &InstallResult,
    updates: &[&Update],
    options: &Options,
    reserve: Duration,
) -> Result<(), Error> {
    let those = |ended: &[Option<InstallStatus>]| -> Vec<&Update> {
        updates.iter().copied().filter(|update| ended.contains(&status(first, update))).collect()
    };
    let settled = those(&[Some(InstallStatus::Succeeded), None]);
    conclude(host, ledger, first, &settled, false)?;
    for ended in [InstallStatus::NotAttempted, InstallStatus::Failed] {
        let group = those(&[Some(ended)]);
        if !group.is_empty() {
            second_attempt(host, ledger, first, &group, options, reserve)?;
        }
    }
    Ok(())
}

fn second_attempt(
    host: &mut impl Host,
    ledger: &mut Ledger,
    first: &InstallResult,
    group: &[&Update],
    options: &Options,
    reserve: Duration,
) -> Result<(), Error> {
    let ids: Vec<String> = group.iter().map(|update| update.id.clone()).collect();
    match again(host, &ids, options, reserve) {
        Ok((tried, second)) => {
            let (tried, left): (Vec<&Update>, Vec<&Update>) =
                group.iter().partition(|update| tried.contains(&update.id));
            conclude(host, ledger, &second, &tried, true)?;
            conclude(host, ledger, first, &left, false)
        }
        Err(error) if stops(&error) => fail(host, ledger, group, &error, "installing"),
        Err(error) => {
            host.say(Kind::Verbose, &format!("there is no second attempt: {error}"));
            let mut entries: Vec<_> = group.iter().map(|one| entry(one, first, false)).collect();
            let waiting = entries.iter_mut().filter(|entry| entry.status == S::NotStarted);
            if is_window(&error) {
                waiting.for_each(|entry| entry.status = S::MaintenanceWindowExceeded);
            }
            ledger.write(host, entries)
        }
    }
}

/// What was tried, and how it ended. What the options forbid now stays out now.
fn again(
    host: &mut impl Host,
    ids: &[String],
    options: &Options,
    reserve: Duration,
) -> Result<(Vec<String>, InstallResult), Error> {
    if !fits(host.remaining()?, reserve) {
        return Err(Error::new(WINDOW, "the rest of the window is too short"));
    }
    let admission = admit(host, ids, options)?;
    for (id, reason) in admission.kept_out.iter().chain(&admission.undecided) {
        host.say(Kind::Warning, &format!("{id} is not tried again: {reason}"));
    }
    let Some(plan) = admission.plan else {
        return Err(Error::new("NothingToInstall", "no update may be tried again"));
    };
    let left_out = |id: &&String| plan.left_out.iter().any(|left| left.update == **id);
    let tried: Vec<String> = plan.updates.iter().filter(|id| !left_out(id)).cloned().collect();
    host.say(Kind::Verbose, &format!("a second attempt at {} updates", tried.len()));
    host.download(&plan)?;
    host.install(&plan, reserve).map(|second| (tried, second))
}

/// Whether enough of the window remains; if not, it is written down.
fn room(
    host: &mut impl Host,
    ledger: &mut Ledger,
    updates: &[&Update],
    reserve: Duration,
) -> Result<bool, Error> {
    let remaining = host.remaining()?;
    if fits(remaining, reserve) {
        return Ok(true);
    }
    let minutes = |time: Duration| time.as_secs() / 60;
    let left = remaining.map(minutes).unwrap_or_default();
    let reason = format!("{left} min of the window are left, {} are needed", minutes(reserve));
    same(host, ledger, updates, S::MaintenanceWindowExceeded, &reason)?;
    Ok(false)
}

/// Writes down an error that hit all of `updates`, or returns it if it ends the job.
fn fail(
    host: &mut impl Host,
    ledger: &mut Ledger,
    updates: &[&Update],
    error: &Error,
    step: &str,
) -> Result<(), Error> {
    let details = error.details.as_ref().map(|raw| format!(": {raw}")).unwrap_or_default();
    let reason = format!("{step} failed: {error}{details}");
    if stops(error) {
        if is_doubt(error) {
            same(host, ledger, updates, S::InstallFailed, &reason)?;
        }
        return Err(error.clone());
    }
    let status = match step {
        _ if is_window(error) => S::MaintenanceWindowExceeded,
        "installing" => S::InstallFailed,
        _ => S::Failed,
    };
    same(host, ledger, updates, status, &reason)
}

/// Errors after which the job has no business to go on.
fn stops(error: &Error) -> bool {
    is_doubt(error) || is_refusal(error) || error.is("LimitExceeded")
}

/// Errors that say that the job may not do this, whatever it tries.
pub(crate) fn is_refusal(error: &Error) -> bool {
    error.is("Cancelled") || error.is("GrantDenied") || error.is("RefusedByComputer")
}

/// Errors after which nobody can say what the package manager did, or whether it still does it: a
/// reboot would cut it off.
fn is_doubt(error: &Error) -> bool {
    error.is("OutcomeUnknown") || error.is("Internal")
}

fn is_window(error: &Error) -> bool {
    error.is(WINDOW) || error.is("DeadlinePassed")
}

fn same(
    host: &mut impl Host,
    ledger: &mut Ledger,
    updates: &[&Update],
    status: S,
    reason: &str,
) -> Result<(), Error> {
    let entries: Vec<_> =
        updates.iter().map(|update| Entry::new(update, status).because(reason)).collect();
    ledger.write(host, entries)
}

fn conclude(
    host: &mut impl Host,
    ledger: &mut Ledger,
    result: &InstallResult,
    updates: &[&Update],
    on_retry: bool,
) -> Result<(), Error> {
    let entries: Vec<_> = updates.iter().map(|update| entry(update, result, on_retry)).collect();
    ledger.write(host, entries)
}

fn entry<'a>(update: &'a Update, result: &InstallResult, on_retry: bool) -> Entry<'a> {
    let one = result.results.iter().find(|one| one.update == update.id);
    let (status, reason) = match one.map(|one| (one.status, &one.error)) {
        Some((InstallStatus::Succeeded, _)) => (S::Succeeded, None),
        Some((InstallStatus::Failed, error)) => (S::InstallFailed, error.clone()),
        Some((InstallStatus::NotAttempted, error)) => (
            S::NotStarted,
            Some(error.clone().unwrap_or_else(|| "an update before it failed".to_owned())),
        ),
        None => (S::Failed, Some("the package manager did not say what became of it".to_owned())),
    };
    Entry {
        reason,
        on_retry: on_retry && status == S::Succeeded,
        started: Some(result.started_at.clone()),
        ended: Some(result.ended_at.clone()),
        ..Entry::new(update, status)
    }
}

fn status(result: &InstallResult, update: &Update) -> Option<InstallStatus> {
    result.results.iter().find(|one| one.update == update.id).map(|one| one.status)
}

fn all(wave: &Wave) -> Vec<&Update> {
    wave.updates.iter().collect()
}

fn take<'a>(updates: &mut Vec<&'a Update>, id: &str) -> Option<&'a Update> {
    let position = updates.iter().position(|update| update.id == id)?;
    Some(updates.remove(position))
}
