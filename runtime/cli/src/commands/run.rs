//! `bindery run`: follow update runs, see what they did, repeat what failed.

use super::{dry, log, paging::Paging};
use crate::{
    context::Context,
    failure::{CliFailure, Exit},
    output::{Output, table},
};
use bindery_api::{
    log::LogRecord,
    page::PageQuery,
    runs::{ListRuns, MachineCounts, Run, RunEvent, RunReport},
};
use bindery_client::Client;
use bindery_core::{
    id::RunId,
    run::{MachineRun, RunStatus},
};
use futures::{StreamExt, pin_mut};
use serde::Serialize;
use std::collections::HashSet;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List update runs, the newest first
    List {
        /// Only of this deployment: its id or name
        #[arg(long)]
        deployment: Option<String>,
        /// Only with this status, such as Failed
        #[arg(long, value_parser = status)]
        status: Option<RunStatus>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Show an update run and its computers
    Show {
        /// Id of the run
        id: RunId,
    },
    /// Follow an update run until it has ended
    Watch {
        /// Id of the run
        id: RunId,
    },
    /// Repeat an update run
    Retry {
        /// Id of the run
        id: RunId,
        /// On the computers that did not succeed
        #[arg(long, required = true)]
        failed: bool,
        /// Follow the new run until it has ended
        #[arg(long)]
        watch: bool,
    },
    /// Turn a dry run into the real run of exactly what it lists
    Apply {
        /// Id of the dry run
        id: RunId,
        /// Follow the new run until it has ended
        #[arg(long)]
        watch: bool,
    },
    /// Print the signed evidence of what an update run did
    Report {
        /// Id of the run
        id: RunId,
    },
    /// Let no further computer of an update run start
    Cancel {
        /// Id of the run
        id: RunId,
    },
}

fn status(text: &str) -> Result<RunStatus, String> {
    serde_json::from_value(text.into()).map_err(|error| error.to_string())
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let client = context.client()?;
    match verb {
        Verb::List { deployment, status, paging: Paging { cursor, limit } } => {
            let which = ListRuns { deployment, status, cursor, limit };
            out.page(&client.list_runs(&which).await?, list)
        }
        Verb::Show { id } => {
            let run = client.run(&id.to_string()).await?;
            let machines = machines(&client, &id.to_string()).await?;
            out.show(&RunAndMachines { run, machines }, show_all)
        }
        Verb::Watch { id } => watch(&client, &id.to_string(), out).await,
        Verb::Retry { id, failed: _, watch: follow } => {
            let run = client.retry_run(&id.to_string()).await?;
            started(&client, &run, follow, out).await
        }
        Verb::Apply { id, watch: follow } => {
            let dry = client.run(&id.to_string()).await?;
            let machines = machines(&client, &id.to_string()).await?;
            let how = dry::approved(&dry, &machines)?;
            let run = client.run_deployment(&dry.deployment.to_string(), &how).await?;
            started(&client, &run, follow, out).await
        }
        Verb::Report { id } => out.show(&client.report(&id.to_string()).await?, report),
        Verb::Cancel { id } => out.show(&client.cancel_run(&id.to_string()).await?, show),
    }
}

/// A run with all its machine runs.
#[derive(Serialize)]
struct RunAndMachines {
    run: Run,
    machines: Vec<MachineRun>,
}

async fn machines(client: &Client, id: &str) -> Result<Vec<MachineRun>, CliFailure> {
    let (mut all, mut query) = (vec![], PageQuery::default());
    loop {
        let page = client.list_machines(id, &query).await?;
        all.extend(page.items);
        if page.cursor.is_none() {
            return Ok(all);
        }
        query.cursor = page.cursor;
    }
}

/// Shows a run that was just started, or follows it.
pub(super) async fn started(
    client: &Client,
    run: &Run,
    follow: bool,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    if !follow {
        return out.show(run, show);
    }
    out.note(&format!("run {}", run.id))?;
    watch(client, &run.id.to_string(), out).await
}

