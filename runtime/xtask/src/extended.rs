//! `extended`: builds the executable of the extended profile, `bindery-extended`, beside `bindery` in
//! the target folder.
//!
//! Both share all that does not depend on the engine. The build leaves the standard executable in its
//! place: cargo gives both the same name.

use crate::workspace;
use anyhow::Context as _;
use std::{
    fs,
    path::{Path, PathBuf},
};

pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    build(root, &["--features", "extended"])?;
    let folder = target_dir(root).join("debug");
    let (from, to) = (folder.join("bindery"), folder.join("bindery-extended"));
    // A copy that is moved: whoever runs the older one goes on.
    let fresh = folder.join("bindery-extended.new");
    fs::copy(&from, &fresh)
        .and_then(|_| fs::rename(&fresh, &to))
        .with_context(|| format!("failed to write `{}`", to.display()))?;
    build(root, &[])?;
    println!("{}", to.display());
    Ok(())
}

fn build(root: &Path, further: &[&str]) -> anyhow::Result<()> {
    let mut cargo = workspace::cargo(root);
    cargo.args(["build", "--locked", "--package", "bindery", "--bin", "bindery"]).args(further);
    workspace::run(cargo)
}

fn target_dir(root: &Path) -> PathBuf {
    let named = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    named.map_or_else(|| root.join("target"), |folder| root.join(folder))
}
