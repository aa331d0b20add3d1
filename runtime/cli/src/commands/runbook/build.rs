//! `bindery runbook build`: calls the language's own toolchain, checks what it made, and puts the
//! manifest into it.

use super::{
    facts::{self, Facts},
    wit,
};
use crate::{
    context::{unreadable, unwritable},
    failure::{CliFailure, Exit},
    output::Output,
};
use bindery_core::{
    code::{Code, Failure},
    runbook::Manifest,
};
use bindery_inspect::manifest::{embed_manifest, read_manifest_toml};
use serde::Deserialize;
use std::{
    collections::BTreeMap,
    ffi::OsString,
    fs,
    io::{self, ErrorKind},
    os::fd::AsFd as _,
    path::{Path, PathBuf},
    process::{Command, Stdio},
};

/// What a folder is the project of.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Project {
    /// A runbook.
    Runbook,
    /// A module, which runbooks import.
    Module,
}

impl Project {
    /// The file that makes a folder such a project.
    fn file(self) -> &'static str {
        match self {
            Project::Runbook => "runbook.toml",
            Project::Module => "module.toml",
        }
    }

    fn check(self, wasm: &[u8]) -> Result<(), Failure> {
        match self {
            Project::Runbook => bindery_inspect::inspect_unlinked(wasm).map(drop),
            Project::Module => bindery_inspect::inspect_library(wasm).map(drop),
        }
    }
}

/// The programs of toolchains, and how to come by them.
const PROGRAMS: [(&str, &str); 8] = [
    ("asc", "AssemblyScript: `npm install --global assemblyscript`"),
    ("cargo", "Rust: https://rustup.rs"),
    ("componentize-py", "`pip install componentize-py`"),
    ("go", "Go, 1.27 or later: https://go.dev/dl"),
    ("jco", "`npm install --global @bytecodealliance/jco`"),
    ("node", "Node.js, 20 or later: https://nodejs.org"),
    ("tsc", "TypeScript: `npm install --global typescript`"),
    ("zig", "Zig, 0.17 or later: https://ziglang.org/download"),
];

/// What is built.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The folder of the project
    #[arg(value_name = "FOLDER", default_value = ".")]
    folder: PathBuf,
    /// Where to write the Wasm file; else in the folder, by the name of what is built
    #[arg(long, value_name = "FILE.wasm")]
    to: Option<PathBuf>,
}

/// The table `build` of `runbook.toml`.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Build {
    /// The language, for people.
    #[serde(default)]
    language: String,
    /// The program and its arguments, run in the project's folder.
    command: Vec<String>,
    /// The Wasm file that it makes.
    output: PathBuf,
    /// What the command finds in its environment besides.
    #[serde(default)]
    env: BTreeMap<String, String>,
    /// Where the command expects the contract's WIT.
    #[serde(default)]
    wit: Option<PathBuf>,
    /// The interfaces of modules that it imports; their packages stand in `deps` of `wit`.
    #[serde(default)]
    imports: Vec<String>,
}

pub(crate) fn run(
    arguments: Arguments,
    project: Project,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let Arguments { folder, to } = arguments;
    let (manifest, build) = read(&folder, project)?;
    if let Some(place) = &build.wit {
        wit::write(&folder.join(place), Some(&manifest.grants), &build.imports)?;
    }
    make(&folder, &build, out)?;
    let made = folder.join(&build.output);
    let wasm = fs::read(&made).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            let text = format!("the build ended well, but there is no `{}`", made.display());
            CliFailure::new(Exit::Failed, text).hint(format!(
                "`output` in the table `build` of `{}` says where it is.",
                project.file()
            ))
        }
        _ => unreadable(&made, &error),
    })?;
    // Before it is touched, so that a message is about what the toolchain made.
    project.check(&wasm)?;
    let wasm = embed_manifest(&wasm, &manifest)?;
    let to = to.unwrap_or_else(|| folder.join(format!("{}.wasm", manifest.name)));
    let written = || fs::write(&to, &wasm).map_err(|error| unwritable(&to, &error));
    match project {
        Project::Runbook => {
            let facts = Facts::of_file(to.clone(), &wasm)?;
            written()?;
            out.show(&facts, facts::show)
        }
        Project::Module => {
            written()?;
            crate::commands::module::show_file(&to, &wasm, out)
        }
    }
}

/// What the project's file says.
fn read(folder: &Path, project: Project) -> Result<(Manifest, Build), CliFailure> {
    let file = project.file();
    let path = folder.join(file);
    let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            let text = format!("there is no `{file}` in `{}`", folder.display());
            CliFailure::new(Exit::NotFound, text).hint(
                "Name the folder of a runbook; `bindery runbook new --lang LANGUAGE NAME` makes one.",
            )
        }
        _ => unreadable(&path, &error),
    })?;
    let manifest = read_manifest_toml(&text)?;
    let invalid = |text: String| {
        CliFailure::from(Failure::new(Code::InvalidManifest, text)).hint(
            "It says how the runbook is built: `command = [\"go\", \"build\", …]` and `output = \"….wasm\"`.",
        )
    };
    let table: toml::Table = toml::from_str(&text)
        .map_err(|error| invalid(format!("`{}`: {}", path.display(), error.message())))?;
    let build = table
        .get("build")
        .ok_or_else(|| invalid(format!("`{}` has no table `build`", path.display())))?;
    let build: Build = build.clone().try_into().map_err(|error: toml::de::Error| {
        invalid(format!("`{}`: the table `build`: {}", path.display(), error.message()))
    })?;
    if build.command.is_empty() {
        return Err(invalid(format!("`{}`: `build.command` is empty", path.display())));
    }
    Ok((manifest, build))
}

/// Runs the toolchain; all that it says goes to stderr.
fn make(folder: &Path, build: &Build, out: &mut Output<'_>) -> Result<(), CliFailure> {
    let line = build.command.join(" ");
    out.note(&format!("$ {line}"))?;
    let (program, arguments) = build.command.split_first().unwrap_or((&line, &[]));
    let stderr = io::stderr().as_fd().try_clone_to_owned().map_err(|error| {
        CliFailure::new(Exit::Internal, "stderr cannot be shared").because(&error)
    })?;
    let ended = Command::new(found(folder, program))
        .args(arguments)
        .current_dir(folder)
        .envs(&build.env)
        .stdin(Stdio::null())
        .stdout(Stdio::from(stderr))
        .status();
    let status = ended.map_err(|error| match error.kind() {
        ErrorKind::NotFound => missing(program, &build.language),
        _ => {
            CliFailure::new(Exit::Failed, format!("`{program}` cannot be started")).because(&error)
        }
    })?;
    if status.success() {
        return Ok(());
    }
    let text = format!("`{line}` failed ({status}); what it said stands above");
    Err(CliFailure::new(Exit::Failed, text))
}

/// A program with a path is one of the project.
fn found(folder: &Path, program: &str) -> OsString {
    match program.contains('/') {
        true => std::path::absolute(folder.join(program)).map_or(program.into(), Into::into),
        false => program.into(),
    }
}

fn missing(program: &str, language: &str) -> CliFailure {
    let text = match language {
        "" => format!("there is no program `{program}`"),
        _ => format!("there is no program `{program}`, with which {language} is built"),
    };
    let failure = CliFailure::new(Exit::NotFound, text);
    match PROGRAMS.iter().find(|(known, _)| *known == program) {
        Some((_, remedy)) => failure.hint(format!("Install {remedy}")),
        None => failure.hint("Install it, or put its folder into PATH."),
    }
}

#[cfg(test)]
mod tests;
