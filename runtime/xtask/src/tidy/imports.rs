//! Rules about manifests: import directions between our own packages, and shared lints.

use super::{
    Finding,
    floors::{self, May, Room},
};
use crate::{
    guest_build,
    workspace::{Kind, Package},
};

const TABLE: &str = "runtime/xtask/src/tidy/floors.rs";

/// What `package` imports of ours and may not.
pub(crate) fn check(path: &str, package: &Package) -> Vec<Finding> {
    if is_guest(path) {
        return check_against(path, package, &floors::GUEST, u8::MAX);
    }
    match floors::of(&package.name) {
        Some(Room { floor, may, .. }) => check_against(path, package, may, *floor),
        None => vec![Finding::new(
            path,
            0,
            format!("`{}` has no floor; give it a line in {TABLE}", package.name),
        )],
    }
}

fn is_guest(path: &str) -> bool {
    guest_build::FOLDERS.iter().any(|folder| path.split('/').next() == Some(folder))
}

fn check_against(path: &str, package: &Package, may: &May, floor: u8) -> Vec<Finding> {
    let mut findings = Vec::new();
    for dependency in &package.dependencies {
        let Some(imported) = floors::of(&dependency.name) else { continue };
        let for_tests = dependency.kind == Kind::Dev && imported.package == floors::TESTKIT;
        let named = match may {
            May::Only(names) => names.contains(&imported.package),
            May::Lower => true,
        };
        let why = if for_tests && !is_guest(path) {
            continue;
        } else if imported.floor >= floor {
            "imports go to lower floors only"
        } else if !named {
            "its line in the table of floors does not name it"
        } else {
            continue;
        };
        let (from, to) = (&package.name, &dependency.name);
        findings.push(Finding::new(path, 0, format!("`{from}` may not import `{to}`: {why}")));
    }
    findings
}

/// Whether the manifest takes part in the workspace's lints.
pub(crate) fn check_lints(path: &str, text: &str) -> Vec<Finding> {
    let wanted = |manifest: &toml::Table| {
        let lints = manifest.get("lints").and_then(|lints| lints.get("workspace"));
        lints.and_then(toml::Value::as_bool) == Some(true)
    };
    match text.parse::<toml::Table>() {
        Ok(manifest) if wanted(&manifest) => vec![],
        Ok(_) => vec![Finding::new(path, 0, "add `[lints]` with `workspace = true`")],
        Err(error) => vec![Finding::new(path, 0, format!("is not TOML: {}", error.message()))],
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::workspace::Dependency;

    fn messages(folder: &str, name: &str, kind: Kind, imports: &[&str]) -> Vec<String> {
        let dependency = |name: &&str| Dependency { name: (*name).to_owned(), kind };
        let package = Package {
            name: name.to_owned(),
            manifest_path: "Cargo.toml".into(),
            dependencies: imports.iter().map(dependency).collect(),
        };
        let findings = check(&format!("{folder}/Cargo.toml"), &package);
        findings.into_iter().map(|finding| finding.message).collect()
    }

    fn refused(folder: &str, name: &str, kind: Kind, import: &str) -> bool {
        !messages(folder, name, kind, &[import]).is_empty()
    }

    #[test]
    fn imports_go_down() {
        let allowed = |name, import| !refused("runtime/x", name, Kind::Normal, import);
        assert!(allowed("bindery-store", "bindery-core"));
        assert!(allowed("bindery-protocol", "bindery-seal"));
        assert!(allowed("bindery", "bindery-capability-updates"));
        assert!(!allowed("bindery-core", "bindery-store"), "up");
        assert!(!allowed("bindery-store", "bindery-journal"), "sideways");
        assert!(!allowed("bindery-capability-power", "bindery-capability-updates"), "a sibling");
        assert!(!allowed("bindery-cli", "bindery-sandbox"), "down, but not named");
        assert!(!allowed("bindery-testkit", "bindery-worker"), "up from a room that takes all");
        assert!(!allowed("bindery", "bindery-tests"), "up from the top");
    }

    #[test]
    fn build_scripts_follow_the_same_rule_and_tests_may_use_the_testkit() {
        assert!(refused("runtime/x", "bindery-core", Kind::Build, "bindery-seal"));
        assert!(refused("runtime/x", "bindery-core", Kind::Dev, "bindery-seal"));
        assert!(refused("runtime/x", "bindery-core", Kind::Normal, "bindery-testkit"));
        assert!(!refused("runtime/x", "bindery-core", Kind::Dev, "bindery-testkit"));
    }

    #[test]
    fn guests_import_the_sdk_and_the_sdk_imports_nothing_of_the_runtime() {
        let guest = |import| refused("builtin-runbooks/one", "one", Kind::Normal, import);
        assert!(!guest("bindery-sdk"));
        assert!(!guest("serde"));
        assert!(guest("bindery-core"));
        assert!(guest("bindery-sdk-macros"));
        assert!(refused("guest-examples/two", "two", Kind::Dev, "bindery-testkit"));
        assert!(refused("sdk/rust", "bindery-sdk", Kind::Normal, "bindery-core"));
        assert!(!refused("sdk/rust", "bindery-sdk", Kind::Normal, "bindery-sdk-macros"));
    }

    #[test]
    fn a_package_without_a_floor_is_told_where_to_get_one() {
        let found = messages("runtime/new", "bindery-new", Kind::Normal, &[]);
        assert_eq!(found, [format!("`bindery-new` has no floor; give it a line in {TABLE}")]);
    }

    #[test]
    fn a_package_takes_the_lints_of_the_workspace() {
        assert_eq!(check_lints("a", "[lints]\nworkspace = true\n"), []);
        assert_eq!(check_lints("a", "[package]\nname = \"a\"\n").len(), 1);
        assert_eq!(check_lints("a", "[lints]\nworkspace = false\n").len(), 1);
        assert_eq!(check_lints("a", "[lints").len(), 1);
    }
}
