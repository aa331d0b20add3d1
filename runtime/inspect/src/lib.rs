//! What a Wasm file is and can do: its level, its entry, its imports and powers, its manifest.
//!
//! The file is read and validated, never run and never compiled. Every refusal is a `Failure` whose
//! message says what the file looks like, what is wrong with it, and what to do; names from the
//! file are escaped before they are shown.

pub mod grants;
pub mod manifest;
pub mod parameters;

mod component;
mod core_module;
mod features;
mod imports;
mod looks;

use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    grant::Power,
    limit,
    profile::Feature,
    runbook::{Level, Manifest},
};

/// Where the host enters a module.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Entry {
    /// A component's `run: func() -> result<option<json>, error>`.
    RunExport,
    /// A component's instance `wasi:cli/run`.
    CliRun,
    /// A core module's `_start: () -> ()`.
    Start,
    /// A core module's `run: () -> i32`.
    RunI32,
}

/// What a Wasm file is and can do.
#[derive(Debug, Clone, PartialEq)]
pub struct Module {
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// How it is run.
    pub level: Level,
    /// Where it is entered.
    pub entry: Entry,
    /// The interfaces (of a core module: the import modules) that it imports, sorted, each once.
    pub imports: Vec<String>,
    /// What a component exports, in its order; of a core module nothing.
    pub exports: Vec<String>,
    /// The powers of which it imports a function, sorted: the most that it can do. An interface of
    /// which it imports types alone proves none, and a core module proves none: there the grants
    /// are enforced, not proved.
    pub powers: Vec<Power>,
    /// The interfaces that modules of an account are to give it, sorted.
    pub from_modules: Vec<String>,
    /// What it needs that the standard profile does not have.
    pub needs: Vec<Feature>,
    /// What its author says, if the file has the section `bindery:manifest`.
    pub manifest: Option<Manifest>,
}

/// What a component that others import is.
#[derive(Debug, Clone, PartialEq)]
pub struct Library {
    /// SHA-256 of the file.
    pub digest: Digest,
    /// Size of the file in bytes.
    pub bytes: u64,
    /// The interfaces that it exports, sorted.
    pub exports: Vec<String>,
    /// Those that it imports from the host, sorted.
    pub imports: Vec<String>,
    /// Those that other modules are to give it, sorted.
    pub from_modules: Vec<String>,
    /// The most that it can do, sorted.
    pub powers: Vec<Power>,
    /// What it needs that the standard profile does not have.
    pub needs: Vec<Feature>,
    /// What its author says, if the file has the section `bindery:manifest`.
    pub manifest: Option<Manifest>,
}

/// What validation found, whatever the encoding.
struct Findings {
    level: Level,
    entry: Entry,
    imports: Vec<String>,
    exports: Vec<String>,
    powers: Vec<Power>,
    from_modules: Vec<String>,
}

/// What a Wasm file needs that the standard profile does not have. `InvalidModule` if it is not valid
/// in any profile.
pub fn needs(bytes: &[u8]) -> Result<Vec<Feature>, Failure> {
    features::validate(bytes).map(|(_, needs)| needs)
}

/// Reads and validates a Wasm file that is whole: the host gives it all that it imports.
///
/// Fails as [`inspect_unlinked`], and with `UnknownImports` for what modules would have to give.
pub fn inspect(bytes: &[u8]) -> Result<Module, Failure> {
    let module = inspect_unlinked(bytes)?;
    imports::refuse_unlinked(&module.from_modules)?;
    Ok(module)
}

/// Reads and validates a Wasm file; what modules of an account are to give it is in `from_modules`.
///
/// Fails with `TooLarge`, `InvalidModule`, `UnknownImports`, `NoEntryPoint`, `InvalidManifest` or
/// `UnknownGrant`.
pub fn inspect_unlinked(bytes: &[u8]) -> Result<Module, Failure> {
    check_size(bytes)?;
    let encoding = looks::encoding(bytes)?;
    let (types, needs) = features::validate(bytes)?;
    let types = types.as_ref();
    let found = match encoding {
        looks::Encoding::Core => core_module::examine(types)?,
        looks::Encoding::Component => component::examine(bytes, types)?,
    };
    Ok(Module {
        digest: Digest::of(bytes),
        bytes: bytes.len() as u64,
        level: found.level,
        entry: found.entry,
        imports: found.imports,
        exports: found.exports,
        powers: found.powers,
        from_modules: found.from_modules,
        needs,
        manifest: manifest::read_manifest(bytes)?,
    })
}

/// Reads and validates a module: a component that exports interfaces for others to import.
///
/// Fails with `TooLarge`, `InvalidModule`, `UnknownImports`, `NoEntryPoint`, `InvalidManifest` or
/// `UnknownGrant`.
pub fn inspect_library(bytes: &[u8]) -> Result<Library, Failure> {
    check_size(bytes)?;
    if looks::encoding(bytes)? != looks::Encoding::Component {
        let message = "a module must be a component: build it for wasm32-wasip2, or with the \
                       component tools of its language";
        return Err(Failure::new(Code::InvalidModule, message));
    }
    let (types, needs) = features::validate(bytes)?;
    let found = component::examine_library(bytes, types.as_ref())?;
    Ok(Library {
        digest: Digest::of(bytes),
        bytes: bytes.len() as u64,
        exports: found.exports,
        imports: found.imports,
        from_modules: found.from_modules,
        powers: found.powers,
        needs,
        manifest: manifest::read_manifest(bytes)?,
    })
}

fn check_size(bytes: &[u8]) -> Result<(), Failure> {
    if bytes.len() <= limit::MODULE_BYTES {
        return Ok(());
    }
    let (found, max) = (bytes.len(), limit::MODULE_BYTES);
    Err(Failure::new(
        Code::TooLarge,
        format!(
            "the module has {found} bytes; at most {max} are allowed (MODULE_BYTES): build it for size, \
             and strip its debug information"
        ),
    ))
}
