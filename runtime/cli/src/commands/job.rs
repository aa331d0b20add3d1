//! `bindery job`: start runbooks and follow their jobs.

use super::{journal, paging::Paging};
use crate::{
    context::{Context, unreadable},
    failure::{CliFailure, Exit},
    output::{Output, table},
};
use bindery_api::{
    jobs::{Job, JobEvent, ListJobs, NewJob, StopJob},
    journal::ReplayJob,
};
use bindery_client::{Client, jobs::JobVerb};
use bindery_core::{
    digest::Digest,
    id::JobId,
    job::{Change, JobStatus, Placement},
    name::Name,
    stream::{StreamKind, StreamRecord},
};
use futures::{StreamExt, pin_mut};
use serde_json::{Map, Value};
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Start a runbook
    Start {
        /// Name of the runbook
        runbook: Name,
        /// Set a parameter; the value is taken as JSON if it is JSON, else as text
        #[arg(long = "parameter", short = 'p', value_name = "NAME=VALUE", value_parser = parameter)]
        one: Vec<(String, Value)>,
        /// Take the parameters from a JSON object, or from a file with one as `@FILE`
        #[arg(long = "parameters", value_name = "JSON", value_parser = object)]
        all: Option<Map<String, Value>>,
        /// Run it on the worker of this computer: its id or name
        #[arg(long, conflicts_with = "group")]
        computer: Option<String>,
        /// Run it on a worker of this group
        #[arg(long)]
        group: Option<Name>,
        /// Run it in the control plane's sandbox, though it has grants over a computer
        #[arg(long, conflicts_with_all = ["computer", "group"])]
        sandbox: bool,
        /// Change nothing: reading is real, and changes are only listed
        #[arg(long)]
        dry_run: bool,
        /// Follow it until it has ended: its Output on stdout, the rest on stderr
        #[arg(long)]
        watch: bool,
    },
    /// List jobs, the newest first
    List {
        /// Only of this runbook
        #[arg(long)]
        runbook: Option<Name>,
        /// Only with this status, such as Running
        #[arg(long, value_parser = status)]
        status: Option<JobStatus>,
        #[command(flatten)]
        paging: Paging,
    },
    /// Show a job
    Show {
        /// Id of the job
        id: JobId,
    },
    /// Follow a job until it has ended
    Watch {
        /// Id of the job
        id: JobId,
    },
    /// Ask a job to stop; it may clean up and end by itself before it is ended
    Stop {
        /// Id of the job
        id: JobId,
        /// Seconds that it has for that [default: 30]
        #[arg(long, value_name = "SECONDS")]
        grace: Option<u32>,
    },
    /// Ask a job to leave its worker, so that it can be resumed
    Suspend {
        /// Id of the job
        id: JobId,
    },
    /// Let a suspended job go on
    Resume {
        /// Id of the job
        id: JobId,
    },
    /// Start a job again with the same parameters
    Rerun {
        /// Id of the job
        id: JobId,
    },
    /// End a job at once, without waiting for its worker
    Terminate {
        /// Id of the job
        id: JobId,
    },
    /// List the operations of a job, with their answers
    Journal {
        /// Id of the job
        id: JobId,
        #[command(flatten)]
        paging: Paging,
    },
    /// Run a job again from its journal, without effect on anything
    Replay {
        /// Id of the job
        id: JobId,
        /// Try this version of its runbook instead of the one that it ran
        #[arg(long, conflicts_with = "with")]
        digest: Option<Digest>,
        /// Try this module instead of the one that it ran: the same answers, until it asks for
        /// something else
        #[arg(long, value_name = "FILE.wasm")]
        with: Option<PathBuf>,
    },
}

pub(super) fn parameter(text: &str) -> Result<(String, Value), String> {
    let (name, value) = text.split_once('=').ok_or("it must be NAME=VALUE")?;
    let value = serde_json::from_str(value).unwrap_or_else(|_| Value::String(value.to_owned()));
    Ok((name.to_owned(), value))
}

/// A JSON object, written out or as `@FILE`.
pub(super) fn object(text: &str) -> Result<Map<String, Value>, String> {
    let text = match text.strip_prefix('@') {
        Some(path) => fs::read_to_string(path)
            .map_err(|error| unreadable(Path::new(path), &error).causes.join(": "))?,
        None => text.to_owned(),
    };
    serde_json::from_str(&text).map_err(|error| format!("it must be a JSON object: {error}"))
}

