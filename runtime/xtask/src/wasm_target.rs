//! Brings the Wasm target that runbooks are built for where it is missing.
//!
//! It uses the standard library alone, so that a build script can include it with `#[path]`. It
//! never installs a toolchain and never changes which one is in use.

use std::{
    env,
    ffi::OsString,
    fmt, fs,
    path::{Path, PathBuf},
    process::Command,
};

/// The target of every runbook in this workspace.
pub(crate) const TARGET: &str = "wasm32-wasip2";

/// Why the target is not there.
#[derive(Debug)]
pub(crate) struct Missing {
    /// The toolchain that lacks it.
    toolchain: String,
    /// What was tried, and how it failed.
    reason: String,
}

impl fmt::Display for Missing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Missing { toolchain, reason } = self;
        write!(
            f,
            "Rust `{toolchain}` lacks the target {TARGET}, and it cannot be added: {reason}\n\
             with rustup:    rustup target add --toolchain {toolchain} {TARGET}\n\
             without rustup: install the {TARGET} standard library of the same Rust version \
             (rust-std-{toolchain}-{TARGET} from https://static.rust-lang.org/dist/) \
             into the folder that `rustc --print sysroot` prints"
        )
    }
}

impl std::error::Error for Missing {}

/// Makes sure that the toolchain of the workspace at `root` can build for [`TARGET`].
///
/// Asks `rustc` first, so it costs a few milliseconds and needs neither rustup nor a network where
/// the target is there. Works with `RUSTUP_AUTO_INSTALL=0`, where `rust-toolchain.toml` alone
/// brings nothing.
pub(crate) fn ensure(root: &Path) -> Result<(), Missing> {
    if present(root) {
        return Ok(());
    }
    let toolchain = toolchain(root);
    let missing = |reason: String| Missing { toolchain: toolchain.clone(), reason };
    let output = Command::new("rustup")
        .args(["target", "add", "--toolchain", &toolchain, TARGET])
        .current_dir(root)
        .output()
        .map_err(|error| missing(format!("rustup does not start ({error})")))?;
    if !output.status.success() {
        let words = String::from_utf8_lossy(&output.stderr).trim().to_owned();
        return Err(missing(format!("rustup ended with {}: {words}", output.status)));
    }
    if present(root) {
        return Ok(());
    }
    Err(missing("rustup added it to another toolchain than the `rustc` in use".to_owned()))
}

/// Whether the `rustc` in use has the target's standard library.
fn present(root: &Path) -> bool {
    let rustc = env::var_os("RUSTC").unwrap_or_else(|| OsString::from("rustc"));
    let output = Command::new(rustc)
        .args(["--print", "target-libdir", "--target", TARGET])
        .current_dir(root)
        .output();
    output.is_ok_and(|output| {
        let folder = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
        output.status.success() && has_std(&folder)
    })
}

/// Whether `folder` holds a standard library: a target that was removed leaves an empty folder
/// behind.
fn has_std(folder: &Path) -> bool {
    let Ok(entries) = fs::read_dir(folder) else { return false };
    entries.flatten().any(|entry| entry.file_name().to_string_lossy().starts_with("libstd-"))
}

/// The toolchain to add the target to: the one that runs this build, else the one that the
/// workspace pins.
fn toolchain(root: &Path) -> String {
    if let Ok(running) = env::var("RUSTUP_TOOLCHAIN")
        && !running.is_empty()
    {
        return running;
    }
    let text = fs::read_to_string(root.join("rust-toolchain.toml")).unwrap_or_default();
    pinned(&text).unwrap_or("stable").to_owned()
}

/// The `channel` of a `rust-toolchain.toml`.
fn pinned(text: &str) -> Option<&str> {
    text.lines().find_map(|line| {
        let (key, value) = line.split_once('=')?;
        (key.trim() == "channel").then(|| value.trim().trim_matches('"'))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_pinned_channel_is_read() {
        let text = "[toolchain]\ncomponents = [\"clippy\"]\nchannel = \"1.95.0\"\n";
        assert_eq!(pinned(text), Some("1.95.0"));
        assert_eq!(pinned("[toolchain]\n"), None);
    }

    #[test]
    fn a_folder_without_a_standard_library_does_not_count() {
        assert!(!has_std(Path::new("/nonexistent")));
        assert!(!has_std(&Path::new(env!("CARGO_MANIFEST_DIR")).join("src")));
    }

    #[test]
    fn the_error_says_what_to_type() {
        let missing = Missing { toolchain: "1.95.0".to_owned(), reason: "no rustup".to_owned() };
        let line = format!("rustup target add --toolchain 1.95.0 {TARGET}");
        assert!(missing.to_string().contains(&line), "{missing}");
    }
}
