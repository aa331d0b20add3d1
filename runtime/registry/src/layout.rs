//! The Wasm artifact of the CNCF layout: a manifest, its configuration and exactly one layer.
//!
//! Everything in them follows from the file, so that pushing it again gives the same digest.

use crate::{artifact::Artifact, error::RegistryError, reference::Reference};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    limit,
    runbook::Level,
    text::shown,
};
use bindery_inspect::Entry;
use jiff::Timestamp;
use oci_client::{
    annotations::{
        ORG_OPENCONTAINERS_IMAGE_DESCRIPTION as DESCRIPTION,
        ORG_OPENCONTAINERS_IMAGE_TITLE as TITLE, ORG_OPENCONTAINERS_IMAGE_VENDOR as VENDOR,
        ORG_OPENCONTAINERS_IMAGE_VERSION as VERSION,
    },
    manifest::{OCI_IMAGE_MEDIA_TYPE as MANIFEST, OciDescriptor, OciImageManifest},
};
use serde::Serialize;
use serde_json::Value;
use std::collections::BTreeMap;

/// The media type of the configuration.
const CONFIG: &str = "application/vnd.wasm.config.v0+json";
/// The media type of the layer.
const LAYER: &str = "application/wasm";
/// The annotation with the signed statement: the text of its DSSE envelope.
pub(crate) const SEAL: &str = "dev.bindery.seal";
/// The annotation with the key that the seal names.
const KEY_ID: &str = "dev.bindery.seal.key-id";

/// What is sent besides the module.
pub(crate) struct Layout {
    pub(crate) manifest: Vec<u8>,
    pub(crate) config: Vec<u8>,
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Config {
    created: String,
    architecture: &'static str,
    os: &'static str,
    layer_digests: Vec<Digest>,
    #[serde(skip_serializing_if = "Option::is_none")]
    component: Option<Component>,
}

#[derive(Serialize)]
struct Component {
    exports: Vec<String>,
    imports: Vec<String>,
}

/// Manifest and configuration of an artifact.
pub(crate) fn of(artifact: &Artifact) -> Result<Layout, Failure> {
    let module = artifact.module();
    let is_component = module.level == Level::L2 || module.entry == Entry::CliRun;
    let component = is_component
        .then(|| Component { exports: module.exports.clone(), imports: module.imports.clone() });
    // A time of the push would change the digest; where nobody stated a time it is that of others
    // who build reproducibly.
    let created = artifact.seal().map_or(Timestamp::UNIX_EPOCH, |seal| seal.not_before);
    let config = json(&Config {
        created: created.to_string(),
        architecture: "wasm",
        os: if is_component { "wasip2" } else { "wasip1" },
        layer_digests: vec![module.digest],
        component,
    })?;
    // The name of the file, which `oras pull` writes.
    let file = artifact.name().map_or("runbook.wasm".to_owned(), |name| format!("{name}.wasm"));
    let mut layer = descriptor(LAYER, artifact.wasm());
    layer.annotations = Some(BTreeMap::from([(TITLE.to_owned(), file)]));
    let manifest = json(&OciImageManifest {
        schema_version: 2,
        media_type: Some(MANIFEST.to_owned()),
        config: descriptor(CONFIG, &config),
        layers: vec![layer],
        subject: None,
        artifact_type: None,
        annotations: Some(annotations(artifact)?),
    })?;
    Ok(Layout { manifest, config })
}

fn annotations(artifact: &Artifact) -> Result<BTreeMap<String, String>, Failure> {
    let manifest = artifact.module().manifest.as_ref();
    let seal = artifact.seal();
    let all = [
        (TITLE, artifact.name().map(ToString::to_string)),
        (VERSION, artifact.version().map(str::to_owned)),
        (DESCRIPTION, manifest.map(|manifest| manifest.description.clone())),
        (VENDOR, seal.map(|seal| seal.publisher.name.clone())),
        (KEY_ID, seal.map(|seal| seal.publisher.key_id.to_string())),
        (SEAL, artifact.envelope()?),
    ];
    let given = all.into_iter().filter_map(|(key, value)| {
        value.filter(|text| !text.is_empty()).map(|text| (key.to_owned(), text))
    });
    Ok(given.collect())
}

fn descriptor(media_type: &str, bytes: &[u8]) -> OciDescriptor {
    OciDescriptor {
        media_type: media_type.to_owned(),
        digest: Digest::of(bytes).to_string(),
        size: i64::try_from(bytes.len()).unwrap_or(i64::MAX),
        urls: None,
        annotations: None,
        artifact_type: None,
    }
}

fn json(value: &impl Serialize) -> Result<Vec<u8>, Failure> {
    serde_json::to_vec(value)
        .map_err(|error| Failure::new(Code::Internal, format!("a manifest has no JSON: {error}")))
}

/// What a manifest says that there is.
#[derive(Debug)]
pub(crate) struct Described {
    /// The digest of the module.
    pub(crate) digest: Digest,
    /// Its size, which is within the limit.
    pub(crate) bytes: usize,
    /// The text of the envelope.
    pub(crate) envelope: Option<String>,
}

/// What the manifest of `reference` describes, if it is that of a Wasm artifact.
pub(crate) fn read(reference: &Reference, bytes: &[u8]) -> Result<Described, RegistryError> {
    let damaged =
        |reason: String| RegistryError::Damaged { reference: reference.to_string(), reason };
    if bytes.len() > limit::REGISTRY_MANIFEST_BYTES {
        let (found, most) = (bytes.len(), limit::REGISTRY_MANIFEST_BYTES);
        let text = format!("its manifest has {found} bytes; at most {most} are allowed");
        return Err(Failure::new(Code::TooLarge, text + " (REGISTRY_MANIFEST_BYTES)").into());
    }
    let unreadable = |error: serde_json::Error| damaged(format!("its manifest: {error}"));
    let value: Value = serde_json::from_slice(bytes).map_err(unreadable)?;
    // Of a manifest in OCI's form the media type may be left out.
    let found = value["mediaType"].as_str().unwrap_or(MANIFEST);
    expect(reference, "manifest", found, MANIFEST)?;
    let manifest: OciImageManifest = serde_json::from_value(value).map_err(unreadable)?;
    expect(reference, "configuration", &manifest.config.media_type, CONFIG)?;
    let [layer] = &manifest.layers[..] else {
        let count = manifest.layers.len();
        return Err(damaged(format!("it has {count} layers, and a Wasm artifact has one")));
    };
    expect(reference, "layer", &layer.media_type, LAYER)?;
    let digest = layer.digest.parse().map_err(|_| {
        damaged(format!("its layer's digest `{}` is not a SHA-256", shown(&layer.digest)))
    })?;
    let size = usize::try_from(layer.size).unwrap_or(usize::MAX);
    if size > limit::MODULE_BYTES {
        let most = limit::MODULE_BYTES;
        let text =
            format!("the module has {size} bytes; at most {most} are allowed (MODULE_BYTES)");
        return Err(Failure::new(Code::TooLarge, text).into());
    }
    let envelope = manifest.annotations.and_then(|mut all| all.remove(SEAL));
    Ok(Described { digest, bytes: size, envelope })
}

fn expect(
    reference: &Reference,
    part: &'static str,
    found: &str,
    expected: &'static str,
) -> Result<(), RegistryError> {
    if found == expected {
        return Ok(());
    }
    let (reference, found) = (reference.to_string(), shown(found).to_string());
    Err(RegistryError::NotWasm { reference, part, found, expected })
}

#[cfg(test)]
mod tests;
