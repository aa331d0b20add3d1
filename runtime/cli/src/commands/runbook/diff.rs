//! `bindery runbook diff`: what another version of a runbook is and may do that this one does not.

use super::facts::{Facts, needs};
use crate::output::table;
use bindery_core::runbook::{Linked, Manifest};
use serde::Serialize;
use serde_json::Value;

/// One thing in which two versions differ.
#[derive(Debug, PartialEq, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Difference {
    /// What it is: `version`, `grant`, `power`, `parameter days`.
    pub(super) what: String,
    /// As it is in the older one; nothing if it is not there.
    pub(super) before: Option<String>,
    /// As it is in the newer one; nothing if it is not there.
    pub(super) after: Option<String>,
}

/// All in which they differ: identity, powers, grants, imports, parameters, limits.
pub(super) fn differences(before: &Facts, after: &Facts) -> Vec<Difference> {
    let mut all = vec![];
    let mut note = |what: &str, before: Option<String>, after: Option<String>| {
        if before != after {
            all.push(Difference { what: what.to_owned(), before, after });
        }
    };
    let filled = |text: &str| (!text.is_empty()).then(|| text.to_owned());
    let (old, new) = (&before.manifest, &after.manifest);
    note("name", Some(old.name.to_string()), Some(new.name.to_string()));
    note("version", filled(&old.version), filled(&new.version));
    note("description", filled(&old.description), filled(&new.description));
    note("digest", Some(before.digest.to_string()), Some(after.digest.to_string()));
    note("bytes", Some(before.bytes.to_string()), Some(after.bytes.to_string()));
    note("level", Some(table::spelling(before.level)), Some(table::spelling(after.level)));
    note("needs", filled(&needs(&before.needs)), filled(&needs(&after.needs)));
    let can = |facts: &Facts| {
        let able = facts.powers.iter().filter(|power| power.allowed);
        able.map(|power| (format!("can {}", power.meaning), "yes".to_owned())).collect::<Vec<_>>()
    };
    let grants = |manifest: &Manifest| {
        let one = |grant: &bindery_core::grant::Grant| ("grant".to_owned(), grant.to_string());
        manifest.grants.iter().map(one).collect::<Vec<_>>()
    };
    let imports = |facts: &Facts| {
        let one = |import: &String| ("import".to_owned(), import.clone());
        facts.imports.iter().map(one).collect::<Vec<_>>()
    };
    let modules = |facts: &Facts| {
        let needed = |name: &String| ("needs a module for".to_owned(), name.clone());
        let linked =
            |it: &Linked| (format!("module {}", it.name), format!("{} {}", it.version, it.digest));
        let linked = facts.modules.iter().map(linked);
        facts.from_modules.iter().map(needed).chain(linked).collect::<Vec<_>>()
    };
    for (before, after) in [
        (can(before), can(after)),
        (grants(old), grants(new)),
        (modules(before), modules(after)),
        (imports(before), imports(after)),
    ] {
        for (what, value) in before.iter().filter(|it| !after.contains(it)) {
            note(what, Some(value.clone()), None);
        }
        for (what, value) in after.iter().filter(|it| !before.contains(it)) {
            note(what, None, Some(value.clone()));
        }
    }
    let (old_keys, new_keys) = (keys(old), keys(new));
    for (key, schema) in &old_keys {
        let other = new_keys.iter().find(|(name, _)| name == key).map(|(_, schema)| schema.clone());
        note(key, Some(schema.clone()), other);
    }
    for (key, schema) in new_keys {
        if !old_keys.iter().any(|(name, _)| *name == key) {
            note(&key, None, Some(schema));
        }
    }
    let limits = |manifest: &Manifest| serde_json::to_string(&manifest.limits).ok();
    note("limits", limits(old), limits(new));
    all
}

/// Every parameter with its schema, and all else that the schema says.
fn keys(manifest: &Manifest) -> Vec<(String, String)> {
    let Some(Value::Object(schema)) = &manifest.parameters else { return vec![] };
    let mut keys = vec![];
    for (key, value) in schema {
        match (key.as_str(), value) {
            ("properties", Value::Object(properties)) => {
                keys.extend(
                    properties
                        .iter()
                        .map(|(name, schema)| (format!("parameter {name}"), schema.to_string())),
                );
            }
            _ => keys.push((format!("parameters: {key}"), value.to_string())),
        }
    }
    keys
}

/// For people.
pub(super) fn show(differences: &[Difference]) -> String {
    if differences.is_empty() {
        return "they are the same\n".to_owned();
    }
    let cell = |value: &Option<String>| value.clone().unwrap_or_else(|| "-".to_owned());
    table::rows(
        ["WHAT", "BEFORE", "AFTER"],
        differences.iter().map(|it| [it.what.clone(), cell(&it.before), cell(&it.after)]),
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use serde_json::json;

    fn facts(level: &str, imports: &[&str], needs: &[&str], manifest: Value) -> Facts {
        let version = json!({
            "digest": format!("sha256:{}", "0".repeat(64)), "bytes": 8, "level": level,
            "manifest": manifest, "imports": imports, "needs": needs,
            "importedAt": "2026-01-01T00:00:00Z", "importedBy": "somebody",
        });
        Facts::of_version(serde_json::from_value(version).expect("a version"))
    }

    #[test]
    fn a_version_that_may_do_more_shows_it() {
        let old = json!({
            "name": "Report", "version": "1", "grants": ["updates.read"],
            "parameters": { "type": "object", "properties": { "days": { "type": "integer" } } },
        });
        let new = json!({
            "name": "Report", "version": "2", "grants": ["updates.read", "power.reboot"],
            "parameters": { "type": "object", "required": ["days"],
                            "properties": { "days": { "type": "number" }, "host": {} } },
        });
        let inventory = "bindery:runbook/update-inventory@0.1.0";
        let old = facts("L2", &[inventory], &[], old);
        let imports = [inventory, "bindery:runbook/power@0.1.0"];
        let new = facts("L2", &imports, &["exceptions"], new);
        expect![[r#"
            WHAT                   BEFORE               AFTER
            version                1                    2
            needs                  -                    the extended profile (exceptions)
            can reboot             -                    yes
            grant                  -                    power.reboot
            import                 -                    bindery:runbook/power@0.1.0
            parameter days         {"type":"integer"}   {"type":"number"}
            parameters: required   -                    ["days"]
            parameter host         -                    {}
        "#]]
        .assert_eq(&show(&differences(&old, &new)));
        expect!["they are the same\n"].assert_eq(&show(&differences(&new, &new)));
    }
}
