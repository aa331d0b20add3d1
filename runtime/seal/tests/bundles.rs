//! What is accepted as a sealed bundle, and everything that is not.

use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    limit,
    runbook::Limits,
    seal::{Publisher, Seal, StartedBy, Verb},
};
use bindery_seal::{
    bundle::Bundle,
    envelope::Envelope,
    key::SigningKey,
    statement::{PAYLOAD_TYPE, PREDICATE_TYPE, seal_module, verify},
    trust::{TrustList, TrustedKey},
};
use jiff::Timestamp;
use proptest::prelude::*;
use serde_json::{Value, json};

const WASM: &[u8] = b"\0asm\x01\0\0\0";

fn key() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn seal() -> Seal {
    Seal {
        name: "Patch-Linux".parse().expect("a name"),
        version: "1.0".to_owned(),
        publisher: Publisher { name: "Acme".to_owned(), key_id: key().public_key().key_id() },
        grants: vec!["updates.read".parse().expect("a grant")],
        verbs: vec![Verb::DryRun],
        started_by: vec![StartedBy::Deployment],
        limits: Limits::default(),
        not_before: at(100),
        not_after: Some(at(200)),
    }
}

fn trust() -> TrustList {
    let acme = TrustedKey {
        publisher: "Acme".to_owned(),
        public_key: key().public_key(),
        added_at: at(0),
        retired_at: None,
    };
    TrustList { version: 1, keys: vec![acme] }
}

fn bundle() -> Bundle {
    seal_module(&seal(), WASM, &key()).expect("sealed")
}

fn accept(bytes: &[u8]) -> Result<Seal, Failure> {
    let bundle = Bundle::parse(bytes)?;
    verify(&bundle.envelope, &bundle.wasm, &trust(), at(150))
}

/// The refusal of a statement that a trusted key did sign, but that says something wrong.
fn refusal_of(change: impl FnOnce(&mut Value)) -> Failure {
    let mut statement: Value =
        bundle().envelope.open(PAYLOAD_TYPE, &key().public_key()).expect("signed");
    change(&mut statement);
    let envelope = Envelope::sign(PAYLOAD_TYPE, &statement, &key()).expect("signed");
    verify(&envelope, WASM, &trust(), at(150)).expect_err("something wrong")
}

#[test]
fn a_bundle_survives_its_bytes_and_gives_its_seal() {
    let bytes = bundle().to_bytes().expect("bytes");
    assert!(Bundle::is_bundle(&bytes));
    assert!(!Bundle::is_bundle(WASM));
    assert_eq!(Bundle::parse(&bytes), Ok(bundle()));
    assert_eq!(accept(&bytes), Ok(seal()));
}

#[test]
fn the_statement_is_in_totos() {
    let statement: Value =
        bundle().envelope.open(PAYLOAD_TYPE, &key().public_key()).expect("signed");
    assert_eq!(statement["_type"], "https://in-toto.io/Statement/v1");
    assert_eq!(statement["predicateType"], PREDICATE_TYPE);
    let subject = json!([{"name": "Patch-Linux", "digest": {"sha256": Digest::of(WASM).hex()}}]);
    assert_eq!(statement["subject"], subject);
    assert_eq!(statement["predicate"]["publisher"]["name"], "Acme");
}

#[test]
fn any_flipped_bit_is_refused() {
    let bytes = bundle().to_bytes().expect("bytes");
    for bit in 0..bytes.len() * 8 {
        let mut flipped = bytes.clone();
        flipped[bit / 8] ^= 1 << (bit % 8);
        assert!(accept(&flipped).is_err(), "bit {} of byte {}", bit % 8, bit / 8);
    }
}

#[test]
fn a_bundle_truncated_at_any_length_or_prolonged_is_refused() {
    let mut bytes = bundle().to_bytes().expect("bytes");
    for length in 0..bytes.len() {
        assert!(accept(&bytes[..length]).is_err(), "{length}");
    }
    bytes.push(0);
    assert_eq!(accept(&bytes).expect_err("a byte more").code, Code::BadSignature);
}

proptest! {
    #[test]
    fn any_changed_stretch_is_refused(
        at in any::<prop::sample::Index>(),
        stretch in prop::collection::vec(any::<u8>(), 1..40),
    ) {
        let bytes = bundle().to_bytes().expect("bytes");
        let mut changed = bytes.clone();
        let from = at.index(bytes.len());
        let to = bytes.len().min(from + stretch.len());
        changed[from..to].copy_from_slice(&stretch[..to - from]);
        prop_assert!(changed == bytes || accept(&changed).is_err());
    }

    #[test]
    fn arbitrary_bytes_after_the_magic_are_refused(
        rest in prop::collection::vec(any::<u8>(), 0..200),
    ) {
        prop_assert!(accept(&[b"BNDRYSL1".as_slice(), &rest].concat()).is_err());
    }
}

