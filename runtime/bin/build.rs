//! Builds the built-in runbooks and modules, links the runbooks with what they import, seals all
//! with the vendor's key, and leaves the bundles in `OUT_DIR` for `src/builtins.rs`; beside them the
//! guest examples that the demo imports.
//!
//! It writes nowhere but below the target folder. Where the Wasm target
//! is missing it is added to the toolchain that runs this build.

#[path = "../xtask/src/guest_build.rs"]
#[expect(dead_code, reason = "xtask builds every guest, this script those that it embeds")]
mod guest_build;
#[path = "build/vendor.rs"]
mod vendor;
#[path = "../xtask/src/wasm_target.rs"]
mod wasm_target;

use anyhow::{Context, anyhow, ensure};
use bindery_core::{
    runbook::Manifest,
    seal::{StartedBy, Verb},
};
use bindery_inspect::manifest::{embed_manifest, read_manifest_toml};
use bindery_link::{Part, link};
use std::{
    env, fs,
    path::{Path, PathBuf},
};
use vendor::Vendor;

/// The packages of the built-in runbooks, and who may start each.
const BUILTINS: [(&str, StartedBy); 2] = [
    ("patch-microsoftomscomputers", StartedBy::Deployment),
    ("patch-microsoftomscomputer", StartedBy::SamePublisher),
];
/// The modules that come with every account.
const MODULES: [&str; 3] = ["update-selection", "maintenance-window", "notifications"];
/// The guest examples that the demo imports as a user would, and the files that they are built to.
const EXAMPLES: [(&str, &str); 2] = [
    ("patch-report-rust", "patch_report_rust.wasm"),
    ("maintenance-calendar-l0", "maintenance-calendar-l0.wasm"),
];
/// What the bundles are made of, from the root of the workspace.
const SOURCES: [&str; 8] = [
    "sdk/wit",
    "sdk/rust",
    "builtin-runbooks",
    "guest-examples/patch-report-rust",
    "guest-examples/maintenance-calendar-l0",
    "Cargo.lock",
    "Cargo.toml",
    "runtime/bin/build",
];

fn main() -> anyhow::Result<()> {
    let root = fs::canonicalize(variable("CARGO_MANIFEST_DIR")?.join("../.."))?;
    let out = variable("OUT_DIR")?;
    for source in SOURCES {
        println!("cargo::rerun-if-changed={}", root.join(source).display());
    }
    println!("cargo::rerun-if-env-changed={}", vendor::KEY_FILE);
    let target = target_folder(&out)?;
    let vendor = Vendor::open(&target)?;
    let folder = build_guests(&root, &target)?;
    let builtins = root.join("builtin-runbooks");
    let mut parts = vec![];
    for package in MODULES {
        let manifest = manifest(&builtins.join("modules").join(package).join("module.toml"))?;
        let wasm = embedded(&folder, package, &manifest)?;
        let bundle = vendor.seal(&wasm, manifest, vec![], vec![]);
        let bundle = bundle.with_context(|| format!("failed to seal `{package}`"))?;
        fs::write(out.join(format!("{package}.bundle")), bundle)?;
        parts.push(Part::new(wasm, None).map_err(|failure| anyhow!("`{package}`: {failure}"))?);
    }
    for (package, started_by) in BUILTINS {
        let manifest = manifest(&builtins.join(package).join("runbook.toml"))?;
        let wasm = embedded(&folder, package, &manifest)?;
        let whole = link(&wasm, manifest, &parts)
            .map_err(|failure| anyhow!("failed to link `{package}`: {failure}"))?;
        let verbs = vec![Verb::DryRun, Verb::Replay];
        let bundle = vendor
            .seal(&whole.wasm, whole.manifest, verbs, vec![started_by])
            .with_context(|| format!("failed to seal `{package}`"))?;
        fs::write(out.join(format!("{package}.bundle")), bundle)?;
    }
    for (package, file) in EXAMPLES {
        let wasm = example(&root, package, &folder.join(file))
            .with_context(|| format!("failed to make the example `{package}`"))?;
        fs::write(out.join(format!("{package}.wasm")), wasm)?;
    }
    fs::write(out.join("vendor.json"), serde_json::to_vec(&vendor.trusted_key())?)?;
    Ok(())
}

fn manifest(toml: &Path) -> anyhow::Result<Manifest> {
    let text =
        fs::read_to_string(toml).with_context(|| format!("failed to read `{}`", toml.display()))?;
    read_manifest_toml(&text).map_err(|failure| anyhow!("`{}`: {failure}", toml.display()))
}

/// The Wasm file of `package` with its manifest in it.
fn embedded(folder: &Path, package: &str, manifest: &Manifest) -> anyhow::Result<Vec<u8>> {
    let wasm = folder.join(format!("{}.wasm", package.replace('-', "_")));
    let wasm = fs::read(&wasm).with_context(|| format!("failed to read `{}`", wasm.display()))?;
    embed_manifest(&wasm, manifest).map_err(|failure| anyhow!("`{package}`: {failure}"))
}

/// A guest example with its manifest in it.
fn example(root: &Path, package: &str, wasm: &Path) -> anyhow::Result<Vec<u8>> {
    let manifest = manifest(&root.join("guest-examples").join(package).join("runbook.toml"))?;
    embed_manifest(&fs::read(wasm)?, &manifest).map_err(|failure| anyhow!("{failure}"))
}

fn variable(name: &str) -> anyhow::Result<PathBuf> {
    env::var_os(name).map(PathBuf::from).ok_or_else(|| anyhow!("cargo does not set {name}"))
}

/// The target folder of the workspace: cargo marks it for backup programs.
fn target_folder(out: &Path) -> anyhow::Result<PathBuf> {
    let marked = |folder: &&Path| folder.join("CACHEDIR.TAG").exists();
    // <target>/<profile>/build/<package>/out
    let folder = out.ancestors().find(marked).or(out.ancestors().nth(4));
    folder.map(Path::to_owned).ok_or_else(|| anyhow!("`{}` is in no target folder", out.display()))
}

/// Builds the guests in a target folder of their own, since the cargo that runs this
/// script holds the lock of `target`; returns the folder of the Wasm files.
fn build_guests(root: &Path, target: &Path) -> anyhow::Result<PathBuf> {
    wasm_target::ensure(root)?;
    let guests = target.join("guests");
    let packages = BUILTINS.map(|(package, _)| package).into_iter();
    let examples = EXAMPLES.map(|(package, _)| package).into_iter();
    let packages: Vec<_> = packages.chain(MODULES).chain(examples).map(str::to_owned).collect();
    let mut cargo = guest_build::command(root, &guests, wasm_target::TARGET, &packages);
    let output = cargo.output().context("failed to start cargo for the guests")?;
    ensure!(
        output.status.success(),
        "the guests cannot be built:\n{}",
        String::from_utf8_lossy(&output.stderr)
    );
    Ok(guests.join(wasm_target::TARGET).join("guest"))
}
