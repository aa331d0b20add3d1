//! Keys and bundles in a scratch folder, through the command line as people type it.

use super::*;
use crate::{
    context::Global,
    output::{Format, Terminals},
    tester,
};
use bindery_inspect::manifest::{embed_manifest, read_manifest_toml};
use clap::{CommandFactory, Parser};
use serde_json::Value;
use tempfile::TempDir;

#[derive(Debug, Parser)]
struct Program {
    #[command(flatten)]
    global: Global,
    #[command(subcommand)]
    verb: Verb,
}

/// A module that exports `_start`, and nothing else.
const PROGRAM: &[u8] = b"\0asm\x01\0\0\0\x01\x04\x01\x60\0\0\x03\x02\x01\0\
    \x07\x0a\x01\x06_start\0\0\x0a\x04\x01\x02\0\x0b";
const NOW: &str = "2026-11-22T18:00:00Z";

fn now() -> Timestamp {
    NOW.parse().expect("a time")
}

/// A folder with a key, and one Wasm file with a manifest and one without.
fn folder() -> (TempDir, String) {
    let folder = tempfile::tempdir().expect("a folder");
    let toml =
        "name = \"Report\"\ndescription = \"d\"\nversion = \"1.2\"\ngrants = [\"updates.read\"]\n";
    let manifest = read_manifest_toml(toml).expect("a manifest");
    let report = embed_manifest(PROGRAM, &manifest).expect("a module");
    fs::write(folder.path().join("report.wasm"), report).expect("written");
    fs::write(folder.path().join("plain.wasm"), PROGRAM).expect("written");
    let made = ran(&folder, "keygen DIR/key").expect("a key");
    let key = made["publicKey"].as_str().expect("a public key").to_owned();
    (folder, key)
}

/// The JSON that a command prints; `DIR` in it is the folder.
fn ran(folder: &TempDir, line: &str) -> Result<Value, CliFailure> {
    let line = format!("seal {}", line.replace("DIR", &folder.path().display().to_string()));
    let program = Program::try_parse_from(line.split(' '))
        .map_err(|error| CliFailure::new(Exit::Usage, error.to_string()))?;
    let context = Context {
        global: program.global,
        program: Program::command(),
        now,
        seed: || Ok([7; 32]),
        tester: tester::nobody,
    };
    let (mut stdout, mut stderr) = (vec![], vec![]);
    let terminals = Terminals { stdout: false, stderr: false };
    run(
        program.verb,
        &context,
        &mut Output::new(&mut stdout, &mut stderr, terminals, Format::Json),
    )?;
    Ok(serde_json::from_slice(&stdout).expect("JSON"))
}

#[test]
fn a_runbook_is_sealed_verified_and_shown() {
    let (folder, key) = folder();
    let line = "sign DIR/report.wasm --key DIR/key --publisher Acme --allow stop --allow dry-run \
                --started-by deployment --not-after 2027-01-01T00:00:00Z";
    let line: Vec<_> = line.split_whitespace().collect();
    let signed = ran(&folder, &line.join(" ")).expect("signed");
    assert_eq!(signed["file"], folder.path().join("report.bundle").display().to_string());
    let seal = ran(&folder, &format!("verify DIR/report.bundle --public-key {key}"));
    let seal = seal.expect("verified");
    assert_eq!(seal, signed["seal"]);
    assert_eq!((&seal["name"], &seal["version"]), (&"Report".into(), &"1.2".into()));
    assert_eq!(seal["verbs"], serde_json::json!(["stop", "dry-run"]));
    assert_eq!(seal["startedBy"], serde_json::json!(["deployment"]));
    assert_eq!(seal["grants"], serde_json::json!(["updates.read"]));
    assert_eq!(seal["notBefore"], NOW);
    let shown = ran(&folder, "show DIR/report.bundle").expect("shown");
    assert_eq!(shown["predicate"], seal);
}

#[test]
fn what_is_not_sealed_by_that_publisher_is_not_verified() {
    let (folder, key) = folder();
    ran(&folder, "sign DIR/report.wasm --key DIR/key --publisher Acme").expect("signed");
    let other = SigningKey::from_seed([8; 32]).public_key();
    let path = folder.path().join("report.bundle");
    let mut bytes = fs::read(&path).expect("a bundle");
    *bytes.last_mut().expect("not empty") ^= 1;
    fs::write(folder.path().join("changed.bundle"), bytes).expect("written");
    let rows = [
        (format!("verify DIR/report.bundle --public-key {other}"), "is signed with the key"),
        (format!("verify DIR/report.bundle --public-key {key} --publisher Eve"), "`Acme`"),
        (format!("verify DIR/changed.bundle --public-key {key}"), "is about the bytes"),
    ];
    for (line, words) in rows {
        let failure = ran(&folder, &line).expect_err(words);
        assert_eq!(failure.exit, Exit::Refused, "{failure}");
        assert!(failure.to_string().contains(words), "{failure}");
    }
}

#[test]
fn a_private_key_is_for_its_owner_alone_and_never_overwritten() {
    let (folder, _) = folder();
    let path = folder.path().join("key");
    let before = fs::read(&path).expect("a key");
    let failure = ran(&folder, "keygen DIR/key").expect_err("it is there");
    assert_eq!(failure.exit, Exit::Usage);
    assert!(failure.to_string().contains("exists already"), "{failure}");
    assert_eq!(fs::read(&path).expect("a key"), before);
    #[cfg(unix)]
    {
        use std::os::unix::fs::PermissionsExt as _;
        let mode = |path| fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
        assert_eq!(mode(&path), 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).expect("set");
        let failure = ran(&folder, "sign DIR/report.wasm --key DIR/key --publisher Acme");
        let failure = failure.expect_err("others can read it");
        assert!(failure.to_string().contains("mode 600"), "{failure}");
    }
}

#[test]
fn what_an_import_would_refuse_is_not_sealed() {
    let (folder, _) = folder();
    fs::write(folder.path().join("no.wasm"), "hello").expect("written");
    let rows = [
        ("no.wasm --publisher A", "looks like a text"),
        ("plain.wasm --publisher A", "--name"),
        ("plain.wasm --publisher A --name P", "--runbook-version"),
        ("report.wasm --publisher A --not-after 2026-01-01T00:00:00Z", "before it begins"),
        ("report.wasm --publisher A --allow fly", "dry-run"),
        ("report.wasm --publisher A --started-by me", "same-publisher"),
    ];
    for (line, words) in rows {
        let failure = ran(&folder, &format!("sign --key DIR/key DIR/{line}")).expect_err(words);
        assert_eq!(failure.exit, Exit::Usage, "{failure}");
        assert!(failure.to_string().contains(words), "{words}: {failure}");
    }
    assert!(!folder.path().join("plain.bundle").exists());
    let line = "sign --key DIR/key DIR/plain.wasm --publisher A --name P --runbook-version 1";
    assert_eq!(ran(&folder, line).expect("signed")["seal"]["name"], "P");
}
