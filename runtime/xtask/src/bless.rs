//! `bless`: what is generated and committed, so that a change of it shows as a diff.
//!
//! A contract is text that is made without I/O; this module alone reads and writes the file.

use crate::sdk;
use anyhow::{Context, bail};
use std::{fs, path::Path};

/// Every generated file: its path from the root of the workspace, and what it must hold.
fn contracts(root: &Path) -> anyhow::Result<Vec<(String, String)>> {
    let mut contracts =
        vec![("runtime/api/openapi.json".to_owned(), bindery_api::openapi::openapi_text())];
    contracts.extend(sdk::files(root)?);
    Ok(contracts)
}

/// Writes every contract anew.
pub(crate) fn write(root: &Path) -> anyhow::Result<()> {
    for (path, text) in contracts(root)? {
        if committed(root, &path) == text {
            continue;
        }
        fs::write(root.join(&path), text).with_context(|| format!("failed to write `{path}`"))?;
        println!("{path}: written anew");
    }
    Ok(())
}

/// An error that names every contract whose file is not what the code makes.
pub(crate) fn verify(root: &Path) -> anyhow::Result<()> {
    let contracts = contracts(root)?;
    let stale = contracts.iter().filter(|(path, text)| committed(root, path) != *text);
    let stale: Vec<_> = stale.map(|(path, _)| path.as_str()).collect();
    if stale.is_empty() {
        return Ok(());
    }
    bail!("not up to date: {}; run `cargo xtask bless` and read the diff", stale.join(", "))
}

/// The committed text; empty if there is none.
fn committed(root: &Path, path: &str) -> String {
    fs::read_to_string(root.join(path)).unwrap_or_default()
}
