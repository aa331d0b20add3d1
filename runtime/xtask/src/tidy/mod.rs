//! `tidy`: proves what the house says and no compiler checks.
//!
//! Each rule is a function from text or a package to findings; only this file reads the disk. The
//! tables (`floors`, `owners`, `exceptions`) are data: a change of the house is a line there.

mod exceptions;
mod features;
mod floors;
mod imports;
mod links;
mod owners;
mod scan;
mod sources;

use crate::workspace::{self, Package};
use anyhow::{Context, bail};
use std::{
    fmt, fs,
    path::{Path, PathBuf},
};

/// One thing that is not as the house says.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The file, relative to the root.
    path: String,
    /// The line, from 1; 0 for the file as a whole.
    line: usize,
    /// What is wrong, and what to do.
    message: String,
}

impl Finding {
    fn new(path: &str, line: usize, message: impl Into<String>) -> Self {
        Finding { path: path.to_owned(), line, message: message.into() }
    }
}

impl fmt::Display for Finding {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.line {
            0 => write!(f, "{}: {}", self.path, self.message),
            line => write!(f, "{}:{line}: {}", self.path, self.message),
        }
    }
}

/// Checks the workspace at `root`; an error if anything is found.
pub(crate) fn run(root: &Path) -> anyhow::Result<()> {
    let mut findings = Vec::new();
    for package in workspace::packages(root)? {
        findings.extend(check_package(root, &package)?);
    }
    findings.extend(features::run(root)?);
    let mut lengths = Vec::new();
    for file in files(root)? {
        let path = relative(root, &file);
        let text = fs::read_to_string(&file).with_context(|| format!("failed to read `{path}`"))?;
        if path.ends_with(".rs") {
            lengths.push((text.lines().count(), path.clone()));
            findings.extend(sources::check(&path, &text));
        } else {
            findings.extend(links::check(&path, &text, |target| root.join(target).exists()));
        }
    }
    findings.extend(exceptions::unused(|path| root.join(path).exists()));
    report(&findings, lengths)
}

fn check_package(root: &Path, package: &Package) -> anyhow::Result<Vec<Finding>> {
    let path = format!("{}/Cargo.toml", package.folder(root));
    let text = fs::read_to_string(&package.manifest_path)
        .with_context(|| format!("failed to read `{path}`"))?;
    let mut findings = imports::check(&path, package);
    findings.extend(owners::check(&path, package));
    findings.extend(imports::check_lints(&path, &text));
    Ok(findings)
}

fn report(findings: &[Finding], mut lengths: Vec<(usize, String)>) -> anyhow::Result<()> {
    lengths.sort();
    let median = lengths.get(lengths.len() / 2).map_or(0, |(lines, _)| *lines);
    for (lines, path) in lengths.iter().filter(|(lines, _)| *lines > sources::LINES_WARN) {
        eprintln!("note: {path}: {lines} lines; {} is the limit", sources::LINES_MAX);
    }
    for finding in findings {
        eprintln!("{finding}");
    }
    match findings.len() {
        0 => println!("tidy: {} Rust files, median {median} lines", lengths.len()),
        1 => bail!("tidy: 1 finding"),
        many => bail!("tidy: {many} findings"),
    }
    Ok(())
}

/// Every `.rs` and `.md` file below `root` but for build output and hidden folders.
fn files(root: &Path) -> anyhow::Result<Vec<PathBuf>> {
    let mut found = Vec::new();
    let mut folders = vec![root.to_owned()];
    while let Some(folder) = folders.pop() {
        let entries = fs::read_dir(&folder)
            .with_context(|| format!("failed to list `{}`", folder.display()))?;
        for entry in entries.flatten() {
            let (path, name) = (entry.path(), entry.file_name());
            let name = name.to_string_lossy();
            let skipped = name.starts_with('.') || name == "target" || name == "node_modules";
            if path.is_dir() && !path.is_symlink() && !skipped {
                folders.push(path);
            } else if name.ends_with(".rs") || name.ends_with(".md") {
                found.push(path);
            }
        }
    }
    found.sort();
    Ok(found)
}

fn relative(root: &Path, file: &Path) -> String {
    file.strip_prefix(root).unwrap_or(file).to_string_lossy().replace('\\', "/")
}
