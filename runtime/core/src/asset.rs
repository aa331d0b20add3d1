//! Shared assets of an account: what its runbooks need and should not have in them.
//!
//! An asset has plain fields, which whoever may read the account sees, and secrets, which nobody sees
//! again: a runbook gets a text that stands for the secret, and the host puts the secret in where a
//! request goes out.

use crate::{
    code::{Code, Failure},
    json, limit,
    name::Name,
    operation::{self, Operation},
    secret::Secret,
};
use jiff::Timestamp;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, fmt, str::FromStr};

/// What kind of asset it is. Names of different kinds do not clash.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "camelCase")]
pub enum AssetKind {
    /// A value: `value`, plain or secret.
    Variable,
    /// `userName`, and the secret `password`.
    Credential,
    /// `certificate`, in PEM.
    Certificate,
    /// How another system is reached: `type`, and whatever that needs.
    Connection,
}

impl AssetKind {
    /// Every kind.
    pub const ALL: [AssetKind; 4] =
        [AssetKind::Variable, AssetKind::Credential, AssetKind::Certificate, AssetKind::Connection];

    /// The kind that an operation reads.
    pub fn read_by(operation: &Operation) -> Option<Self> {
        let reads = [
            (&operation::ASSETS_GET_VARIABLE, AssetKind::Variable),
            (&operation::ASSETS_GET_CREDENTIAL, AssetKind::Credential),
            (&operation::ASSETS_GET_CERTIFICATE, AssetKind::Certificate),
            (&operation::ASSETS_GET_CONNECTION, AssetKind::Connection),
        ];
        reads.into_iter().find(|(reads, _)| *reads == operation).map(|(_, kind)| kind)
    }

    /// The spelling.
    pub fn as_str(self) -> &'static str {
        match self {
            AssetKind::Variable => "variable",
            AssetKind::Credential => "credential",
            AssetKind::Certificate => "certificate",
            AssetKind::Connection => "connection",
        }
    }
}

impl fmt::Display for AssetKind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// A text that is no kind of asset.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("there is no such kind of asset; known are variable, credential, certificate, connection")]
pub struct UnknownKind;

impl FromStr for AssetKind {
    type Err = UnknownKind;
    fn from_str(text: &str) -> Result<Self, UnknownKind> {
        AssetKind::ALL.into_iter().find(|kind| kind.as_str() == text).ok_or(UnknownKind)
    }
}

/// Which secret is meant: that of a field of an asset.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SecretName {
    /// The kind of the asset.
    pub kind: AssetKind,
    /// The asset.
    pub asset: Name,
    /// The field.
    pub field: Name,
}

impl SecretName {
    /// The field of a credential that is both its others, as HTTP's Basic has them: `userName:password`.
    pub const LOGIN: &str = "login";

    /// What a credential says as a whole.
    ///
    /// # Panics
    ///
    /// Never: [`SecretName::LOGIN`] is a name.
    pub fn login(credential: Name) -> Self {
        let field = Self::LOGIN.parse().expect("it is a name");
        Self { kind: AssetKind::Credential, asset: credential, field }
    }
}

impl fmt::Display for SecretName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}/{}", self.kind, self.asset.as_str(), self.field.as_str())
    }
}

/// A text that names no secret.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("that names no secret")]
pub struct InvalidSecretName;

impl FromStr for SecretName {
    type Err = InvalidSecretName;
    fn from_str(text: &str) -> Result<Self, InvalidSecretName> {
        let parts: Vec<_> = text.split('/').collect();
        let [kind, asset, field] = parts[..] else { return Err(InvalidSecretName) };
        let name = |text: &str| text.parse().map_err(|_| InvalidSecretName);
        let kind = kind.parse().map_err(|_| InvalidSecretName)?;
        Ok(Self { kind, asset: name(asset)?, field: name(field)? })
    }
}

/// What an asset is to be.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Content {
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// What everybody may see, by the names of the fields.
    #[serde(default)]
    pub fields: Map<String, Value>,
    /// What nobody sees again, by the names of the fields.
    #[serde(default)]
    pub secrets: BTreeMap<Name, Secret>,
}

