//! `toolchains`: brings the compilers of the guest languages into the target folder, as
//! `sdk/toolchains` pins them. Nothing of the machine is changed.
//!
//! ```text
//! <target>/toolchains/python   a venv: Go, Zig (which is also the C and C++ compiler), componentize-py
//!                     node     npm packages: AssemblyScript, componentize-qjs, rolldown, TypeScript, and
//!                              ts-json-schema-generator
//!                     bin      what a build calls; tests put it first in their PATH
//! ```

use crate::workspace;
use anyhow::{Context, ensure};
use std::{
    fs,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    process::Command,
};

/// Where the pins are, from the root of the workspace.
const PINS: &str = "sdk/toolchains";
/// The files of it that say what is brought.
const PINNED: [&str; 3] = ["requirements.txt", "package.json", "package-lock.json"];
/// The programs of the npm packages that builds call.
const NODE_PROGRAMS: [&str; 3] = ["asc", "rolldown", "tsc"];

/// Brings what is missing, and prints the folder that belongs into the `PATH`.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let folder = folder(root);
    let pins = root.join(PINS);
    let wanted = wanted(&pins)?;
    let stamp = folder.join("stamp");
    if fs::read_to_string(&stamp).ok().as_deref() != Some(&wanted) {
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("failed to remove `{}`", folder.display()))?;
        }
        fs::create_dir_all(folder.join("bin"))?;
        python(&pins, &folder)?;
        node(&pins, &folder)?;
        fs::write(&stamp, wanted)?;
    }
    println!("{}", folder.join("bin").display());
    Ok(())
}

fn folder(root: &Path) -> PathBuf {
    let target = std::env::var_os("CARGO_TARGET_DIR").map(PathBuf::from);
    target.map_or_else(|| root.join("target"), |folder| root.join(folder)).join("toolchains")
}

/// The pins and the place: a venv cannot be moved.
fn wanted(pins: &Path) -> anyhow::Result<String> {
    let mut text = String::from("toolchains 1\n");
    for file in PINNED {
        let path = pins.join(file);
        let pin = fs::read_to_string(&path);
        text += &pin.with_context(|| format!("failed to read `{}`", path.display()))?;
    }
    Ok(text)
}

fn python(pins: &Path, folder: &Path) -> anyhow::Result<()> {
    let venv = folder.join("python");
    ensure_program("python3", "Debian packages python3 and python3-venv")?;
    run_in(folder, Path::new("python3"), &["-m", "venv", "python"])?;
    let requirements = pins.join("requirements.txt").display().to_string();
    let pip = venv.join("bin/pip");
    run_in(folder, &pip, &["install", "--quiet", "--no-deps", "--requirement", &requirements])?;
    let program = |name: &str| venv.join("bin").join(name).display().to_string();
    shim(folder, "go", &[&program("go")])?;
    shim(folder, "componentize-py", &[&program("componentize-py")])?;
    shim(folder, "zig", &[&program("python"), "-m", "ziglang"])
}

fn node(pins: &Path, folder: &Path) -> anyhow::Result<()> {
    let node = folder.join("node");
    ensure_program("npm", "Debian packages nodejs and npm")?;
    fs::create_dir_all(&node)?;
    for file in ["package.json", "package-lock.json"] {
        fs::copy(pins.join(file), node.join(file))?;
    }
    run_in(&node, Path::new("npm"), &["ci", "--silent", "--no-audit", "--no-fund"])?;
    for name in NODE_PROGRAMS {
        let program = node.join("node_modules/.bin").join(name).display().to_string();
        shim(folder, name, &[&program])?;
    }
    Ok(())
}

/// A program in `bin` that is another one with its first arguments.
fn shim(folder: &Path, name: &str, command: &[&str]) -> anyhow::Result<()> {
    let path = folder.join("bin").join(name);
    let quoted: Vec<_> = command.iter().map(|word| format!("'{word}'")).collect();
    fs::write(&path, format!("#!/bin/sh\nexec {} \"$@\"\n", quoted.join(" ")))?;
    fs::set_permissions(&path, fs::Permissions::from_mode(0o755))?;
    Ok(())
}

fn ensure_program(name: &str, remedy: &str) -> anyhow::Result<()> {
    let there = Command::new(name).arg("--version").output().is_ok_and(|out| out.status.success());
    ensure!(there, "`{name}` is not there: install the {remedy}");
    Ok(())
}

fn run_in(folder: &Path, program: &Path, arguments: &[&str]) -> anyhow::Result<()> {
    let mut command = Command::new(program);
    command.args(arguments).current_dir(folder);
    workspace::run(command)
}