/// Prints what happens to a run until it has ended.
async fn watch(client: &Client, id: &str, out: &mut Output<'_>) -> Result<(), CliFailure> {
    let events = client.watch_run(id);
    pin_mut!(events);
    let bar = out.bar(0);
    let mut last = None;
    while let Some(event) = events.next().await {
        let event = event?;
        if let RunEvent::Run { run, .. } = &event {
            bar.set_length(u64::from(run.machines.total()));
            bar.set_position(u64::from(run.machines.ended()));
            bar.set_message(table::spelling(run.status));
        }
        bar.suspend(|| if out.is_json() { out.json_line(&event) } else { tell(&event, out) })?;
        if let RunEvent::Run { run, .. } = event {
            last = Some(run);
        }
    }
    bar.finish_and_clear();
    match last {
        Some(run) => {
            if run.dry_run && run.machines.succeeded > 0 {
                let id = run.id;
                out.note(&format!("`bindery run show {id}` lists what would be installed"))?;
                out.note(&format!("`bindery run apply {id}` installs exactly that"))?;
            }
            verdict(&run)
        }
        None => Err(CliFailure::new(Exit::Internal, format!("run {id} said nothing"))),
    }
}

fn tell(event: &RunEvent, out: &mut Output<'_>) -> Result<(), CliFailure> {
    match event {
        RunEvent::Run { run, .. } => {
            let status = table::spelling(run.status);
            out.note(&format!("{}: {status} ({})", run.name, counted(&run.machines)))
        }
        RunEvent::Machine { machine, .. } => {
            let status = table::spelling(machine.status);
            out.line(&format!("{}: {status}{}", machine.computer_name, because(machine)))
        }
        RunEvent::Log { record, .. } => {
            let (computer, title) = (log::column(record, "Computer"), log::column(record, "Title"));
            out.line(&format!("{computer}: {title}: {}", log::status(record)))
        }
    }
}

fn because(machine: &MachineRun) -> String {
    machine.reason.as_ref().map(|r| format!(" ({}: {})", r.code, r.message)).unwrap_or_default()
}

/// A run that did not succeed is a failure of the command that waited for it.
fn verdict(run: &Run) -> Result<(), CliFailure> {
    if run.status == RunStatus::Succeeded {
        return Ok(());
    }
    let text =
        format!("run {} is {}: {}", run.name, table::spelling(run.status), counted(&run.machines));
    let failure = CliFailure::new(Exit::Failed, text).hint(format!(
        "`bindery run show {0}` says why; `bindery run retry --failed {0}` repeats it.",
        run.id
    ));
    Err(match &run.reason {
        None => failure,
        Some(reason) => failure.because(reason),
    })
}

fn counted(counts: &MachineCounts) -> String {
    let each = [
        (counts.not_started, "not started"),
        (counts.in_progress, "in progress"),
        (counts.succeeded, "succeeded"),
        (counts.failed, "failed"),
        (counts.maintenance_window_exceeded, "past the window"),
        (counts.failed_to_start, "failed to start"),
    ];
    let some = each.iter().filter(|(count, _)| *count > 0);
    some.map(|(count, what)| format!("{count} {what}")).collect::<Vec<_>>().join(", ")
}

fn list(runs: &[Run]) -> String {
    table::rows(
        ["ID", "NAME", "STATUS", "COMPUTERS", "STARTED", "ENDED"],
        runs.iter().map(|run| {
            [
                run.id.to_string(),
                run.name.clone(),
                status_of(run),
                counted(&run.machines),
                table::time(run.started_at),
                table::time(run.ended_at),
            ]
        }),
    )
}

/// A run that somebody cancelled, or that changed nothing, is to be seen among others.
fn status_of(run: &Run) -> String {
    let mut status = table::spelling(run.status);
    if run.dry_run {
        status.push_str(", dry run");
    }
    if run.cancelled_at.is_some() {
        status.push_str(", cancelled");
    }
    status
}

fn show(run: &Run) -> String {
    let reason = run.reason.as_ref();
    table::fields([
        ("Id", run.id.to_string()),
        ("Name", run.name.clone()),
        ("Status", table::spelling(run.status)),
        ("Because", reason.map(|r| format!("{}: {}", r.code, r.message)).unwrap_or_default()),
        ("Computers", counted(&run.machines)),
        ("Deployment", run.deployment_name.to_string()),
        ("Job", run.master_job.to_string()),
        ("Started", table::time(run.started_at)),
        ("Deadline", table::time(run.deadline)),
        ("Ended", table::time(run.ended_at)),
        ("Cancelled", table::time(run.cancelled_at)),
        ("Dry run", if run.dry_run { "yes".to_owned() } else { String::new() }),
        ("Repeats", run.retry_of.map(|id| id.to_string()).unwrap_or_default()),
    ])
}

