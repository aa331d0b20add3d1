//! The contract's WIT, for toolchains that read it from a folder.
//!
//! Some of them import the whole world that they are given, whatever the runbook calls. So the world
//! of a build has only the interfaces of the grants that the manifest asks for.

use crate::{context::unwritable, failure::CliFailure};
use bindery_core::{
    grant::{Grant, POWERLESS_INTERFACES},
    operation,
};
use std::{fs, path::Path};

/// The files that hold the interfaces.
pub(super) const FILES: [(&str, &str); 3] = [
    ("types.wit", include_str!("../../../../../sdk/wit/types.wit")),
    ("updates.wit", include_str!("../../../../../sdk/wit/updates.wit")),
    ("fleet.wit", include_str!("../../../../../sdk/wit/fleet.wit")),
];
/// The file of the world.
const WORLD: (&str, &str) = ("world.wit", include_str!("../../../../../sdk/wit/world.wit"));

/// Writes the contract into `folder`, with a world that has the powers of `grants`, or all.
pub(super) fn write(folder: &Path, grants: Option<&[Grant]>) -> Result<(), CliFailure> {
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let world = grants.map_or_else(|| WORLD.1.to_owned(), world);
    for (name, text) in FILES.into_iter().chain([(WORLD.0, world.as_str())]) {
        let path = folder.join(name);
        // A file that stays as it is does not make a build tool build anew.
        if fs::read_to_string(&path).is_ok_and(|held| held == text) {
            continue;
        }
        fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
    }
    Ok(())
}

/// The world `runbook` for these grants.
fn world(grants: &[Grant]) -> String {
    let asked = |interface: &str| {
        POWERLESS_INTERFACES.contains(&interface)
            || grants.iter().any(|grant| grant.power().interface() == interface)
    };
    let kept = |line: &&str| {
        let import = line.trim().strip_prefix("import ").and_then(|rest| rest.strip_suffix(';'));
        import.is_none_or(|interface| !operation::knows_interface(interface) || asked(interface))
    };
    WORLD.1.lines().filter(kept).map(|line| format!("{line}\n")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_world_has_the_interfaces_of_the_grants_and_no_others() {
        let grants = ["updates.read", "jobs.start:Patch-*"].map(|g| g.parse().expect("a grant"));
        let imports: String =
            world(&grants).lines().filter(|l| l.trim().starts_with("import ")).collect();
        expect!["    import types;    import job;    import streams;    import timers;    import update-inventory;    import children;"].assert_eq(&imports);
        assert!(world(&[]).contains("export run:"));
    }

    #[test]
    fn every_file_of_the_contract_is_there_and_a_written_one_is_left_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let wit = concat!(env!("CARGO_MANIFEST_DIR"), "/../../sdk/wit");
        write(folder.path(), None).expect("written");
        let names = |folder: &Path| {
            let entries = fs::read_dir(folder).expect("a folder").flatten();
            let mut names: Vec<_> = entries.map(|entry| entry.file_name()).collect();
            names.sort();
            names
        };
        assert_eq!(names(folder.path()), names(Path::new(wit)));
        let world = folder.path().join("world.wit");
        let modified = || fs::metadata(&world).and_then(|it| it.modified()).expect("a time");
        let before = modified();
        write(folder.path(), None).expect("written");
        assert_eq!(modified(), before);
    }
}
