//! `bindery deployment`: what is to be installed where, and when.

use super::{
    computer::missing, job::object, paging::Paging, run as runs, time, update::classification,
};
use crate::{
    context::Context,
    failure::{CliFailure, Exit},
    output::{Output, table},
};
use bindery_api::{
    deployments::{
        Deployment, DeploymentPreview, NewDeployment, PreviewComputer, RunDeployment, Targets,
    },
    options::{AdditionalOptions, Amount, Onboard, RebootSetting},
    runs::{ListRuns, Run},
};
use bindery_client::Client;
use bindery_core::{name::Name, schedule::Schedule, update::Classification};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::time::Duration;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Make an update deployment
    Create {
        /// Name of the deployment
        name: Name,
        #[command(flatten)]
        when: When,
        #[command(flatten)]
        what: Box<What>,
        /// Follow its run until it has ended
        #[arg(long, requires = "now")]
        watch: bool,
    },
    /// Say what an update deployment would do, without doing it
    Preview {
        #[command(flatten)]
        what: Box<What>,
    },
    /// List update deployments
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Show an update deployment
    Show {
        /// Id or name of the deployment
        deployment: String,
    },
    /// Run an update deployment now
    Run {
        /// Id or name of the deployment
        deployment: String,
        /// Change nothing: list per computer what would be installed; `bindery run apply` then installs
        /// exactly that
        #[arg(long)]
        dry_run: bool,
        /// Follow the run until it has ended
        #[arg(long)]
        watch: bool,
    },
    /// Let an update deployment not run again
    Cancel {
        /// Id or name of the deployment
        deployment: String,
    },
}

/// When it runs.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
pub struct When {
    /// Run it at once
    #[arg(long)]
    now: bool,
    /// Run it once, at this time, such as 2026-01-31T22:00:00Z
    #[arg(long, value_name = "TIME", value_parser = time)]
    at: Option<Timestamp>,
}

/// Which computers it targets.
#[derive(Debug, clap::Args)]
#[group(required = true, multiple = false)]
struct Which {
    /// Target every computer of the workspace
    #[arg(long)]
    all: bool,
    /// Target this computer: its id or name; may be given more than once
    #[arg(long)]
    computer: Vec<String>,
}

/// What is to be done, and where.
#[derive(Debug, clap::Args)]
pub struct What {
    #[command(flatten)]
    which: Which,
    /// Maintenance window in minutes [default: 120]
    #[arg(long, value_name = "MINUTES")]
    duration: Option<u32>,
    /// Choose updates of these classifications, such as Security,Critical; may be given more than once
    /// [default: all]
    #[arg(long, value_parser = classification, value_delimiter = ',')]
    classification: Vec<Classification>,
    /// Choose this KB number, or names that fit this mask
    #[arg(long, value_name = "MASK")]
    include: Vec<String>,
    /// Do not choose this KB number, nor names that fit this mask
    #[arg(long, value_name = "MASK")]
    exclude: Vec<String>,
    /// Install updates that remove or downgrade other packages, too
    #[arg(long)]
    allow_removals: bool,
    /// Reboot computers: IfRequired, Never, Always or RebootOnly [default: IfRequired]
    #[arg(long, value_name = "WHEN", value_parser = reboot)]
    reboot: Option<RebootSetting>,
    /// Make workers of these computers: targeted or all [default: targeted]
    #[arg(long, value_name = "WHICH", value_parser = onboard)]
    onboard: Option<Onboard>,
    /// Patch at most so many computers at once: a number, or a share such as 10%
    #[arg(long, value_name = "AMOUNT")]
    max_concurrency: Option<Amount>,
    /// Start no further computer after more than so many failed: a number, or a share such as 10%
    #[arg(long, value_name = "AMOUNT")]
    max_errors: Option<Amount>,
    /// List changes, make none
    #[arg(long)]
    dry_run: bool,
    /// Take further options from a JSON object, or from a file with one as `@FILE`; flags win
    #[arg(long, value_name = "JSON", value_parser = object)]
    options: Option<Map<String, Value>>,
}

