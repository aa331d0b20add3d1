//! What a runbook can and cannot do, for people.

use bindery_api::powers::{Basis, PowerUse};
use bindery_core::grant::Grant;

/// What it can do, in one line.
pub(super) fn can(powers: &[PowerUse]) -> String {
    meanings(powers, |power| power.allowed)
}

/// What it can and cannot do, and how we know: a line each.
pub(super) fn lines(powers: &[PowerUse]) -> String {
    let or_nothing = |text: String| if text.is_empty() { "nothing".to_owned() } else { text };
    let mut text = format!("can: {}   [enforced by grant]\n", or_nothing(can(powers)));
    for (basis, how) in [(Basis::Imports, "proved by imports"), (Basis::Grant, "enforced by grant")]
    {
        let what = meanings(powers, |power| !power.allowed && power.basis == basis);
        if !what.is_empty() {
            text += &format!("cannot: {what}   [{how}]\n");
        }
    }
    text
}

fn meanings(powers: &[PowerUse], which: impl Fn(&PowerUse) -> bool) -> String {
    let one = |power: &PowerUse| match power.grants.iter().find_map(mask) {
        Some(_) if power.allowed => {
            let masks: Vec<_> = power.grants.iter().filter_map(mask).collect();
            format!("{} ({})", power.meaning, masks.join(", "))
        }
        _ => power.meaning.clone(),
    };
    powers.iter().filter(|power| which(power)).map(one).collect::<Vec<_>>().join(", ")
}

fn mask(grant: &Grant) -> Option<String> {
    grant.to_string().split_once(':').map(|(_, mask)| mask.to_owned())
}
