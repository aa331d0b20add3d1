//! What files are taken for, and why others are refused.

use bindery_core::{
    code::{Code, Failure},
    grant::Power,
    limit,
    profile::Feature,
    runbook::{Level, Manifest},
};
use bindery_inspect::{
    Entry, Module,
    grants::check_grants,
    inspect,
    manifest::{embed_manifest, read_manifest_toml, read_project_toml},
};

const PROGRAM: &str = r#"(module
    (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
    (memory (export "memory") 1) (func (export "_start")))"#;
const GUEST: &str = r#"(module
    (import "bindery_v1" "call" (func (param i32 i32 i32 i32) (result i64)))
    (import "wasi_snapshot_preview1" "proc_exit" (func (param i32)))
    (memory (export "memory") 1)
    (func (export "run") (result i32) i32.const 0))"#;

/// A component of our world with these imports before its entry.
fn runbook(imports: &str) -> String {
    format!(
        r#"(component {imports}
        (core module $m
            (memory (export "memory") 1)
            (func (export "realloc") (param i32 i32 i32 i32) (result i32) i32.const 0)
            (func (export "run") (result i32) i32.const 0))
        (core instance $i (instantiate $m))
        (type $error' (record (field "code" string) (field "message" string)
            (field "details" (option string))))
        (export $error "error" (type $error'))
        (func (export "run") (result (result (option string) (error $error)))
            (canon lift (core func $i "run") (memory $i "memory")
                (realloc (func $i "realloc")))))"#
    )
}

/// A component that exports `wasi:cli/run`, with these imports.
fn program(imports: &str) -> String {
    format!(
        r#"(component {imports}
        (core module $m (func (export "run") (result i32) i32.const 0))
        (core instance $i (instantiate $m))
        (func $run (result (result)) (canon lift (core func $i "run")))
        (instance $cli (export "run" (func $run)))
        (export "wasi:cli/run@0.2.3" (instance $cli)))"#
    )
}

fn read(text: &str) -> Result<Module, Failure> {
    inspect(&wat::parse_str(text).expect("a fixture"))
}

fn refused(text: &str, code: Code, part: &str) {
    let failure = read(text).expect_err(part);
    assert_eq!(failure.code, code, "{failure}");
    assert!(failure.message.contains(part), "{failure}\nlacks: {part}");
}

fn manifest(grants: &[&str]) -> Manifest {
    let grants: Vec<_> = grants.iter().map(|grant| format!("{grant:?}")).collect();
    read_manifest_toml(&format!("name = \"Test\"\ngrants = [{}]", grants.join(","))).expect("good")
}