impl Content {
    /// Whether an asset of this kind can be so. `InvalidRequest` or `TooLarge` name the field.
    pub fn check(&self, kind: AssetKind) -> Result<(), Failure> {
        self.check_size()?;
        for name in self.fields.keys() {
            name.parse::<Name>().map_err(|error| invalid(format!("field {error}")))?;
        }
        if let Some(twice) =
            self.secrets.keys().find(|name| self.fields.contains_key(name.as_str()))
        {
            return Err(invalid(format!("`{twice}` is a field and a secret, too")));
        }
        let fields: Vec<_> = self.fields.keys().map(String::as_str).collect();
        let secrets: Vec<_> = self.secrets.keys().map(Name::as_str).collect();
        match (kind, &fields[..], &secrets[..]) {
            (AssetKind::Variable, ["value"], []) | (AssetKind::Variable, [], ["value"]) => Ok(()),
            (AssetKind::Variable, ..) => {
                Err(invalid("a variable has `value` and nothing else, as a field or as a secret"))
            }
            (AssetKind::Credential, ["userName"], ["password"]) => self.check_user_name(),
            (AssetKind::Credential, ..) => {
                Err(invalid("a credential has the field `userName` and the secret `password`"))
            }
            (AssetKind::Certificate, ["certificate"], []) => self.check_text("certificate"),
            (AssetKind::Certificate, ..) => {
                Err(invalid("a certificate has the field `certificate`, and no secret"))
            }
            (AssetKind::Connection, ..) => self.check_text("type"),
        }
    }

    /// The variable that `assets.set-variable` makes of `held`. `InvalidArguments` if the value is no JSON
    /// or the variable is secret.
    pub fn of_variable(held: Option<&Asset>, value: &str) -> Result<Self, Failure> {
        let refused = |message: String| Err(Failure::new(Code::InvalidArguments, message));
        let value = match json::read(value) {
            Ok(value) => value,
            Err(reason) => return refused(format!("`value` {reason}")),
        };
        if let Some(held) = held.filter(|held| !held.secrets.is_empty()) {
            return refused(format!(
                "the variable `{}` is secret: a runbook cannot set it",
                held.name
            ));
        }
        let description = held.and_then(|held| held.description.clone());
        let fields = Map::from_iter([("value".to_owned(), value)]);
        Ok(Self { description, fields, secrets: BTreeMap::new() })
    }

    fn check_size(&self) -> Result<(), Failure> {
        let over = |what: String, most: usize, limit: &str| {
            Err(Failure::new(Code::TooLarge, format!("{what}; at most {most} ({limit})")))
        };
        let count = self.fields.len() + self.secrets.len();
        if count > limit::ASSET_FIELDS {
            return over(format!("there are {count} fields"), limit::ASSET_FIELDS, "ASSET_FIELDS");
        }
        let size = serde_json::to_string(&self.fields).map_or(usize::MAX, |text| text.len())
            + self.description.as_ref().map_or(0, String::len);
        if size > limit::ASSET_BYTES {
            return over(
                format!("the fields have {size} bytes"),
                limit::ASSET_BYTES,
                "ASSET_BYTES",
            );
        }
        for (name, secret) in &self.secrets {
            let size = secret.reveal().len();
            if size == 0 {
                return Err(invalid(format!("the secret `{name}` is empty")));
            }
            if size > limit::SECRET_BYTES {
                let what = format!("the secret `{name}` has {size} bytes");
                return over(what, limit::SECRET_BYTES, "SECRET_BYTES");
            }
        }
        Ok(())
    }

    /// A colon would end the name where it is sent, and the rest would be taken for the password.
    fn check_user_name(&self) -> Result<(), Failure> {
        self.check_text("userName")?;
        let name = self.fields["userName"].as_str().unwrap_or_default();
        if name.contains(':') || name.chars().any(char::is_control) {
            return Err(invalid("`userName` has a colon or a control character"));
        }
        Ok(())
    }

    fn check_text(&self, field: &str) -> Result<(), Failure> {
        match self.fields.get(field).and_then(Value::as_str) {
            Some(text) if !text.is_empty() => Ok(()),
            _ => Err(invalid(format!("`{field}` must be a text that is not empty"))),
        }
    }
}

fn invalid(message: impl Into<String>) -> Failure {
    Failure::new(Code::InvalidRequest, message)
}

