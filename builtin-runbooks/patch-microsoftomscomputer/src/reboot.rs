//! Whether to reboot, and the reboot itself.

use crate::{host::Host, install::is_refusal, outcome::Outcome, wave::fits};
use bindery_sdk::{Error, streams::Kind, updates::Pending};
use patch_policy::options::{Options, RebootSetting};

/// Why a reboot is due, if it is. `installed`: whether this pass installed anything; `first`: the
/// first pass, before which this job has not rebooted. Pure.
pub(crate) fn due(
    setting: RebootSetting,
    pending: &Pending,
    installed: bool,
    first: bool,
) -> Option<String> {
    match setting {
        RebootSetting::Never => None,
        // What a reboot did not settle another one will not settle either.
        RebootSetting::IfRequired => {
            (pending.pending && (first || installed)).then(|| is_pending(pending))
        }
        RebootSetting::RebootOnly => first.then(|| "the options ask for a reboot alone".to_owned()),
        RebootSetting::Always => (first || installed).then(|| match pending.pending {
            true => is_pending(pending),
            false => "the options ask for a reboot always".to_owned(),
        }),
    }
}

fn is_pending(pending: &Pending) -> String {
    match pending.reasons.as_slice() {
        [] => "a reboot is pending".to_owned(),
        reasons => format!("a reboot is pending: {}", reasons.join(", ")),
    }
}

/// Says that a reboot is pending that will not follow.
fn warn(host: &mut impl Host, setting: RebootSetting, pending: &Pending) {
    let reason = match setting {
        RebootSetting::Never => "the option `rebootSetting` forbids it",
        _ => "the reboot of this run did not settle it, nor would another one",
    };
    host.say(Kind::Warning, &format!("{}; {reason}", is_pending(pending)));
}

/// After the last reboot: whether one is pending still, as far as the host can say.
pub(crate) fn after(host: &mut impl Host, outcome: &mut Outcome, setting: RebootSetting) {
    if let Ok(pending) = host.pending() {
        outcome.reboot_pending = pending.pending;
        if pending.pending {
            warn(host, setting, &pending);
        }
    }
}

/// Reboots if it is due and fits; whether the computer was rebooted.
///
/// # Errors
/// `Cancelled`, `GrantDenied` and `RefusedByComputer`; anything else that fails is in the outcome instead.
pub(crate) fn reboot(
    host: &mut impl Host,
    outcome: &mut Outcome,
    options: &Options,
    installed: bool,
    first: bool,
) -> Result<bool, Error> {
    let setting = options.reboot_setting;
    let (pending, unknown) = match host.pending() {
        Ok(pending) => (pending, None),
        Err(error) if is_refusal(&error) => return Err(error),
        Err(error) => (Pending { pending: false, reasons: vec![] }, Some(error)),
    };
    outcome.reboot_pending = pending.pending;
    let Some(reason) = due(setting, &pending, installed, first) else {
        if let Some(error) = unknown {
            return Ok(in_the_dark(host, outcome, setting, &error));
        }
        if pending.pending {
            warn(host, setting, &pending);
        }
        return Ok(false);
    };
    if outcome.dry_run {
        outcome.would_reboot = true;
        host.say(Kind::Output, &format!("a reboot would follow: {reason}"));
        return Ok(false);
    }
    let reserve = options.reserves.reboot();
    if !fits(host.remaining()?, reserve) {
        return Ok(exceeded(host, outcome, &reason));
    }
    host.say(Kind::Output, &format!("rebooting: {reason}"));
    match host.reboot(reserve, &reason) {
        Ok(took) => {
            host.say(Kind::Output, &format!("the computer is back after {} s", took.as_secs()));
            outcome.rebooted = true;
            Ok(true)
        }
        Err(error) if error.is("MaintenanceWindowExceeded") => Ok(exceeded(host, outcome, &reason)),
        Err(error) if is_refusal(&error) => Err(error),
        Err(error) => {
            host.say(Kind::Error, &format!("the reboot failed: {error}"));
            outcome.reboot_error = Some(error.to_string());
            Ok(false)
        }
    }
}

/// Nobody could say whether a reboot is pending: a run that reboots if one is has failed in that.
fn in_the_dark(
    host: &mut impl Host,
    outcome: &mut Outcome,
    setting: RebootSetting,
    error: &Error,
) -> bool {
    let text = format!("it is not known whether a reboot is pending: {error}");
    if setting == RebootSetting::IfRequired {
        host.say(Kind::Error, &text);
        outcome.reboot_error = Some(text);
    } else {
        host.say(Kind::Warning, &text);
    }
    false
}

fn exceeded(host: &mut impl Host, outcome: &mut Outcome, reason: &str) -> bool {
    host.say(Kind::Warning, &format!("no reboot, too little of the window is left; {reason}"));
    outcome.window_exceeded = true;
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_reboot_is_due_by_the_setting() {
        use RebootSetting::{Always, IfRequired, Never, RebootOnly};
        let rows = [
            // setting, pending, installed, first pass, due
            (Never, true, true, true, false),
            (IfRequired, false, true, true, false),
            (IfRequired, true, false, true, true),
            (IfRequired, true, true, false, true),
            (IfRequired, true, false, false, false),
            (Always, false, false, true, true),
            (Always, false, false, false, false),
            (Always, false, true, false, true),
            (Always, true, false, false, false),
            (RebootOnly, false, false, true, true),
            (RebootOnly, true, false, false, false),
        ];
        for (setting, pending, installed, first, expected) in rows {
            let pending = Pending { pending, reasons: vec![] };
            let due = due(setting, &pending, installed, first).is_some();
            assert_eq!(due, expected, "{setting:?} {pending:?} {installed} {first}");
        }
    }

    #[test]
    fn a_reason_says_that_a_reboot_is_pending_only_if_one_is() {
        let reason = |setting, pending, first| {
            let pending = Pending { pending, reasons: vec![] };
            due(setting, &pending, true, first).expect("due")
        };
        for first in [true, false] {
            let always = reason(RebootSetting::Always, false, first);
            assert_eq!(always, "the options ask for a reboot always");
            assert_eq!(reason(RebootSetting::Always, true, first), "a reboot is pending");
        }
        assert_eq!(
            reason(RebootSetting::RebootOnly, false, true),
            "the options ask for a reboot alone"
        );
    }
}
