//! The statement of a seal: in-toto Statement v1, whose subject is the Wasm and whose predicate is
//! the seal.

use crate::{
    bundle::{Bundle, check_wasm_size},
    envelope::Envelope,
    key::SigningKey,
    trust::{TrustList, TrustedKey},
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    seal::Seal,
    text::shown,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What the envelope of a statement says that it holds.
pub const PAYLOAD_TYPE: &str = "application/vnd.in-toto+json";
/// What a statement says that its predicate is.
pub const PREDICATE_TYPE: &str = "https://bindery.dev/seal/v1";
const STATEMENT_TYPE: &str = "https://in-toto.io/Statement/v1";

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct Statement {
    #[serde(rename = "_type")]
    statement_type: String,
    subject: [Subject; 1],
    predicate_type: String,
    predicate: Seal,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    name: String,
    digest: SubjectDigest,
}

#[derive(Debug, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct SubjectDigest {
    /// 64 hex digits, without the algorithm.
    sha256: String,
}

/// Seals `wasm` with `key`, which must be the one that the seal's publisher names.
///
/// `BadSignature` for another key, `TooLarge` for a module past its limit.
pub fn seal_module(seal: &Seal, wasm: &[u8], key: &SigningKey) -> Result<Bundle, Failure> {
    check_wasm_size(wasm)?;
    check_key(seal, key.public_key().key_id())?;
    let statement = Statement {
        statement_type: STATEMENT_TYPE.to_owned(),
        subject: [Subject {
            name: seal.name.to_string(),
            digest: SubjectDigest { sha256: Digest::of(wasm).hex() },
        }],
        predicate_type: PREDICATE_TYPE.to_owned(),
        predicate: seal.clone(),
    };
    let envelope = Envelope::sign(PAYLOAD_TYPE, &statement, key)?;
    Ok(Bundle { envelope, wasm: wasm.to_vec() })
}

/// The seal of `wasm` that `envelope` states, if a key of `trust` signed it, it is about these
/// bytes, and it is valid.
///
/// For a new import `trust` is [`TrustList::active`]; for a version that is pinned, the whole list.
/// Fails with `UntrustedPublisher`, `BadSignature`, `NotValidNow` or `TooLarge`.
pub fn verify(
    envelope: &Envelope,
    wasm: &[u8],
    trust: &TrustList,
    now: Timestamp,
) -> Result<Seal, Failure> {
    check_wasm_size(wasm)?;
    let trusted = trust.find(envelope.key_id()).ok_or_else(|| {
        untrusted(format!("the key {} is not on the trust list", envelope.key_id().short()))
    })?;
    let statement: Statement = envelope.open(PAYLOAD_TYPE, &trusted.public_key)?;
    check_types(&statement)?;
    let seal = &statement.predicate;
    check_publisher(seal, trusted)?;
    check_subject(&statement.subject[0], seal, wasm)?;
    seal.check_time(now)?;
    Ok(statement.predicate)
}

/// The seal that `envelope` claims for `wasm`: it is about these bytes and names the key that the
/// envelope names. Whether that key signed it, and who trusts it, is not said: [`verify`] does that.
///
/// Fails with `BadSignature` or `TooLarge`.
pub fn claimed(envelope: &Envelope, wasm: &[u8]) -> Result<Seal, Failure> {
    check_wasm_size(wasm)?;
    let statement: Statement = envelope.claims(PAYLOAD_TYPE)?;
    check_types(&statement)?;
    check_key(&statement.predicate, envelope.key_id())?;
    check_subject(&statement.subject[0], &statement.predicate, wasm)?;
    Ok(statement.predicate)
}

fn check_types(statement: &Statement) -> Result<(), Failure> {
    for (found, expected) in
        [(&statement.statement_type, STATEMENT_TYPE), (&statement.predicate_type, PREDICATE_TYPE)]
    {
        if found != expected {
            let found = shown(found);
            return Err(bad(format!("the statement is a `{found}`, not a `{expected}`")));
        }
    }
    Ok(())
}

fn check_key(seal: &Seal, key_id: Digest) -> Result<(), Failure> {
    if seal.publisher.key_id == key_id {
        return Ok(());
    }
    let (named, used) = (seal.publisher.key_id.short(), key_id.short());
    Err(bad(format!("the seal of `{}` names the key {named}, not the key {used}", seal.name)))
}

fn check_publisher(seal: &Seal, trusted: &TrustedKey) -> Result<(), Failure> {
    let key_id = trusted.public_key.key_id();
    check_key(seal, key_id)?;
    if seal.publisher.name == trusted.publisher {
        return Ok(());
    }
    Err(untrusted(format!(
        "the seal of `{}` calls its publisher `{}`; the trust list knows the key {} as `{}`",
        seal.name,
        shown(&seal.publisher.name),
        key_id.short(),
        shown(&trusted.publisher)
    )))
}

fn check_subject(subject: &Subject, seal: &Seal, wasm: &[u8]) -> Result<(), Failure> {
    let found = Digest::of(wasm);
    if subject.digest.sha256 != found.hex() {
        let sealed = shown(&subject.digest.sha256);
        let found = found.hex();
        return Err(bad(format!(
            "the seal of `{}` is about the bytes sha256:{sealed}, not sha256:{found}",
            seal.name
        )));
    }
    if subject.name != seal.name.as_str() {
        let name = shown(&subject.name);
        return Err(bad(format!("the seal of `{}` is about `{name}`", seal.name)));
    }
    Ok(())
}

fn bad(message: String) -> Failure {
    Failure::new(Code::BadSignature, message)
}

fn untrusted(message: String) -> Failure {
    Failure::new(Code::UntrustedPublisher, message)
}