fn show_all(both: &RunAndMachines) -> String {
    let machines = table::rows(
        ["COMPUTER", "STATUS", "STARTED", "ENDED", "REASON"],
        both.machines.iter().map(|machine| {
            let reason = machine.reason.as_ref();
            [
                machine.computer_name.clone(),
                table::spelling(machine.status),
                table::time(machine.started_at),
                table::time(machine.ended_at),
                reason.map(|r| format!("{}: {}", r.code, r.message)).unwrap_or_default(),
            ]
        }),
    );
    let run = show(&both.run) + "\n" + &machines;
    match both.run.dry_run {
        true => format!("{run}\n{}", dry::listed(&both.machines)),
        false => run,
    }
}

/// The records without those of a beginning that has an end.
fn ended(records: &[LogRecord]) -> impl Iterator<Item = &LogRecord> {
    let of = |record| (log::column(record, "Computer"), log::column(record, "Title"));
    let began = |record: &LogRecord| log::status(record) == "InProgress";
    let ends: HashSet<_> = records.iter().filter(|record| !began(record)).map(of).collect();
    records.iter().filter(move |record| !began(record) || !ends.contains(&of(record)))
}

fn report(report: &RunReport) -> String {
    let both = RunAndMachines {
        run: report.evidence.run.clone(),
        machines: report.evidence.machines.clone(),
    };
    let updates = table::rows(
        ["COMPUTER", "TITLE", "STATUS", "REASON"],
        ended(&report.evidence.updates).map(|record| {
            [
                log::column(record, "Computer"),
                log::column(record, "Title"),
                log::status(record),
                log::column(record, "ErrorResult"),
            ]
        }),
    );
    show_all(&both)
        + "\n"
        + &updates
        + "\nSigned by the workspace: `--output json` has the envelope\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use serde_json::json;

    const ID: &str = "01990000-0000-7000-8000-000000000001";

    fn run() -> Run {
        let time = "2026-01-01T00:00:00Z";
        serde_json::from_value(json!({
            "id": ID, "name": "nightly 2026-01-01", "deployment": ID, "deploymentName": "nightly",
            "account": "Automation", "masterJob": ID, "status": "Failed", "startedAt": time, "deadline": time,
            "machines": { "notStarted": 0, "inProgress": 0, "succeeded": 2, "failed": 1,
                          "maintenanceWindowExceeded": 0, "failedToStart": 0 },
        }))
        .expect("a run")
    }

    #[test]
    fn runs_as_a_table_and_one_in_full() {
        let machine = serde_json::from_value(json!({
            "run": ID, "computer": ID, "computerName": "web-01", "status": "Failed",
            "reason": { "code": "InstallFailed", "message": "E: broken\nE: twice" },
        }));
        let both = RunAndMachines { run: run(), machines: vec![machine.expect("a machine run")] };
        expect![[r#"
            ID                                     NAME                 STATUS   COMPUTERS               STARTED                ENDED
            01990000-0000-7000-8000-000000000001   nightly 2026-01-01   Failed   2 succeeded, 1 failed   2026-01-01T00:00:00Z
        "#]].assert_eq(&list(&[run()]));
        expect![[r#"
            Id:           01990000-0000-7000-8000-000000000001
            Name:         nightly 2026-01-01
            Status:       Failed
            Computers:    2 succeeded, 1 failed
            Deployment:   nightly
            Job:          01990000-0000-7000-8000-000000000001
            Started:      2026-01-01T00:00:00Z
            Deadline:     2026-01-01T00:00:00Z

            COMPUTER   STATUS   STARTED   ENDED   REASON
            web-01     Failed                     InstallFailed: E: broken\nE: twice
        "#]]
        .assert_eq(&show_all(&both));
    }

    #[test]
    fn a_run_that_failed_is_a_failure_of_whoever_waited_for_it() {
        expect![[r#"
            error: run nightly 2026-01-01 is Failed: 2 succeeded, 1 failed
            hint: `bindery run show 01990000-0000-7000-8000-000000000001` says why; `bindery run retry --failed 01990000-0000-7000-8000-000000000001` repeats it."#]].assert_eq(&verdict(&run()).expect_err("it failed").to_string());
    }
}