/// What everybody may know of an asset.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    /// Its kind.
    pub kind: AssetKind,
    /// Its name.
    pub name: Name,
    /// What it is for.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// Its plain fields.
    pub fields: Map<String, Value>,
    /// The names of its secrets.
    pub secrets: Vec<Name>,
    /// When it was last changed.
    pub changed_at: Timestamp,
    /// Who changed it.
    pub changed_by: String,
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn content(value: Value) -> Content {
        serde_json::from_value(value).expect("content")
    }

    fn check(kind: AssetKind, value: Value) -> Result<(), Code> {
        content(value).check(kind).map_err(|failure| failure.code)
    }

    #[test]
    fn each_kind_has_its_fields() {
        use AssetKind::{Certificate, Connection, Credential, Variable};
        let good = [
            (Variable, json!({ "fields": { "value": null } })),
            (Variable, json!({ "secrets": { "value": "x" } })),
            (Credential, json!({ "fields": { "userName": "a" }, "secrets": { "password": "x" } })),
            (Certificate, json!({ "fields": { "certificate": "-----BEGIN" } })),
            (
                Connection,
                json!({ "fields": { "type": "jira", "url": "u" }, "secrets": { "t": "x" } }),
            ),
        ];
        for (kind, value) in good {
            assert_eq!(check(kind, value.clone()), Ok(()), "{kind} {value}");
        }
        let bad = [
            (Variable, json!({})),
            (Variable, json!({ "fields": { "value": 1 }, "secrets": { "value": "x" } })),
            (Variable, json!({ "fields": { "value": 1, "other": 1 } })),
            (Variable, json!({ "secrets": { "value": "" } })),
            (Credential, json!({ "fields": { "userName": "a" } })),
            (
                Credential,
                json!({ "fields": { "userName": "a:b" }, "secrets": { "password": "x" } }),
            ),
            (Credential, json!({ "fields": { "userName": 1 }, "secrets": { "password": "x" } })),
            (Certificate, json!({ "fields": { "certificate": "x" }, "secrets": { "key": "x" } })),
            (Connection, json!({ "fields": { "url": "u" } })),
            (Connection, json!({ "fields": { "type": "a", "1": "u" } })),
            (Connection, json!({ "fields": { "type": "a", "t": "u" }, "secrets": { "t": "x" } })),
        ];
        for (kind, value) in bad {
            assert_eq!(check(kind, value.clone()), Err(Code::InvalidRequest), "{kind} {value}");
        }
    }

    #[test]
    fn an_asset_has_its_limits() {
        let variable = |bytes: usize| {
            let text = "x".repeat(bytes - json!({ "value": "" }).to_string().len());
            check(AssetKind::Variable, json!({ "fields": { "value": text } }))
        };
        assert_eq!(variable(limit::ASSET_BYTES), Ok(()));
        assert_eq!(variable(limit::ASSET_BYTES + 1), Err(Code::TooLarge));
        let secret = |bytes: usize| {
            check(AssetKind::Variable, json!({ "secrets": { "value": "x".repeat(bytes) } }))
        };
        assert_eq!(secret(limit::SECRET_BYTES), Ok(()));
        assert_eq!(secret(limit::SECRET_BYTES + 1), Err(Code::TooLarge));
        let connection = |count: usize| {
            let fields = (1..count).map(|n| (format!("f{n}"), json!(n)));
            let fields: Map<_, _> = fields.chain([("type".into(), json!("t"))]).collect();
            check(AssetKind::Connection, json!({ "fields": fields }))
        };
        assert_eq!(connection(limit::ASSET_FIELDS), Ok(()));
        assert_eq!(connection(limit::ASSET_FIELDS + 1), Err(Code::TooLarge));
    }

    #[test]
    fn the_name_of_a_secret_is_read_as_it_is_written() {
        let name: SecretName = "credential/Tickets/password".parse().expect("a name");
        assert_eq!(name.to_string(), "credential/Tickets/password");
        for bad in ["", "credential/Tickets", "token/a/b", "variable//value", "variable/a/b/c"] {
            assert!(bad.parse::<SecretName>().is_err(), "{bad}");
        }
    }
}
