//! Components that import each other, linked.

use bindery_core::{
    code::{Code, Failure},
    limit,
    name::Name,
    runbook::Manifest,
};
use bindery_inspect::{inspect, manifest::read_manifest};
use bindery_link::{Part, Whole, link, wit};

/// A component that imports the interfaces `imports` and exports `exports`, each with the function
/// `f`, which has the type `ty`.
fn library(imports: &[&str], exports: &[&str], ty: &str) -> Vec<u8> {
    let import = |name: &&str| format!(r#"(import "{name}" (instance (export "f" (func {ty}))))"#);
    let imports: String = imports.iter().map(import).collect();
    let export = |name: &&str| format!(r#"(export "{name}" (instance $offered))"#);
    let exports: String = exports.iter().map(export).collect();
    let core = match ty {
        "(result u32)" => r#"(func (export "f") (result i32) (i32.const 7))"#,
        _ => r#"(func (export "f"))"#,
    };
    let text = format!(
        r#"(component
            {imports}
            (core module $m {core})
            (core instance $i (instantiate $m))
            (func $f {ty} (canon lift (core func $i "f")))
            (instance $offered (export "f" (func $f)))
            {exports})"#
    );
    wat::parse_str(text).expect("a component")
}

/// The runbook of the fixtures, with further imports.
fn runbook(imports: &[&str]) -> Vec<u8> {
    let whole = include_str!("../../../tests/fixtures/empty-runbook.wat");
    let import = |name: &&str| format!(r#"(import "{name}" (instance (export "f" (func))))"#);
    let imports: String = imports.iter().map(import).collect();
    let text = whole.replacen("(component", &format!("(component {imports}"), 1);
    wat::parse_str(text).expect("a component")
}

fn manifest(name: &str, grants: &[&str]) -> Manifest {
    let grants = grants.iter().map(|grant| grant.parse().expect("a grant")).collect();
    let name: Name = name.parse().expect("a name");
    Manifest {
        name,
        description: String::new(),
        version: "1.2.3".into(),
        parameters: None,
        grants,
        limits: Default::default(),
    }
}

fn part(name: &str, grants: &[&str], imports: &[&str], exports: &[&str]) -> Part {
    let wasm = library(imports, exports, "");
    Part::new(wasm, Some(manifest(name, grants))).expect("a module")
}

fn linked(imports: &[&str], parts: &[Part]) -> Result<Whole, Failure> {
    link(&runbook(imports), manifest("Whole", &["updates.read"]), parts)
}

fn names(whole: &Whole) -> Vec<&str> {
    whole.modules.iter().map(|module| module.name.as_str()).collect()
}

#[test]
fn the_whole_asks_for_what_all_its_parts_need_and_imports_no_module() {
    let parts = [
        part(
            "Tickets",
            &["http:tickets.example.com"],
            &["acme:log/api@1.0.0"],
            &["acme:tickets/api@1.0.0"],
        ),
        part("Log", &["records.write:Log", "updates.read"], &[], &["acme:log/api@1.0.0"]),
        part("Unused", &["power.reboot"], &[], &["acme:unused/api@1.0.0"]),
    ];
    let whole = linked(&["acme:tickets/api@1.0.0"], &parts).expect("linked");
    assert_eq!(names(&whole), ["Tickets", "Log"]);
    assert_eq!(whole.modules[0].digest, parts[0].digest());
    let module = inspect(&whole.wasm).expect("a runbook");
    assert!(
        !module.imports.iter().any(|import| import.starts_with("acme:")),
        "{:?}",
        module.imports
    );
    let asked: Vec<_> = whole.manifest.grants.iter().map(ToString::to_string).collect();
    assert_eq!(asked, ["updates.read", "records.write:Log", "http:tickets.example.com"]);
    assert_eq!(read_manifest(&whole.wasm).expect("read"), Some(whole.manifest));
}

#[test]
fn a_module_that_two_import_is_there_once() {
    let log = "acme:log/api@1.0.0";
    let parts = [
        part("A", &[], &[log], &["acme:a/api@1.0.0"]),
        part("B", &[], &[log], &["acme:b/api@1.0.0"]),
        part("Log", &[], &[], &[log]),
    ];
    let whole = linked(&["acme:a/api@1.0.0", "acme:b/api@1.0.0", log], &parts).expect("linked");
    assert_eq!(names(&whole), ["A", "B", "Log"]);
}

#[test]
fn the_same_version_is_taken_or_the_newest_that_may_stand_for_it() {
    let part = |name: &str, export: &str| part(name, &[], &[], &[export]);
    let parts = [
        part("Two", "acme:a/api@2.0.0"),
        part("Newest", "acme:a/api@1.10.0"),
        part("Newer", "acme:a/api@1.9.0"),
    ];
    let of = |import: &str| linked(&[import], &parts).map(|whole| names(&whole).join(","));
    assert_eq!(of("acme:a/api@1.0.0").expect("linked"), "Newest");
    assert_eq!(of("acme:a/api@1.9.0").expect("linked"), "Newer");
    assert_eq!(of("acme:a/api@2.0.0").expect("linked"), "Two");
    let missing = of("acme:a/api@3.0.0").expect_err("nobody has it");
    assert_eq!(missing.code, Code::UnknownImports);
    assert!(missing.message.contains("`acme:a/api@3.0.0`, which the runbook imports"));
}

#[test]
fn what_does_not_fit_together_is_refused() {
    let a = "acme:a/api@1.0.0";
    let other = Part::new(library(&[], &[a], "(result u32)"), Some(manifest("Other", &[])));
    let refused = linked(&[a], &[other.expect("a module")]).expect_err("another function");
    assert_eq!(refused.code, Code::Conflict, "{refused}");
    assert!(refused.message.contains("the module `Other` exports another"), "{refused}");

    let b = "acme:b/api@1.0.0";
    let round = [part("A", &[], &[b], &[a]), part("B", &[], &[a], &[b])];
    let refused = linked(&[a], &round).expect_err("a circle");
    assert_eq!(refused.code, Code::Conflict);
    assert!(refused.message.contains("the module `A` needs itself, by way of the module `B`"));

    let nothing = library(&[], &[], "");
    assert_eq!(Part::new(nothing, None).expect_err("no exports").code, Code::NoEntryPoint);
    let core = wat::parse_str("(module)").expect("a module");
    assert_eq!(Part::new(core, None).expect_err("no component").code, Code::InvalidModule);
}

#[test]
fn so_many_modules_are_linked_and_no_more() {
    let interface = |n: usize| format!("acme:m{n}/api@1.0.0");
    let all = |count: usize| -> Result<Whole, Failure> {
        let parts: Vec<_> = (0..count)
            .map(|n| part(&format!("M{n}"), &[], &[], &[interface(n).as_str()]))
            .collect();
        let imports: Vec<_> = (0..count).map(interface).collect();
        linked(&imports.iter().map(String::as_str).collect::<Vec<_>>(), &parts)
    };
    assert_eq!(all(limit::LINKED_MODULES).expect("linked").modules.len(), limit::LINKED_MODULES);
    assert_eq!(all(limit::LINKED_MODULES + 1).expect_err("too many").code, Code::TooLarge);
}

#[test]
fn the_wit_of_a_module_is_what_it_exports() {
    let wasm = library(&["acme:log/api@1.0.0"], &["acme:a/api@1.0.0"], "(result u32)");
    let text = wit::exported(&wasm).expect("WIT");
    assert!(text.contains("package acme:a@1.0.0;") && text.contains("f: func() -> u32;"), "{text}");
    assert!(!text.contains("acme:log"), "{text}");
}
