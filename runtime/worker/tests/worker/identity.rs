//! The agent's hello: it proves who it is, and keeps its continuation before it says so.

use crate::{fake::*, support::*};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    id::WorkspaceId,
};
use bindery_protocol::{
    VERSION,
    hello::{Challenge, PROOF, Proof},
    message::{ToControl, ToWorker},
};
use bindery_seal::{
    key::{PublicKey, SigningKey},
    key_file,
    trust::TrustList,
};
use bindery_worker::{
    agent::identity::{Facts, Identity},
    worker::RunError,
};
use std::path::Path;

fn identity(folder: &Path) -> (Identity, PublicKey) {
    let key = SigningKey::from_seed([4; 32]);
    let facts = Facts {
        computer: computer(),
        name: "c1".into(),
        workspace: WorkspaceId::from_bytes([6; 16]),
        workspace_key: workspace().public_key(),
        continuation: 7,
        url: "http://localhost:1".into(),
        ca: None,
    };
    let json = serde_json::to_vec(&facts).expect("JSON");
    std::fs::write(folder.join("identity.json"), json).expect("written");
    key_file::save(&key, &folder.join("agent.key")).expect("saved");
    (Identity::load(folder).expect("an identity"), key.public_key())
}

async fn challenged(house: &mut House, key: &PublicKey) -> (Session, Proof) {
    let nonce = Digest::of(b"nonce");
    let mut session = Session::over(house.link().await);
    let challenge = Challenge { nonce, time: now(), protocol: VERSION };
    session.say(ToWorker::Challenge(challenge)).await;
    let proved = |message| match message {
        ToControl::Hello { proof } => Some(proof),
        _ => None,
    };
    let proof = session.hear("a proof", proved).await;
    let proof = proof.open::<Proof>(PROOF, key).expect("signed by the agent");
    assert_eq!((proof.nonce, proof.computer), (nonce, computer()));
    (session, proof)
}

#[tokio::test]
async fn the_continuation_is_on_the_disk_before_the_agent_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let (identity, key) = identity(folder.path());
    let mut house = Plan { identity: Some(identity), ..Plan::new(folder.path()) }.start();
    let (mut session, proof) = challenged(&mut house, &key).await;
    assert_eq!(proof.continuation, 7);
    let trust = TrustList::default().sign(&workspace()).expect("signed");
    session.say(ToWorker::Welcome { session: 1, continuation: 11, trust, time: now() }).await;
    let kept = |message| matches!(message, ToControl::ContinuationKept).then_some(());
    session.hear("that it is kept", kept).await;
    let on_disk = Identity::load(folder.path()).expect("an identity").facts();
    assert_eq!(on_disk.continuation, 11);
    drop(session);
    let (_session, proof) = challenged(&mut house, &key).await;
    assert_eq!(proof.continuation, 11);
}

#[tokio::test]
async fn an_agent_whose_identity_was_copied_ends_with_that_reason() {
    let folder = tempfile::tempdir().expect("a folder");
    let (identity, key) = identity(folder.path());
    let mut house = Plan { identity: Some(identity), ..Plan::new(folder.path()) }.start();
    let (session, _) = challenged(&mut house, &key).await;
    let error = Failure::new(Code::IdentityCopied, "another agent goes on with this identity");
    session.say(ToWorker::Rejected { error }).await;
    assert!(matches!(house.ended().await, Err(RunError::IdentityCopied(_))));
}

#[tokio::test]
async fn a_trust_list_that_the_workspace_did_not_sign_ends_the_session() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut link = house.link().await;
    let trust = TrustList::default().sign(&account()).expect("signed");
    let welcome = ToWorker::Welcome { session: 1, continuation: 1, trust, time: now() };
    link.say.send(welcome).await.expect("heard");
    assert_eq!(link.hear.recv().await, None);
    assert!(!folder.path().join("trust.json").exists());
}
