//! `bindery module`: components that runbooks import.

use super::{
    paging::Paging,
    runbook::{
        build::{self, Kind},
        new,
    },
    wasm_file,
};
use crate::{
    context::{Context, unreadable, unwritable},
    failure::{CliFailure, Exit},
    output::{Output, table, text},
};
use bindery_api::modules::{ImportModule, Module};
use bindery_core::name::Name;
use bindery_inspect::{inspect_library, manifest::read_manifest};
use bindery_link::{Part, link, wit};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List the modules of the account
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Show a module: what it exports, what it needs, and what it may do
    Show {
        /// Name of the module
        name: Name,
    },
    /// Make a project for a module in Rust; needs no control plane
    New(new::ModuleArguments),
    /// Build the module in a folder with `module.toml`, by its language's own toolchain
    Build(build::Arguments),
    /// Import a module; the next runbook that imports what it exports is linked with it
    Import {
        /// The component with its manifest in it, or a sealed bundle of one
        file: PathBuf,
        /// Replace the module of its name; what is published stays as it is
        #[arg(long)]
        replace: bool,
    },
    /// Print the WIT of what a module exports, for the folder `wit/deps` of a project
    Wit {
        /// Name of the module, or a Wasm file
        #[arg(value_name = "NAME|FILE.wasm")]
        what: String,
    },
    /// Link a runbook with modules, as publishing does: for a test, or before it is sealed
    Link {
        /// The runbook with its manifest in it
        #[arg(value_name = "FILE.wasm")]
        file: PathBuf,
        /// A module that it may be linked with; may be given again
        #[arg(long = "module", value_name = "FILE.wasm", required = true)]
        modules: Vec<PathBuf>,
        /// Where to write the whole
        #[arg(long, value_name = "FILE.wasm")]
        to: PathBuf,
    },
    /// Delete a module; published runbooks keep what is linked into them
    Delete {
        /// Name of the module
        name: Name,
    },
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let (client, account) = (|| context.client(), context.account());
    match verb {
        Verb::List { paging } => {
            out.page(&client()?.list_modules(account, &paging.into()).await?, list)
        }
        Verb::Show { name } => out.show(&client()?.module(account, name.as_str()).await?, show),
        Verb::New(arguments) => new::module(arguments, out),
        Verb::Build(arguments) => build::run(arguments, Kind::Module, out).await,
        Verb::Import { file, replace } => {
            let bytes = fs::read(&file).map_err(|error| unreadable(&file, &error))?;
            let how = ImportModule { replace };
            out.show(&client()?.import_module(account, &how, bytes.into()).await?, show)
        }
        Verb::Wit { what } => {
            let text = match Path::new(&what).is_file() {
                true => {
                    let path = Path::new(&what);
                    wit::exported(&fs::read(path).map_err(|error| unreadable(path, &error))?)?
                }
                false => client()?.module_wit(account, &what).await?.wit,
            };
            out.show(&json!({ "wit": text }), |_| text::escape_lines(&text))
        }
        Verb::Link { file, modules, to } => {
            let wasm = linked(&wasm_file::read(&file, None)?, &modules)?;
            fs::write(&to, &wasm).map_err(|error| unwritable(&to, &error))?;
            super::runbook::show_file(&to, &wasm, out)
        }
        Verb::Delete { name } => {
            client()?.delete_module(account, name.as_str()).await?;
            let fact = json!({ "module": name, "deleted": true });
            out.done(&fact, &format!("module {name} is deleted"))
        }
    }
}

/// A runbook with the modules of these files.
fn linked(wasm: &[u8], modules: &[PathBuf]) -> Result<Vec<u8>, CliFailure> {
    let read = |path: &PathBuf| {
        let wasm = fs::read(path).map_err(|error| unreadable(path, &error))?;
        Ok::<_, CliFailure>(Part::new(wasm, None)?)
    };
    let parts = modules.iter().map(read).collect::<Result<Vec<_>, _>>()?;
    let manifest = read_manifest(wasm)?.ok_or_else(|| {
        CliFailure::new(Exit::Usage, "the runbook holds no manifest")
            .hint("Make it with `bindery runbook build`.")
    })?;
    Ok(link(wasm, manifest, &parts)?.wasm)
}

/// For people: what a file of a module is.
pub(super) fn show_file(path: &Path, wasm: &[u8], out: &mut Output<'_>) -> Result<(), CliFailure> {
    let library = inspect_library(wasm)?;
    let manifest = library.manifest.as_ref();
    let name = manifest.map(|manifest| manifest.name.to_string()).unwrap_or_default();
    let version = manifest.map(|manifest| manifest.version.clone()).unwrap_or_default();
    let fact = json!({
        "name": name, "version": version, "file": path, "bytes": library.bytes,
        "digest": library.digest, "exports": library.exports, "fromModules": library.from_modules,
        "imports": library.imports, "grants": manifest.map(|manifest| &manifest.grants),
    });
    out.show(&fact, |_| {
        table::fields([
            ("Name", name),
            ("Version", version),
            ("File", path.display().to_string()),
            ("Bytes", library.bytes.to_string()),
            ("Digest", library.digest.to_string()),
            ("Exports", shown(&library.exports)),
            ("Needs modules for", shown(&library.from_modules)),
        ])
    })
}

fn shown(names: &[String]) -> String {
    text::escape(&names.join(", "))
}

fn list(modules: &[Module]) -> String {
    table::rows(
        ["NAME", "VERSION", "EXPORTS", "SEALED BY", "PRELOADED"],
        modules.iter().map(|module| {
            [
                module.name.to_string(),
                text::escape(&module.version),
                shown(&module.exports),
                module.publisher.as_ref().map(|p| p.name.clone()).unwrap_or_default(),
                table::yes(module.preloaded),
            ]
        }),
    )
}

fn show(module: &Module) -> String {
    let grants: Vec<_> = module.grants.iter().map(ToString::to_string).collect();
    table::fields([
        ("Name", module.name.to_string()),
        ("Description", text::escape(&module.description)),
        ("Version", text::escape(&module.version)),
        ("Digest", module.digest.to_string()),
        ("Bytes", module.bytes.to_string()),
        ("Exports", shown(&module.exports)),
        ("Needs modules for", shown(&module.from_modules)),
        ("Needs the grants", grants.join(", ")),
        ("Sealed by", module.publisher.as_ref().map(|p| p.name.clone()).unwrap_or_default()),
        ("Preloaded", table::yes(module.preloaded)),
        ("Imported", table::time(module.imported_at)),
        ("By", text::escape(&module.imported_by)),
    ])
}