fn reboot(text: &str) -> Result<RebootSetting, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "it must be IfRequired, Never, Always or RebootOnly".to_owned())
}

fn onboard(text: &str) -> Result<Onboard, String> {
    serde_json::from_value(text.into()).map_err(|_| "it must be targeted or all".to_owned())
}

impl What {
    fn request(self, name: Name, account: Name, schedule: Schedule) -> NewDeployment {
        let flags = AdditionalOptions {
            classifications: (!self.classification.is_empty()).then_some(self.classification),
            include: self.include,
            exclude: self.exclude,
            allow_removals: self.allow_removals,
            reboot_setting: self.reboot,
            onboard: self.onboard,
            max_concurrency: self.max_concurrency,
            max_errors: self.max_errors,
            dry_run: self.dry_run,
            approved: None,
            reserves: None,
        };
        let mut options = self.options.unwrap_or_default();
        if let Ok(Value::Object(flags)) = serde_json::to_value(flags) {
            options.extend(flags);
        }
        NewDeployment {
            name,
            account: Some(account),
            schedule,
            duration_minutes: self.duration,
            targets: Targets { all: self.which.all, computers: self.which.computer },
            options,
        }
    }
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let (client, account) = (context.client()?, context.global.account.clone());
    match verb {
        Verb::Create { name, when, what, watch } => {
            let schedule = when.at.map_or(Schedule::Now, |at| Schedule::Once { at });
            let deployment =
                client.create_deployment(&what.request(name, account, schedule)).await?;
            if !watch {
                return out.show(&deployment, show);
            }
            let run = first_run(&client, &deployment).await?;
            runs::started(&client, &run, true, out).await
        }
        Verb::Preview { what } => {
            let name = "preview".parse().map_err(|error| {
                CliFailure::new(Exit::Internal, "no name for a preview").because(&error)
            })?;
            let new = what.request(name, account, Schedule::Now);
            out.show(&client.preview_deployment(&new).await?, preview)
        }
        Verb::List { paging } => out.page(&client.list_deployments(&paging.into()).await?, list),
        Verb::Show { deployment } => out.show(&client.deployment(&deployment).await?, show),
        Verb::Run { deployment, dry_run, watch } => {
            let how = RunDeployment { dry_run, ..RunDeployment::default() };
            let run = client.run_deployment(&deployment, &how).await?;
            runs::started(&client, &run, watch, out).await
        }
        Verb::Cancel { deployment } => {
            out.show(&client.cancel_deployment(&deployment).await?, show)
        }
    }
}

/// How often, and how many times, it is asked whether a deployment that is due has its run.
const ASK: (Duration, u32) = (Duration::from_millis(200), 300);

async fn first_run(client: &Client, deployment: &Deployment) -> Result<Run, CliFailure> {
    let which = ListRuns { deployment: Some(deployment.id.to_string()), ..ListRuns::default() };
    for _ in 0..ASK.1 {
        if let Some(run) = client.list_runs(&which).await?.items.pop() {
            return Ok(run);
        }
        tokio::time::sleep(ASK.0).await;
    }
    let text = format!("the run of deployment {} has not begun after a minute", deployment.name);
    Err(CliFailure::new(Exit::Failed, text)
        .hint(format!("`bindery run list --deployment {}` shows it once it has.", deployment.name)))
}

fn list(deployments: &[Deployment]) -> String {
    table::rows(
        ["NAME", "STATE", "NEXT", "LAST", "MINUTES", "TARGETS"],
        deployments.iter().map(|deployment| {
            [
                deployment.name.to_string(),
                table::spelling(deployment.state),
                table::time(deployment.next_occurrence),
                table::time(deployment.last_occurrence),
                deployment.duration_minutes.to_string(),
                targets(&deployment.targets),
            ]
        }),
    )
}

fn targets(targets: &Targets) -> String {
    match (targets.all, targets.computers.len()) {
        (true, _) => "all computers".to_owned(),
        (false, 1) => "1 computer".to_owned(),
        (false, count) => format!("{count} computers"),
    }
}

