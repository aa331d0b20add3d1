//! The manifest: read from `runbook.toml`, kept in the custom section `bindery:manifest`.
//!
//! Both spellings go through the same checks, so that what a build accepts an import accepts too.

use crate::{grants::check_possible, looks, parameters::check_parameters_schema};
use bindery_core::{
    code::{Code, Failure},
    grant::{Grant, InvalidGrant},
    runbook::Manifest,
    text::shown,
};
use serde_json::Value;
use wasmparser::BinaryReader;

/// The custom section that holds a manifest as JSON.
pub const SECTION: &str = "bindery:manifest";

/// The table of `runbook.toml` that is the build tool's and not part of the manifest.
const BUILD_TABLE: &str = "build";
/// Its key for a command that prints the parameters' schema.
const SCHEMA_KEY: &str = "schema";
const PREAMBLE_BYTES: usize = 8;

/// One section of the outermost module or component.
struct Section<'a> {
    /// Its bytes with id and length.
    whole: &'a [u8],
    /// What it holds, if it is a manifest.
    manifest: Option<&'a [u8]>,
}

/// The manifest in a module or component, if it has one.
///
/// `InvalidManifest` names the field, or says that there are two; `UnknownGrant` names the grant.
pub fn read_manifest(wasm: &[u8]) -> Result<Option<Manifest>, Failure> {
    let sections = sections(wasm)?;
    let mut found = sections.iter().filter_map(|section| section.manifest);
    let Some(json) = found.next() else { return Ok(None) };
    if found.next().is_some() {
        return Err(invalid(format!("the module has more than one section `{SECTION}`")));
    }
    let value = serde_json::from_slice(json).map_err(|error| {
        invalid(format!("the section `{SECTION}` is not JSON: {}", shown(&error.to_string())))
    })?;
    from_value(value).map(Some)
}

/// `wasm` with this manifest instead of the one that it had, if any.
pub fn embed_manifest(wasm: &[u8], manifest: &Manifest) -> Result<Vec<u8>, Failure> {
    let json = serde_json::to_vec(manifest)
        .map_err(|error| invalid(format!("the manifest cannot be written: {error}")))?;
    let mut name = Vec::new();
    write_length(&mut name, SECTION.len());
    name.extend_from_slice(SECTION.as_bytes());
    let mut out = Vec::with_capacity(wasm.len() + name.len() + json.len() + 8);
    let sections = sections(wasm)?;
    out.extend_from_slice(&wasm[..PREAMBLE_BYTES]);
    for section in sections.iter().filter(|section| section.manifest.is_none()) {
        out.extend_from_slice(section.whole);
    }
    out.push(0);
    write_length(&mut out, name.len() + json.len());
    out.extend_from_slice(&name);
    out.extend_from_slice(&json);
    Ok(out)
}

/// What a `runbook.toml` holds.
#[derive(Debug)]
pub struct Project {
    pub manifest: Manifest,
    /// The table `build`, which is not looked at.
    pub build: Option<toml::Table>,
}

/// The manifest of a `runbook.toml`, whose keys are those of the JSON.
///
/// `InvalidManifest` also says that the parameters are not in it, because a command of the table
/// `build` prints their schema.
pub fn read_manifest_toml(text: &str) -> Result<Manifest, Failure> {
    let Project { manifest, build } = read_project_toml(text)?;
    if build.is_some_and(|build| build.contains_key(SCHEMA_KEY)) {
        return Err(invalid(format!(
            "`{BUILD_TABLE}.{SCHEMA_KEY}` prints the schema of its parameters: `bindery runbook build` \
             puts it into the Wasm file, which then needs no runbook.toml beside it"
        )));
    }
    Ok(manifest)
}

/// The manifest of a `runbook.toml`, and how it is built.
pub fn read_project_toml(text: &str) -> Result<Project, Failure> {
    let mut table: toml::Table = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or_default();
        let (line, reason) = (before.matches('\n').count() + 1, shown(error.message()));
        invalid(format!("runbook.toml is not TOML: line {line}: {reason}"))
    })?;
    let build = match table.remove(BUILD_TABLE) {
        None => None,
        Some(toml::Value::Table(build)) => Some(build),
        Some(_) => return Err(invalid(format!("`{BUILD_TABLE}` is not a table"))),
    };
    let value = serde_json::to_value(table)
        .map_err(|error| invalid(format!("runbook.toml cannot be read: {error}")))?;
    let manifest = from_value(value)?;
    check_possible(&manifest)?;
    Ok(Project { manifest, build })
}

fn from_value(value: Value) -> Result<Manifest, Failure> {
    check_grants_known(&value)?;
    let manifest: Manifest = serde_path_to_error::deserialize(value).map_err(|error| {
        let reason = shown(&error.inner().to_string());
        match error.path().to_string().as_str() {
            "." => invalid(reason),
            path => invalid(format!("`{}`: {reason}", shown(path))),
        }
    })?;
    manifest.parameters.as_ref().map_or(Ok(()), check_parameters_schema)?;
    Ok(manifest)
}

/// A grant that does not exist has a code of its own: the runbook may be meant for a newer release.
fn check_grants_known(value: &Value) -> Result<(), Failure> {
    let grants = value.get("grants").and_then(Value::as_array).into_iter().flatten();
    for grant in grants.filter_map(Value::as_str) {
        if let Err(error @ InvalidGrant::Unknown(_)) = grant.parse::<Grant>() {
            return Err(Failure::new(Code::UnknownGrant, error.to_string()));
        }
    }
    Ok(())
}

/// The sections of the outermost module or component. `InvalidModule` if they do not follow each
/// other to the end.
fn sections(wasm: &[u8]) -> Result<Vec<Section<'_>>, Failure> {
    looks::encoding(wasm)?;
    let damaged = |error: wasmparser::Error| {
        Failure::new(Code::InvalidModule, format!("the WebAssembly is damaged: {error}"))
    };
    let mut reader = BinaryReader::new(&wasm[PREAMBLE_BYTES..], PREAMBLE_BYTES);
    let mut sections = Vec::new();
    while !reader.eof() {
        let start = reader.original_position();
        let id = reader.read_u8().map_err(damaged)?;
        let length = reader.read_var_u32().map_err(damaged)? as usize;
        let body = reader.read_bytes(length).map_err(damaged)?;
        let whole = &wasm[start..reader.original_position()];
        sections
            .push(Section { whole, manifest: if id == 0 { manifest_json(body) } else { None } });
    }
    Ok(sections)
}

/// What a custom section holds, if its name is ours.
fn manifest_json(body: &[u8]) -> Option<&[u8]> {
    let mut reader = BinaryReader::new(body, 0);
    let name = reader.read_string().ok()?;
    (name == SECTION).then(|| &body[reader.original_position()..])
}

/// An unsigned LEB128.
fn write_length(out: &mut Vec<u8>, mut length: usize) {
    while length >= 0x80 {
        out.push((length & 0x7f) as u8 | 0x80);
        length >>= 7;
    }
    out.push(length as u8);
}

fn invalid(reason: String) -> Failure {
    Failure::new(Code::InvalidManifest, format!("the manifest is not valid: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lengths_are_written_as_leb128() {
        for (length, expected) in
            [(0, &[0][..]), (127, &[127]), (128, &[0x80, 1]), (624_485, &[0xe5, 0x8e, 0x26])]
        {
            let mut out = Vec::new();
            write_length(&mut out, length);
            assert_eq!(out, expected, "{length}");
        }
    }
}