fn status(text: &str) -> Result<JobStatus, String> {
    serde_json::from_value(text.into()).map_err(|error| error.to_string())
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let (client, account) = (context.client()?, context.account());
    match verb {
        Verb::Start { runbook, one, all, computer, group, sandbox, dry_run, watch: follow } => {
            let mut parameters = all.unwrap_or_default();
            parameters.extend(one);
            let placement = match (computer, group) {
                (Some(computer), _) => {
                    Some(Placement::Computer(client.computer(&computer).await?.id))
                }
                (None, Some(group)) => Some(Placement::Group(group)),
                (None, None) => sandbox.then_some(Placement::Sandbox),
            };
            let new = NewJob { runbook, parameters, placement, dry_run };
            let job = client.start_job(account, &new).await?;
            if !follow {
                return out.show(&job, show);
            }
            out.note(&format!("job {}", job.id))?;
            watch(&client, account, &job.id.to_string(), out).await
        }
        Verb::List { runbook, status, paging: Paging { cursor, limit } } => {
            let which = ListJobs { runbook, status, cursor, limit };
            out.page(&client.list_jobs(account, &which).await?, list)
        }
        Verb::Show { id } => out.show(&client.job(account, &id.to_string()).await?, show),
        Verb::Watch { id } => watch(&client, account, &id.to_string(), out).await,
        Verb::Journal { id, paging } => {
            let page = client.list_journal(account, &id.to_string(), &paging.into()).await?;
            out.page(&page, journal::list)
        }
        Verb::Replay { id, digest, with } => {
            let how = ReplayJob { digest };
            let file = with.map(|path| fs::read(&path).map_err(|error| unreadable(&path, &error)));
            let file = file.transpose()?.map(Into::into);
            journal::tell(&client.replay_job(account, &id.to_string(), &how, file).await?, out)
        }
        Verb::Stop { id, grace } => {
            let how = StopJob { grace };
            out.show(&client.stop_job(account, &id.to_string(), &how).await?, show)
        }
        Verb::Suspend { id } => ask(context, id, JobVerb::Suspend, out).await,
        Verb::Resume { id } => ask(context, id, JobVerb::Resume, out).await,
        Verb::Rerun { id } => ask(context, id, JobVerb::Rerun, out).await,
        Verb::Terminate { id } => ask(context, id, JobVerb::Terminate, out).await,
    }
}

async fn ask(
    context: &Context,
    id: JobId,
    verb: JobVerb,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let client = context.client()?;
    out.show(&client.ask_job(context.account(), &id.to_string(), verb).await?, show)
}

/// Prints what a job writes until it has ended; Output to stdout, the other streams to stderr.
async fn watch(
    client: &Client,
    account: &str,
    id: &str,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let events = client.watch_job(account, id);
    pin_mut!(events);
    let bar = out.bar(100);
    let mut last = None;
    while let Some(event) = events.next().await {
        let event = event?;
        if let JobEvent::Stream { record, .. } = &event
            && record.kind == StreamKind::Progress
        {
            bar.set_position(record.value.as_ref().and_then(Value::as_f64).unwrap_or(0.0) as u64);
            bar.set_message(crate::output::text::escape(&record.text));
        }
        bar.suspend(|| if out.is_json() { out.json_line(&event) } else { tell(&event, out) })?;
        if let JobEvent::Status { job, .. } = event {
            last = Some(job);
        }
    }
    bar.finish_and_clear();
    match last {
        Some(job) => {
            if job.dry_run && !out.is_json() {
                out.line(&changes(&job.changes))?;
            }
            verdict(&job)
        }
        None => Err(CliFailure::new(Exit::Internal, format!("job {id} said nothing"))),
    }
}

fn tell(event: &JobEvent, out: &mut Output<'_>) -> Result<(), CliFailure> {
    match event {
        JobEvent::Status { job, .. } => {
            let why = job.waiting.as_ref().map(|why| format!(": {}", why.message));
            out.note(&format!("{} {}{}", job.runbook, status_of(job), why.unwrap_or_default()))
        }
        JobEvent::Stream { record, .. } => match record.kind {
            StreamKind::Output => out.line(&said(record)),
            StreamKind::Progress => Ok(()),
            kind => out.note(&format!("{}: {}", table::spelling(kind), said(record))),
        },
    }
}

pub(super) fn said(record: &StreamRecord) -> String {
    match &record.value {
        Some(value) if record.text.is_empty() => value.to_string(),
        _ => record.text.clone(),
    }
}

fn status_of(job: &Job) -> String {
    table::spelling(job.status)
}

/// A job that did not complete is a failure of the command that waited for it.
fn verdict(job: &Job) -> Result<(), CliFailure> {
    if job.status == JobStatus::Completed {
        return Ok(());
    }
    let failure = CliFailure::new(Exit::Failed, format!("job {} is {}", job.id, status_of(job)));
    Err(match &job.error {
        None => failure,
        Some(error) => failure.because(error).hint(error.code.remedy()),
    })
}

