//! The sealed runbooks through every command and path, with the owner's own token.

use crate::support::{ACCOUNT, BINDERY, Site, deploy, ended, reported};
use bindery_api::{jobs::ListJobs, runbooks::ImportRunbook};
use bindery_client::jobs::JobVerb::{Rerun, Resume, Stop, Suspend, Terminate};
use bindery_core::{code::Code, job::JobStatus};
use serde_json::json;
use std::process::Command;

const SEALED: [&str; 2] = ["Patch-MicrosoftOMSComputers", "Patch-MicrosoftOMSComputer"];

#[tokio::test(flavor = "multi_thread")]
async fn a_sealed_runbook_is_closed_to_everybody_and_open_in_everything_but_its_content() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    let further =
        ["--provider", "simulated", "--simulated", "linux", "--seed", "5", "--updates", "2"];
    site.start_agent(&client, "sim", &further).await;
    reported(&client, 1).await;
    let run = deploy(&client, "Sealed", json!({ "rebootSetting": "Never" })).await;
    ended(&client, &run).await;
    let jobs = client.list_jobs(ACCOUNT, &ListJobs::default()).await.expect("jobs").items;
    assert_eq!(jobs.len(), 2);
    for job in &jobs {
        assert_eq!(job.status, JobStatus::Completed);
        let id = job.id.to_string();
        for verb in [Stop, Suspend, Resume, Rerun, Terminate] {
            let refused =
                client.ask_job(ACCOUNT, &id, verb).await.expect_err("its seal forbids it");
            assert_eq!(refused.code(), Code::RunbookSealed, "{verb:?}");
        }
        let streams =
            client.list_streams(ACCOUNT, &id, &Default::default()).await.expect("streams");
        assert!(!streams.items.is_empty(), "its streams are open");
        let journal =
            client.list_journal(ACCOUNT, &id, &Default::default()).await.expect("journal");
        assert!(!journal.items.is_empty(), "its journal is open");
    }
    for name in SEALED {
        let shown = client.runbook(ACCOUNT, name).await.expect("it can be shown");
        assert!(shown.sealed && shown.published.is_some() && !shown.powers.is_empty());
        for arguments in [
            vec!["runbook", "export", name],
            vec!["runbook", "delete", name],
            vec!["job", "start", name],
        ] {
            let words = refused(&site, &arguments);
            assert!(words.contains("RunbookSealed") || words.contains("seal"), "{words}");
        }
        let import = ImportRunbook { name: Some(name.parse().expect("a name")), replace: true };
        let wasm = wat::parse_str("(module (func (export \"_start\")))").expect("a module");
        let taken = client.import_runbook(ACCOUNT, &import, wasm.into()).await;
        assert_eq!(taken.expect_err("its seal forbids it").code(), Code::RunbookSealed);
    }
}

fn refused(site: &Site, arguments: &[&str]) -> String {
    let output = Command::new(BINDERY)
        .args(arguments)
        .env("BINDERY_HOME", site.path(""))
        .output()
        .expect("it runs");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{arguments:?}: {words}");
    words
}
