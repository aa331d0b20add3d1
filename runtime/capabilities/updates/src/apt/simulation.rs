//! Reading `apt-get --simulate`: the steps that apt would take.

use bindery_core::update::{Action, ActionKind};
use std::collections::BTreeSet;

/// One step, with the architecture that tells two packages of one name apart; it is empty where a
/// native package is removed.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Step {
    pub(super) architecture: String,
    /// `update` is none: a simulation does not know who asked.
    pub(super) action: Action,
}

/// The steps of a simulation. A package that is only configured again is no step.
pub(super) fn steps(text: &str) -> Vec<Step> {
    let downgraded = downgraded(text);
    text.lines().filter_map(|line| step(line, &downgraded)).collect()
}

fn step(line: &str, downgraded: &BTreeSet<&str>) -> Option<Step> {
    let (verb, rest) = line.split_once(' ')?;
    let (qualified, rest) = rest.split_once(' ')?;
    let (package, foreign) = qualified.split_once(':').unwrap_or((qualified, ""));
    let package = package.to_owned();
    let (from, rest) = match rest.strip_prefix('[').and_then(|rest| rest.split_once(']')) {
        Some((from, rest)) => (Some(from.to_owned()), rest.trim_start()),
        None => (None, rest),
    };
    let (kind, to, architecture) = match verb {
        "Remv" | "Purg" => (ActionKind::Remove, None, foreign.to_owned()),
        "Inst" => {
            let inner = rest.strip_prefix('(')?.split(')').next()?;
            let to = inner.split(' ').next()?.to_owned();
            let architecture = inner.rsplit_once('[')?.1.trim_end_matches(']').to_owned();
            let kind = match &from {
                None => ActionKind::Install,
                Some(_) if downgraded.contains(qualified) => ActionKind::Downgrade,
                Some(_) => ActionKind::Upgrade,
            };
            (kind, Some(to), architecture)
        }
        _ => return None,
    };
    Some(Step { architecture, action: Action { package, kind, from, to, update: None } })
}

/// The indented names below `The following packages will be DOWNGRADED:`.
fn downgraded(text: &str) -> BTreeSet<&str> {
    text.lines()
        .skip_while(|line| !line.contains("will be DOWNGRADED"))
        .skip(1)
        .take_while(|line| line.starts_with(' '))
        .flat_map(str::split_whitespace)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(text: &str) -> Vec<String> {
        let tell = |step: &Step| {
            let a = &step.action;
            let none = String::from("-");
            format!(
                "{:?} {} [{}] {} -> {}",
                a.kind,
                a.package,
                step.architecture,
                a.from.as_ref().unwrap_or(&none),
                a.to.as_ref().unwrap_or(&none)
            )
        };
        steps(text).iter().map(tell).collect()
    }

    #[test]
    fn every_line_of_a_simulation_is_a_step_or_none() {
        let rows = [
            (
                "Inst alibdep (1.0 Debian-Security:stable-security [all])",
                "Install alibdep [all] - -> 1.0",
            ),
            (
                "Inst alpha [1.0] (1.2 Debian-Security:stable-security [all])",
                "Upgrade alpha [all] 1.0 -> 1.2",
            ),
            (
                "Inst openssl [3.0.1-1] (3.0.1-2 Ubuntu:22.04/jammy-updates, Ubuntu:22.04/jammy-security [amd64])",
                "Upgrade openssl [amd64] 3.0.1-1 -> 3.0.1-2",
            ),
            (
                "Inst libc6:i386 [2.36-9] (2.36-9+deb12u1 Debian:12.1/stable [i386]) []",
                "Upgrade libc6 [i386] 2.36-9 -> 2.36-9+deb12u1",
            ),
            ("Remv old [1.0]", "Remove old [] 1.0 -> -"),
            ("Purg older [1.0] []", "Remove older [] 1.0 -> -"),
            ("Remv libc6:i386 [2.36]", "Remove libc6 [i386] 2.36 -> -"),
        ];
        for (line, wanted) in rows {
            assert_eq!(told(line), [wanted]);
        }
        for line in ["Conf alpha (1.2 Debian:stable [all])", "Reading package lists...", "Inst", ""]
        {
            assert!(steps(line).is_empty(), "{line}");
        }
    }

    #[test]
    fn a_downgrade_is_told_from_an_upgrade_by_apts_own_list() {
        let text = "The following packages will be DOWNGRADED:\n  alpha\n1 upgraded\n\
                    Inst alpha [2.0] (1.0 D:s [all])\nInst beta [1.0] (2.0 D:s [all])\n";
        let wanted = ["Downgrade alpha [all] 2.0 -> 1.0", "Upgrade beta [all] 1.0 -> 2.0"];
        assert_eq!(told(text), wanted);
    }
}