fn show(deployment: &Deployment) -> String {
    table::fields([
        ("Name", deployment.name.to_string()),
        ("Id", deployment.id.to_string()),
        ("State", table::spelling(deployment.state)),
        ("Account", deployment.account.to_string()),
        ("Next", table::time(deployment.next_occurrence)),
        ("Last", table::time(deployment.last_occurrence)),
        ("Window", format!("{} minutes", deployment.duration_minutes)),
        ("Targets", targets(&deployment.targets)),
        ("Options", deployment.options.to_string()),
        ("Created", table::time(deployment.created_at)),
        ("By", deployment.created_by.clone()),
    ])
}

fn preview(preview: &DeploymentPreview) -> String {
    let head =
        ["COMPUTER", "REACHABLE", "CRITICAL", "SECURITY", "OTHER", "CHOSEN", "CONFIGURE", "REASON"];
    let row = |computer: &PreviewComputer| {
        let [critical, security, other] = missing(&computer.missing);
        let reason = computer.reason.as_ref();
        [
            computer.name.clone(),
            table::yes(computer.reachable),
            critical,
            security,
            other,
            if computer.targeted { computer.chosen.len().to_string() } else { "-".to_owned() },
            table::yes(computer.will_be_configured),
            reason.map(|r| format!("{}: {}", r.code, r.message)).unwrap_or_default(),
        ]
    };
    table::rows(head, preview.computers.iter().map(row))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use expect_test::{Expect, expect};
    use serde_json::json;

    #[derive(Debug, Parser)]
    struct Line {
        #[command(flatten)]
        what: What,
    }

    fn check(line: &str, expected: Expect) {
        let line = Line::parse_from(std::iter::once("x").chain(line.split_whitespace()));
        let name = "nightly".parse().expect("a name");
        let account = "Automation".parse().expect("a name");
        let request = line.what.request(name, account, Schedule::Now);
        expected.assert_eq(&serde_json::to_string(&request).expect("JSON"));
    }

    #[test]
    fn flags_become_options_and_win_over_those_of_a_file() {
        check(
            "--all",
            expect![[
                r#"{"name":"nightly","account":"Automation","schedule":{"kind":"now"},"targets":{"all":true},"options":{}}"#
            ]],
        );
        check(
            "--computer web-01 --computer web-02 --classification Security,Critical --exclude linux-* --reboot Never \
             --max-concurrency 10% --max-errors 3 --duration 60 \
             --options {\"rebootSetting\":\"Always\",\"reserves\":{\"rebootMinutes\":5}}",
            expect![[
                r#"{"name":"nightly","account":"Automation","schedule":{"kind":"now"},"durationMinutes":60,"targets":{"computers":["web-01","web-02"]},"options":{"rebootSetting":"Never","reserves":{"rebootMinutes":5},"classifications":["Security","Critical"],"exclude":["linux-*"],"maxConcurrency":"10%","maxErrors":3}}"#
            ]],
        );
    }

    #[test]
    fn a_preview_says_per_computer_what_would_happen() {
        let id = "01990000-0000-7000-8000-000000000001";
        let shown = serde_json::from_value(json!({ "computers": [
            { "id": id, "name": "web-01", "reachable": true, "targeted": true, "missing": { "Security": 2 },
              "chosen": ["openssl", "curl"], "willBeConfigured": true },
            { "id": id, "name": "db", "reachable": false, "targeted": true, "missing": {}, "chosen": [],
              "willBeConfigured": false, "reason": { "code": "Unreachable", "message": "no agent" } },
        ] }));
        expect![[r#"
            COMPUTER   REACHABLE   CRITICAL   SECURITY   OTHER   CHOSEN   CONFIGURE   REASON
            web-01     yes         0          2          0       2        yes
            db         no          0          0          0       0        no          Unreachable: no agent
        "#]].assert_eq(&preview(&shown.expect("a preview")));
    }
}
