//! Builds with `cp` and `sh` as toolchains: what is checked is around them.

use super::*;
use crate::output::{Format, Terminals};
use std::{fs, os::unix::fs::PermissionsExt as _};
use tempfile::TempDir;

/// The smallest program.
const PROGRAM: &[u8] =
    b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\x07\x0a\x01\x06_start\0\0\
    \x0a\x04\x01\x02\0\x0b";

/// The smallest core module that may call the host.
const GUEST: &[u8] =
    b"\0asm\x01\0\0\0\x01\x05\x01\x60\0\x01\x7f\x02\x1a\x01\x0abindery_v1\x0babi_version\0\0\
    \x03\x02\x01\0\x05\x03\x01\0\x01\x07\x10\x02\x03run\0\x01\x06memory\x02\0\x0a\x06\x01\x04\0\x41\0\x0b";

/// A project with this table `build`, and a program `source.wasm`.
fn project(build: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    let toml = format!("name = \"Clean-Logs\"\nversion = \"1\"\n{build}");
    fs::write(folder.path().join("runbook.toml"), toml).expect("written");
    fs::write(folder.path().join("source.wasm"), PROGRAM).expect("written");
    folder
}

/// Builds on a runtime of its own, as `main` does.
fn built(folder: &Path) -> Result<String, CliFailure> {
    let (mut out, mut err) = (vec![], vec![]);
    let mut output =
        Output::new(&mut out, &mut err, Terminals { stdout: false, stderr: false }, Format::Table);
    let arguments = Arguments { folder: folder.to_owned(), to: None };
    let build = run(arguments, Kind::Runbook, &mut output);
    tokio::runtime::Builder::new_current_thread()
        .enable_all()
        .build()
        .expect("a runtime")
        .block_on(build)?;
    Ok(String::from_utf8(out).expect("text"))
}

const COPY: &str = "[build]\ncommand = ['cp', 'source.wasm', 'out.wasm']\noutput = 'out.wasm'";

#[test]
fn the_file_has_its_manifest_and_says_what_it_can_do() {
    let folder = project(COPY);
    let said = built(folder.path()).expect("built");
    assert!(said.contains("L0\n") && said.contains("can: nothing"), "{said}");
    let wasm = fs::read(folder.path().join("Clean-Logs.wasm")).expect("a file");
    let module = bindery_inspect::inspect(&wasm).expect("a module");
    assert_eq!(module.manifest.expect("a manifest").name.as_str(), "Clean-Logs");
}

#[test]
fn a_script_of_the_project_is_called_with_its_environment_and_finds_the_world_of_its_grants() {
    let build = "grants = ['updates.read']\n[build]\ncommand = ['./make.sh']\noutput = 'out.wasm'\n\
                 wit = 'made/wit'\nenv = { SOURCE = 'source.wasm' }";
    let folder = project(build);
    fs::write(folder.path().join("source.wasm"), GUEST).expect("written");
    let script = folder.path().join("make.sh");
    fs::write(&script, "#!/bin/sh\nset -e\ncp $SOURCE out.wasm\n").expect("written");
    fs::set_permissions(&script, fs::Permissions::from_mode(0o755)).expect("set");
    built(folder.path()).expect("built");
    let world = fs::read_to_string(folder.path().join("made/wit/world.wit")).expect("a world");
    assert!(world.contains("update-inventory") && !world.contains("power"), "{world}");
}

#[test]
fn the_parameters_are_those_that_a_command_of_the_project_prints() {
    let schema = "\nschema = ['cat', 'schema.json']";
    let folder = project(&format!("{COPY}{schema}"));
    let properties = r#"{"properties": {"days": {"type": "integer"}}}"#;
    fs::write(folder.path().join("schema.json"), properties).expect("written");
    built(folder.path()).expect("built");
    let wasm = fs::read(folder.path().join("Clean-Logs.wasm")).expect("a file");
    let manifest = bindery_inspect::inspect(&wasm).expect("a module").manifest.expect("a manifest");
    assert_eq!(manifest.parameters.expect("a schema").to_string(), properties.replace(' ', ""));

    let never = r#"{"properties": {"days": {"type": "integer", "default": "soon"}}}"#;
    fs::write(folder.path().join("schema.json"), never).expect("written");
    let failure = built(folder.path()).expect_err("no job could start");
    assert!(failure.to_string().contains("a `default` of the parameters"), "{failure}");

    fs::write(folder.path().join("schema.json"), "no schema").expect("written");
    let failure = built(folder.path()).expect_err("not JSON");
    assert!(failure.to_string().contains("`cat schema.json` printed no JSON Schema"), "{failure}");
}

