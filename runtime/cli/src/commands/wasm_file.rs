//! A Wasm file as a command reads it, with its manifest.

use crate::{context::unreadable, failure::CliFailure};
use bindery_inspect::manifest::{embed_manifest, read_manifest_toml};
use std::{fs, path::Path};

/// The bytes of `file`; with `manifest`, which is a `runbook.toml`, in them instead of their own.
pub(super) fn read(file: &Path, manifest: Option<&Path>) -> Result<Vec<u8>, CliFailure> {
    let bytes = fs::read(file).map_err(|error| unreadable(file, &error))?;
    with_manifest(bytes, manifest)
}

/// These bytes; with `manifest` in them if it is given.
pub(super) fn with_manifest(
    bytes: Vec<u8>,
    manifest: Option<&Path>,
) -> Result<Vec<u8>, CliFailure> {
    let Some(path) = manifest else { return Ok(bytes) };
    let text = fs::read_to_string(path).map_err(|error| unreadable(path, &error))?;
    Ok(embed_manifest(&bytes, &read_manifest_toml(&text)?)?)
}
