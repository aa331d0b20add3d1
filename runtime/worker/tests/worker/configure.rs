//! Becoming a worker of an account: only with the workspace's word, only durably, only as far as
//! the computer allows.

use crate::{fake::*, support::*};
use bindery_core::code::Code;
use bindery_protocol::{
    message::{ToControl, ToWorker},
    order::{CONFIGURE_ORDER, ConfigureOrder},
};
use bindery_seal::envelope::Envelope;
use bindery_worker::allow::{Allow, AllowFile};
use jiff::SignedDuration;

#[tokio::test]
async fn configure_is_answered_once_it_is_on_the_disk_and_outlives_a_crash() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let session = house.configured().await;
    let file = std::fs::read(folder.path().join("accounts.json")).expect("it is there");
    let orders: Vec<ConfigureOrder> = serde_json::from_slice(&file).expect("orders");
    assert_eq!(orders, [configure_order()]);
    drop(session);
    house.crash().await;
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.session().await;
    session.order(&job_order(1)).await;
    session.entries(job(1), 0, said_one).await;
}

#[tokio::test]
async fn configure_is_refused_without_the_workspaces_signature_and_when_it_is_an_old_one() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.session().await;
    let order = Envelope::sign(CONFIGURE_ORDER, &configure_order(), &account()).expect("signed");
    session.say(ToWorker::Configure { id: 5, order }).await;
    let answered = |message| match message {
        ToControl::Configured { answer, .. } => Some(answer),
        _ => None,
    };
    let refusal = session.hear("a refusal", answered).await.expect_err("not the workspace");
    assert_eq!(refusal.code, Code::BadSignature);
    assert_eq!(session.configure(&configure_order()).await, Ok(()));
    let issued_at = now() - SignedDuration::from_secs(1);
    let older = ConfigureOrder { issued_at, most: vec![], ..configure_order() };
    let refusal = session.configure(&older).await.expect_err("an old one");
    assert_eq!(refusal.code, Code::NotValidNow);
}

#[tokio::test]
async fn an_older_order_that_says_the_same_is_acknowledged_and_changes_nothing() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    let issued_at = now() - SignedDuration::from_secs(1);
    let older = ConfigureOrder { issued_at, ..configure_order() };
    assert_eq!(session.configure(&older).await, Ok(()));
    let file = std::fs::read(folder.path().join("accounts.json")).expect("it is there");
    let orders: Vec<ConfigureOrder> = serde_json::from_slice(&file).expect("orders");
    assert_eq!(orders, [configure_order()]);
}

#[tokio::test]
async fn configure_is_refused_where_the_computer_allows_nothing_of_it() {
    for (changes, code) in [(true, Code::RefusedByComputer), (false, Code::ChangesNotAllowed)] {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("allow");
        std::fs::write(&path, "jobs.start:Own-*\n").expect("written");
        let allow = Allow::File(AllowFile { path, changes });
        let mut house = Plan { allow, ..Plan::new(folder.path()) }.start();
        let mut session = house.session().await;
        let refusal = session.configure(&configure_order()).await.expect_err("not allowed");
        assert_eq!(refusal.code, code);
        assert!(!folder.path().join("accounts.json").exists());
    }
}
