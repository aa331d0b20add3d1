//! `bindery demo`: the main job on this machine, with scratch computers.
//!
//! It starts a control plane and agents as processes of their own on loopback, all in one folder
//! that it names, makes an update deployment, shows what the two runbooks do, and checks the facts.
//! It never touches this machine's packages.

mod facts;
mod processes;
mod show;
mod user;
mod world;

use self::processes::Processes;
use anyhow::{Context as _, Result, bail};
use bindery_api::{
    deployments::{NewDeployment, Targets},
    runs::{ListRuns, Run},
};
use bindery_client::Client;
use bindery_core::schedule::Schedule;
use clap::Args;
use serde_json::{Value, json};
use std::{path::PathBuf, time::Duration};

/// The deployment's name.
const DEPLOYMENT: &str = "Demo-Patches";
/// The package that the deployment excludes.
pub(crate) const EXCLUDED: &str = "nginx";
/// The account that the first deployment makes.
const ACCOUNT: &str = bindery_core::account::DEFAULT;
/// How long anything but the run itself may take.
const PATIENCE: Duration = Duration::from_secs(60);

/// Patch scratch computers on this machine, and show how
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// End when the run has ended; the exit code is 0 only if all is as it should be
    #[arg(long)]
    once: bool,
    /// Keep everything in this folder, which must be empty or not there
    #[arg(long)]
    folder: Option<PathBuf>,
    /// Run without a real apt root even where apt is installed
    #[arg(long)]
    simulated_only: bool,
}

/// Runs the demo. `json` prints the facts as JSON instead of tables.
pub(crate) async fn run(demo: Demo, json: bool) -> Result<bool> {
    let folder = folder(demo.folder.as_ref())?;
    let show = show::Show::new(json);
    show.say(&format!("Everything is in {}", folder.display()));
    let mut processes = Processes::new(&folder)?;
    let machines = world::make(&folder, demo.simulated_only, &show)?;
    show.step("Starting the control plane and an agent for each scratch computer");
    let client = processes.control_plane().await?;
    for machine in &machines {
        processes.agent(&client, machine).await?;
    }
    let before = facts::computers(&client, &machines, PATIENCE).await?;
    show.computers("Before: what the computers lack", &before);
    show.step("Creating an update deployment for all of them");
    let run = deploy(&client, &show).await?;
    show::follow(&client, &run, &show).await?;
    let after = facts::computers(&client, &machines, PATIENCE).await?;
    show.step("Running two runbooks of a user's own in the same account");
    let own = user::run(&client, &show).await?;
    let facts = facts::gather(&client, &run, &machines, before, after, own).await?;
    show.finish(&facts, &folder, demo.once)?;
    if demo.once {
        processes.stop().await;
    } else {
        show.say("The control plane and the agents go on; Ctrl-C ends them.");
        tokio::signal::ctrl_c().await.context("cannot wait for Ctrl-C")?;
        processes.stop().await;
    }
    Ok(facts.all_is_well())
}

fn folder(wanted: Option<&PathBuf>) -> Result<PathBuf> {
    let folder = match wanted {
        Some(folder) => folder.clone(),
        None => std::env::temp_dir().join(format!("bindery-demo-{}", std::process::id())),
    };
    std::fs::create_dir_all(&folder)
        .with_context(|| format!("cannot make the folder `{}`", folder.display()))?;
    if std::fs::read_dir(&folder)?.next().is_some() {
        bail!("the folder `{}` is not empty; name another with --folder", folder.display());
    }
    Ok(folder.canonicalize()?)
}

async fn deploy(client: &Client, show: &show::Show) -> Result<Run> {
    let Value::Object(options) = json!({
        "classifications": ["Critical", "Security", "UpdateRollup", "Updates", "Other"],
        "exclude": [EXCLUDED],
        "rebootSetting": "IfRequired",
        "maxConcurrency": 3,
        "reserves": { "updateMinutes": 1, "servicePackMinutes": 2, "rebootMinutes": 1 },
    }) else {
        bail!("the options are an object");
    };
    show.say(&format!("  options: {}", Value::Object(options.clone())));
    let deployment = client
        .create_deployment(&NewDeployment {
            name: DEPLOYMENT.parse()?,
            account: None,
            schedule: Schedule::Now,
            duration_minutes: Some(30),
            targets: Targets { all: true, computers: vec![] },
            options,
        })
        .await?;
    let which = ListRuns { deployment: Some(deployment.name.to_string()), ..ListRuns::default() };
    processes::until("the run of the deployment", PATIENCE, async || {
        Ok(client.list_runs(&which).await?.items.into_iter().next())
    })
    .await
}
