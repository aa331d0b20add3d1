//! Secrets: to which worker, for which job, and of which asset they are told.

use super::*;
use bindery_core::{
    asset::{AssetKind, Content, SecretName},
    secret::Secret,
};
use bindery_inspect::manifest;

fn secret_name(text: &str) -> SecretName {
    text.parse().expect("the name of a secret")
}

async fn ask(worker: &mut Worker, job: JobId, secret: &str) -> Result<Secret, Code> {
    worker.say(ToControl::Reveal { id: 7, job, secret: secret_name(secret) }).await;
    let revealed = |message| match message {
        ToWorker::Revealed { id: 7, reply } => Some(reply),
        _ => None,
    };
    worker.hear("an answer", revealed).await.map_err(|failure| failure.code)
}

#[tokio::test]
async fn a_secret_is_told_to_the_worker_of_a_job_that_may_use_its_asset() {
    let house = House::build().await;
    let content: Content = serde_json::from_value(json!({
        "fields": { "userName": "bot" }, "secrets": { "password": "hunter2" },
    }))
    .expect("content");
    for name in ["Tickets", "Payroll"] {
        let (kind, name) = (AssetKind::Credential, name.parse().expect("a name"));
        let set =
            house.plane.set_asset(&account(), (kind, &name), content.clone(), &somebody()).await;
        set.expect("set");
    }
    let name: Name = "Empty".parse().expect("a name");
    let manifest = "name = 'Empty'\nversion = '1.0.0'\ngrants = ['assets.read:tickets']";
    let manifest = manifest::read_manifest_toml(manifest).expect("a manifest");
    let wasm = manifest::embed_manifest(EMPTY, &manifest).expect("a module");
    let import = Import { bytes: wasm.into(), name: None, replace: true };
    house.plane.import_runbook(&account(), import, &somebody()).await.expect("imported");
    let grants = vec!["assets.read:tickets".parse().expect("a grant")];
    house.plane.publish_runbook(&account(), &name, grants, &somebody()).await.expect("published");

    let (mut worker, job, _) = house.running(&[]).await;
    let told = |text: &str| Ok(Secret::new(text));
    let password = "credential/Tickets/password";
    assert_eq!(ask(&mut worker, job.id, password).await, told("hunter2"));
    assert_eq!(ask(&mut worker, job.id, "credential/Tickets/login").await, told("bot:hunter2"));
    let none = Err(Code::NotFound);
    assert_eq!(ask(&mut worker, job.id, "credential/Tickets/userName").await, none);
    assert_eq!(ask(&mut worker, job.id, "variable/Tickets/value").await, none);
    let denied = Err(Code::GrantDenied);
    assert_eq!(ask(&mut worker, job.id, "credential/Payroll/password").await, denied);
    // A worker that has no such job.
    let computer = house.enrol().await;
    let mut other = house.connect_as(Peer::Computer(computer));
    assert_eq!(ask(&mut other, job.id, password).await, Err(Code::WrongWorker));
}
