//! `runbook.toml` says what the code reads.

use patch_policy::parameters::Parameters;

#[test]
fn the_schema_takes_what_the_code_takes_and_refuses_what_it_refuses() {
    let manifest: toml::Value = toml::from_str(include_str!("../runbook.toml")).expect("toml");
    let schema = serde_json::to_value(&manifest["parameters"]).expect("a schema");
    let schema = jsonschema::validator_for(&schema).expect("a schema");
    let whole = |options: &str| {
        format!(
            r#"{{"WorkspaceID": "w", "Duration": 120, "ScheduleName": "s",
                "ComputerIDList": ["c1"], "AdditionalOptions": {options}}}"#
        )
    };
    let rows = [
        ("{}", true),
        (r#"{"classifications": ["Security"], "include": ["a*"], "exclude": ["*"]}"#, true),
        (r#"{"rebootSetting": "RebootOnly", "onboard": "all", "allowRemovals": true}"#, true),
        (r#"{"maxConcurrency": "10%", "maxErrors": 0, "reserves": {"rebootMinutes": 5}}"#, true),
        (r#"{"rebootSetting": "Sometimes"}"#, false),
        (r#"{"maxErrors": "101%"}"#, false),
        (r#"{"maxConcurrency": "ten"}"#, false),
        (r#"{"dryRun": true}"#, true),
        (r#"{"allowRemovals": "yes"}"#, false),
        (r#"{"approved": {"c1": ["a=1"]}}"#, true),
        (r#"{"approved": ["a=1"]}"#, false),
        (r#"{"unknown": 1}"#, false),
        (r#"{"reserves": {"minutes": 5}}"#, false),
    ];
    for (options, good) in rows {
        let value = serde_json::from_str(&whole(options)).expect("json");
        assert_eq!(schema.is_valid(&value), good, "{options}");
        assert_eq!(serde_json::from_value::<Parameters>(value).is_ok(), good, "{options}");
    }
}