fn list(jobs: &[Job]) -> String {
    table::rows(
        ["ID", "RUNBOOK", "STATUS", "CREATED", "ENDED", "STARTED BY"],
        jobs.iter().map(|job| {
            [
                job.id.to_string(),
                job.runbook.to_string(),
                status_of(job),
                table::time(job.created_at),
                table::time(job.ended_at),
                job.started_by.clone(),
            ]
        }),
    )
}

/// What a dry run would have changed.
fn changes(changes: &[Change]) -> String {
    if changes.is_empty() {
        return "The dry run would change nothing.".to_owned();
    }
    let rows = changes
        .iter()
        .map(|change| [change.operation.clone(), journal::cut(journal::value(&change.arguments))]);
    format!(
        "The dry run changed nothing. A real one would ask for:\n{}",
        table::rows(["OPERATION", "ARGUMENTS"], rows).trim_end()
    )
}

fn show(job: &Job) -> String {
    let error = job.error.as_ref();
    let fields = table::fields([
        ("Id", job.id.to_string()),
        ("Runbook", job.runbook.to_string()),
        ("Status", status_of(job)),
        ("Waiting", job.waiting.as_ref().map(|why| why.message.clone()).unwrap_or_default()),
        ("Error", error.map(|e| format!("{}: {}", e.code, e.message)).unwrap_or_default()),
        ("Result", table::spelling(&job.result)),
        ("Parameters", job.parameters.to_string()),
        ("Placement", table::spelling(&job.placement)),
        ("Computer", job.computer.clone().unwrap_or_default()),
        ("Started by", format!("{} ({})", job.started_by, table::spelling(job.trigger))),
        ("Parent", job.parent.as_ref().map(|p| p.job.to_string()).unwrap_or_default()),
        ("Run", job.run.map(|run| run.to_string()).unwrap_or_default()),
        ("Version", job.digest.to_string()),
        ("Created", table::time(job.created_at)),
        ("Started", table::time(job.started_at)),
        ("Ended", table::time(job.ended_at)),
        ("Deadline", table::time(job.deadline)),
        ("Dry run", if job.dry_run { "yes".to_owned() } else { String::new() }),
    ]);
    match job.dry_run && job.ended() {
        true => format!("{fields}\n{}\n", changes(&job.changes)),
        false => fields,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;
    use serde_json::json;

    fn job() -> Job {
        serde_json::from_value(json!({
            "id": "01990000-0000-7000-8000-000000000001", "account": "Automation", "runbook": "Report",
            "digest": format!("sha256:{}", "0".repeat(64)), "status": "Failed", "parameters": { "disk": "/" },
            "grants": [], "limits": {}, "placement": "sandbox", "trigger": "Manual", "startedBy": "somebody",
            "createdAt": "2026-01-01T00:00:00Z",
            "error": { "code": "GuestFailed", "message": "unreachable \u{1b}[2J" },
        }))
        .expect("a job")
    }

    #[test]
    fn jobs_as_a_table_and_one_in_full() {
        expect![[r#"
            ID                                     RUNBOOK   STATUS   CREATED                ENDED   STARTED BY
            01990000-0000-7000-8000-000000000001   Report    Failed   2026-01-01T00:00:00Z           somebody
        "#]].assert_eq(&list(&[job()]));
        expect![[r#"
            Id:           01990000-0000-7000-8000-000000000001
            Runbook:      Report
            Status:       Failed
            Error:        GuestFailed: unreachable \u{1b}[2J
            Parameters:   {"disk":"/"}
            Placement:    sandbox
            Started by:   somebody (Manual)
            Version:      sha256:0000000000000000000000000000000000000000000000000000000000000000
            Created:      2026-01-01T00:00:00Z
        "#]]
        .assert_eq(&show(&job()));
    }

    #[test]
    fn a_job_that_failed_is_a_failure_of_whoever_waited_for_it() {
        let failure = verdict(&job()).expect_err("it failed");
        assert_eq!(failure.exit, Exit::Failed);
        expect![[r#"
            error: job 01990000-0000-7000-8000-000000000001 is Failed
              because: unreachable \u{1b}[2J
            hint: Look at the job's Error stream and correct the runbook."#]]
        .assert_eq(&failure.to_string());
    }

    #[test]
    fn a_parameter_is_json_if_it_is_json_and_else_text() {
        assert_eq!(parameter("n=5"), Ok(("n".into(), json!(5))));
        assert_eq!(parameter("n=\"5\""), Ok(("n".into(), json!("5"))));
        assert_eq!(parameter("path=/a=b"), Ok(("path".into(), json!("/a=b"))));
        assert!(parameter("n").is_err());
    }
}
