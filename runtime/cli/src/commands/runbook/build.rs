//! `bindery runbook build`: calls the language's own toolchain, checks what it made, and puts the
//! manifest into it, with the schema of the parameters where the project prints it.

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
    limit,
    runbook::{Level, Manifest},
};
use bindery_inspect::{
    manifest::{Project, embed_manifest, read_project_toml},
    parameters::check_defaults,
};
use serde::Deserialize;
use serde_json::Value;
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
pub(crate) enum Kind {
    /// A runbook.
    Runbook,
    /// A module, which runbooks import.
    Module,
}

impl Kind {
    /// The file that makes a folder such a project.
    fn file(self) -> &'static str {
        match self {
            Kind::Runbook => "runbook.toml",
            Kind::Module => "module.toml",
        }
    }

    /// How such a project is begun.
    fn begun(self) -> &'static str {
        match self {
            Kind::Runbook => {
                "Name the folder of a runbook; `bindery runbook new --lang LANGUAGE NAME` makes one."
            }
            Kind::Module => "Name the folder of a module; `bindery module new NAME` makes one.",
        }
    }

    /// Whether it is one, and of which level.
    fn check(self, wasm: &[u8]) -> Result<Level, Failure> {
        match self {
            Kind::Runbook => bindery_inspect::inspect_unlinked(wasm).map(|module| module.level),
            Kind::Module => bindery_inspect::inspect_library(wasm).map(|_| Level::L2),
        }
    }
}

/// The programs of toolchains, and how to come by them.
const PROGRAMS: [(&str, &str); 8] = [
    ("asc", "AssemblyScript: `npm install --global assemblyscript@0.28.20`"),
    ("cargo", "Rust: https://rustup.rs"),
    ("componentize-py", "componentize-py: `pip install componentize-py==0.25.1`"),
    ("go", "Go, 1.27 or later: https://go.dev/dl"),
    ("node", "Node.js, 20 or later: https://nodejs.org"),
    ("python3", "Python, 3.11 or later: https://www.python.org"),
    ("tsc", "TypeScript: `npm install --global typescript@7.0.2`"),
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
    /// The program and its arguments that print the JSON Schema of the parameters.
    #[serde(default)]
    schema: Option<Vec<String>>,
}

pub(crate) async fn run(
    arguments: Arguments,
    project: Kind,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let Arguments { folder, to } = arguments;
    let (mut manifest, build) = read(&folder, project)?;
    if let Some(place) = &build.wit {
        wit::write(&folder.join(place), Some(&manifest.grants), &build.imports)?;
    }
    let to = to.unwrap_or_else(|| folder.join(format!("{}.wasm", manifest.name)));
    let made = folder.join(&build.output);
    // A build that fails leaves nothing that could be taken for what it made.
    let is_file = fs::symlink_metadata(&to).is_ok_and(|found| found.is_file());
    if is_file && fs::canonicalize(&to).ok() != fs::canonicalize(&made).ok() {
        fs::remove_file(&to).map_err(|error| unwritable(&to, &error))?;
    }
    make(&folder, &build, out)?;
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
    check_level(project.check(&wasm)?, &manifest, &build)?;
    if let Some(command) = &build.schema {
        manifest.parameters = Some(schema_of(&folder, command, &build.language, out).await?);
    }
    let defaults = manifest.parameters.as_ref().map_or(Ok(()), check_defaults);
    defaults.map_err(|failure| match &build.schema {
        Some(_) => {
            failure.advising("Correct the default where the type of the parameters gives it.")
        }
        None => failure,
    })?;
    let wasm = embed_manifest(&wasm, &manifest)?;
    let written = || fs::write(&to, &wasm).map_err(|error| unwritable(&to, &error));
    match project {
        Kind::Runbook => {
            let facts = Facts::of_file(to.clone(), &wasm)?;
            written()?;
            out.show(&facts, facts::show)
        }
        Kind::Module => {
            written()?;
            crate::commands::module::show_file(&to, &wasm, out)
        }
    }
}

/// Whether a runbook of its level can have what its project asks for.
fn check_level(level: Level, manifest: &Manifest, build: &Build) -> Result<(), CliFailure> {
    if level != Level::L2
        && let Some(import) = build.imports.first()
    {
        let text = format!(
            "only components import modules, and this is none that could import `{import}`"
        );
        return Err(CliFailure::new(Exit::Usage, text).hint(
            "Leave `imports` out, or write the runbook in a language that makes components: Rust, \
             JavaScript, TypeScript, Python.",
        ));
    }
    if level == Level::L0
        && let Some(grant) = manifest.grants.first()
    {
        let text = format!("this program has no operations, so `{grant}` is of no use to it");
        return Err(CliFailure::new(Exit::Usage, text).hint(
            "Does its main function call the SDK's? If it is to compute and print alone, leave `grants` empty.",
        ));
    }
    Ok(())
}

/// What the project's file says.
fn read(folder: &Path, project: Kind) -> Result<(Manifest, Build), CliFailure> {
    let file = project.file();
    let path = folder.join(file);
    let text = fs::read_to_string(&path).map_err(|error| match error.kind() {
        ErrorKind::NotFound => {
            let text = format!("there is no `{file}` in `{}`", folder.display());
            CliFailure::new(Exit::NotFound, text).hint(project.begun())
        }
        _ => unreadable(&path, &error),
    })?;
    let Project { manifest, build } = read_project_toml(&text)?;
    let invalid = |text: String| {
        let text = format!("`{}`{text}", path.display());
        CliFailure::from(Failure::new(Code::InvalidManifest, text))
    };
    let built = "It says how the runbook is built: `command = [\"go\", \"build\", …]` and `output = \"….wasm\"`.";
    let build = build.ok_or_else(|| invalid(" has no table `build`".to_owned()).hint(built))?;
    let build: Build = build.try_into().map_err(|error: toml::de::Error| {
        invalid(format!(": the table `build`: {}", error.message())).hint(built)
    })?;
    if build.command.is_empty() {
        return Err(invalid(": `build.command` is empty".to_owned()).hint(built));
    }
    if build.schema.as_ref().is_some_and(Vec::is_empty) {
        return Err(invalid(": `build.schema` is empty".to_owned())
            .hint("It is the command that prints the JSON Schema of the parameters."));
    }
    if build.schema.is_some() && manifest.parameters.is_some() {
        let both =
            ": the parameters have two schemas: `[parameters]`, and what `build.schema` prints";
        return Err(invalid(both.to_owned())
            .hint("Leave `[parameters]` out, or `schema` in the table `build`."));
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

/// The schema that a command of the project prints.
async fn schema_of(
    folder: &Path,
    command: &[String],
    language: &str,
    out: &mut Output<'_>,
) -> Result<Value, CliFailure> {
    let line = command.join(" ");
    out.note(&format!("$ {line}"))?;
    let Some((name, arguments)) = command.split_first() else {
        return Err(CliFailure::new(Exit::Internal, "an empty command"));
    };
    let program = found(folder, name);
    let said = schema::printed(folder, &line, &program, arguments, limit::SCHEMA_TIME).await;
    said.map_err(|failure| match failure.exit {
        Exit::NotFound => missing(name, language),
        _ => failure,
    })
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
        _ => format!(
            "there is no program `{program}`, with which this project in {language} is built"
        ),
    };
    let failure = CliFailure::new(Exit::NotFound, text);
    match PROGRAMS.iter().find(|(known, _)| *known == program) {
        Some((_, remedy)) => failure.hint(format!("Install {remedy}")),
        None => failure.hint("Install it, or put its folder into PATH."),
    }
}

mod schema;
#[cfg(test)]
mod tests;
