//! Two runbooks of a user's own, in the account that the sealed ones are in.

use super::{ACCOUNT, PATIENCE, processes::until, show::Show};
use crate::examples;
use anyhow::Result;
use bindery_api::{
    jobs::{Job, NewJob},
    runbooks::{ImportRunbook, PublishRunbook},
};
use bindery_client::Client;
use bindery_core::{id::ComputerId, job::Placement};
use serde_json::{Map, Value, json};

/// Imports, publishes and runs them; their jobs.
pub(super) async fn run(client: &Client, show: &Show) -> Result<Vec<Job>> {
    let mut jobs = vec![];
    for example in examples::all() {
        let import = ImportRunbook::default();
        let imported = client.import_runbook(ACCOUNT, &import, example.wasm.into()).await?;
        let grants = imported.draft.map(|draft| draft.manifest.grants).unwrap_or_default();
        let name = imported.name.to_string();
        let publish = PublishRunbook { grants };
        client.publish_runbook(ACCOUNT, &name, &publish).await?;
        let placement = match example.on_a_computer {
            true => Some(Placement::Computer(any_worker(client).await?)),
            false => None,
        };
        let new = NewJob {
            runbook: imported.name,
            parameters: parameters(&name),
            placement,
            dry_run: false,
        };
        let started = client.start_job(ACCOUNT, &new).await?;
        let id = started.id.to_string();
        let job = until("the user's job to end", PATIENCE, async || {
            Ok(Some(client.job(ACCOUNT, &id).await?).filter(Job::ended))
        })
        .await?;
        show.job(client, &job).await?;
        jobs.push(job);
    }
    Ok(jobs)
}

fn parameters(runbook: &str) -> Map<String, Value> {
    let value = match runbook {
        "Maintenance-Calendar" => {
            json!({ "month": "2026-11", "rule": "patch tuesday + 3", "months": 3 })
        }
        _ => json!({}),
    };
    value.as_object().cloned().unwrap_or_default()
}

/// A computer that is a worker of the account by now.
async fn any_worker(client: &Client) -> Result<ComputerId> {
    let workers = client.list_workers(ACCOUNT, &Default::default()).await?;
    let computer = workers.items.into_iter().find_map(|worker| worker.computer);
    computer.ok_or_else(|| anyhow::anyhow!("account {ACCOUNT} has no Hybrid Runbook Worker"))
}
