//! `guests`: builds every guest of the workspace and says where each file is.

use crate::{ensure_wasm_target, guest_build, wasm_target::TARGET, workspace};
use anyhow::Context;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// Builds the built-in runbooks and the guest examples, and prints a line per Wasm file.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    ensure_wasm_target(root)?;
    let target_dir = target_dir(root);
    let packages = packages(root)?;
    workspace::run(guest_build::command(root, &target_dir, TARGET, &packages))?;
    let folder = target_dir.join(TARGET).join("guest");
    for file in wasm_files(&folder)? {
        let bytes = fs::metadata(&file)?.len();
        println!("{bytes:>9}  {}", file.display());
    }
    Ok(())
}

/// The guests' own target folder, so that they never wait for a build of the host.
fn target_dir(root: &Path) -> PathBuf {
    let host = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    host.map_or_else(|| root.join("target"), |folder| root.join(folder)).join("guests")
}

fn packages(root: &Path) -> anyhow::Result<Vec<String>> {
    let is_guest = |folder: &str| {
        guest_build::FOLDERS.iter().any(|parent| folder.split('/').next() == Some(parent))
    };
    let packages = workspace::packages(root)?.into_iter();
    Ok(packages.filter(|package| is_guest(&package.folder(root))).map(|p| p.name).collect())
}

fn wasm_files(folder: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let entries =
        fs::read_dir(folder).with_context(|| format!("failed to list `{}`", folder.display()))?;
    let files = entries.flatten().map(|entry| entry.path());
    let mut files: Vec<_> =
        files.filter(|file| file.extension().is_some_and(|end| end == "wasm")).collect();
    files.sort();
    Ok(files)
}
