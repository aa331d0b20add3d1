//! DSSE: a payload, what kind it is, and one Ed25519 signature over both.
//!
//! The kind is part of what is signed, so that a signed trust list can never be taken for a job
//! order. The payload is verified as bytes before anybody parses it. An envelope here carries
//! exactly one signature.

use crate::key::{PublicKey, SigningKey};
use base64::{Engine, engine::general_purpose::STANDARD};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    limit,
    text::shown,
};
use serde::{Deserialize, Serialize, de::DeserializeOwned};

/// A signed payload, as JSON: `{"payloadType", "payload", "signatures": [{"keyid", "sig"}]}`.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Envelope {
    payload_type: String,
    #[serde(with = "base64_bytes")]
    payload: Vec<u8>,
    signatures: [Signature; 1],
}

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Signature {
    keyid: Digest,
    #[serde(with = "base64_bytes")]
    sig: [u8; 64],
}

impl Envelope {
    /// Signs `payload` as a `payload_type`. `TooLarge` past [`limit::STATEMENT_BYTES`]; `Internal`
    /// if it has no JSON.
    pub fn sign(
        payload_type: &str,
        payload: &impl Serialize,
        key: &SigningKey,
    ) -> Result<Self, Failure> {
        let payload = serde_json::to_vec(payload).map_err(|error| {
            Failure::new(Code::Internal, format!("a {payload_type} cannot be written: {error}"))
        })?;
        check_size(&payload)?;
        let sig = key.sign(&pre_authentication(payload_type, &payload));
        let signature = Signature { keyid: key.public_key().key_id(), sig };
        Ok(Self { payload_type: payload_type.to_owned(), payload, signatures: [signature] })
    }

    /// What the envelope says that its payload is. Not verified: [`Envelope::open`] does that.
    pub fn payload_type(&self) -> &str {
        &self.payload_type
    }

    /// The key that the envelope says it is signed with. Not verified: [`Envelope::open`] does
    /// that.
    pub fn key_id(&self) -> Digest {
        self.signatures[0].keyid
    }

    /// What the envelope says, if it is a `payload_type`. Not verified: [`Envelope::open`] does
    /// that.
    ///
    /// `BadSignature` if it does not have its form; `TooLarge` past [`limit::STATEMENT_BYTES`].
    pub fn claims<T: DeserializeOwned>(&self, payload_type: &str) -> Result<T, Failure> {
        self.check_form(payload_type)?;
        serde_json::from_slice(&self.payload).map_err(|error| {
            let error = shown(&error.to_string());
            bad(format!("the {payload_type} does not have its form: {error}"))
        })
    }

    /// The payload, if it is a `payload_type` that `key` signed.
    ///
    /// `BadSignature` says what is wrong; `TooLarge` past [`limit::STATEMENT_BYTES`].
    pub fn open<T: DeserializeOwned>(
        &self,
        payload_type: &str,
        key: &PublicKey,
    ) -> Result<T, Failure> {
        self.check_form(payload_type)?;
        let (found, expected) = (self.key_id(), key.key_id());
        if found != expected {
            let (found, expected) = (found.short(), expected.short());
            return Err(bad(format!(
                "the {payload_type} is signed with the key {found}, not with {expected}"
            )));
        }
        let message = pre_authentication(payload_type, &self.payload);
        if !key.verifies(&message, &self.signatures[0].sig) {
            let key = expected.short();
            return Err(bad(format!(
                "the signature of the {payload_type} is not by the key {key} that it names"
            )));
        }
        serde_json::from_slice(&self.payload).map_err(|error| {
            let error = shown(&error.to_string());
            bad(format!("the {payload_type} is signed, but does not have its form: {error}"))
        })
    }

    fn check_form(&self, payload_type: &str) -> Result<(), Failure> {
        check_size(&self.payload)?;
        if self.payload_type == payload_type {
            return Ok(());
        }
        let found = shown(&self.payload_type);
        Err(bad(format!("the envelope holds `{found}`, not `{payload_type}`")))
    }
}

fn bad(message: String) -> Failure {
    Failure::new(Code::BadSignature, message)
}

fn check_size(payload: &[u8]) -> Result<(), Failure> {
    if payload.len() <= limit::STATEMENT_BYTES {
        return Ok(());
    }
    let (bytes, max) = (payload.len(), limit::STATEMENT_BYTES);
    Err(Failure::new(
        Code::TooLarge,
        format!("a signed payload has {bytes} bytes; at most {max} are allowed (STATEMENT_BYTES)"),
    ))
}

