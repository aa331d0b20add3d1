//! The contract twice: the WIT files of the SDK and the table of operations say the same.

use bindery_core::{
    grant::{POWERLESS_INTERFACES, Power},
    operation,
};
use std::{collections::BTreeSet, path::PathBuf};
use wit_parser::Resolve;

/// Every function of the WIT package, as `interface.function`, and every interface.
fn wit() -> (BTreeSet<String>, BTreeSet<String>) {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../sdk/wit");
    let mut resolve = Resolve::default();
    let (package, _) = resolve.push_dir(folder).expect("valid WIT");
    let package = &resolve.packages[package];
    assert_eq!(format!("{}:{}", package.name.namespace, package.name.name), operation::PACKAGE);
    let version = package.name.version.as_ref().expect("a version").to_string();
    assert_eq!(version, operation::PACKAGE_VERSION);
    let mut functions = BTreeSet::new();
    for (interface, id) in &package.interfaces {
        for function in resolve.interfaces[*id].functions.keys() {
            functions.insert(format!("{interface}.{function}"));
        }
    }
    (functions, package.interfaces.keys().cloned().collect())
}

#[test]
fn every_function_is_an_operation_and_every_operation_a_function() {
    let table = operation::ALL.iter().map(|it| format!("{}.{}", it.interface, it.function));
    assert_eq!(wit().0, table.collect());
}

#[test]
fn every_interface_is_a_power_or_is_always_given() {
    let known = Power::ALL.iter().map(|power| power.interface()).chain(POWERLESS_INTERFACES);
    assert_eq!(wit().1, known.map(str::to_owned).collect());
}
