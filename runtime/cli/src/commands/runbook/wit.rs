//! The contract's WIT, for toolchains that read it from a folder.
//!
//! Some of them import the whole world that they are given, whatever the runbook calls. So the world
//! of a build has only the interfaces of the grants that the manifest asks for, and the other interfaces
//! keep nothing but the types that those use.

use crate::{context::unwritable, failure::CliFailure};
use bindery_core::{
    grant::{Grant, POWERLESS_INTERFACES},
    operation,
};
use std::{fs, path::Path};

/// The files that hold the interfaces.
pub(super) const FILES: [(&str, &str); 5] = [
    ("types.wit", include_str!("../../../../../sdk/wit/types.wit")),
    ("updates.wit", include_str!("../../../../../sdk/wit/updates.wit")),
    ("fleet.wit", include_str!("../../../../../sdk/wit/fleet.wit")),
    ("computer.wit", include_str!("../../../../../sdk/wit/computer.wit")),
    ("assets.wit", include_str!("../../../../../sdk/wit/assets.wit")),
];
/// The file of the world.
const WORLD: (&str, &str) = ("world.wit", include_str!("../../../../../sdk/wit/world.wit"));

/// Writes the contract into `folder`, with a world that has the powers of `grants`, or all.
pub(super) fn write(folder: &Path, grants: Option<&[Grant]>) -> Result<(), CliFailure> {
    fs::create_dir_all(folder).map_err(|error| unwritable(folder, &error))?;
    let mut files: Vec<_> = FILES.iter().map(|(name, text)| (*name, (*text).to_owned())).collect();
    files.push((WORLD.0, WORLD.1.to_owned()));
    if let Some(grants) = grants {
        let asked = |interface: &str| is_asked(grants, interface);
        for (_, text) in &mut files {
            *text = narrowed(text, &asked);
        }
    }
    for (name, text) in files {
        let path = folder.join(name);
        // A file that stays as it is does not make a build tool build anew.
        if fs::read_to_string(&path).is_ok_and(|held| held == text) {
            continue;
        }
        fs::write(&path, text).map_err(|error| unwritable(&path, &error))?;
    }
    Ok(())
}

fn is_asked(grants: &[Grant], interface: &str) -> bool {
    POWERLESS_INTERFACES.contains(&interface)
        || grants.iter().any(|grant| grant.power().interface() == interface)
}

/// A file with the functions and the imports of the interfaces that are asked for. What an interface
/// uses of another one is its types, so a type's own interface stays, without its functions: an import
/// of it is no power.
fn narrowed(text: &str, asked: &impl Fn(&str) -> bool) -> String {
    let (mut kept, mut docs, mut powerless) = (String::new(), String::new(), false);
    for line in text.lines() {
        let item = line.trim();
        if item.starts_with("///") {
            docs = docs + line + "\n";
            continue;
        }
        if let Some(rest) = line.strip_prefix("interface ") {
            powerless = !asked(rest.trim_end_matches([' ', '{']));
        }
        let import = item.strip_prefix("import ").and_then(|rest| rest.strip_suffix(';'));
        let dropped = import.is_some_and(|it| operation::knows_interface(it) && !asked(it))
            || powerless && item.contains(": func(");
        if !dropped {
            kept = kept + &docs + line + "\n";
        }
        docs.clear();
    }
    kept
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_world_has_the_interfaces_of_the_grants_and_no_others() {
        let grants = ["updates.read", "jobs.start:Patch-*"].map(|g| g.parse().expect("a grant"));
        let world = |grants: &[Grant]| narrowed(WORLD.1, &|it| is_asked(grants, it));
        let imports: String =
            world(&grants).lines().filter(|l| l.trim().starts_with("import ")).collect();
        expect!["    import types;    import job;    import streams;    import timers;    import update-inventory;    import children;"].assert_eq(&imports);
        assert!(world(&[]).contains("export run:"));
    }

    #[test]
    fn an_interface_that_is_not_asked_for_has_types_and_no_functions() {
        let grants = ["fleet.read".parse().expect("a grant")];
        for (_, text) in FILES {
            let narrowed = narrowed(text, &|it| is_asked(&grants, it));
            let count = |text: &str, what: &str| text.matches(what).count();
            for form in ["    record ", "    enum ", "    variant "] {
                assert_eq!(count(&narrowed, form), count(text, form));
            }
            assert!(!narrowed.contains("assess: func") && !narrowed.contains("start: func"));
            assert_eq!(narrowed.contains("computers: func"), text.contains("computers: func"));
        }
        assert_eq!(narrowed(FILES[1].1, &|_| true), FILES[1].1);
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
