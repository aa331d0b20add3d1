//! How runbooks are compiled: the one `cargo` call for every guest of the workspace.
//!
//! It uses the standard library alone, so that a build script can include it with `#[path]`. It
//! only makes the command: the caller runs it.

use std::{path::Path, process::Command};

/// The folders whose packages are guests.
pub(crate) const FOLDERS: [&str; 2] = ["builtin-runbooks", "guest-examples"];

/// What a build of the host says to its children and a build of guests must not hear: flags for
/// another target, a lint driver in place of the compiler, another target folder.
const NOT_FOR_GUESTS: [&str; 6] = [
    "CARGO_BUILD_TARGET",
    "CARGO_ENCODED_RUSTFLAGS",
    "CARGO_TARGET_DIR",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTC_WRAPPER",
    "RUSTFLAGS",
];

/// The command that builds `packages` of the workspace at `root` for `target` into
/// `target_dir/<target>/guest/*.wasm`.
///
/// `target_dir` must not be the folder of a cargo that waits for this command: it holds that
/// folder's lock.
pub(crate) fn command(
    root: &Path,
    target_dir: &Path,
    target: &str,
    packages: &[String],
) -> Command {
    let mut cargo = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
    cargo.args(["build", "--locked", "--profile", "guest", "--target", target]).current_dir(root);
    cargo.arg("--target-dir").arg(target_dir);
    for package in packages {
        cargo.args(["--package", package]);
    }
    for name in NOT_FOR_GUESTS {
        cargo.env_remove(name);
    }
    cargo
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn flags_of_the_host_do_not_reach_a_guest() {
        let made = command(Path::new("/w"), Path::new("/t"), "wasm32-wasip2", &["one".to_owned()]);
        let removed: Vec<_> =
            made.get_envs().filter(|(_, value)| value.is_none()).map(|(name, _)| name).collect();
        assert_eq!(removed, NOT_FOR_GUESTS);
        let args: Vec<_> = made.get_args().map(|arg| arg.to_string_lossy()).collect();
        assert!(args.join(" ").ends_with("--target-dir /t --package one"), "{args:?}");
    }
}
