//! Modules: a runbook is linked with what it imports when it is published, and stays as it was then.

use crate::support::{ACCOUNT, PATIENCE, Site};
use bindery_api::jobs::NewJob;
use bindery_client::Client;
use bindery_core::{code::Code, digest::Digest, job::JobStatus};
use bindery_inspect::manifest::{embed_manifest, read_manifest_toml};
use bindery_testkit::wait::wait_for;
use std::fs;

/// A runbook that fails unless a module says seven.
pub(crate) const RUNBOOK: &str = r#"
(component
  (import "bindery:runbook/types@0.1.0" (instance $types
    (type $fields (record
      (field "code" string) (field "message" string) (field "details" (option string))))
    (export "error" (type $error (eq $fields)))))
  (alias export $types "error" (type $error))
  (import "acme:numbers/lucky@1.0.0" (instance $acme (export "number" (func (result u32)))))
  (core func $number (canon lower (func $acme "number")))
  (core module $main
    (import "acme" "number" (func $number (result i32)))
    (memory (export "memory") 1)
    (func (export "run") (result i32)
      (if (i32.ne (call $number) (i32.const 7)) (then unreachable))
      (i32.const 0)))
  (core instance $main (instantiate $main
    (with "acme" (instance (export "number" (func $number))))))
  (func (export "run") (result (result (option string) (error $error)))
    (canon lift (core func $main "run") (memory $main "memory"))))"#;

/// A module that says this number.
pub(crate) fn module(number: u32) -> String {
    format!(
        r#"(component
             (core module $m (func (export "number") (result i32) (i32.const {number})))
             (core instance $i (instantiate $m))
             (func $number (result u32) (canon lift (core func $i "number")))
             (instance $api (export "number" (func $number)))
             (export "acme:numbers/lucky@1.0.{number}" (instance $api)))"#
    )
}

/// The same, which writes to tables, too: which, the runbook says.
fn writing_module() -> String {
    let imports = r#"
        (import "bindery:runbook/types@0.1.0" (instance $types
          (type $fields (record
            (field "code" string) (field "message" string) (field "details" (option string))))
          (export "error" (type $error (eq $fields)))))
        (alias export $types "error" (type $error))
        (import "bindery:runbook/records@0.1.0" (instance
          (alias outer 1 $error (type $outer))
          (export "error" (type $error (eq $outer)))
          (export "append" (func
            (param "table" string) (param "rows" (list string)) (result (result (error $error)))))))
    "#;
    module(7).replacen("(component", &format!("(component {imports}"), 1)
}

pub(crate) fn write(site: &Site, name: &str, wat: &str, manifest: &str) -> Digest {
    let wasm = wat::parse_str(wat).expect("a component");
    let manifest = read_manifest_toml(manifest).expect("a manifest");
    let wasm = embed_manifest(&wasm, &manifest).expect("embedded");
    fs::write(site.path(name), &wasm).expect("written");
    Digest::of(&wasm)
}

fn good(site: &Site, line: &str) -> String {
    let outcome = site.run(line);
    assert_eq!(outcome.code, Some(0), "{line}: {}", outcome.stderr);
    outcome.stdout
}

fn bad(site: &Site, line: &str) -> String {
    let outcome = site.run(line);
    assert_ne!(outcome.code, Some(0), "{line}: {}", outcome.stdout);
    outcome.stderr
}

async fn ends(client: &Client) -> (JobStatus, Option<Code>) {
    let runbook = "Lucky".parse().expect("a name");
    let new = NewJob { runbook, parameters: Default::default(), placement: None, dry_run: false };
    let job = client.start_job(ACCOUNT, &new).await.expect("a job").id.to_string();
    let mut end = None;
    wait_for("the job to end", PATIENCE, async || {
        let job = client.job(ACCOUNT, &job).await.map_err(|error| error.to_string())?;
        match job.status {
            JobStatus::Completed | JobStatus::Failed => {
                end = Some((job.status, job.error.map(|error| error.code)));
                Ok(())
            }
            status => Err(format!("{status:?}")),
        }
    })
    .await;
    end.expect("it ended")
}

