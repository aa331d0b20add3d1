//! What the SDKs have of the contract, made from `sdk/wit` and the table of operations.

mod c;
mod go;
mod assemblyscript;
mod javascript;
mod prose;
mod python;
mod wit;
mod zig;

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

/// `sdk/zig/contract.zig`.
pub(crate) fn zig() -> String {
    zig::zig(&CONTRACT)
}

/// `sdk/c/bindery_contract.h`.
pub(crate) fn c_header() -> String {
    c::header(&CONTRACT)
}

/// `sdk/c/bindery_contract.inc`.
pub(crate) fn c_tables() -> String {
    c::tables(&CONTRACT)
}

/// What the packages of the Go SDK share.
pub(crate) fn go_types() -> String {
    go::shared(&CONTRACT)
}

/// The package of the Go SDK for an interface.
pub(crate) fn go_package(interface: &str) -> String {
    go::package(&CONTRACT, interface)
}

/// The table of the Go SDK's conformance guest.
pub(crate) fn go_dispatch() -> String {
    go::dispatch(&CONTRACT)
/// `sdk/assemblyscript/bindery/contract.ts`.
pub(crate) fn assemblyscript() -> String {
    assemblyscript::sdk(&CONTRACT)
}

/// `sdk/assemblyscript/conformance/dispatch.ts`.
pub(crate) fn assemblyscript_dispatch() -> String {
    assemblyscript::dispatch(&CONTRACT)
}

/// `sdk/javascript/contract.js`.
pub(crate) fn javascript_contract() -> String {
    javascript::contract(&CONTRACT)
}

/// `sdk/javascript/operations.js`.
pub(crate) fn javascript_operations() -> String {
    javascript::operations(&CONTRACT)
}

/// `sdk/javascript/operations.d.ts`.
pub(crate) fn javascript_declarations() -> String {
    javascript::declarations(&CONTRACT)
}

/// `sdk/python/bindery/_contract.py`.
pub(crate) fn python_contract() -> String {
    python::contract(&CONTRACT)
}

/// `sdk/python/bindery/types.py`.
pub(crate) fn python_types() -> String {
    python::types(&CONTRACT)
}

/// The module of `sdk/python/bindery` for one interface.
pub(crate) fn python_module(interface: &str) -> String {
    python::module(&CONTRACT, interface)
}
