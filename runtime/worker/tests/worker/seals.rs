//! Sealed runbooks: whose seal is believed, and about what.

use crate::{fake::*, support::*};
use bindery_core::{
    runbook::Limits,
    seal::{Publisher, Seal, StartedBy},
};
use bindery_protocol::order::JobOrder;
use bindery_seal::{
    key::SigningKey,
    statement::seal_module,
    trust::{TrustList, TrustedKey},
};

fn publisher() -> SigningKey {
    SigningKey::from_seed([5; 32])
}

fn trusted() -> TrustList {
    let public_key = publisher().public_key();
    let key = TrustedKey { publisher: "P".into(), public_key, added_at: now(), retired_at: None };
    TrustList { version: 1, keys: vec![key] }
}

fn sealed(number: u8, name: &str) -> JobOrder {
    let key_id = publisher().public_key().key_id();
    let seal = Seal {
        name: name.parse().expect("a name"),
        version: "1".into(),
        publisher: Publisher { name: "P".into(), key_id },
        grants: vec![],
        verbs: vec![],
        started_by: vec![StartedBy::Anyone],
        limits: Limits::default(),
        not_before: now(),
        not_after: None,
    };
    let bundle = seal_module(&seal, &program(), &publisher()).expect("sealed");
    JobOrder { seal: Some(bundle.envelope), ..job_order(number) }
}

#[tokio::test]
async fn a_seal_by_a_trusted_publisher_runs_and_others_fail_before_the_guest_does_anything() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    session.order(&sealed(1, "Two-Lines")).await;
    assert_eq!(end(&session.journal(job(1)).await), "UntrustedPublisher");
    drop(session);
    house.trust = trusted();
    house.deeds.wake.add_permits(1);
    let mut session = house.session().await;
    session.order(&sealed(2, "Two-Lines")).await;
    assert_eq!(end(&session.journal(job(2)).await), completed());
    session.order(&sealed(3, "Another")).await;
    assert_eq!(end(&session.journal(job(3)).await), "BadSignature");
    assert_eq!(*house.deeds.written.lock(), ["one", "two"]);
}

#[tokio::test]
async fn a_publisher_that_is_no_longer_trusted_is_refused_though_its_module_is_compiled() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    house.trust = trusted();
    house.deeds.wake.add_permits(1);
    let mut session = house.configured().await;
    session.order(&sealed(1, "Two-Lines")).await;
    assert_eq!(end(&session.journal(job(1)).await), completed());
    drop(session);
    house.trust = TrustList { version: 2, keys: vec![] };
    let session = house.session().await;
    drop(session);
    // An older list does not bring it back.
    house.trust = trusted();
    let mut session = house.session().await;
    session.order(&sealed(2, "Two-Lines")).await;
    assert_eq!(end(&session.journal(job(2)).await), "UntrustedPublisher");
}