#[tokio::test(flavor = "multi_thread")]
async fn a_published_runbook_keeps_the_modules_that_it_was_linked_with() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    let imported = write(&site, "lucky.wasm", RUNBOOK, "name = 'Lucky'\nversion = '1.0.0'");
    for (file, number, version) in [("seven.wasm", 7, "1.0.7"), ("eight.wasm", 8, "1.0.8")] {
        let toml = format!("name = 'Numbers'\nversion = '{version}'\ngrants = ['fleet.read']");
        write(&site, file, &module(number), &toml);
    }

    let draft = good(&site, "runbook import SITE/lucky.wasm");
    assert!(draft.contains("acme:numbers/lucky@1.0.0"), "{draft}");
    let refused = bad(&site, "runbook publish Lucky");
    assert!(refused.contains("no module of the account exports"), "{refused}");
    assert!(refused.contains("`acme:numbers/lucky@1.0.0`, which the runbook imports"), "{refused}");

    good(&site, "module import SITE/seven.wasm");
    assert!(bad(&site, "module import SITE/eight.wasm").contains("--replace"));
    let shown = good(&site, "runbook show Lucky");
    assert!(shown.contains("Numbers 1.0.7"), "{shown}");
    let refused = bad(&site, "runbook publish Lucky");
    assert!(refused.contains("asks for more than it is granted: `fleet.read`"), "{refused}");
    let published = good(&site, "runbook publish Lucky --grant-all");
    assert!(published.contains("Numbers 1.0.7"), "{published}");
    assert_eq!(ends(&client).await, (JobStatus::Completed, None));

    // Another version changes nothing of what is published.
    good(&site, "module import SITE/eight.wasm --replace");
    assert_eq!(ends(&client).await, (JobStatus::Completed, None));
    good(&site, "module delete Numbers");
    assert_eq!(ends(&client).await, (JobStatus::Completed, None));
    // What is exported is what was imported.
    good(&site, "runbook export Lucky --to SITE/exported.wasm");
    let exported = fs::read(site.path("exported.wasm")).expect("a file");
    assert_eq!(Digest::of(&exported), imported);

    // What is published anew is linked with what there is now.
    good(&site, "module import SITE/eight.wasm");
    good(&site, "runbook import SITE/lucky.wasm --replace");
    assert!(good(&site, "runbook publish Lucky").contains("Numbers 1.0.8"));
    assert_eq!(ends(&client).await, (JobStatus::Failed, Some(Code::GuestFailed)));

    let link = "module link SITE/lucky.wasm --module SITE/seven.wasm --to SITE/whole.wasm";
    assert!(good(&site, link).contains("Lucky"));
    good(&site, "runbook test SITE/whole.wasm");
    good(&site, "runbook test SITE/lucky.wasm --module SITE/seven.wasm");
    assert!(bad(&site, "runbook test SITE/lucky.wasm").contains("bindery module import"));
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_module_may_reach_is_named_by_the_runbook() {
    let mut site = Site::new();
    site.start_control_plane().await;
    write(&site, "writes.wasm", &writing_module(), "name = 'Numbers'\nversion = '1.0.0'");
    good(&site, "module import SITE/writes.wasm");
    let silent = "name = 'Lucky'\nversion = '1.0.0'";
    write(&site, "lucky.wasm", RUNBOOK, silent);
    good(&site, "runbook import SITE/lucky.wasm");
    let refused = bad(&site, "runbook publish Lucky --grant-all");
    assert!(
        refused.contains("`records.write:<mask>` (it imports `bindery:runbook/records@0.1.0`)"),
        "{refused}"
    );

    write(&site, "lucky.wasm", RUNBOOK, &format!("{silent}\ngrants = ['records.write:Numbers']"));
    good(&site, "runbook import SITE/lucky.wasm --replace");
    let refused = bad(&site, "runbook publish Lucky");
    assert!(
        refused.contains("asks for more than it is granted: `records.write:Numbers`"),
        "{refused}"
    );
    let published = good(&site, "runbook publish Lucky --grant-all");
    assert!(published.contains("can: write to the log (Numbers)"), "{published}");
}

#[tokio::test(flavor = "multi_thread")]
async fn sealed_modules_come_with_every_account_and_stay() {
    let mut site = Site::new();
    site.start_control_plane().await;
    good(&site, "account create Automation");
    let list = good(&site, "module list");
    for (name, export) in [
        ("Update-Selection", "bindery:patching/selection@0.1.0"),
        ("Maintenance-Window", "bindery:patching/window@0.1.0"),
        ("Notifications", "bindery:notifications/notifications@0.1.0"),
    ] {
        assert!(list.contains(name) && list.contains(export), "{list}");
        assert!(good(&site, &format!("module show {name}")).contains("Sealed by"), "{name}");
        let wit = good(&site, &format!("module wit {name}"));
        assert!(wit.starts_with("package bindery:"), "{wit}");
    }
    assert!(bad(&site, "module delete Notifications").contains("comes with Bindery"));
    write(&site, "mine.wasm", &module(1), "name = 'Notifications'\nversion = '9.0.0'");
    let refused = bad(&site, "module import SITE/mine.wasm --replace");
    assert!(refused.contains("only its publisher replaces it"), "{refused}");
    // Any publisher seals modules, for accounts that trust the key.
    write(&site, "seven.wasm", &module(7), "name = 'Numbers'\nversion = '1.0.7'");
    let key = good(&site, "seal keygen SITE/key --output json");
    let key: serde_json::Value = serde_json::from_str(&key).expect("JSON");
    let key = key["publicKey"].as_str().expect("a key");
    good(&site, "seal sign SITE/seven.wasm --key SITE/key --publisher Acme");
    assert!(bad(&site, "module import SITE/seven.bundle").contains("trust"));
    good(&site, &format!("trust add Acme {key}"));
    let imported = good(&site, "module import SITE/seven.bundle");
    assert!(imported.contains("Sealed by:") && imported.contains("Acme"), "{imported}");
    assert!(bad(&site, "module import SITE/context.toml").contains("the compiler wrote"));
}
