//! Runbooks through the API: imported, published, started, exported, deleted.

use crate::server::{ACCOUNT, Server, code};
use bindery_api::{
    jobs::NewJob,
    page::PageQuery,
    runbooks::{ImportRunbook, PublishRunbook, Slot},
    trust::TrustPublisher,
};
use bindery_client::jobs::JobVerb::{Stop, Terminate};
use bindery_core::{
    account::Role,
    code::Code,
    job::Placement,
    runbook::RunbookState,
    seal::{Publisher, Seal, StartedBy, Verb},
    text::obeyed,
};
use bindery_inspect::manifest::{embed_manifest, read_manifest_toml};
use bindery_seal::{bundle::Bundle, key::SigningKey, statement::seal_module, trust::TrustedKey};
use bytes::Bytes;
use serde_json::json;

const PROGRAM: &str = r#"(module (memory (export "memory") 1) (func (export "_start")))"#;
const GUEST: &str = r#"(module
    (import "bindery_v1" "call" (func (param i32 i32 i32 i32) (result i64)))
    (memory (export "memory") 1)
    (func (export "run") (result i32) i32.const 0))"#;

fn wasm(text: &str) -> Bytes {
    wat::parse_str(text).expect("a fixture").into()
}

/// A guest that asks for these grants.
fn guest(name: &str, grants: &[&str]) -> Bytes {
    let text =
        format!("name = \"{name}\"\ndescription = \"d\"\nversion = \"1\"\ngrants = {grants:?}\n");
    let manifest = read_manifest_toml(&text).expect("a manifest");
    embed_manifest(&wasm(GUEST), &manifest).expect("a module").into()
}

fn named(name: &str) -> ImportRunbook {
    ImportRunbook { name: Some(name.parse().expect("a name")), replace: false }
}

fn granting(grants: &[&str]) -> PublishRunbook {
    let grants = grants.iter().map(|grant| grant.parse().expect("a grant")).collect();
    PublishRunbook { grants }
}

