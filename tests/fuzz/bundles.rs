//! Sealed bundles: what is parsed is written again byte for byte, and what verifies is what was sealed.

use crate::drive::{Verdict, check_refusal, fuzz};
use bindery_core::{
    code::Code,
    runbook::Limits,
    seal::{Publisher, Seal, StartedBy, Verb},
};
use bindery_seal::{
    bundle::Bundle,
    envelope::Envelope,
    key::SigningKey,
    statement::{PAYLOAD_TYPE, seal_module, verify},
    trust::{TrustList, TrustedKey},
};
use jiff::Timestamp;
use serde_json::Value;

const WASM: &[u8] = b"\0asm\x01\0\0\0";

fn key() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn seal(grants: &[&str], not_after: Option<Timestamp>) -> Seal {
    Seal {
        name: "Patch-Linux".parse().expect("a name"),
        version: "1.0".to_owned(),
        publisher: Publisher { name: "Acme".to_owned(), key_id: key().public_key().key_id() },
        grants: grants.iter().map(|grant| grant.parse().expect("a grant")).collect(),
        verbs: vec![Verb::DryRun],
        started_by: vec![StartedBy::Deployment],
        limits: Limits::default(),
        not_before: at(100),
        not_after,
    }
}

fn seals() -> Vec<Seal> {
    vec![seal(&["updates.read", "jobs.start:Patch-*"], Some(at(200))), seal(&[], None)]
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

#[test]
fn bundles() {
    let bundle = |seal: &Seal| seal_module(seal, WASM, &key()).expect("sealed");
    let sealed: Vec<_> = seals().iter().map(bundle).collect();
    let corpus = sealed.iter().map(|it| it.to_bytes().expect("bytes")).collect();
    fuzz("bundles", 8_000, corpus, |input| match Bundle::parse(input) {
        Ok(bundle) => {
            assert_eq!(bundle.to_bytes().as_deref(), Ok(input), "one spelling");
            match verify(&bundle.envelope, &bundle.wasm, &trust(), at(150)) {
                Ok(seal) => assert!(sealed.contains(&bundle) && seals().contains(&seal)),
                Err(failure) => drop(check_refusal(&failure)),
            }
            Verdict::Accepted
        }
        Err(failure) => {
            assert!(matches!(failure.code, Code::BadSignature | Code::TooLarge), "{failure:?}");
            check_refusal(&failure)
        }
    });
}

/// Statements that a trusted key did sign, whatever they say.
#[test]
fn statements() {
    let statement = |seal: &Seal| {
        let bundle = seal_module(seal, WASM, &key()).expect("sealed");
        let statement: Value =
            bundle.envelope.open(PAYLOAD_TYPE, &key().public_key()).expect("signed");
        statement.to_string().into_bytes()
    };
    let corpus = seals().iter().map(statement).collect();
    fuzz("statements", 2_000, corpus, |input| {
        let Ok(said) = serde_json::from_slice::<Value>(input) else { return Verdict::Refused };
        let envelope = Envelope::sign(PAYLOAD_TYPE, &said, &key()).expect("signed");
        match verify(&envelope, WASM, &trust(), at(150)) {
            Ok(seal) => {
                assert_eq!((seal.name.as_str(), &*seal.publisher.name), ("Patch-Linux", "Acme"));
                let again = seal_module(&seal, WASM, &key()).expect("sealed");
                assert_eq!(verify(&again.envelope, WASM, &trust(), at(150)), Ok(seal));
                Verdict::Accepted
            }
            Err(failure) => check_refusal(&failure),
        }
    });
}
