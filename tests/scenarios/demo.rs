//! The README's first command.

use crate::support::BINDERY;
use serde_json::Value;
use std::process::Command;

#[test]
fn the_demo_ends_with_all_as_it_should_be() {
    let folder = tempfile::tempdir().expect("a folder");
    let output = Command::new(BINDERY)
        .args(["demo", "--once", "--output", "json", "--folder"])
        .arg(folder.path())
        .output()
        .expect("it runs");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{words}\n{}", String::from_utf8_lossy(&output.stdout));
    let facts: Value = serde_json::from_slice(&output.stdout).expect("JSON facts");
    assert_eq!(facts["run"]["status"], "Succeeded");
    let checks = facts["checks"].as_array().expect("checks");
    assert!(checks.len() >= 6 && checks.iter().all(|check| check["holds"] == true), "{checks:#?}");
}

#[test]
fn the_demo_refuses_a_folder_that_is_not_empty() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("mine"), "mine").expect("a file");
    let output = Command::new(BINDERY)
        .args(["demo", "--once", "--folder"])
        .arg(folder.path())
        .output()
        .expect("it runs");
    let words = String::from_utf8_lossy(&output.stderr);
    assert!(!output.status.success() && words.contains("is not empty"), "{words}");
}
