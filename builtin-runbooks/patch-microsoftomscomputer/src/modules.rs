//! The modules that this runbook imports: `Update-Selection` and `Maintenance-Window`.
//!
//! As a component it asks them; elsewhere, in tests, it asks what they are made of.

use patch_policy::{
    selection::{Candidate, Decision, Rules},
    window::{Reserves, Wave},
};

#[cfg(not(target_arch = "wasm32"))]
pub(crate) use patch_policy::window::fits;

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn decide(candidates: Vec<Candidate>, rules: Rules) -> Vec<Decision> {
    patch_policy::selection::decide(&candidates, &rules)
}

#[cfg(not(target_arch = "wasm32"))]
pub(crate) fn waves(classes: &[String], windows: bool, reserves: Reserves) -> Vec<Wave> {
    let classes: Vec<&str> = classes.iter().map(String::as_str).collect();
    patch_policy::window::waves(&classes, windows, reserves)
}

#[cfg(target_arch = "wasm32")]
mod bindings {
    //! What `wit-bindgen` makes of the modules' WIT.
    #![allow(unreachable_pub, missing_docs, unsafe_code, clippy::all, reason = "generated code")]
    wit_bindgen::generate!({ path: "../modules/wit", world: "patching" });
}

#[cfg(target_arch = "wasm32")]
pub(crate) use bindings::bindery::patching::window::fits;

#[cfg(target_arch = "wasm32")]
pub(crate) fn decide(candidates: Vec<Candidate>, rules: Rules) -> Vec<Decision> {
    use bindings::bindery::patching::selection as module;
    use patch_policy::{mask::Mask, selection::Choice};
    let candidate = |it: Candidate| module::Candidate {
        id: it.id,
        package: it.package,
        kb_id: it.kb_id,
        classification: it.classification,
        published: it.published,
        held: it.held,
    };
    let masks = |masks: Vec<Mask>| masks.iter().map(|mask| mask.as_str().to_owned()).collect();
    let rules = module::Rules {
        classifications: rules.classifications,
        include: masks(rules.include),
        exclude: masks(rules.exclude),
        approved: rules.approved.map(|ids| ids.into_iter().collect()),
    };
    let candidates: Vec<_> = candidates.into_iter().map(candidate).collect();
    let decision = |it: module::Decision| Decision {
        choice: match it.choice {
            module::Choice::Chosen => Choice::Chosen,
            module::Choice::Excluded => Choice::Excluded,
            module::Choice::NotIncluded => Choice::NotIncluded,
        },
        reason: it.reason,
    };
    module::decide(&candidates, &rules).into_iter().map(decision).collect()
}

#[cfg(target_arch = "wasm32")]
pub(crate) fn waves(classes: &[String], windows: bool, reserves: Reserves) -> Vec<Wave> {
    use bindings::bindery::patching::window as module;
    let Reserves { update, service_pack } = reserves;
    let reserves = module::Reserves { update, service_pack };
    let wave = |it: module::Wave| Wave { updates: it.updates, reserve: it.reserve };
    module::waves(classes, windows, reserves).into_iter().map(wave).collect()
}
