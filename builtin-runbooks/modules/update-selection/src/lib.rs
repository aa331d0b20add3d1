//! The module `Update-Selection`: `bindery:patching/selection`. The decisions are those of
//! `patch-policy`; this only carries them over.
#![cfg(target_arch = "wasm32")]

mod bindings {
    //! What `wit-bindgen` makes of the WIT.
    #![allow(unreachable_pub, missing_docs, unsafe_code, clippy::all, reason = "generated code")]
    wit_bindgen::generate!({ path: "../wit", world: "update-selection" });
    use super::Module;
    export!(Module);
}

use bindings::exports::bindery::patching::selection as wit;
use patch_policy::{
    mask::{self, Mask},
    selection::{self, Candidate, Choice, Rules},
};

pub(crate) struct Module;

impl wit::Guest for Module {
    fn decide(candidates: Vec<wit::Candidate>, rules: wit::Rules) -> Vec<wit::Decision> {
        let candidates: Vec<_> = candidates.into_iter().map(candidate).collect();
        let masks = |texts: Vec<String>| texts.into_iter().map(Mask::new).collect();
        let rules = Rules {
            classifications: rules.classifications,
            include: masks(rules.include),
            exclude: masks(rules.exclude),
            approved: rules.approved.map(|ids| ids.into_iter().collect()),
        };
        selection::decide(&candidates, &rules).into_iter().map(decision).collect()
    }

    fn first_fit(masks: Vec<String>, names: Vec<String>) -> Option<String> {
        let masks: Vec<_> = masks.into_iter().map(Mask::new).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        mask::first(&masks, &names).map(|mask| mask.as_str().to_owned())
    }
}

fn candidate(it: wit::Candidate) -> Candidate {
    Candidate {
        id: it.id,
        package: it.package,
        kb_id: it.kb_id,
        classification: it.classification,
        published: it.published,
        held: it.held,
    }
}

fn decision(it: selection::Decision) -> wit::Decision {
    let choice = match it.choice {
        Choice::Chosen => wit::Choice::Chosen,
        Choice::Excluded => wit::Choice::Excluded,
        Choice::NotIncluded => wit::Choice::NotIncluded,
    };
    wit::Decision { choice, reason: it.reason }
}
