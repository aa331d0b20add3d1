//! `bindery runbook test` as a program: its exit codes and what it prints where.

use crate::support::CALENDAR;
use serde_json::Value;
use std::{
    fs,
    path::Path,
    process::{Command, Output},
};
use tempfile::TempDir;

/// A folder with the calendar and `script`.
fn folder(script: &str) -> TempDir {
    let folder = tempfile::tempdir().expect("a folder");
    fs::write(folder.path().join("calendar.wasm"), CALENDAR.wasm()).expect("written");
    fs::write(folder.path().join("script.toml"), script).expect("written");
    folder
}

fn bindery(folder: &Path, more: &[&str]) -> Output {
    let home = folder.join("home");
    let output = Command::new(env!("CARGO_BIN_EXE_bindery"))
        .args(["runbook", "test", "calendar.wasm", "--script", "script.toml"])
        .args(["-p", "month=2026-11", "-p", "rule=patch tuesday"])
        .args(more)
        .current_dir(folder)
        .env("BINDERY_HOME", &home)
        .env_remove("BINDERY_URL")
        .output()
        .expect("it starts");
    let kept = std::fs::read_dir(&home).into_iter().flatten().flatten();
    let kept: Vec<_> = kept.map(|entry| entry.file_name()).collect();
    assert!(kept.iter().all(|name| name == "compiled"), "only compiled code is kept: {kept:?}");
    output
}

fn text(bytes: &[u8]) -> &str {
    std::str::from_utf8(bytes).expect("text")
}

#[test]
fn a_test_that_passes_prints_the_same_each_time_and_ends_with_its_verdict() {
    let folder = folder("parameters = { months = 1 }\n[expect]\nsaid = ['2026-11-10']");
    let (one, other) = (bindery(folder.path(), &[]), bindery(folder.path(), &[]));
    assert_eq!((one.status.code(), text(&one.stderr)), (Some(0), ""));
    assert_eq!(text(&one.stdout), text(&other.stdout));
    let last = text(&one.stdout).lines().last().expect("a line");
    assert_eq!(last, "passed: Completed, after 0s of virtual time");
    let json = bindery(folder.path(), &["--output", "json"]);
    let report: Value = serde_json::from_slice(&json.stdout).expect("JSON");
    assert_eq!((&report["passed"], &report["parameters"]["months"]), (&true.into(), &1.into()));
}

#[test]
fn a_test_that_does_not_pass_lists_all_that_is_lacking() {
    let folder = folder("[expect]\nsaid = ['easter', 'whitsun']");
    let ended = bindery(folder.path(), &[]);
    assert_eq!(ended.status.code(), Some(1));
    let last = text(&ended.stdout).lines().last().expect("a line");
    assert!(last.starts_with("FAILED: 2 expectations are not met"), "{last}");
    let words = text(&ended.stderr);
    assert!(words.contains("says `easter`") && words.contains("says `whitsun`"), "{words}");
}

#[test]
fn a_script_that_cannot_be_meant_is_named_with_its_key_and_a_remedy() {
    let folder = folder("[[fault]]\noperation = 'stream.write'");
    let ended = bindery(folder.path(), &[]);
    assert_eq!((ended.status.code(), text(&ended.stdout)), (Some(2), ""));
    let words = text(&ended.stderr);
    assert!(words.contains("`script.toml`: `fault[0]` of the script: it does not say"), "{words}");
    assert!(words.contains("hint: Give it exactly one of"), "{words}");
}
