//! `[[asset]]`: a shared asset of the account.

use super::Invalid;
use bindery_core::{
    asset::{Asset, AssetKind, Content},
    digest::Digest,
    name::Name,
    secret::Secret,
};
use jiff::{SignedDuration, Timestamp};
use serde::Deserialize;
use serde_json::{Map, Value};
use std::collections::BTreeMap;

/// For how long a certificate is valid where the script does not say, before and after the start.
const VALID: SignedDuration = SignedDuration::from_hours(90 * 24);
/// What the script may say of a certificate, and the control plane else reads from it.
const READ: [&str; 3] = ["thumbprint", "notBefore", "notAfter"];

/// One asset. The secrets of a script are made up, and stand in it in clear.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AssetScript {
    kind: AssetKind,
    name: Name,
    #[serde(default)]
    fields: Map<String, Value>,
    #[serde(default)]
    secrets: BTreeMap<Name, Secret>,
}

impl AssetScript {
    pub(super) fn check(&self, at: usize) -> Result<(), Invalid> {
        let mut fields = self.fields.clone();
        if self.kind == AssetKind::Certificate {
            fields.retain(|name, _| !READ.contains(&name.as_str()));
        }
        let content = Content { description: None, fields, secrets: self.secrets.clone() };
        content.check(self.kind).map_err(|failure| {
            let key = format!("asset[{at}]");
            Invalid::new(key, failure.message, "See the kinds of assets in the guide.")
        })
    }

    pub(crate) fn asset(&self, start: Timestamp) -> Asset {
        let mut fields = self.fields.clone();
        if self.kind == AssetKind::Certificate {
            let text = fields["certificate"].as_str().unwrap_or_default();
            let thumbprint = Digest::of(text.as_bytes()).hex();
            let (before, after) = (start - VALID, start + VALID);
            let read = [thumbprint, before.to_string(), after.to_string()];
            for (name, value) in READ.into_iter().zip(read) {
                fields.entry(name).or_insert_with(|| value.into());
            }
        }
        Asset {
            kind: self.kind,
            name: self.name.clone(),
            description: None,
            fields,
            secrets: self.secrets.keys().cloned().collect(),
            changed_at: start,
            changed_by: "the script".to_owned(),
        }
    }

    pub(crate) fn secrets(&self) -> impl Iterator<Item = (&Name, &Secret)> {
        self.secrets.iter()
    }
}
