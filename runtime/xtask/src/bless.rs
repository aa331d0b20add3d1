//! `bless`: contracts that are generated and committed, so that a change of them shows as a diff.
//!
//! A contract is text that a crate makes without I/O; this module alone reads and writes the file.

use anyhow::{Context, bail};
use std::{fs, path::Path};

/// One generated file.
struct Contract {
    /// Where it is committed.
    path: &'static str,
    /// What it must hold.
    text: fn() -> String,
}

const CONTRACTS: &[Contract] = &[
    Contract { path: "runtime/api/openapi.json", text: bindery_api::openapi::openapi_text },
    Contract { path: "sdk/abi/contract.json", text: crate::sdk::contract_json },
    Contract { path: "sdk/c/bindery_contract.h", text: crate::sdk::c_header },
    Contract { path: "sdk/c/bindery_contract.inc", text: crate::sdk::c_tables },
    Contract { path: "sdk/zig/contract.zig", text: crate::sdk::zig },
    Contract { path: "sdk/go/types.go", text: crate::sdk::go_types },
    Contract { path: "sdk/go/job/job.go", text: || crate::sdk::go_package("job") },
    Contract { path: "sdk/go/streams/streams.go", text: || crate::sdk::go_package("streams") },
    Contract { path: "sdk/go/timers/timers.go", text: || crate::sdk::go_package("timers") },
    Contract {
        path: "sdk/go/updates/updates.go",
        text: || crate::sdk::go_package("update-inventory"),
    },
    Contract {
        path: "sdk/go/installer/installer.go",
        text: || crate::sdk::go_package("update-installer"),
    },
    Contract { path: "sdk/go/power/power.go", text: || crate::sdk::go_package("power") },
    Contract { path: "sdk/go/fleet/fleet.go", text: || crate::sdk::go_package("fleet-inventory") },
    Contract {
        path: "sdk/go/fleetadmin/fleetadmin.go",
        text: || crate::sdk::go_package("fleet-admin"),
    },
    Contract { path: "sdk/go/children/children.go", text: || crate::sdk::go_package("children") },
    Contract { path: "sdk/go/records/records.go", text: || crate::sdk::go_package("records") },
    Contract { path: "sdk/go/conformance/dispatch.go", text: crate::sdk::go_dispatch },
    Contract { path: "sdk/assemblyscript/bindery/contract.ts", text: crate::sdk::assemblyscript },
    Contract {
        path: "sdk/assemblyscript/conformance/dispatch.ts",
        text: crate::sdk::assemblyscript_dispatch,
    Contract { path: "sdk/javascript/contract.js", text: crate::sdk::javascript_contract },
    Contract { path: "sdk/javascript/operations.js", text: crate::sdk::javascript_operations },
    Contract { path: "sdk/javascript/operations.d.ts", text: crate::sdk::javascript_declarations },
    Contract { path: "sdk/python/bindery/_contract.py", text: crate::sdk::python_contract },
    Contract { path: "sdk/python/bindery/types.py", text: crate::sdk::python_types },
    Contract {
        path: "sdk/python/bindery/children.py",
        text: || crate::sdk::python_module("children"),
    },
    Contract {
        path: "sdk/python/bindery/fleet.py",
        text: || crate::sdk::python_module("fleet-inventory"),
    },
    Contract {
        path: "sdk/python/bindery/fleet_admin.py",
        text: || crate::sdk::python_module("fleet-admin"),
    },
    Contract {
        path: "sdk/python/bindery/installer.py",
        text: || crate::sdk::python_module("update-installer"),
    },
    Contract { path: "sdk/python/bindery/job.py", text: || crate::sdk::python_module("job") },
    Contract { path: "sdk/python/bindery/power.py", text: || crate::sdk::python_module("power") },
    Contract {
        path: "sdk/python/bindery/records.py",
        text: || crate::sdk::python_module("records"),
    },
    Contract {
        path: "sdk/python/bindery/streams.py",
        text: || crate::sdk::python_module("streams"),
    },
    Contract { path: "sdk/python/bindery/timers.py", text: || crate::sdk::python_module("timers") },
    Contract {
        path: "sdk/python/bindery/updates.py",
        text: || crate::sdk::python_module("update-inventory"),
    },
];

/// Writes every contract anew.
pub(crate) fn write(root: &Path) -> anyhow::Result<()> {
    for contract in CONTRACTS {
        let text = (contract.text)();
        if committed(root, contract) == text {
            continue;
        }
        fs::write(root.join(contract.path), text)
            .with_context(|| format!("failed to write `{}`", contract.path))?;
        println!("{}: written anew", contract.path);
    }
    Ok(())
}

/// An error that names every contract whose file is not what the code makes.
pub(crate) fn verify(root: &Path) -> anyhow::Result<()> {
    let stale = |contract: &&Contract| committed(root, contract) != (contract.text)();
    let stale: Vec<_> = CONTRACTS.iter().filter(stale).map(|contract| contract.path).collect();
    if stale.is_empty() {
        return Ok(());
    }
    bail!("not up to date: {}; run `cargo xtask bless` and read the diff", stale.join(", "))
}

/// The committed text; empty if there is none.
fn committed(root: &Path, contract: &Contract) -> String {
    fs::read_to_string(root.join(contract.path)).unwrap_or_default()
}