#[tokio::test]
async fn what_is_no_runbook_is_refused_with_the_reason() {
    let Server { owner, .. } = &Server::start().await;
    let import =
        async |name: &str, file| code(owner.import_runbook(ACCOUNT, &named(name), file).await);
    let foreign = wasm(r#"(module (import "env" "f" (func)) (func (export "_start")))"#);
    assert_eq!(import("A", Bytes::from_static(b"hello")).await, Code::InvalidModule);
    assert_eq!(import("A", wasm(PROGRAM).slice(..20)).await, Code::InvalidModule);
    assert_eq!(import("A", foreign).await, Code::UnknownImports);
    assert_eq!(import("A", wasm("(module)")).await, Code::NoEntryPoint);
    let nameless = owner.import_runbook(ACCOUNT, &ImportRunbook::default(), wasm(PROGRAM)).await;
    assert_eq!(code(nameless), Code::InvalidName);
    let listed = owner.list_runbooks(ACCOUNT, &PageQuery::default()).await.expect("a list");
    assert!(listed.items.is_empty(), "nothing of it was kept");
}

#[tokio::test]
async fn a_name_is_taken_until_somebody_says_replace() {
    let Server { owner, .. } = &Server::start().await;
    let made = owner.import_runbook(ACCOUNT, &named("Report"), wasm(PROGRAM)).await;
    assert_eq!(made.expect("a draft").state, RunbookState::New);
    let again = owner.import_runbook(ACCOUNT, &named("REPORT"), wasm(PROGRAM)).await;
    assert_eq!(code(again), Code::NameTaken);
    let how = ImportRunbook { replace: true, ..named("Report") };
    owner.import_runbook(ACCOUNT, &how, wasm(PROGRAM)).await.expect("replaced");
}

#[tokio::test]
async fn more_grants_than_before_need_an_owner() {
    let server = Server::start().await;
    let contributor = server.role(Role::Contributor).await;
    let (owner, how) = (&server.owner, ImportRunbook::default());
    contributor
        .import_runbook(ACCOUNT, &how, guest("Reads", &["updates.read"]))
        .await
        .expect("a draft");
    let publish = async |client: &bindery_client::Client, grants: &PublishRunbook| {
        client.publish_runbook(ACCOUNT, "Reads", grants).await
    };
    let silent = publish(owner, &PublishRunbook::default()).await.expect_err("a difference");
    assert_eq!(silent.code(), Code::GrantDenied);
    assert!(silent.to_string().contains("`updates.read`"), "{silent}");
    assert_eq!(code(publish(&contributor, &granting(&["updates.read"])).await), Code::Forbidden);
    let extra = granting(&["updates.read", "power.reboot"]);
    assert_eq!(code(publish(owner, &extra).await), Code::GrantNotAsked);
    let published = publish(owner, &granting(&["updates.read"])).await.expect("published");
    assert_eq!(published.state, RunbookState::Published);

    let again = ImportRunbook { replace: true, ..how };
    contributor
        .import_runbook(ACCOUNT, &again, guest("Reads", &["updates.read"]))
        .await
        .expect("a draft");
    publish(&contributor, &PublishRunbook::default()).await.expect("the same grants again");

    let file = guest("Reads", &["updates.read", "power.reboot"]);
    owner.import_runbook(ACCOUNT, &again, file).await.expect("a draft");
    let lacking = publish(owner, &PublishRunbook::default()).await.expect_err("a difference");
    assert!(lacking.to_string().ends_with("granted: `power.reboot`"), "{lacking}");
    let grants = async |grants| publish(owner, &granting(grants)).await.expect("published").grants;
    let both = grants(&["power.reboot"]).await;
    assert_eq!(both, granting(&["power.reboot", "updates.read"]).grants, "what it had is kept");
    owner.import_runbook(ACCOUNT, &again, guest("Reads", &[])).await.expect("a draft");
    assert_eq!(grants(&[]).await, [], "what it does not ask for any more is gone");

    let reader = server.role(Role::Reader).await;
    assert_eq!(code(publish(&reader, &PublishRunbook::default()).await), Code::Forbidden);
}

#[tokio::test]
async fn a_runbook_with_powers_over_a_computer_is_started_on_one() {
    let Server { owner, .. } = &Server::start().await;
    let file = guest("Reads", &["fleet.read", "updates.read"]);
    owner.import_runbook(ACCOUNT, &ImportRunbook::default(), file).await.expect("a draft");
    let how = granting(&["fleet.read", "updates.read"]);
    owner.publish_runbook(ACCOUNT, "Reads", &how).await.expect("published");
    let start = async |placement| {
        let (runbook, parameters) = ("Reads".parse().expect("a name"), serde_json::Map::new());
        let new = NewJob { runbook, parameters, placement, dry_run: false };
        owner.start_job(ACCOUNT, &new).await
    };
    let refused = start(None).await.expect_err("nobody said where");
    assert_eq!(refused.code(), Code::InvalidRequest);
    assert!(refused.to_string().contains("`updates.read`"), "{refused}");
    assert!(refused.remedy().contains("--computer"), "{}", refused.remedy());
    start(Some(Placement::Sandbox)).await.expect("whoever says so has it");
}

#[tokio::test]
async fn parameters_must_fit_the_schema_of_the_published_version() {
    let Server { owner, .. } = &Server::start().await;
    let text = r#"
        name = "Greets"
        description = "d"
        version = "1"
        grants = []
        [parameters]
        type = "object"
        required = ["who"]
        properties = { who = { type = "string" } }
    "#;
    let manifest = read_manifest_toml(text).expect("a manifest");
    let file: Bytes = embed_manifest(&wasm(PROGRAM), &manifest).expect("a module").into();
    owner.import_runbook(ACCOUNT, &ImportRunbook::default(), file).await.expect("a draft");
    let start = async |parameters: serde_json::Value| {
        let new = NewJob {
            runbook: "Greets".parse().expect("a name"),
            parameters: parameters.as_object().cloned().expect("an object"),
            placement: None,
            dry_run: false,
        };
        owner.start_job(ACCOUNT, &new).await
    };
    assert_eq!(code(start(json!({ "who": "you" })).await), Code::NotPublished);
    owner.publish_runbook(ACCOUNT, "Greets", &PublishRunbook::default()).await.expect("published");
    assert_eq!(code(start(json!({})).await), Code::InvalidParameters);
    assert_eq!(code(start(json!({ "who": 7 })).await), Code::InvalidParameters);
    let job = start(json!({ "who": "you" })).await.expect("a job");
    assert_eq!(job.parameters, json!({ "who": "you" }));
    let id = job.id.to_string();
    assert_eq!(owner.job(ACCOUNT, &id).await.expect("the job").id, job.id);
    let replay = owner.replay_job(ACCOUNT, &id, &Default::default(), None).await;
    assert_eq!(code(replay), Code::NotYet);
}

#[tokio::test]
async fn an_open_runbook_is_exported_as_it_came_and_deleted() {
    let Server { owner, .. } = &Server::start().await;
    let file = wasm(PROGRAM);
    owner.import_runbook(ACCOUNT, &named("Report"), file.clone()).await.expect("a draft");
    assert_eq!(
        code(owner.export_runbook(ACCOUNT, "Report", Slot::Published).await),
        Code::NotFound
    );
    let draft = owner.export_runbook(ACCOUNT, "Report", Slot::Draft).await.expect("the file");
    assert_eq!(draft, file);
    owner.delete_runbook(ACCOUNT, "report").await.expect("deleted");
    assert_eq!(code(owner.runbook(ACCOUNT, "Report").await), Code::NotFound);
}

/// A bundle of [`PROGRAM`] that may be started and nothing else, and its publisher.
fn sealed(name: &str) -> (Bytes, TrustPublisher) {
    let key = SigningKey::from_seed([7; 32]);
    let publisher = Publisher { name: "Acme".into(), key_id: key.public_key().key_id() };
    let seal = Seal {
        name: name.parse().expect("a name"),
        version: "1".into(),
        publisher: publisher.clone(),
        grants: vec![],
        verbs: vec![Verb::Start],
        started_by: vec![StartedBy::Anyone],
        limits: Default::default(),
        not_before: "2026-01-01T00:00:00Z".parse().expect("a time"),
        not_after: None,
    };
    let bundle = seal_module(&seal, &wasm(PROGRAM), &key).and_then(|bundle| bundle.to_bytes());
    let public_key = key.public_key().to_string();
    (bundle.expect("a bundle").into(), TrustPublisher { publisher: publisher.name, public_key })
}

#[tokio::test]
async fn no_manifest_claims_the_name_of_a_runbook_that_is_built_in() {
    let (bundle, publisher) = sealed("Patch-All");
    let bundle = Bundle::parse(&bundle).expect("a bundle");
    let vendor = TrustedKey {
        publisher: publisher.publisher,
        public_key: publisher.public_key.parse().expect("a key"),
        added_at: "2026-01-01T00:00:00Z".parse().expect("a time"),
        retired_at: None,
    };
    let Server { owner, .. } = &Server::holding(vec![bundle], vec![vendor]).await;
    for name in ["Patch-All", "PATCH-ALL"] {
        for replace in [false, true] {
            for how in [ImportRunbook::default(), named(name)] {
                let how = ImportRunbook { replace, ..how };
                let claimed = owner.import_runbook(ACCOUNT, &how, guest(name, &[])).await;
                assert_eq!(code(claimed), Code::RunbookSealed, "{how:?}");
            }
        }
    }
    let other = owner.import_runbook(ACCOUNT, &named("Mine"), guest("Patch-All", &[])).await;
    assert_eq!(other.expect("a draft").name.as_str(), "Mine");
    let listed = owner.list_runbooks(ACCOUNT, &PageQuery::default()).await.expect("a list");
    assert_eq!(listed.items.len(), 2, "nothing else was kept");
    let shown = owner.runbook(ACCOUNT, "Patch-All").await.expect("it is there");
    assert!(shown.sealed && shown.draft.is_none(), "it is what it was: {shown:?}");
}

#[tokio::test]
async fn a_name_that_a_terminal_would_obey_is_refused_and_told_without_harm() {
    let Server { owner, .. } = &Server::start().await;
    let manifest = br#"{"name":"\u001b]0;x\u0007","version":"1","grants":[]}"#;
    let mut wasm = wasm(PROGRAM).to_vec();
    let name = b"bindery:manifest";
    wasm.extend([0, u8::try_from(1 + name.len() + manifest.len()).expect("short")]);
    wasm.push(u8::try_from(name.len()).expect("short"));
    wasm.extend(name.iter().chain(manifest));
    let refused = owner.import_runbook(ACCOUNT, &ImportRunbook::default(), wasm.into()).await;
    let refused = refused.expect_err("no name");
    assert_eq!(refused.code(), Code::InvalidManifest);
    assert!(!refused.to_string().chars().any(obeyed), "{refused:?}");
}

#[tokio::test]
async fn a_seal_holds_for_its_runbook_alone_and_whatever_else_has_the_same_bytes() {
    let Server { owner, .. } = &Server::start().await;
    let (bundle, publisher) = sealed("Sealed");
    owner.add_trust(&publisher).await.expect("trusted");
    let ready = async |how: ImportRunbook, file: Bytes| {
        let runbook = owner.import_runbook(ACCOUNT, &how, file).await.expect("a draft");
        let (name, how) = (runbook.name.to_string(), PublishRunbook::default());
        owner.publish_runbook(ACCOUNT, &name, &how).await.expect("published");
        let new = NewJob {
            runbook: runbook.name,
            parameters: Default::default(),
            placement: None,
            dry_run: false,
        };
        owner.start_job(ACCOUNT, &new).await.expect("a job").id.to_string()
    };
    let open = ready(named("Before"), wasm(PROGRAM)).await;
    let closed = ready(ImportRunbook::default(), bundle).await;
    owner.ask_job(ACCOUNT, &open, Terminate).await.expect("no seal forbids it");
    ready(named("After"), wasm(PROGRAM)).await;
    for verb in [Stop, Terminate] {
        assert_eq!(code(owner.ask_job(ACCOUNT, &closed, verb).await), Code::RunbookSealed);
    }
}
