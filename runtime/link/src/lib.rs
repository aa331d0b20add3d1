//! Links a runbook with the modules that it imports: the whole is one component, which imports nothing
//! but the host's interfaces.
//!
//! ```text
//!   runbook --imports--> acme:tickets/api --exported by--> module --imports--> bindery:runbook/http
//!   linked:  [ runbook <- module ] --imports--> bindery:runbook/http, …
//! ```
//! A module is in the whole once, however many import it. Nothing is run and nothing is compiled.

mod compose;
pub mod wit;

use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    grant::Grant,
    limit,
    name::Name,
    runbook::{Linked, Manifest},
    text::shown,
};
use bindery_inspect::{Library, inspect, inspect_library, manifest::embed_manifest};
use std::collections::BTreeSet;

/// A module that may be linked.
#[derive(Debug, Clone)]
pub struct Part {
    /// Its name.
    pub name: Name,
    /// Its version.
    pub version: String,
    /// The grants that it needs.
    pub grants: Vec<Grant>,
    /// Its bytes.
    pub wasm: Vec<u8>,
    library: Library,
}

impl Part {
    /// The module of these bytes. Its manifest must be in it, or be given.
    pub fn new(wasm: Vec<u8>, manifest: Option<Manifest>) -> Result<Self, Failure> {
        let library = inspect_library(&wasm)?;
        let Some(manifest) = manifest.or_else(|| library.manifest.clone()) else {
            let message = "the module has no manifest: build it with `bindery module build`";
            return Err(Failure::new(Code::InvalidManifest, message));
        };
        let Manifest { name, version, grants, .. } = manifest;
        Ok(Self { name, version, grants, wasm, library })
    }

    /// SHA-256 of its bytes.
    pub fn digest(&self) -> Digest {
        self.library.digest
    }

    /// What it is.
    pub fn library(&self) -> &Library {
        &self.library
    }
}

/// A runbook with its modules.
#[derive(Debug)]
pub struct Whole {
    /// The component, with the manifest in it that asks for what all parts need.
    pub wasm: Vec<u8>,
    /// That manifest.
    pub manifest: Manifest,
    /// The modules in it.
    pub modules: Vec<Linked>,
}

/// Links `runbook`, whose manifest is `manifest`, with those of `parts` that it needs.
///
/// `UnknownImports` names what no part exports, and for whom; `Conflict` a part that exports another
/// thing under the name, or one that needs itself; `TooLarge` if there are too many.
pub fn link(runbook: &[u8], manifest: Manifest, parts: &[Part]) -> Result<Whole, Failure> {
    let composed = compose::compose(runbook, parts)?;
    let modules: Vec<_> = composed.used.iter().map(|at| &parts[*at]).collect();
    let mut asked: BTreeSet<Grant> = manifest.grants.iter().cloned().collect();
    for part in &modules {
        asked.extend(part.grants.iter().cloned());
    }
    let manifest = Manifest { grants: asked.into_iter().collect(), ..manifest };
    let wasm = embed_manifest(&composed.wasm, &manifest)?;
    if wasm.len() > limit::MODULE_BYTES {
        let names: Vec<_> = modules.iter().map(|part| format!("`{}`", part.name)).collect();
        let message = format!(
            "with {} it has {} bytes; at most {} are allowed (MODULE_BYTES)",
            names.join(", "),
            wasm.len(),
            limit::MODULE_BYTES
        );
        return Err(Failure::new(Code::TooLarge, message));
    }
    inspect(&wasm)?;
    let linked = |part: &&Part| Linked {
        name: part.name.clone(),
        version: part.version.clone(),
        digest: part.digest(),
    };
    Ok(Whole { wasm, modules: modules.iter().map(linked).collect(), manifest })
}

fn damaged(what: &str, error: &dyn std::fmt::Display) -> Failure {
    let message = format!("{what} cannot be linked: {}", shown(&format!("{error:#}")));
    Failure::new(Code::InvalidModule, message)
}
