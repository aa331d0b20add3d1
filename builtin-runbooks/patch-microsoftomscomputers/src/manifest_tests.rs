//! The published schema of `AdditionalOptions` is the one of both manifests.

fn options_of(manifest: &str) -> serde_json::Value {
    let manifest: toml::Value = toml::from_str(manifest).expect("toml");
    let options = &manifest["parameters"]["properties"]["AdditionalOptions"];
    serde_json::to_value(options).expect("a schema")
}

#[test]
fn the_schema_of_the_options_stands_alone_and_in_both_manifests() {
    let alone = include_str!("../additional-options.schema.json");
    let mut alone: serde_json::Value = serde_json::from_str(alone).expect("json");
    let head = alone.as_object_mut().expect("an object");
    assert!(head.remove("$schema").is_some() && head.remove("title").is_some());
    assert_eq!(options_of(include_str!("../runbook.toml")), alone);
    let child = include_str!("../../patch-microsoftomscomputer/runbook.toml");
    assert_eq!(options_of(child), alone);
}
