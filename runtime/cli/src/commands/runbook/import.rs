//! `bindery runbook import`: a file, or what a registry has, becomes a draft of the account.

use super::registry::{self, Access};
use crate::{
    commands::wasm_file,
    context::Context,
    failure::{CliFailure, Exit},
    output::Output,
};
use bindery_api::runbooks::{ImportRunbook, Runbook};
use bindery_core::{limit, name::Name};
use bindery_registry::reference::{Reference, SCHEME};
use std::path::PathBuf;

/// What becomes a draft, and how.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The file, or `oci://` and where it is in a registry
    #[arg(value_name = "FILE|oci://REFERENCE")]
    file: PathBuf,
    /// Its `runbook.toml`, if the Wasm file does not hold a manifest
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// Name, if not that of its manifest or seal
    #[arg(long)]
    name: Option<Name>,
    /// Let it become the newer draft of a runbook that is there
    #[arg(long)]
    replace: bool,
    #[command(flatten)]
    access: Access,
}

impl Arguments {
    pub(super) async fn run(
        self,
        context: &Context,
        out: &mut Output<'_>,
    ) -> Result<Runbook, CliFailure> {
        let client = context.client()?;
        let file = self.file.display().to_string();
        let manifest = self.manifest.as_deref();
        let bytes = if file.starts_with(SCHEME) {
            let reference = Reference::parse(&file)?;
            let (artifact, facts) = registry::pull(reference, self.access).await?;
            out.note(&facts.trust())?;
            wasm_file::with_manifest(artifact.to_file()?, manifest)?
        } else {
            wasm_file::read(&self.file, manifest)?
        };
        let most = limit::MODULE_BYTES + limit::STATEMENT_BYTES;
        if bytes.len() > most {
            let size = bytes.len();
            let text = format!("`{file}` has {size} bytes: at most {most} are allowed");
            return Err(CliFailure::new(Exit::Usage, text));
        }
        let how = ImportRunbook { name: self.name, replace: self.replace };
        Ok(client.import_runbook(context.account(), &how, bytes.into()).await?)
    }
}
