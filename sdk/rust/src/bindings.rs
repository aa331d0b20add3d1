//! What `wit-bindgen` makes of `sdk/wit`. The other modules wrap it; nothing else is written here.
#![allow(unreachable_pub, missing_docs, clippy::all, reason = "generated code")]

wit_bindgen::generate!({
    path: "../wit",
    world: "runbook",
    generate_all,
    pub_export_macro: true,
    export_macro_name: "export_runbook",
    default_bindings_module: "bindery_sdk::bindings",
    additional_derives: [PartialEq],
});
