//! `check`: all that can be said about a change without running a test.

use crate::{bless, tidy, workspace};
use std::path::Path;

/// Formatting, lints, the house and the generated contracts, in order of cost; stops at the first
/// that fails.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let cargo = |args: &[&str]| {
        let mut cargo = workspace::cargo(root);
        cargo.args(args);
        workspace::run(cargo)
    };
    cargo(&["fmt", "--all", "--check"])?;
    tidy::run(root)?;
    bless::verify(root)?;
    // The target comes first: the build script of the executable builds guests.
    crate::ensure_wasm_target(root)?;
    cargo(&["clippy", "--workspace", "--all-targets", "--", "-D", "warnings"])
}