/// DSSE's pre-authentication encoding: what is really signed.
fn pre_authentication(payload_type: &str, payload: &[u8]) -> Vec<u8> {
    let head = format!("DSSEv1 {} {payload_type} {} ", payload_type.len(), payload.len());
    [head.as_bytes(), payload].concat()
}

/// Bytes as standard base64 with padding.
mod base64_bytes {
    use super::{Engine, STANDARD};
    use serde::{Deserialize, Deserializer, Serializer, de::Error};

    pub(super) fn serialize<S: Serializer>(
        bytes: impl AsRef<[u8]>,
        to: S,
    ) -> Result<S::Ok, S::Error> {
        to.serialize_str(&STANDARD.encode(bytes))
    }

    pub(super) fn deserialize<'de, D, T>(from: D) -> Result<T, D::Error>
    where
        D: Deserializer<'de>,
        T: TryFrom<Vec<u8>>,
    {
        let text = String::deserialize(from)?;
        let bytes = STANDARD.decode(text).map_err(|_| D::Error::custom("not base64"))?;
        T::try_from(bytes).map_err(|_| D::Error::custom("base64 of a wrong length"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::{Value, json};

    const TYPE: &str = "application/vnd.bindery.test+json";

    fn key() -> SigningKey {
        SigningKey::from_seed([1; 32])
    }

    #[test]
    fn the_pre_authentication_encoding_is_that_of_the_dsse_specification() {
        let encoded = pre_authentication("http://example.com/HelloWorld", b"hello world");
        assert_eq!(encoded, b"DSSEv1 29 http://example.com/HelloWorld 11 hello world");
    }

    #[test]
    fn what_is_signed_opens_with_its_key_alone() {
        let envelope = Envelope::sign(TYPE, &json!({"a": 1}), &key()).expect("signed");
        let public = key().public_key();
        assert_eq!(envelope.open::<Value>(TYPE, &public).expect("opens"), json!({"a": 1}));
        let other = SigningKey::from_seed([2; 32]).public_key();
        let refusal = envelope.open::<Value>(TYPE, &other).expect_err("another key");
        assert_eq!(refusal.code, Code::BadSignature);
        assert!(refusal.message.contains("is signed with the key"), "{refusal}");
    }

    #[test]
    fn an_envelope_survives_its_json() {
        let envelope = Envelope::sign(TYPE, &json!({"a": 1}), &key()).expect("signed");
        let json = serde_json::to_value(&envelope).expect("json");
        assert_eq!(json["payload"], "eyJhIjoxfQ==");
        assert_eq!(json["signatures"][0]["keyid"], key().public_key().key_id().to_string());
        assert_eq!(serde_json::from_value::<Envelope>(json).expect("the same"), envelope);
    }

    #[test]
    fn one_kind_of_payload_is_never_taken_for_another() {
        let mut envelope = Envelope::sign(TYPE, &json!({}), &key()).expect("signed");
        let public = key().public_key();
        let refusal = envelope.open::<Value>("other", &public).expect_err("another type");
        assert!(refusal.message.contains("not `other`"), "{refusal}");
        envelope.payload_type = "other".to_owned();
        let refusal = envelope.open::<Value>("other", &public).expect_err("not what was signed");
        assert!(refusal.message.contains("not by the key"), "{refusal}");
    }

    #[test]
    fn a_payload_ends_at_its_limit() {
        let text = |bytes: usize| "x".repeat(bytes - 2);
        assert!(Envelope::sign(TYPE, &text(limit::STATEMENT_BYTES), &key()).is_ok());
        let refusal = Envelope::sign(TYPE, &text(limit::STATEMENT_BYTES + 1), &key());
        assert_eq!(refusal.expect_err("too large").code, Code::TooLarge);
    }

    #[test]
    fn two_signatures_or_none_are_refused() {
        let envelope = Envelope::sign(TYPE, &json!({}), &key()).expect("signed");
        let json = serde_json::to_value(&envelope).expect("json");
        let signature = json["signatures"][0].clone();
        for signatures in [json!([]), json!([signature, signature])] {
            let mut json = json.clone();
            json["signatures"] = signatures;
            assert!(serde_json::from_value::<Envelope>(json).is_err());
        }
    }
}
