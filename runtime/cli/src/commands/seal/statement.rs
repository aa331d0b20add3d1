//! What a bundle states: checked against a key, or only read.

use crate::{
    failure::{CliFailure, Exit},
    output::table,
};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use bindery_core::seal::Seal;
use bindery_seal::{
    bundle::Bundle,
    key::PublicKey,
    statement::{PAYLOAD_TYPE, verify},
    trust::{TrustList, TrustedKey},
};
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::Value;

/// What a bundle says of itself.
pub(super) struct Claims {
    /// The whole statement.
    pub(super) value: Value,
    /// Its predicate.
    pub(super) seal: Seal,
}

/// What the statement of `bundle` says. Nothing of it is checked.
pub(super) fn claims(bundle: &Bundle) -> Result<Claims, CliFailure> {
    let bad = |error: &dyn std::error::Error| {
        CliFailure::new(Exit::Usage, "the bundle holds no statement of a seal").because(error)
    };
    let envelope = serde_json::to_value(&bundle.envelope).map_err(|error| bad(&error))?;
    let payload = envelope["payload"].as_str().unwrap_or_default();
    let payload = STANDARD.decode(payload).map_err(|error| bad(&error))?;
    let value: Value = serde_json::from_slice(&payload).map_err(|error| bad(&error))?;
    let seal = Seal::deserialize(&value["predicate"]).map_err(|error| bad(&error))?;
    Ok(Claims { value, seal })
}

/// The seal of `bundle`, if `key` signed it over these very bytes, in the name of `publisher` where
/// one is given, and it is valid at `now`.
pub(super) fn verified(
    bundle: &Bundle,
    key: &PublicKey,
    publisher: Option<String>,
    now: Timestamp,
) -> Result<Seal, CliFailure> {
    // The signature comes first: no unsigned word is compared with anything.
    let signed: Value = bundle.envelope.open(PAYLOAD_TYPE, key)?;
    let named = signed["predicate"]["publisher"]["name"].as_str().unwrap_or_default();
    let publisher = publisher.unwrap_or_else(|| named.to_owned());
    let key = TrustedKey { publisher, public_key: *key, added_at: now, retired_at: None };
    let trust = TrustList { version: 1, keys: vec![key] };
    Ok(verify(&bundle.envelope, &bundle.wasm, &trust, now)?)
}

/// A seal for people.
pub(super) fn show(seal: &Seal) -> String {
    let list = |words: Vec<String>| match words.is_empty() {
        true => "none".to_owned(),
        false => words.join(", "),
    };
    table::fields([
        ("Name", seal.name.to_string()),
        ("Version", seal.version.clone()),
        ("Publisher", seal.publisher.name.clone()),
        ("Key id", seal.publisher.key_id.to_string()),
        ("Asks for", list(seal.grants.iter().map(ToString::to_string).collect())),
        ("Allowed verbs", list(seal.verbs.iter().map(table::spelling).collect())),
        ("Started by", list(seal.started_by.iter().map(table::spelling).collect())),
        ("Not before", table::time(seal.not_before)),
        ("Not after", seal.not_after.map_or("valid for ever".to_owned(), table::time)),
    ])
}
