//! What a Wasm file is, without a control plane: as `build` and `show` tell it.

use super::powers;
use crate::{
    failure::CliFailure,
    output::{table, text},
};
use bindery_api::powers::{PowerUse, of_file};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    profile::{self, Feature, Profile},
    runbook::{Level, Linked, Manifest, Version},
};
use bindery_inspect::{Module, grants, inspect_unlinked};
use serde::Serialize;
use std::path::PathBuf;

/// What one version of a runbook is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Facts {
    /// The file, if it is one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) file: Option<PathBuf>,
    pub(super) digest: Digest,
    pub(super) bytes: u64,
    pub(super) level: Level,
    pub(super) imports: Vec<String>,
    /// What it needs that the standard profile does not have.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) needs: Vec<Feature>,
    /// What modules of the account are to give it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) from_modules: Vec<String>,
    /// The modules in it.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub(super) modules: Vec<Linked>,
    pub(super) manifest: Manifest,
    /// What it can do if it is granted all that it asks for.
    pub(super) powers: Vec<PowerUse>,
}

impl Facts {
    /// Those of a Wasm file with a manifest in it, which must ask for all that it imports.
    pub(super) fn of_file(file: PathBuf, wasm: &[u8]) -> Result<Self, CliFailure> {
        let module = inspect_unlinked(wasm)?;
        let manifest = module.manifest.clone().ok_or_else(|| {
            let text = format!("`{}` holds no manifest", file.display());
            CliFailure::from(Failure::new(Code::InvalidManifest, text))
                .hint("`bindery runbook build` puts its `runbook.toml` into it.")
        })?;
        grants::check_grants(&module, &manifest)?;
        let powers = of_file(module.level, &module.imports, &manifest.grants);
        let Module { digest, bytes, level, imports, needs, from_modules, .. } = module;
        let (file, modules) = (Some(file), vec![]);
        Ok(Self {
            file,
            digest,
            bytes,
            level,
            imports,
            needs,
            from_modules,
            modules,
            manifest,
            powers,
        })
    }

    /// Those of a version in an account.
    pub(super) fn of_version(version: Version) -> Self {
        let powers = of_file(version.level, &version.imports, &version.manifest.grants);
        let Version { digest, bytes, level, imports, needs, .. } = version;
        let Version { from_modules, modules, manifest, .. } = version;
        Self {
            file: None,
            digest,
            bytes,
            level,
            imports,
            needs,
            from_modules,
            modules,
            manifest,
            powers,
        }
    }
}

/// What a version needs of a worker, if it is more than every worker has.
pub(super) fn needs(needs: &[Feature]) -> String {
    if needs.is_empty() {
        return String::new();
    }
    let profile = Profile::with(needs);
    format!("the {profile} profile ({})", profile::named(needs))
}

/// What is said of a runbook that is not whole.
const UNLINKED: &str = "\nThat is without its modules, which add what they can do: `bindery runbook show NAME` tells of the \
                        whole, once it is imported.\n";

/// For people.
pub(super) fn show(facts: &Facts) -> String {
    let fields = table::fields([
        ("Name", facts.manifest.name.to_string()),
        ("Description", facts.manifest.description.clone()),
        ("Version", facts.manifest.version.clone()),
        ("File", facts.file.as_ref().map(|file| file.display().to_string()).unwrap_or_default()),
        ("Bytes", facts.bytes.to_string()),
        ("Digest", facts.digest.to_string()),
        ("Level", table::spelling(facts.level)),
        ("Needs", needs(&facts.needs)),
        ("Needs modules for", text::escape(&facts.from_modules.join(", "))),
        ("Modules", modules(&facts.modules)),
    ]);
    let further = match facts.from_modules.is_empty() {
        true => "",
        false => UNLINKED,
    };
    fields + "\n" + &powers::lines(&facts.powers) + further
}

/// The modules that are linked into a version.
pub(super) fn modules(modules: &[Linked]) -> String {
    let one = |module: &Linked| {
        format!("{} {} ({})", module.name, text::escape(&module.version), module.digest.short())
    };
    modules.iter().map(one).collect::<Vec<_>>().join(", ")
}
