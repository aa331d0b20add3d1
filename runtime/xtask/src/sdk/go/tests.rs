//! The Go that is made: complete, and in gofmt's columns.

use super::*;
use bindery_core::contract::CONTRACT;

#[test]
fn every_type_and_every_operation_has_its_place() {
    let mut text = shared(&CONTRACT);
    for own in PACKAGES.iter().filter(|package| package.interface != "types") {
        text += &package(&CONTRACT, own.interface);
    }
    let table = dispatch(&CONTRACT);
    for operation in &CONTRACT.operations {
        assert!(text.contains(&format!("bindery.Call(\"{}\"", operation.name)));
        assert!(table.contains(&format!("\t\"{}\": func(", operation.name)));
    }
    for name in
        CONTRACT.types.keys().filter(|name| !["timestamp", "milliseconds"].contains(&name.as_str()))
    {
        assert!(text.contains(&format!("\ntype {} ", acronyms(name))), "{name}");
    }
}

#[test]
fn fields_stand_in_columns_until_a_comment() {
    let rows =
        |docs: &str, name: &str| (comment("\t", docs), vec![name.into(), "T".into(), "v".into()]);
    let text = columns(&[rows("", "A"), rows("", "Long"), rows("Why.", "B")], "\t");
    assert_eq!(text, "\tA    T v\n\tLong T v\n\t// Why.\n\tB T v\n");
}

#[test]
fn only_code_uses_a_package() {
    assert!(uses("\treturn power.Reboot()\n", "power"));
    assert!(!uses("\t// power.Reboot\n\tCall(\"power.reboot\")\n", "power"));
}
