//! From TOML to the types of a script, with the path of whatever does not fit.

use super::Invalid;
use bindery_core::text::shown;
use serde::de::DeserializeOwned;
use serde_json::Value;

const GUIDE: &str = "Every key stands in the guide `test-a-runbook`, with what it means.";

/// What `text` spells.
pub(super) fn toml<T: DeserializeOwned>(text: &str) -> Result<T, Invalid> {
    let table: toml::Table = toml::from_str(text).map_err(|error| {
        let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
        let reason = format!("is not TOML: line {line}: {}", shown(error.message()));
        Invalid::new("", reason, "Correct that line; strings stand in quotation marks.")
    })?;
    serde_path_to_error::deserialize(json(toml::Value::Table(table))).map_err(|error| {
        let path = error.path().to_string();
        let key = if path == "." { String::new() } else { shown(&path) };
        Invalid::new(key, words(&error.inner().to_string()), GUIDE)
    })
}

/// The reason of a parser, made fit to be shown.
fn words(reason: &str) -> String {
    reason.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}

/// The same value in JSON, where a time is its text.
fn json(value: toml::Value) -> Value {
    match value {
        toml::Value::String(text) => Value::String(text),
        toml::Value::Integer(number) => number.into(),
        toml::Value::Float(number) => number.into(),
        toml::Value::Boolean(value) => Value::Bool(value),
        toml::Value::Datetime(time) => Value::String(time.to_string()),
        toml::Value::Array(list) => list.into_iter().map(json).collect(),
        toml::Value::Table(table) => {
            Value::Object(table.into_iter().map(|(key, value)| (key, json(value))).collect())
        }
    }
}
