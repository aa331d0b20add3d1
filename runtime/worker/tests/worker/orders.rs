//! Orders that are refused, each with its code.

use crate::{fake::*, support::*};
use bindery_core::{code::Code, grant::Grant, id::WorkerId, job::Lease, stream::StreamKind};
use bindery_journal::entry::Body;
use bindery_protocol::{
    bytes::Base64,
    message::{ToControl, ToWorker},
    order::{JOB_ORDER, JobOrder},
};
use bindery_seal::{envelope::Envelope, key::SigningKey};
use bindery_worker::allow::{Allow, AllowFile};
use jiff::SignedDuration;

#[tokio::test]
async fn an_order_for_another_worker_or_another_time_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    let good = job_order(1);
    let elsewhere = Lease { worker: WorkerId::from_bytes([8; 16]), epoch: 1 };
    let hour = SignedDuration::from_hours(1);
    let (early, late) = (now() + hour, now() - hour);
    let other = "Other".parse().expect("a name");
    let rows = [
        (JobOrder { lease: elsewhere, ..good.clone() }, Code::WrongWorker),
        (JobOrder { account: other, ..good.clone() }, Code::BadSignature),
        (JobOrder { not_before: early, not_after: early, ..good.clone() }, Code::NotValidNow),
        (JobOrder { not_before: late, not_after: late, ..good.clone() }, Code::NotValidNow),
    ];
    for (order, code) in rows {
        session.order(&order).await;
        assert_eq!(session.refused().await, (code, false));
    }
}

#[tokio::test]
async fn an_order_that_the_account_did_not_sign_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    let stranger = SigningKey::from_seed([7; 32]);
    // The workspace itself signs no jobs; and a changed order is nobody's.
    for key in [stranger, workspace()] {
        let order = Envelope::sign(JOB_ORDER, &job_order(1), &key).expect("signed");
        session.say(ToWorker::Order { order }).await;
        assert_eq!(session.refused().await, (Code::BadSignature, false));
    }
    let order = Envelope::sign(JOB_ORDER, &job_order(1), &account()).expect("signed");
    let other = Envelope::sign(JOB_ORDER, &job_order(2), &account()).expect("signed");
    let mut json = serde_json::to_value(&order).expect("JSON");
    json["payload"] = serde_json::to_value(&other).expect("JSON")["payload"].clone();
    let order = serde_json::from_value(json).expect("an envelope");
    session.say(ToWorker::Order { order }).await;
    assert_eq!(session.refused().await, (Code::BadSignature, false));
}

#[tokio::test]
async fn an_older_lease_than_the_one_that_is_held_is_refused() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let mut session = house.configured().await;
    let lease = Lease { epoch: 4, ..job_order(1).lease };
    session.order(&JobOrder { lease, ..job_order(1) }).await;
    session.entries(job(1), 0, said_one).await;
    // The same once more changes nothing.
    session.order(&JobOrder { lease, ..job_order(1) }).await;
    session.order(&job_order(1)).await;
    assert_eq!(session.refused().await, (Code::WrongWorker, false));
    assert_eq!(*house.deeds.written.lock(), ["one"]);
}

#[tokio::test]
async fn a_flipped_bit_in_a_module_is_found_on_the_way_and_on_the_disk() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut house = Plan::new(folder.path()).start();
    let digest = job_order(1).digest;
    let mut flipped = program();
    flipped[40] ^= 1;
    house.modules.insert(digest, flipped.clone());
    let mut session = house.configured().await;
    session.order(&job_order(1)).await;
    assert_eq!(end(&session.journal(job(1)).await), "BadSignature");
    let file = folder.path().join("modules").join(format!("{}.wasm", digest.hex()));
    std::fs::write(&file, flipped).expect("damage");
    session.order(&job_order(2)).await;
    // It is asked for again instead of being run.
    let fetched = |message| matches!(message, ToControl::Fetch { .. }).then_some(());
    session.hear("a fetch", fetched).await;
    let wasm = Some(Base64(program()));
    session.say(ToWorker::Module { digest, wasm }).await;
}

#[tokio::test]
async fn the_allow_file_caps_what_an_order_grants_and_the_job_says_so() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("allow");
    std::fs::write(&path, "updates.read\n").expect("written");
    let allow = Allow::File(AllowFile { path: path.clone(), changes: true });
    let mut house = Plan { allow, ..Plan::new(folder.path()) }.start();
    let mut session = house.configured().await;
    let grant = |text: &str| text.parse::<Grant>().expect("a grant");
    let grants = vec![grant("updates.read"), grant("power.reboot"), grant("fleet.read")];
    session.order(&JobOrder { grants, ..job_order(1) }).await;
    let entries = session.entries(job(1), 0, said_one).await;
    let Body::Note { kind: StreamKind::Warning, text, .. } = &entries[1].body else {
        panic!("no warning: {entries:?}");
    };
    let wanted = format!(
        "this computer does not allow [power.reboot, fleet.read]; its owner may add \
         `power.reboot`, `fleet.read`, each in a line, to `{}`",
        path.display()
    );
    assert_eq!(*text, wanted);
}
