//! Whether a manifest asks for all that its module imports, and for nothing that cannot be.

use crate::Module;
use bindery_core::{
    code::{Code, Failure},
    operation,
    runbook::Manifest,
};

/// Whether every power that the imports prove is among the grants that the manifest asks for.
///
/// `GrantNotAsked` names each power that is missing and the import that proves it. A module that
/// proves nothing (every core module) passes: there each operation is held against the grants when
/// it is called.
pub fn check_grants(module: &Module, manifest: &Manifest) -> Result<(), Failure> {
    let asked = |power| manifest.grants.iter().any(|grant| grant.power() == power);
    let missing: Vec<_> = module
        .powers
        .iter()
        .filter(|power| !asked(**power))
        .map(|power| {
            let mask = if power.masked() { ":<mask>" } else { "" };
            let import = operation::instance_name(power.interface());
            format!("`{}{mask}` (it imports `{import}`)", power.as_str())
        })
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    Err(Failure::new(
        Code::GrantNotAsked,
        format!(
            "`{}` can do what its manifest does not ask for: {}",
            manifest.name,
            missing.join(", ")
        ),
    ))
}

/// Whether each grant could ever allow something. `InvalidManifest` names the first that could not.
pub fn check_possible(manifest: &Manifest) -> Result<(), Failure> {
    for (place, grant) in manifest.grants.iter().enumerate() {
        grant.check().map_err(|error| {
            let message = format!("the manifest is not valid: `grants[{place}]`: {error}");
            Failure::new(Code::InvalidManifest, message)
        })?;
    }
    Ok(())
}
