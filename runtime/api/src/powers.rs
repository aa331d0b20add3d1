//! What a version of a runbook can do and cannot do, and how we know.
//!
//! For a component the imports prove the most that it can do; within them, and for core modules
//! altogether, the host enforces the grants. A WASI program (L0) has no operations at all.

use bindery_core::{
    grant::{Grant, Power},
    operation,
    runbook::{Level, Version},
};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// How we know that a runbook can or cannot do something.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Basis {
    /// The file itself shows it: what is not imported cannot be called.
    Imports,
    /// The host refuses what is not granted.
    Grant,
}

/// One power of the contract, as one version of a runbook has it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct PowerUse {
    /// The power, as it is spelled in grants.
    pub power: String,
    /// What it means, for people: `install updates`.
    pub meaning: String,
    /// Whether the runbook has it.
    pub allowed: bool,
    /// How we know.
    pub basis: Basis,
    /// The grants that give it, with their masks.
    pub grants: Vec<Grant>,
}

/// Every power of the contract, as `version` has it under `grants`.
pub fn of(version: &Version, grants: &[Grant]) -> Vec<PowerUse> {
    of_file(version.level, &version.imports, grants)
}

/// Every power of the contract, as a file of this level with these imports has it under `grants`.
pub fn of_file(level: Level, imports: &[String], grants: &[Grant]) -> Vec<PowerUse> {
    Power::ALL.into_iter().map(|power| one(power, level, imports, grants)).collect()
}

fn one(power: Power, level: Level, imports: &[String], grants: &[Grant]) -> PowerUse {
    let possible = match level {
        Level::L0 => false,
        Level::L1 => true,
        Level::L2 => imports_of(imports, power),
    };
    let grants: Vec<_> = if possible {
        grants.iter().filter(|grant| grant.power() == power).cloned().collect()
    } else {
        vec![]
    };
    PowerUse {
        power: power.as_str().to_owned(),
        meaning: power.meaning().to_owned(),
        allowed: !grants.is_empty(),
        basis: if possible { Basis::Grant } else { Basis::Imports },
        grants,
    }
}

fn imports_of(imports: &[String], power: Power) -> bool {
    let full = operation::instance_name(power.interface());
    imports.iter().any(|import| *import == power.interface() || *import == full)
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::{Expect, expect};

    fn check(level: Level, imports: &[&str], grants: &[&str], expected: Expect) {
        let version: Version = serde_json::from_value(serde_json::json!({
            "digest": format!("sha256:{}", "0".repeat(64)), "bytes": 8, "level": level,
            "manifest": { "name": "Report" }, "imports": imports,
            "importedAt": "2026-01-01T00:00:00Z", "importedBy": "somebody",
        }))
        .expect("a version");
        let grants: Vec<Grant> = grants.iter().map(|g| g.parse().expect("a grant")).collect();
        let lines = of(&version, &grants).into_iter().map(|power| {
            let can = if power.allowed { "can" } else { "cannot" };
            format!("{can} {} by {:?} {:?}\n", power.power, power.basis, power.grants)
        });
        expected.assert_eq(&lines.collect::<String>());
    }

    #[test]
    fn imports_prove_what_a_component_cannot_do_and_grants_rule_the_rest() {
        check(
            Level::L2,
            &["children", "bindery:runbook/power@0.1.0"],
            &["jobs.start:Patch-*", "updates.read"],
            expect![[r#"
                cannot updates.read by Imports []
                cannot updates.install by Imports []
                cannot power.reboot by Grant []
                cannot fleet.read by Imports []
                cannot fleet.configure by Imports []
                can jobs.start by Grant [jobs.start:Patch-*]
                cannot records.write by Imports []
                cannot files.read by Imports []
                cannot files.write by Imports []
                cannot process by Imports []
                cannot http by Imports []
                cannot assets.read by Imports []
                cannot assets.write by Imports []
            "#]],
        );
    }

    #[test]
    fn grants_rule_a_core_module_and_a_program_can_do_nothing() {
        check(
            Level::L1,
            &[],
            &["updates.read"],
            expect![[r#"
                can updates.read by Grant [updates.read]
                cannot updates.install by Grant []
                cannot power.reboot by Grant []
                cannot fleet.read by Grant []
                cannot fleet.configure by Grant []
                cannot jobs.start by Grant []
                cannot records.write by Grant []
                cannot files.read by Grant []
                cannot files.write by Grant []
                cannot process by Grant []
                cannot http by Grant []
                cannot assets.read by Grant []
                cannot assets.write by Grant []
            "#]],
        );
        check(
            Level::L0,
            &[],
            &["updates.read"],
            expect![[r#"
                cannot updates.read by Imports []
                cannot updates.install by Imports []
                cannot power.reboot by Imports []
                cannot fleet.read by Imports []
                cannot fleet.configure by Imports []
                cannot jobs.start by Imports []
                cannot records.write by Imports []
                cannot files.read by Imports []
                cannot files.write by Imports []
                cannot process by Imports []
                cannot http by Imports []
                cannot assets.read by Imports []
                cannot assets.write by Imports []
            "#]],
        );
    }
}
