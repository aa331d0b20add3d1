//! The artifact as it is written and read, without a registry.

use super::*;
use bindery_core::seal::{Publisher, Seal, StartedBy};
use bindery_inspect::manifest::{embed_manifest, read_manifest_toml};
use bindery_seal::{key::SigningKey, statement::seal_module};
use expect_test::expect;

fn wasm(wat: &str) -> Vec<u8> {
    let wasm = wat::parse_str(wat).expect("a module");
    let manifest = "name = 'Report'\nversion = '1.0'\ndescription = 'Counts'\ngrants = []";
    embed_manifest(&wasm, &read_manifest_toml(manifest).expect("a manifest")).expect("embedded")
}

fn module() -> Vec<u8> {
    wasm("(module (func (export \"_start\")))")
}

fn sealed(version: &str) -> Artifact {
    let key = SigningKey::from_seed([1; 32]);
    let seal = Seal {
        name: "Report".parse().expect("a name"),
        version: version.into(),
        publisher: Publisher { name: "Acme".into(), key_id: key.public_key().key_id() },
        grants: vec![],
        verbs: vec![],
        started_by: vec![StartedBy::Anyone],
        limits: Default::default(),
        not_before: "2026-01-01T00:00:00Z".parse().expect("a time"),
        not_after: None,
    };
    let bundle = seal_module(&seal, &module(), &key).expect("sealed");
    Artifact::of_file(bundle.to_bytes().expect("bytes")).expect("an artifact")
}

fn reference() -> Reference {
    Reference::parse("ghcr.io/acme/report:1.0").expect("a reference")
}

#[test]
fn the_digest_of_an_artifact_follows_from_its_file_alone() {
    let open = Artifact::of_file(module()).expect("an artifact");
    let digest = |artifact: &Artifact| Digest::of(&of(artifact).expect("a layout").manifest);
    // A change of these is a change of what everybody has pinned.
    expect!["sha256:2ace87014228234bebfec30f01607d7ac5eccdecede6f8c7d1e7cbabafb3fb9e"]
        .assert_eq(&digest(&open).to_string());
    expect!["sha256:e0ea8c3d838b894b6dd4af97c4c38525bf3de2f776d6baad2bad6a8e92d4fc5d"]
        .assert_eq(&digest(&sealed("1.0")).to_string());
}

#[test]
fn a_component_tells_what_it_exports_and_imports() {
    let component = r#"(component
        (core module $m (func (export "run") (result i32) i32.const 0))
        (core instance $i (instantiate $m))
        (func $run (result (result)) (canon lift (core func $i "run")))
        (instance $export (export "run" (func $run)))
        (export "wasi:cli/run@0.2.0" (instance $export)))"#;
    let artifact = Artifact::of_file(wasm(component)).expect("an artifact");
    let config = String::from_utf8(of(&artifact).expect("a layout").config).expect("text");
    expect![[r#"{"created":"1970-01-01T00:00:00Z","architecture":"wasm","os":"wasip2","layerDigests":["sha256:27ef0c8f81cb9f568f6abb9e448507018fd9f117dd42fbd697c1c73966e91a61"],"component":{"exports":["wasi:cli/run@0.2.0"],"imports":[]}}"#]].assert_eq(&config);
}

#[test]
fn what_is_written_is_read_and_makes_the_same_file() {
    for artifact in [Artifact::of_file(module()).expect("an artifact"), sealed("1.0")] {
        let layout = of(&artifact).expect("a layout");
        let read = read(&reference(), &layout.manifest).expect("a Wasm artifact");
        assert_eq!(read.digest, Digest::of(artifact.wasm()));
        assert_eq!(read.bytes, artifact.wasm().len());
        let back = Artifact::of_parts(artifact.wasm().to_vec(), read.envelope.as_deref());
        assert_eq!(back.expect("an artifact"), artifact);
    }
}

#[test]
fn the_longest_statement_has_room_in_a_manifest() {
    let seal = |length: usize| sealed(&"x".repeat(length));
    let spent = seal(1).envelope().expect("a text").expect("sealed").len();
    // Base64 makes four of three.
    let longest = seal(limit::STATEMENT_BYTES - spent);
    let layout = of(&longest).expect("a layout");
    assert!(layout.manifest.len() > limit::STATEMENT_BYTES);
    assert!(layout.manifest.len() < limit::REGISTRY_MANIFEST_BYTES);
    assert!(read(&reference(), &layout.manifest).is_ok());
}

#[test]
fn manifests_and_modules_end_at_their_limits() {
    let layout = of(&Artifact::of_file(module()).expect("an artifact")).expect("a layout");
    let mut manifest = layout.manifest;
    manifest.resize(limit::REGISTRY_MANIFEST_BYTES, b' ');
    assert!(read(&reference(), &manifest).is_ok());
    manifest.push(b' ');
    let code = |read: Result<Described, RegistryError>| read.expect_err("too large").code();
    assert_eq!(code(read(&reference(), &manifest)), Code::TooLarge);

    let mut value: Value = serde_json::from_slice(&manifest).expect("JSON");
    let mut with_size = |size: i64| {
        value["layers"][0]["size"] = size.into();
        read(&reference(), value.to_string().as_bytes())
    };
    let most = i64::try_from(limit::MODULE_BYTES).expect("small");
    assert_eq!(with_size(most).expect("within").bytes, limit::MODULE_BYTES);
    for size in [most + 1, -1] {
        assert_eq!(code(with_size(size)), Code::TooLarge);
    }
}
