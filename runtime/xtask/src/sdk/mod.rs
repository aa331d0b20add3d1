//! What the SDKs have of the contract, made from `sdk/wit` and the table of operations.

mod assemblyscript;
mod c;
mod go;
mod javascript;
mod prose;
mod python;
mod rust;
mod wit;
mod zig;

use bindery_core::contract::Contract;
use std::path::Path;

/// The packages of the Go SDK, and the interface of each.
const GO: [(&str, &str); 16] = [
    ("assets", "assets"),
    ("assetsadmin", "assets-admin"),
    ("children", "children"),
    ("files", "files"),
    ("filesadmin", "files-admin"),
    ("fleet", "fleet-inventory"),
    ("fleetadmin", "fleet-admin"),
    ("http", "http"),
    ("installer", "update-installer"),
    ("job", "job"),
    ("power", "power"),
    ("process", "process"),
    ("records", "records"),
    ("streams", "streams"),
    ("timers", "timers"),
    ("updates", "update-inventory"),
];
/// The modules of the Python SDK, and the interface of each.
const PYTHON: [(&str, &str); 16] = [
    ("assets", "assets"),
    ("assets_admin", "assets-admin"),
    ("children", "children"),
    ("files", "files"),
    ("files_admin", "files-admin"),
    ("fleet", "fleet-inventory"),
    ("fleet_admin", "fleet-admin"),
    ("http", "http"),
    ("installer", "update-installer"),
    ("job", "job"),
    ("power", "power"),
    ("process", "process"),
    ("records", "records"),
    ("streams", "streams"),
    ("timers", "timers"),
    ("updates", "update-inventory"),
];

/// Every generated file below `sdk`: its path from the root of the workspace, and its text.
pub(crate) fn files(root: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let contract = wit::contract(root)?;
    let of = &contract;
    let mut files: Vec<(String, String)> = [
        ("abi/contract.json", serde_json::to_string_pretty(of)? + "\n"),
        ("assemblyscript/bindery/contract.ts", assemblyscript::sdk(of)),
        ("assemblyscript/conformance/dispatch.ts", assemblyscript::dispatch(of)),
        ("c/bindery_contract.h", c::header(of)),
        ("c/bindery_contract.inc", c::tables(of)),
        ("go/types.go", go::shared(of)),
        ("go/conformance/dispatch.go", go::dispatch(of)),
        ("javascript/contract.js", javascript::contract(of)),
        ("javascript/operations.js", javascript::operations(of)),
        ("javascript/operations.d.ts", javascript::declarations(of)),
        ("python/bindery/_contract.py", python::contract(of)),
        ("python/bindery/types.py", python::types(of)),
        ("rust/conformance/src/forms.rs", rust::forms(of)),
        ("zig/contract.zig", zig::zig(of)),
    ]
    .map(|(path, text)| (format!("sdk/{path}"), text))
    .into();
    for (package, interface) in GO {
        files.push((format!("sdk/go/{package}/{package}.go"), go::package(of, interface)));
    }
    for (module, interface) in PYTHON {
        files.push((format!("sdk/python/bindery/{module}.py"), python::module(of, interface)));
    }
    everything_is_somewhere(&contract)?;
    Ok(files)
}

/// An interface that no package has would be missing without a word.
fn everything_is_somewhere(contract: &Contract) -> anyhow::Result<()> {
    for operation in &contract.operations {
        for (language, packages) in [("GO", GO), ("PYTHON", PYTHON)] {
            let known = packages.iter().any(|(_, interface)| *interface == operation.interface);
            anyhow::ensure!(known, "`{language}` lacks the interface `{}`", operation.interface);
        }
    }
    Ok(())
}
