//! The module `Maintenance-Window`: `bindery:patching/window`. The decisions are those of
//! `patch-policy`; this only carries them over.
#![cfg(target_arch = "wasm32")]

mod bindings {
    //! What `wit-bindgen` makes of the WIT.
    #![allow(unreachable_pub, missing_docs, unsafe_code, clippy::all, reason = "generated code")]
    wit_bindgen::generate!({ path: "../wit", world: "maintenance-window" });
    use super::Module;
    export!(Module);
}

use bindings::exports::bindery::patching::window as wit;
use patch_policy::window;

pub(crate) struct Module;

impl wit::Guest for Module {
    fn fits(remaining: Option<u64>, reserve: u64) -> bool {
        window::fits(remaining, reserve)
    }

    fn waves(
        classifications: Vec<String>,
        windows: bool,
        reserves: wit::Reserves,
    ) -> Vec<wit::Wave> {
        let classes: Vec<&str> = classifications.iter().map(String::as_str).collect();
        let wit::Reserves { update, service_pack } = reserves;
        let reserves = window::Reserves { update, service_pack };
        let wave = |wave: window::Wave| wit::Wave { updates: wave.updates, reserve: wave.reserve };
        window::waves(&classes, windows, reserves).into_iter().map(wave).collect()
    }
}