#[test]
fn each_level_is_told_by_its_imports_and_exports() {
    let start = GUEST.replace(r#"(export "run") (result i32) i32.const 0"#, r#"(export "_start")"#);
    for (text, level, entry) in [
        (PROGRAM, Level::L0, Entry::Start),
        (GUEST, Level::L1, Entry::RunI32),
        (start.as_str(), Level::L1, Entry::Start),
        (program("").as_str(), Level::L0, Entry::CliRun),
        (runbook("").as_str(), Level::L2, Entry::RunExport),
    ] {
        let module = read(text).expect(text);
        assert_eq!((module.level, module.entry), (level, entry), "{text}");
        assert!(module.powers.is_empty() && module.manifest.is_none());
    }
    assert_eq!(read(GUEST).expect("L1").imports, ["bindery_v1", "wasi_snapshot_preview1"]);
}

#[test]
fn an_imported_function_proves_a_power_and_an_imported_type_does_not() {
    let module = read(&runbook(
        r#"(import "bindery:runbook/power@0.1.0" (instance (export "reboot" (func))))
        (import "bindery:runbook/streams@0.1.4" (instance (export "write" (func))))
        (import "bindery:runbook/update-inventory@0.1.0" (instance
            (type $t (enum "linux" "windows")) (export "os-type" (type (eq $t)))))
        (import "wasi:io/poll@0.2.6" (instance (export "pollable" (type (sub resource)))))"#,
    ))
    .expect("a runbook");
    assert_eq!(module.powers, [Power::PowerReboot]);
    assert_eq!(module.imports.len(), 4);
    let refusal = check_grants(&module, &manifest(&["updates.read"])).expect_err("not asked");
    assert_eq!(refusal.code, Code::GrantNotAsked);
    assert!(refusal.message.contains("`power.reboot` (it imports `bindery:runbook/power@0.1.0`)"));
    assert_eq!(check_grants(&module, &manifest(&["power.reboot"])), Ok(()));
}

#[test]
fn a_core_module_proves_nothing() {
    let module = read(GUEST).expect("L1");
    assert_eq!(check_grants(&module, &manifest(&[])), Ok(()));
}

#[test]
fn unknown_imports_of_components_are_listed_with_advice() {
    let instance =
        |name: &str| runbook(&format!(r#"(import "{name}" (instance (export "f" (func))))"#));
    for (name, part) in [
        ("bindery:runbook/power@0.1.0", "`bindery:runbook/power@0.1.0#f`; build against sdk/wit"),
        ("bindery:runbook/root@0.1.0", "`bindery:runbook/root@0.1.0`"),
        ("bindery:runbook/power@0.2.0", "`bindery:runbook/power@0.2.0`"),
        ("wasi:http/types@0.2.3", "no network of its own"),
        ("wasi:cli/stdout@0.3.0", "WASI 0.3 is not provided"),
        ("wasi:keyvalue/store@0.2.0", "only io, clocks, random"),
        ("acme:tool/x@1.0.0", "`acme:tool/x@1.0.0`"),
    ] {
        refused(&instance(name), Code::UnknownImports, part);
    }
    refused(&runbook(r#"(import "f" (func))"#), Code::UnknownImports, "not plain functions");
    let power = r#"(import "bindery:runbook/power@0.1.0" (instance (export "reboot" (func))))"#;
    refused(&program(power), Code::UnknownImports, "has no operations");
}

#[test]
fn unknown_imports_of_core_modules_are_all_listed_and_escaped() {
    let module = |imports: &str| format!(r#"(module {imports} (func (export "_start")))"#);
    let two = module(r#"(import "env" "b\1b[31m" (func)) (import "env" "a" (func))"#);
    refused(&two, Code::UnknownImports, "`env.a`, `env.b\\u{1b}[31m`; `env` holds");
    assert!(!read(&two).expect_err("unknown").message.contains('\u{1b}'));
    for (import, part) in [
        (r#"(import "gojs" "x" (func))"#, "GOOS=wasip1"),
        (r#"(import "wasi_snapshot_preview1" "fork" (func))"#, "wasi_snapshot_preview1.fork"),
        (r#"(import "wasi_snapshot_preview1" "fd_read" (global i32))"#, "fd_read"),
        (r#"(import "bindery_v1" "call" (func (param i32)))"#, "see sdk/abi"),
        (r#"(import "bindery_v1" "malloc" (func))"#, "bindery_v1.malloc"),
        (r#"(import "env" "memory" (memory 1))"#, "env.memory"),
    ] {
        refused(&module(import), Code::UnknownImports, part);
    }
}

#[test]
fn a_module_without_an_entry_hears_what_it_exports_and_what_to_do() {
    for (text, part) in [
        ("(module)", "but nothing"),
        (r#"(module (func (export "_initialize")))"#, "cdylib, reactor"),
        (r#"(module (func (export "_start") (param i32)))"#, "other parameters or results"),
        (r#"(module (func (export "run") (result i32) i32.const 0))"#, "imports `bindery_v1`"),
        (r#"(module (func (export "a\07")))"#, "`a\\u{7}`"),
        ("(component)", "it exports nothing"),
    ] {
        refused(text, Code::NoEntryPoint, part);
    }
    let other = runbook("").replace("(option string) (error $error)", "string (error $error)");
    refused(&other, Code::NoEntryPoint, "is not `run: func() -> result<option<json>, error>`");
}

#[test]
fn a_guest_exports_its_memory() {
    refused(
        &GUEST.replace(r#"(export "memory")"#, ""),
        Code::InvalidModule,
        "export it as `memory`",
    );
}

#[test]
fn features_that_the_engine_lacks_are_named() {
    for (body, part) in [
        ("(memory 1 1 shared)", "threads"),
        ("(tag) (memory 1 1 shared)", "threads"),
        ("(memory i64 1)", "memory64"),
    ] {
        refused(&format!("(module {body})"), Code::InvalidModule, part);
    }
    refused("(component (type (stream u8)))", Code::InvalidModule, "async components");
    let simd =
        "(func (drop (i8x16.relaxed_swizzle (v128.const i64x2 0 0) (v128.const i64x2 0 0))))";
    assert!(read(&format!(r#"(module {simd} (func (export "_start")))"#)).is_ok());
}

#[test]
fn what_the_standard_profile_lacks_is_told() {
    let catches = "(tag $e) (func (block $h (result exnref) (try_table (catch_all_ref $h) \
                   (throw $e)) (unreachable)) (throw_ref))";
    for (body, needs) in [
        ("", &[][..]),
        ("(type (struct (field i32)))", &[Feature::Gc]),
        ("(func (param externref))", &[Feature::Gc]),
        ("(tag)", &[Feature::Exceptions]),
        (catches, &[Feature::Exceptions]),
        ("(tag) (type (struct (field i32)))", &[Feature::Gc, Feature::Exceptions]),
    ] {
        let module = read(&format!(r#"(module {body} (func (export "_start")))"#));
        assert_eq!(module.expect(body).needs, needs, "{body}");
    }
}

#[test]
fn a_module_truncated_anywhere_is_refused_without_a_panic() {
    for text in [GUEST, &runbook("")] {
        let bytes = wat::parse_str(text).expect("a fixture");
        for length in 0..bytes.len() {
            // Cut off before its debug names (a custom section, id 0), a module is whole.
            let whole = bytes[length] == 0 && bytes[length..].windows(4).any(|at| at == b"name");
            let verdict = inspect(&bytes[..length]);
            assert!(verdict.is_err() || whole, "{length} of {}", bytes.len());
        }
    }
    refused("(module (func (result i32)))", Code::InvalidModule, "damaged or invalid");
}

#[test]
fn a_module_ends_at_its_limit() {
    let mut bytes = wat::parse_str(PROGRAM).expect("a fixture");
    // A custom section whose length takes four bytes fills the file to the last byte.
    let body = limit::MODULE_BYTES - bytes.len() - 5;
    bytes.push(0);
    bytes.extend((0..4).map(|n| ((body >> (7 * n)) & 0x7f) as u8 | if n < 3 { 0x80 } else { 0 }));
    bytes.resize(limit::MODULE_BYTES, 0);
    assert_eq!(inspect(&bytes).expect("at the limit").bytes, limit::MODULE_BYTES as u64);
    bytes.push(0);
    assert_eq!(inspect(&bytes).expect_err("past it").code, Code::TooLarge);
}

#[test]
fn a_manifest_is_embedded_replaced_and_read_back() {
    for text in [PROGRAM, &runbook("")] {
        let bytes = wat::parse_str(text).expect("a fixture");
        let (first, second) = (manifest(&[]), manifest(&["jobs.start:Patch-*"]));
        let once = embed_manifest(&bytes, &first).expect("embedded");
        assert_eq!(inspect(&once).expect("valid").manifest, Some(first));
        let twice = embed_manifest(&once, &second).expect("replaced");
        assert_eq!(inspect(&twice).expect("valid").manifest, Some(second.clone()));
        assert_eq!(twice, embed_manifest(&bytes, &second).expect("embedded"));
    }
    assert!(embed_manifest(b"(module)", &manifest(&[])).is_err());
}

#[test]
fn manifests_that_are_not_valid_are_refused_by_field() {
    let section = |json: &str| {
        let json = json.replace('"', "\\\"");
        PROGRAM.replace("(module", &format!(r#"(module (@custom "bindery:manifest" "{json}")"#))
    };
    for (json, code, part) in [
        ("{", Code::InvalidManifest, "is not JSON"),
        ("{}", Code::InvalidManifest, "missing field `name`"),
        (r#"{"name":"1"}"#, Code::InvalidManifest, "`name`: `1` is not a name"),
        (r#"{"name":"a","colour":1}"#, Code::InvalidManifest, "`colour`"),
        (r#"{"name":"a","grants":["jobs.start"]}"#, Code::InvalidManifest, "`grants[0]`"),
        (r#"{"name":"a","grants":["root"]}"#, Code::UnknownGrant, "`root` is not a grant"),
        (r#"{"name":"a","limits":{"seconds":-1}}"#, Code::InvalidManifest, "`limits.seconds`"),
        (r#"{"name":"a","parameters":{"type":"x"}}"#, Code::InvalidManifest, "JSON Schema"),
    ] {
        refused(&section(json), code, part);
    }
    let twice =
        section(r#"{"name":"a"}"#).replace("(memory", "(@custom \"bindery:manifest\" \"\")(memory");
    refused(&twice, Code::InvalidManifest, "more than one section");
}

#[test]
fn a_runbook_toml_is_read_with_its_schema_and_without_its_build_table() {
    let manifest = read_manifest_toml(
        r#"
        name = "Report"
        grants = ["updates.read"]
        limits = { memoryBytes = 1048576 }
        [parameters]
        type = "object"
        [parameters.properties.days]
        type = "integer"
        [build]
        command = "cargo build"
        "#,
    )
    .expect("a manifest");
    assert_eq!(manifest.limits.memory_bytes, 1 << 20);
    assert_eq!(manifest.parameters.expect("a schema")["properties"]["days"]["type"], "integer");
    let printed = "name = \"a\"\n[build]\nschema = [\"go\", \"run\"]";
    let refusal = read_manifest_toml(printed).expect_err("its parameters are not known");
    assert_eq!(refusal.code, Code::InvalidManifest);
    assert!(refusal.message.contains("`bindery runbook build` puts it into the Wasm"), "{refusal}");
    let project = read_project_toml(printed).expect("a project");
    assert!(project.build.expect("a table").contains_key("schema"));
    let refusal = read_manifest_toml("name = \"a\"\nbuild = 1").expect_err("no table");
    assert!(refusal.message.contains("`build` is not a table"), "{refusal}");
    let refusal = read_manifest_toml("name = ").expect_err("no TOML");
    assert_eq!(refusal.code, Code::InvalidManifest);
    let refusal = read_manifest_toml("name = \"a\"\ngrants = [\"root\"]").expect_err("no grant");
    assert_eq!(refusal.code, Code::UnknownGrant);
}
