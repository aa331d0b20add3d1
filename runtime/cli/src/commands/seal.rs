//! `bindery seal`: seal runbooks with a key of one's own, and look at what others sealed.
//!
//! It works on files alone, without a control plane.

mod statement;

use super::wasm_file;
use crate::{
    context::{Context, unreadable, unwritable},
    failure::{CliFailure, Exit},
    output::{Output, table},
};
use bindery_core::{
    digest::Digest,
    name::Name,
    runbook::Manifest,
    seal::{self, Publisher, Seal, StartedBy},
};
use bindery_inspect::{grants, inspect, inspect_library};
use bindery_seal::{
    bundle::Bundle,
    key::{PublicKey, SigningKey},
    key_file,
    statement::seal_module,
};
use jiff::Timestamp;
use serde::Serialize;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Make a private key, and print the public one
    Keygen {
        /// File for the private key; a file that is there is never overwritten
        file: PathBuf,
    },
    /// Seal a Wasm file: make a bundle that `bindery runbook import` takes
    Sign(Box<Sign>),
    /// Say whether a bundle is whole, by this publisher, and valid now
    Verify(Box<Verify>),
    /// Show what a bundle says of itself, without checking any of it
    Show {
        /// The bundle
        bundle: PathBuf,
    },
}

/// What is sealed, and what the seal says.
#[derive(Debug, clap::Args)]
pub struct Sign {
    /// The Wasm file
    file: PathBuf,
    /// Its `runbook.toml`, if the Wasm file does not hold a manifest
    #[arg(long, value_name = "FILE")]
    manifest: Option<PathBuf>,
    /// File with the private key, as `bindery seal keygen` makes it
    #[arg(long, value_name = "FILE")]
    key: PathBuf,
    /// Name of the publisher, as trust lists know the key
    #[arg(long, value_name = "NAME")]
    publisher: String,
    /// Name of the runbook, if not that of its manifest
    #[arg(long)]
    name: Option<Name>,
    /// Version of the runbook, if not that of its manifest
    #[arg(long, value_name = "VERSION")]
    runbook_version: Option<String>,
    /// Allow this verb, such as `stop` or `export`, and no other; may be given more than once
    #[arg(long, value_name = "VERB", value_parser = verb)]
    allow: Vec<seal::Verb>,
    /// Who may start it: anyone, deployment or same-publisher; may be given more than once
    #[arg(long, value_name = "WHO", value_parser = starter, default_value = "anyone")]
    started_by: Vec<StartedBy>,
    /// Not valid before this time [default: now]
    #[arg(long, value_name = "TIME", value_parser = super::time)]
    not_before: Option<Timestamp>,
    /// Not valid after this time [default: valid for ever]
    #[arg(long, value_name = "TIME", value_parser = super::time)]
    not_after: Option<Timestamp>,
    /// Where to write the bundle [default: beside the Wasm file, as `.bundle`]
    #[arg(long, value_name = "FILE")]
    to: Option<PathBuf>,
}

/// Which bundle, and whose it must be.
#[derive(Debug, clap::Args)]
pub struct Verify {
    /// The bundle
    bundle: PathBuf,
    /// Public key of its publisher, 64 hex digits
    #[arg(long, value_name = "KEY")]
    public_key: PublicKey,
    /// Name that its publisher must have
    #[arg(long, value_name = "NAME")]
    publisher: Option<String>,
}

fn verb(text: &str) -> Result<seal::Verb, String> {
    serde_json::from_value(text.into()).map_err(|_| {
        let all = seal::Verb::ALL.map(table::spelling).join(", ");
        format!("it must be one of {all}")
    })
}

fn starter(text: &str) -> Result<StartedBy, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "it must be anyone, deployment or same-publisher".to_owned())
}

pub(crate) fn run(verb: Verb, context: &Context, out: &mut Output<'_>) -> Result<(), CliFailure> {
    match verb {
        Verb::Keygen { file } => keygen(file, context, out),
        Verb::Sign(sign) => sign.run((context.now)(), out),
        Verb::Verify(verify) => {
            let Verify { bundle, public_key, publisher } = *verify;
            let bundle = read_bundle(&bundle)?;
            let seal = statement::verified(&bundle, &public_key, publisher, (context.now)())?;
            out.show(&seal, statement::show)
        }
        Verb::Show { bundle } => {
            let claims = statement::claims(&read_bundle(&bundle)?)?;
            out.note("nothing of this was checked: `bindery seal verify` does that")?;
            out.show(&claims.value, |_| statement::show(&claims.seal))
        }
    }
}

