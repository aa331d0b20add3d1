//! Whether to reboot, and the reboot itself.

use crate::{host::Host, ledger::Ledger, wave::fits};
use bindery_sdk::{Error, streams::Kind, updates::Pending};
use patch_policy::options::{Options, RebootSetting};

/// Why a reboot is due, if it is. `installed`: whether this pass installed anything; `first`: the
/// first pass. Pure.
pub(crate) fn due(
    setting: RebootSetting,
    pending: &Pending,
    installed: bool,
    first: bool,
) -> Option<String> {
    let reasons = || match pending.reasons.as_slice() {
        [] => "a reboot is pending".to_owned(),
        reasons => format!("a reboot is pending: {}", reasons.join(", ")),
    };
    match setting {
        RebootSetting::Never => None,
        RebootSetting::IfRequired => pending.pending.then(reasons),
        RebootSetting::RebootOnly => first.then(|| "the options ask for a reboot alone".to_owned()),
        RebootSetting::Always if first => Some("the options ask for a reboot always".to_owned()),
        RebootSetting::Always => (pending.pending || installed).then(reasons),
    }
}

/// Reboots if it is due and fits; whether the computer was rebooted.
///
/// # Errors
/// Those of reading; a reboot that fails is in the outcome instead.
pub(crate) fn reboot(
    host: &mut impl Host,
    ledger: &mut Ledger,
    options: &Options,
    installed: bool,
    first: bool,
) -> Result<bool, Error> {
    let pending = host.pending()?;
    ledger.outcome.reboot_pending = pending.pending;
    let Some(reason) = due(options.reboot_setting, &pending, installed, first) else {
        if pending.pending {
            host.say(
                Kind::Warning,
                &format!(
                    "a reboot is pending ({}); the options forbid it",
                    pending.reasons.join(", ")
                ),
            );
        }
        return Ok(false);
    };
    if ledger.outcome.dry_run {
        ledger.outcome.would_reboot = true;
        host.say(Kind::Output, &format!("a reboot would follow: {reason}"));
        return Ok(false);
    }
    let reserve = options.reserves.reboot();
    if !fits(host.remaining()?, reserve) {
        return Ok(exceeded(host, ledger, &reason));
    }
    host.say(Kind::Output, &format!("rebooting: {reason}"));
    match host.reboot(reserve, &reason) {
        Ok(took) => {
            host.say(Kind::Output, &format!("the computer is back after {} s", took.as_secs()));
            ledger.outcome.rebooted = true;
            Ok(true)
        }
        Err(error) if error.is("MaintenanceWindowExceeded") => Ok(exceeded(host, ledger, &reason)),
        Err(error) if error.is("Cancelled") || error.is("GrantDenied") => Err(error),
        Err(error) => {
            host.say(Kind::Error, &format!("the reboot failed: {error}"));
            ledger.outcome.reboot_error = Some(error.to_string());
            Ok(false)
        }
    }
}

fn exceeded(host: &mut impl Host, ledger: &mut Ledger, reason: &str) -> bool {
    host.say(Kind::Warning, &format!("no reboot, too little of the window is left; {reason}"));
    ledger.outcome.window_exceeded = true;
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
            (IfRequired, true, false, false, true),
            (Always, false, false, true, true),
            (Always, false, false, false, false),
            (Always, false, true, false, true),
            (RebootOnly, false, false, true, true),
            (RebootOnly, true, false, false, false),
        ];
        for (setting, pending, installed, first, expected) in rows {
            let pending = Pending { pending, reasons: vec![] };
            let due = due(setting, &pending, installed, first).is_some();
            assert_eq!(due, expected, "{setting:?} {pending:?} {installed} {first}");
        }
    }
}
