//! `AdditionalOptions`: how a deployment selects updates and goes about them.
//!
//! The API checks their form. What they mean is the built-in runbooks' business.

use bindery_core::update::Classification;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// When computers are rebooted.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
pub enum RebootSetting {
    /// If what was installed asks for it.
    #[default]
    IfRequired,
    /// Never.
    Never,
    /// Always.
    Always,
    /// Install nothing, only reboot.
    RebootOnly,
}

/// Which computers become Hybrid Runbook Workers.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Hash, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Onboard {
    /// Those that the deployment targets.
    #[default]
    Targeted,
    /// Every computer of the workspace.
    All,
}

/// A number of computers, or a share of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(untagged)]
pub enum Amount {
    /// So many.
    Number(u32),
    /// Such a share, as in `10%`.
    Share(String),
}

impl JsonSchema for Amount {
    fn schema_name() -> std::borrow::Cow<'static, str> {
        "Amount".into()
    }

    fn json_schema(_: &mut schemars::SchemaGenerator) -> schemars::Schema {
        schemars::json_schema!({
            "description": "A number of computers, or a share of them, as in `10%`.",
            "oneOf": [
                { "type": "integer", "minimum": 0, "maximum": u32::MAX },
                { "type": "string", "pattern": "^(100|[0-9]{1,2})%$" },
            ],
        })
    }
}

/// A text that is no amount.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct InvalidAmount(String);

impl std::fmt::Display for InvalidAmount {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "`{}` is neither a number nor a percentage from 0% to 100%", self.0)
    }
}

impl std::error::Error for InvalidAmount {}

impl std::str::FromStr for Amount {
    type Err = InvalidAmount;
    fn from_str(text: &str) -> Result<Self, InvalidAmount> {
        let invalid = || InvalidAmount(text.to_owned());
        match text.strip_suffix('%') {
            None => text.parse().map(Amount::Number).map_err(|_| invalid()),
            Some(share) => match share.parse::<u8>() {
                Ok(0..=100) if share.bytes().all(|b| b.is_ascii_digit()) => {
                    Ok(Amount::Share(text.to_owned()))
                }
                _ => Err(invalid()),
            },
        }
    }
}

/// What must remain of the window before a step is begun, in minutes.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct Reserves {
    /// Before a service pack (20 if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub service_pack_minutes: Option<u32>,
    /// Before any other update (15 if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub update_minutes: Option<u32>,
    /// Before a reboot (10 if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reboot_minutes: Option<u32>,
}

/// `AdditionalOptions` of an update deployment.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default, deny_unknown_fields)]
pub struct AdditionalOptions {
    /// Updates of these classifications are chosen; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub classifications: Option<Vec<Classification>>,
    /// KB numbers or masks of names: these are chosen whatever their classification.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000), inner(length(min = 1, max = 256)))]
    pub include: Vec<String>,
    /// KB numbers or masks of names: these are not chosen. It beats `include`.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schemars(length(max = 1000), inner(length(min = 1, max = 256)))]
    pub exclude: Vec<String>,
    /// Whether an update may remove or downgrade other packages; kept out otherwise.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub allow_removals: bool,
    /// When computers are rebooted (`IfRequired` if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reboot_setting: Option<RebootSetting>,
    /// Which computers become Hybrid Runbook Workers (`targeted` if absent).
    #[serde(skip_serializing_if = "Option::is_none")]
    pub onboard: Option<Onboard>,
    /// Computers that are patched at once; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_concurrency: Option<Amount>,
    /// Computers that may fail before no further one starts; all if absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub max_errors: Option<Amount>,
    /// Whether changes are listed, not made.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub dry_run: bool,
    /// Exactly these updates, by computer id: the list of a dry run.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approved: Option<BTreeMap<String, Vec<String>>>,
    /// What must remain of the window before a step is begun.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reserves: Option<Reserves>,
}

/// The JSON Schema of [`AdditionalOptions`], as `/v1/schemas/additional-options.json` answers it.
pub fn schema() -> serde_json::Value {
    schemars::schema_for!(AdditionalOptions).to_value()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_amount_is_a_number_or_a_percentage() {
        assert_eq!("3".parse(), Ok(Amount::Number(3)));
        assert_eq!("10%".parse(), Ok(Amount::Share("10%".into())));
        for text in ["", "-1", "%", "101%", "+5%", "1.5%", "many"] {
            assert!(text.parse::<Amount>().is_err(), "{text}");
        }
    }

    #[test]
    fn options_that_say_nothing_are_an_empty_object_and_a_misspelt_one_is_refused() {
        let empty = serde_json::to_value(AdditionalOptions::default()).expect("an object");
        assert_eq!(empty, serde_json::json!({}));
        let misspelt = serde_json::json!({ "rebootSettings": "Never" });
        assert!(serde_json::from_value::<AdditionalOptions>(misspelt).is_err());
    }
}
