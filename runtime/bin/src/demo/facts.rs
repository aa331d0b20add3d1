//! The facts of the demo: what the API says, held against what dpkg itself says.

use super::{ACCOUNT, EXCLUDED, processes::until, world::Machine};
use anyhow::{Result, bail};
use bindery_api::{
    computers::{Computer, ListComputers},
    jobs::{Job, ListJobs},
    log::SearchLog,
    runs::Run,
};
use bindery_capability_updates::scratch::everyday_packages;
use bindery_client::{Client, ClientError};
use bindery_core::{
    code::Code,
    job::JobStatus,
    record::UPDATE_RUN_PROGRESS,
    run::{MachineRun, RunStatus},
};
use serde::Serialize;
use std::time::Duration;

/// Something that must be so, and whether it is.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Check {
    pub(super) what: String,
    pub(super) holds: bool,
    pub(super) found: String,
}

/// Everything that the demo found out.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub(super) struct Facts {
    pub(super) run: Run,
    pub(super) machines: Vec<MachineRun>,
    pub(super) before: Vec<Computer>,
    pub(super) after: Vec<Computer>,
    pub(super) jobs: Vec<Job>,
    pub(super) own_jobs: Vec<Job>,
    pub(super) checks: Vec<Check>,
}

impl Facts {
    pub(super) fn all_is_well(&self) -> bool {
        self.checks.iter().all(|check| check.holds)
    }
}

/// The demo's computers, once each of them has reported.
pub(super) async fn computers(
    client: &Client,
    machines: &[Machine],
    patience: Duration,
) -> Result<Vec<Computer>> {
    until("every computer to report", patience, async || {
        let computers = client.list_computers(&ListComputers::default()).await?.items;
        let reported = |machine: &Machine| {
            computers.iter().any(|c| c.name == machine.name && c.assessment.is_some())
        };
        Ok(machines.iter().all(reported).then_some(computers))
    })
    .await
}

pub(super) async fn gather(
    client: &Client,
    run: &Run,
    machines: &[Machine],
    before: Vec<Computer>,
    after: Vec<Computer>,
    own_jobs: Vec<Job>,
) -> Result<Facts> {
    let id = run.id.to_string();
    let run = client.run(&id).await?;
    let parts = client.list_machines(&id, &Default::default()).await?.items;
    let jobs = client.list_jobs(ACCOUNT, &ListJobs::default()).await?.items;
    let mut checks = vec![check(
        "the run succeeded",
        run.status == RunStatus::Succeeded,
        format!("{:?}", run.status),
    )];
    for machine in machines {
        checks.extend(dpkg(machine)?);
    }
    checks.push(found_in_log(client, &run).await?);
    checks.extend(closed(client).await?);
    let done = own_jobs.iter().filter(|job| job.status == JobStatus::Completed).count();
    let all = done == own_jobs.len() && done > 0;
    checks.push(check("the user's own runbooks ran beside them", all, format!("{done} Completed")));
    Ok(Facts { run, machines: parts, before, after, jobs, own_jobs, checks })
}

fn check(what: &str, holds: bool, found: String) -> Check {
    Check { what: what.to_owned(), holds, found }
}

/// The versions in a real root, by dpkg's own word.
fn dpkg(machine: &Machine) -> Result<Vec<Check>> {
    let Some(installed) = machine.installed()? else { return Ok(vec![]) };
    let mut checks = vec![];
    let (mut new, mut behind) = (0, vec![]);
    for package in everyday_packages() {
        let version = installed.get(package.name()).cloned();
        if package.name() == EXCLUDED {
            let kept = version.as_deref() == package.old_version();
            let what = format!("{}: the excluded `{EXCLUDED}` was not touched", machine.name);
            checks.push(check(&what, kept, format!("dpkg says {}", version.unwrap_or_default())));
        } else if version.as_deref() == package.newest_version() {
            new += 1;
        } else {
            behind.push(format!("{} {}", package.name(), version.unwrap_or_default()));
        }
    }
    let found = match behind.is_empty() {
        true => format!("dpkg says {new} packages are at their new versions"),
        false => format!("dpkg says behind: {}", behind.join(", ")),
    };
    checks.push(check(
        &format!("{}: everything else is new", machine.name),
        behind.is_empty(),
        found,
    ));
    Ok(checks)
}

async fn found_in_log(client: &Client, run: &Run) -> Result<Check> {
    let search = SearchLog {
        run: Some(run.name.clone()),
        status: Some("Succeeded".into()),
        ..SearchLog::default()
    };
    let rows = client.search_log(UPDATE_RUN_PROGRESS, &search).await?.items;
    let what = "the log finds what was installed, by run name";
    Ok(check(what, !rows.is_empty(), format!("{} records", rows.len())))
}

/// The sealed runbooks cannot be read, started or removed by the owner herself.
async fn closed(client: &Client) -> Result<Vec<Check>> {
    let mut checks = vec![];
    for name in ["Patch-MicrosoftOMSComputers", "Patch-MicrosoftOMSComputer"] {
        let export = client.export_runbook(ACCOUNT, name, Default::default()).await.map(drop);
        let delete = client.delete_runbook(ACCOUNT, name).await;
        let new = bindery_api::jobs::NewJob {
            runbook: name.parse()?,
            parameters: serde_json::Map::new(),
            placement: None,
            dry_run: false,
        };
        let start = client.start_job(ACCOUNT, &new).await.map(drop);
        let answers = [refused(export)?, refused(delete)?, refused(start)?];
        let found = format!("export, delete, start: {}", answers.join(", "));
        let sealed = answers.iter().all(|answer| answer == Code::RunbookSealed.as_str());
        checks.push(check(&format!("`{name}` is sealed, even for the owner"), sealed, found));
    }
    Ok(checks)
}

fn refused(answer: Result<(), ClientError>) -> Result<String> {
    match answer {
        Ok(()) => bail!("a sealed runbook answered what its seal forbids"),
        Err(error) => Ok(error.code().to_string()),
    }
}