#[test]
fn a_build_that_fails_leaves_nothing_of_the_one_before() {
    let folder = project("[build]\ncommand = ['false']\noutput = 'x'");
    let left = folder.path().join("Clean-Logs.wasm");
    fs::write(&left, PROGRAM).expect("written");
    built(folder.path()).expect_err("it fails");
    assert!(!left.exists());
}

#[test]
fn each_usual_mistake_says_what_to_do() {
    let rows = [
        ("[build]\nx = 1\nx = 2", "line 5: duplicate key", "Correct runbook.toml"),
        ("", "has no table `build`", "command = "),
        ("[build]\noutput = 'x'", "missing field `command`", "command = "),
        ("[build]\ncommand = []\noutput = 'x'", "`build.command` is empty", "command = "),
        ("[build]\ncommand = ['cp']\noutput = 'x'\nlang = 'go'", "unknown field `lang`", "command"),
        ("[build]\ncommand = ['true']\noutput = 'x'", "there is no `", "`output` in the table"),
        ("[build]\ncommand = ['false']\noutput = 'x'", "`false` failed (exit status: 1)", ""),
        (
            "[build]\nlanguage = 'Cobol'\ncommand = ['no-such-program']\noutput = 'x'",
            "there is no program `no-such-program`, with which this project in Cobol is built",
            "PATH",
        ),
        (
            "[build]\ncommand = ['true']\noutput = 'source.wasm'\nschema = ['no-such-program']",
            "there is no program `no-such-program`",
            "PATH",
        ),
        (
            "[build]\ncommand = ['true']\noutput = 'source.wasm'\nschema = []",
            "`build.schema` is empty",
            "prints the JSON Schema",
        ),
        (
            "[build]\ncommand = ['true']\noutput = 'x'\nschema = ['x']\n[parameters]",
            "the parameters have two schemas",
            "Leave `[parameters]` out",
        ),
        (
            "grants = ['updates.read']\n[build]\ncommand = ['true']\noutput = 'source.wasm'",
            "this program has no operations, so `updates.read` is of no use",
            "call the SDK's?",
        ),
        (
            "[build]\ncommand = ['true']\noutput = 'source.wasm'\nimports = ['acme:a/b@1.0.0']",
            "this is none that could import `acme:a/b@1.0.0`",
            "Leave `imports` out",
        ),
        (
            "[build]\ncommand = ['cp', 'runbook.toml', 'x']\noutput = 'x'",
            "is not a Wasm module",
            "",
        ),
    ];
    for (build, message, hint) in rows {
        let folder = project(build);
        let failure = built(folder.path()).expect_err(build);
        assert!(failure.to_string().contains(message), "{build}: {failure}");
        assert!(failure.hint.unwrap_or_default().contains(hint), "{build}");
    }
    let empty = tempfile::tempdir().expect("a folder");
    let failure = built(empty.path()).expect_err("no project");
    assert_eq!(failure.exit, Exit::NotFound);
    assert!(failure.hint.expect("a hint").contains("runbook new"));
    assert!(missing("go", "Go").hint.expect("a hint").contains("https://go.dev/dl"));
}

#[test]
fn what_is_to_be_installed_is_what_the_tests_use() {
    let npm = include_str!("../../../../../../sdk/toolchains/package.json");
    let pip = include_str!("../../../../../../sdk/toolchains/requirements.txt");
    let mut pinned = 0;
    for (_, remedy) in PROGRAMS {
        if let Some((_, package)) = remedy.split_once("install --global ") {
            let line = package.trim_end_matches('`').replace('@', "\": \"");
            assert!(npm.contains(&line), "{remedy}");
            pinned += 1;
        }
        if let Some((_, package)) = remedy.split_once("pip install ") {
            assert!(pip.contains(package.trim_end_matches('`')), "{remedy}");
            pinned += 1;
        }
    }
    assert_eq!(pinned, 3, "asc, tsc and componentize-py");
}
