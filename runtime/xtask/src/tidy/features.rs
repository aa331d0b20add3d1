//! The README's two commands must share what they compile.
//!
//! `cargo run` selects the executable alone, `cargo test --workspace` everything, and cargo unites
//! the features of what is selected. If one crate that the executable needs comes out with other
//! features there, it and all above it (the engine, too) are compiled twice.
//!
//! Neither may compile what the standard profile does not have (decision 0015).

use super::Finding;
use crate::workspace;
use anyhow::{Context, ensure};
use std::{collections::BTreeMap, path::Path};

const MANIFEST: &str = "runtime/bin/Cargo.toml";

/// What makes a second compilation worth a finding.
const HEAVY: &str = "wasmtime";

/// Features of the engine that no build has without being asked.
const ABSENT: [&str; 7] = [
    "gc",
    "gc-copying",
    "gc-drc",
    "gc-null",
    "threads",
    "component-model-async",
    "stack-switching",
];

/// Crates of others that the two commands would compile with different features, and what of the
/// engine they would compile in vain.
pub(crate) fn run(root: &Path) -> anyhow::Result<Vec<Finding>> {
    let executable = tree(root, &["--package", "bindery", "--edges", "normal,build"])?;
    let everything = tree(root, &["--workspace", "--edges", "normal,build,dev"])?;
    let mut findings = check(&executable, &everything);
    findings.extend([&executable, &everything].into_iter().flat_map(|tree| present(tree)));
    Ok(findings)
}

/// What of [`ABSENT`] is there.
fn present(tree: &str) -> Vec<Finding> {
    let engine = |package: &&str| package.split(' ').next() == Some(HEAVY);
    let features = features(tree);
    let sets = features.iter().filter(|(package, _)| engine(package)).flat_map(|(_, sets)| sets);
    let found = ABSENT.into_iter().filter(|absent| {
        sets.clone().any(|features| features.split(',').any(|feature| feature == *absent))
    });
    let told = |feature| {
        let message =
            format!("the engine is compiled with `{feature}`, which the standard profile lacks");
        Finding::new(MANIFEST, 0, message)
    };
    found.map(told).collect()
}

/// A line per package: its name, version and features.
fn tree(root: &Path, selection: &[&str]) -> anyhow::Result<String> {
    let output = workspace::cargo(root)
        .args(["tree", "--quiet", "--prefix", "none", "--format", "{p}|{f}"])
        .args(selection)
        .output()
        .context("failed to start `cargo tree`")?;
    let words = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "`cargo tree` failed: {}", words.trim());
    String::from_utf8(output.stdout).context("`cargo tree` did not write text")
}

fn check(executable: &str, everything: &str) -> Vec<Finding> {
    let (executable, everything) = (features(executable), features(everything));
    if !executable.keys().any(|package| package.split(' ').next() == Some(HEAVY)) {
        return vec![];
    }
    let mut findings = Vec::new();
    for (package, wanted) in executable {
        let built = everything.get(package).cloned().unwrap_or_default();
        for features in wanted.iter().filter(|features| !built.contains(features)) {
            let message = format!(
                "`cargo run` compiles {package} with [{features}], `cargo test` with [{}]; \
                 name it here with the features that are lacking",
                built.join("] and [")
            );
            findings.push(Finding::new(MANIFEST, 0, message));
        }
    }
    findings
}

/// The sets of features that each package of others is compiled with; more than one where a build
/// script or macro needs it, too.
fn features(tree: &str) -> BTreeMap<&str, Vec<&str>> {
    let mut found: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for (package, features) in tree.lines().filter_map(|line| line.split_once('|')) {
        // Behind a package that was shown before.
        let features = features.trim_end_matches("(*)").trim_end();
        // Ours have their path behind the version; they are small.
        let sets = found.entry(package).or_default();
        if package.contains("(/") {
            found.remove(package);
        } else if !sets.contains(&features) {
            sets.push(features);
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    const EVERYTHING: &str =
        "bindery v1 (/w/bin)|\nwasmtime v48|std\nserde v1|std\nserde v1|rc,std (*)";

    #[test]
    fn features_that_only_one_command_has_are_found() {
        let same = "bindery v1 (/w/bin)|x\nwasmtime v48|std\nserde v1|rc,std";
        assert_eq!(check(same, EVERYTHING), []);
        let other = check("wasmtime v48|std\nserde v1|default,std", EVERYTHING);
        assert_eq!(other.len(), 1, "{other:?}");
        assert!(other[0].message.contains("serde v1 with [default,std]"), "{other:?}");
        assert!(other[0].message.contains("with [std] and [rc,std]"), "{other:?}");
    }

    #[test]
    fn what_the_standard_profile_lacks_is_not_compiled() {
        assert_eq!(present("wasmtime v48|async,std\nother v1|gc"), []);
        let found = present("wasmtime v48|async,gc,gc-copying,std (*)");
        assert_eq!(found.len(), 2, "{found:?}");
        assert!(found[0].message.contains("with `gc`"), "{found:?}");
    }

    #[test]
    fn an_executable_without_the_engine_has_nothing_heavy_to_share() {
        assert_eq!(check("serde v1|default,std", EVERYTHING), []);
    }
}