/// A key that was made: what may be told of it.
#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct NewKey {
    file: PathBuf,
    public_key: PublicKey,
    key_id: Digest,
}

fn keygen(file: PathBuf, context: &Context, out: &mut Output<'_>) -> Result<(), CliFailure> {
    let seed = (context.seed)().map_err(|error| {
        CliFailure::new(Exit::Internal, "the system gives no randomness").because(&error)
    })?;
    let key = SigningKey::from_seed(seed);
    key_file::save(&key, &file).map_err(|error| key_failure(&error))?;
    let public_key = key.public_key();
    out.show(&NewKey { file, public_key, key_id: public_key.key_id() }, |new| {
        table::fields([
            ("Private key", new.file.display().to_string()),
            ("Public key", new.public_key.to_string()),
            ("Key id", new.key_id.to_string()),
        ])
    })?;
    out.note("keep the private key: whoever has it can seal in your name")
}

/// What the library says of a key file is whole as it is: its source is told once.
fn key_failure(error: &dyn std::error::Error) -> CliFailure {
    let failure = CliFailure::new(Exit::Usage, error.to_string());
    match error.source() {
        Some(source) => failure.because(source),
        None => failure,
    }
}

/// A bundle that was made.
#[derive(Serialize)]
struct Signed {
    file: PathBuf,
    digest: Digest,
    seal: Seal,
}

impl Sign {
    fn run(self, now: Timestamp, out: &mut Output<'_>) -> Result<(), CliFailure> {
        let wasm = wasm_file::read(&self.file, self.manifest.as_deref())?;
        let key = key_file::load(&self.key).map_err(|error| key_failure(&error))?;
        let file = self.to.clone().unwrap_or_else(|| self.file.with_extension("bundle"));
        let manifest = manifest(&wasm)?;
        let digest = Digest::of(&wasm);
        let seal = self.seal(manifest.as_ref(), key.public_key(), now)?;
        let bundle = seal_module(&seal, &wasm, &key)?.to_bytes()?;
        fs::write(&file, bundle).map_err(|error| unwritable(&file, &error))?;
        out.show(&Signed { file, digest, seal }, |signed| {
            let bundle = [("Bundle", signed.file.display().to_string())];
            table::fields(bundle) + "\n" + &statement::show(&signed.seal)
        })
    }

    /// What the seal says; a refusal where an import would refuse, or nobody could use it.
    fn seal(
        self,
        manifest: Option<&Manifest>,
        key: PublicKey,
        now: Timestamp,
    ) -> Result<Seal, CliFailure> {
        let usage = |message: &str, hint: &str| CliFailure::new(Exit::Usage, message).hint(hint);
        let asked = manifest.map(|manifest| manifest.grants.clone()).unwrap_or_default();
        let name = self.name.or_else(|| manifest.map(|manifest| manifest.name.clone()));
        let name = name.ok_or_else(|| usage("the file has no manifest", "Name it with --name."))?;
        let version = self.runbook_version.or_else(|| manifest.map(|m| m.version.clone()));
        let version = version.filter(|version| !version.is_empty()).ok_or_else(|| {
            usage("the runbook has no version", "Give it one with --runbook-version.")
        })?;
        let not_before = self.not_before.unwrap_or(now);
        if self.not_after.is_some_and(|end| end <= not_before) {
            let text = format!("the seal would end before it begins, at {not_before}");
            return Err(usage(&text, "Give a later --not-after."));
        }
        Ok(Seal {
            name,
            version,
            publisher: Publisher { name: self.publisher, key_id: key.key_id() },
            grants: asked,
            verbs: self.allow,
            started_by: self.started_by,
            limits: manifest.map(|manifest| manifest.limits.clone()).unwrap_or_default(),
            not_before,
            not_after: self.not_after,
        })
    }
}

/// The manifest of a runbook, which must be whole and ask for all that it imports, or of a module.
fn manifest(wasm: &[u8]) -> Result<Option<Manifest>, CliFailure> {
    match (inspect(wasm), inspect_library(wasm)) {
        (Ok(module), _) => {
            if let Some(manifest) = &module.manifest {
                grants::check_grants(&module, manifest)?;
            }
            Ok(module.manifest)
        }
        (Err(_), Ok(library)) => Ok(library.manifest),
        (Err(refusal), Err(_)) => Err(refusal.into()),
    }
}

fn read_bundle(path: &Path) -> Result<Bundle, CliFailure> {
    let bytes = fs::read(path).map_err(|error| unreadable(path, &error))?;
    Ok(Bundle::parse(&bytes)?)
}

#[cfg(test)]
mod tests;