#[test]
fn an_envelope_that_is_spelt_otherwise_is_refused() {
    let bytes = bundle().to_bytes().expect("bytes");
    let json = &bytes[12..bytes.len() - WASM.len()];
    let spaced = [json, b" "].concat();
    let length = (spaced.len() as u32).to_le_bytes();
    let other = [b"BNDRYSL1".as_slice(), &length, &spaced, WASM].concat();
    assert_eq!(accept(&other).expect_err("another spelling").code, Code::BadSignature);
}

#[test]
fn an_unknown_key_is_untrusted_whatever_name_it_gives_itself() {
    let stranger = SigningKey::from_seed([2; 32]);
    let mut seal = seal();
    seal.publisher.key_id = stranger.public_key().key_id();
    let bundle = seal_module(&seal, WASM, &stranger).expect("sealed");
    let refusal = verify(&bundle.envelope, WASM, &trust(), at(150)).expect_err("a stranger");
    assert_eq!(refusal.code, Code::UntrustedPublisher);
}

#[test]
fn a_publisher_has_the_name_that_the_trust_list_gives_it() {
    let refusal = refusal_of(|s| s["predicate"]["publisher"]["name"] = json!("Acm\u{1b}e"));
    assert_eq!(refusal.code, Code::UntrustedPublisher);
    assert!(refusal.message.contains("Acm\\u{1b}e"), "{refusal}");
}

#[test]
fn a_seal_is_signed_with_the_key_that_it_names() {
    let stranger = SigningKey::from_seed([2; 32]);
    let refusal = seal_module(&seal(), WASM, &stranger).expect_err("another key");
    assert_eq!(refusal.code, Code::BadSignature);
    let other = stranger.public_key().key_id().to_string();
    let refusal = refusal_of(|s| s["predicate"]["publisher"]["keyId"] = json!(other));
    assert_eq!(refusal.code, Code::BadSignature);
}

#[test]
fn a_seal_is_about_its_own_bytes_and_name() {
    let refusal = verify(&bundle().envelope, b"other", &trust(), at(150)).expect_err("other bytes");
    assert_eq!(refusal.code, Code::BadSignature);
    assert!(refusal.message.contains(&Digest::of(b"other").hex()), "{refusal}");
    let refusal = refusal_of(|s| s["subject"][0]["name"] = json!("Another"));
    assert_eq!(refusal.code, Code::BadSignature);
}

#[test]
fn statements_of_other_types_are_refused() {
    for field in ["_type", "predicateType"] {
        let refusal = refusal_of(|s| s[field] = json!("https://slsa.dev/provenance/v1"));
        assert_eq!(refusal.code, Code::BadSignature, "{field}");
        assert!(refusal.message.contains("slsa.dev"), "{refusal}");
    }
}

#[test]
fn a_seal_out_of_its_time_is_refused() {
    for (second, valid) in [(99, false), (100, true), (200, true), (201, false)] {
        let verdict = verify(&bundle().envelope, WASM, &trust(), at(second));
        assert_eq!(verdict.is_ok(), valid, "{second}");
        assert!(verdict.err().is_none_or(|failure| failure.code == Code::NotValidNow));
    }
}

#[test]
fn a_retired_key_verifies_what_is_pinned_and_nothing_new() {
    let mut trust = trust();
    trust.keys[0].retired_at = Some(at(120));
    let envelope = bundle().envelope;
    assert_eq!(verify(&envelope, WASM, &trust, at(150)), Ok(seal()));
    let refusal = verify(&envelope, WASM, &trust.active(at(150)), at(150)).expect_err("retired");
    assert_eq!(refusal.code, Code::UntrustedPublisher);
}

#[test]
fn a_module_ends_at_its_limit_and_an_envelope_at_its_own() {
    let mut wasm = vec![0; limit::MODULE_BYTES];
    let bytes = seal_module(&seal(), &wasm, &key()).and_then(|b| b.to_bytes()).expect("at it");
    assert!(accept(&bytes).is_ok());
    wasm.push(0);
    assert_eq!(seal_module(&seal(), &wasm, &key()).expect_err("past it").code, Code::TooLarge);
    let longer = [bytes, vec![0]].concat();
    assert_eq!(Bundle::parse(&longer).expect_err("past it").code, Code::TooLarge);
    let greedy = [b"BNDRYSL1".as_slice(), &u32::MAX.to_le_bytes()].concat();
    assert_eq!(Bundle::parse(&greedy).expect_err("4 GiB").code, Code::TooLarge);
}
