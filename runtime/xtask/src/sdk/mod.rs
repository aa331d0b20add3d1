//! What the SDKs have of the contract, made from `sdk/wit` and the table of operations.

mod assemblyscript;
mod wit;

use bindery_core::contract::Contract;
use std::sync::LazyLock;

static CONTRACT: LazyLock<Contract> = LazyLock::new(|| {
    wit::contract(&crate::workspace::root()).expect("sdk/wit and the table of operations agree")
});

/// `sdk/abi/contract.json`.
pub(crate) fn contract_json() -> String {
    let text = serde_json::to_string_pretty(&*CONTRACT).expect("a contract is JSON");
    text + "\n"
}

/// `sdk/assemblyscript/bindery/contract.ts`.
pub(crate) fn assemblyscript() -> String {
    assemblyscript::sdk(&CONTRACT)
}

/// `sdk/assemblyscript/conformance/dispatch.ts`.
pub(crate) fn assemblyscript_dispatch() -> String {
    assemblyscript::dispatch(&CONTRACT)
}
