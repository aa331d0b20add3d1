//! What the demo shows: steps, live lines of the runbooks' streams, tables. With `--output json`
//! only the facts.

use super::{ACCOUNT, facts::Facts};
use anyhow::{Context as _, Result};
use bindery_api::{
    computers::Computer,
    jobs::{Job, JobEvent, ListStreams},
    runs::{Run, RunEvent},
};
use bindery_cli::output::text::escape;
use bindery_client::Client;
use bindery_core::{id::JobId, stream::StreamKind};
use comfy_table::{Table, presets::NOTHING};
use futures::StreamExt as _;
use std::{
    collections::HashSet,
    io::{Write as _, stdout},
    path::Path,
};
use tokio::task::JoinSet;

/// Where lines go: stdout for people, nowhere for programs.
#[derive(Clone, Copy)]
pub(super) struct Show {
    json: bool,
}

impl Show {
    pub(super) fn new(json: bool) -> Self {
        Self { json }
    }

    /// One line for people.
    pub(super) fn say(&self, line: &str) {
        if !self.json {
            // A reader that has gone away does not end the demo.
            let _gone = writeln!(stdout().lock(), "{line}");
        }
    }

    /// The head of a step.
    pub(super) fn step(&self, what: &str) {
        self.say(&format!("\n=> {what}"));
    }

    pub(super) fn computers(&self, head: &str, computers: &[Computer]) {
        self.step(head);
        let mut table =
            table(["COMPUTER", "SYSTEM", "COMPLIANCE", "MISSING", "INSTALLED", "REBOOT"]);
        for computer in computers {
            let system = computer.system.as_ref();
            let found = computer.assessment.as_ref();
            table.add_row([
                computer.name.clone(),
                system.map(|system| system.os_name.clone()).unwrap_or_default(),
                format!("{:?}", computer.compliance),
                found.map(|f| missing(&f.missing)).unwrap_or_default(),
                found.map(|f| f.installed.to_string()).unwrap_or_default(),
                found
                    .map(|f| if f.reboot.pending { "pending" } else { "-" }.to_owned())
                    .unwrap_or_default(),
            ]);
        }
        self.say(&table.to_string());
    }

    /// What a job said, once it has ended.
    pub(super) async fn job(&self, client: &Client, job: &Job) -> Result<()> {
        self.say(&format!("  {} {:?}", job.runbook, job.status));
        let id = job.id.to_string();
        for record in client.list_streams(ACCOUNT, &id, &ListStreams::default()).await?.items {
            if record.kind != StreamKind::Progress {
                self.say(&format!(
                    "    {:<8} {}",
                    format!("{:?}", record.kind),
                    escape(&record.text)
                ));
            }
        }
        Ok(())
    }

    pub(super) fn finish(&self, facts: &Facts, folder: &Path, once: bool) -> Result<()> {
        if self.json {
            let text = serde_json::to_string_pretty(facts)?;
            return writeln!(stdout().lock(), "{text}").context("cannot print the facts");
        }
        self.computers("After", &facts.after);
        self.step("Jobs");
        let mut jobs = table(["JOB", "RUNBOOK", "STATUS", "STARTED BY"]);
        for job in &facts.jobs {
            jobs.add_row([
                job.id.to_string(),
                job.runbook.to_string(),
                format!("{:?}", job.status),
                job.started_by.clone(),
            ]);
        }
        self.say(&jobs.to_string());
        self.step("Facts");
        for check in &facts.checks {
            let mark = if check.holds { "ok  " } else { "FAIL" };
            self.say(&format!("  {mark} {}: {}", check.what, check.found));
        }
        let home = folder.display();
        if once {
            self.step("Look further (start the control plane again first, and leave it running)");
            self.say(&format!(
                "  BINDERY_HOME={home} cargo run -q -- serve --data {home}/control-plane"
            ));
        } else {
            self.step("Look further (in another terminal, while the demo goes on)");
        }
        for command in [
            format!("run report {}", facts.run.id),
            "log search --title openssl".to_owned(),
            "runbook show Patch-MicrosoftOMSComputer".to_owned(),
            "computer list".to_owned(),
        ] {
            self.say(&format!("  BINDERY_HOME={home} cargo run -q -- {command}"));
        }
        Ok(())
    }
}

/// Follows a run to its end: its machines' states, and what its jobs say.
pub(super) async fn follow(client: &Client, run: &Run, show: &Show) -> Result<()> {
    show.step(&format!("Update run `{}`", run.name));
    let id = run.id.to_string();
    let mut lines = JoinSet::new();
    let mut followed = HashSet::new();
    let master = run.master_job;
    follow_job(client, master, "master", &mut followed, &mut lines, *show);
    let mut events = Box::pin(client.watch_run(&id));
    while let Some(event) = events.next().await {
        match event? {
            RunEvent::Machine { machine, .. } => {
                if let Some(job) = machine.job {
                    let name = &machine.computer_name;
                    follow_job(client, job, name, &mut followed, &mut lines, *show);
                }
                if machine.status.ended() {
                    show.say(&format!("  {:<10} => {:?}", machine.computer_name, machine.status));
                }
            }
            RunEvent::Run { run, .. } if run.ended() => {
                show.say(&format!("  run        => {:?}", run.status));
                break;
            }
            RunEvent::Run { .. } | RunEvent::Log { .. } => {}
        }
    }
    // The last lines of the jobs are on their way; each job's events end with it.
    while lines.join_next().await.is_some() {}
    Ok(())
}

fn follow_job(
    client: &Client,
    job: JobId,
    name: &str,
    followed: &mut HashSet<JobId>,
    lines: &mut JoinSet<()>,
    show: Show,
) {
    if !followed.insert(job) {
        return;
    }
    let (client, id, name) = (client.clone(), job.to_string(), name.to_owned());
    lines.spawn(async move {
        let mut events = Box::pin(client.watch_job(ACCOUNT, &id));
        while let Some(Ok(event)) = events.next().await {
            if let JobEvent::Stream { record, .. } = event {
                let kind = format!("{:?}", record.kind);
                let percent = record.value.as_ref().and_then(serde_json::Value::as_u64);
                let percent = match (record.kind, percent) {
                    (StreamKind::Progress, Some(percent)) => format!(" {percent} %"),
                    _ => String::new(),
                };
                show.say(&format!("  {name:<10} {kind:<8} {}{percent}", escape(&record.text)));
            }
        }
    });
}

fn table<const N: usize>(head: [&str; N]) -> Table {
    let mut table = Table::new();
    table.load_preset(NOTHING).set_header(head);
    table
}

fn missing(counts: &bindery_api::updates::Missing) -> String {
    if counts.is_empty() {
        return "0".into();
    }
    let parts: Vec<_> = counts.iter().map(|(class, count)| format!("{count} {class:?}")).collect();
    parts.join(", ")
}
