//! Processes that are killed: nothing is lost, nothing is done twice, and what ends says why.

use crate::support::{ACCOUNT, PATIENCE, Site, deploy, ended, reported};
use bindery_api::jobs::ListJobs;
use bindery_capability_updates::scratch::Package;
use bindery_core::{job::JobStatus, run::RunStatus};
use bindery_testkit::wait::wait_for;
use serde_json::json;
use std::{fs, path::Path};

const FEW: &str = "4";

#[tokio::test(flavor = "multi_thread")]
async fn a_control_plane_that_is_killed_again_and_again_loses_nothing_and_its_run_finishes() {
    let mut site = Site::new();
    let mut client = site.start_control_plane().await;
    for (name, os, seed) in
        [("sim-1", "windows", "1"), ("sim-2", "linux", "2"), ("sim-3", "linux", "3")]
    {
        let further =
            ["--provider", "simulated", "--simulated", os, "--seed", seed, "--updates", FEW];
        site.start_agent(&client, name, &further).await;
    }
    reported(&client, 3).await;
    let options = json!({ "maxConcurrency": 1, "rebootSetting": "Never" });
    let run = deploy(&client, "Killed", options).await;
    for wanted in 1..=3 {
        let id = run.id.to_string();
        wait_for("another computer to be begun", PATIENCE, async || {
            let run = client.run(&id).await.map_err(|error| error.to_string())?;
            let begun = run.machines.total() - run.machines.not_started;
            if begun >= wanted || run.ended() { Ok(()) } else { Err(format!("{:?}", run.machines)) }
        })
        .await;
        site.kill_control_plane();
        client = site.start_control_plane().await;
    }
    let run = ended(&client, &run).await;
    assert_eq!((run.status, run.machines.succeeded), (RunStatus::Succeeded, 3), "{}", site.logs());
    let jobs = client.list_jobs(ACCOUNT, &ListJobs::default()).await.expect("jobs").items;
    assert_eq!(jobs.len(), 4, "one master and one job per computer, none twice");
    assert!(jobs.iter().all(|job| job.status == JobStatus::Completed));
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_that_begins_before_the_agents_are_back_after_a_restart_waits_for_them() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    let further = ["--provider", "simulated", "--simulated", "linux", "--updates", "1"];
    site.start_agent(&client, "sim", &further).await;
    reported(&client, 1).await;
    site.kill_agent("sim");
    site.kill_control_plane();
    let client = site.start_control_plane().await;
    let run = deploy(&client, "Early", json!({ "rebootSetting": "Never" })).await;
    wait_for("the master to ask for its workers", PATIENCE, async || {
        let jobs = client.list_jobs(ACCOUNT, &ListJobs::default()).await.expect("jobs").items;
        let id = jobs[0].id.to_string();
        let said = client.list_streams(ACCOUNT, &id, &Default::default()).await.expect("streams");
        if said.items.is_empty() { Err(format!("{jobs:?}")) } else { Ok(()) }
    })
    .await;
    site.restart_agent("sim");
    let run = ended(&client, &run).await;
    assert_eq!(run.status, RunStatus::Succeeded, "{}", site.logs());
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_that_is_killed_while_it_installs_goes_on_and_installs_each_update_once() {
    let mut site = Site::new();
    let packages = [
        Package::new("alpha", "1.0", "2.0").security(),
        Package::new("beta", "1.0", "2.0").security().waits_for("go"),
        Package::new("gamma", "1.0", "2.0"),
    ];
    let (world, root) = site.apt("killed", &packages);
    let client = site.start_control_plane().await;
    site.start_agent(&client, "debian", &["--provider", "apt", "--root", &root]).await;
    reported(&client, 1).await;
    let run = deploy(&client, "Interrupted", json!({ "rebootSetting": "Never" })).await;
    let transactions = site.path("debian");
    wait_for("dpkg to be in the middle of it", PATIENCE, async || {
        if configuring(&transactions, "beta") {
            Ok(())
        } else {
            Err("beta is not being configured".to_owned())
        }
    })
    .await;
    site.kill_agent("debian");
    site.restart_agent("debian");
    fs::write(Path::new(&root).join("go"), "").expect("the postinst may go on");
    let run = ended(&client, &run).await;
    assert_eq!(run.status, RunStatus::Succeeded, "{}", site.logs());
    let installed = world.installed().expect("dpkg answers");
    assert!(installed.values().all(|version| version == "2.0"), "{installed:?}");
    let history = fs::read_to_string(Path::new(&root).join("var/log/apt/history.log"));
    let history = history.expect("apt's history");
    assert_eq!(history.matches("(1.0, 2.0)").count(), 3, "each upgraded once:\n{history}");
}

/// Whether a transaction somewhere below `folder` has come to configuring `package`.
fn configuring(folder: &Path, package: &str) -> bool {
    fs::read_dir(folder).into_iter().flatten().flatten().any(|entry| {
        let path = entry.path();
        if path.is_dir() {
            return configuring(&path, package);
        }
        let words = format!("Configuring {package}");
        path.ends_with("status") && fs::read_to_string(path).is_ok_and(|text| text.contains(&words))
    })
}

#[tokio::test(flavor = "multi_thread")]
async fn a_run_is_repeated_on_the_computers_that_did_not_succeed_and_on_no_other() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    for (name, seed) in [("here", "1"), ("away", "2")] {
        let simulated = ["--provider", "simulated", "--simulated", "linux", "--seed", seed];
        site.start_agent(&client, name, &[&simulated[..], &["--updates", FEW]].concat()).await;
    }
    reported(&client, 2).await;
    site.kill_agent("away");
    wait_for("its computer to be away", PATIENCE, async || {
        let away = client.computer("away").await.map_err(|error| error.to_string())?;
        if away.reachable { Err("it is reachable".to_owned()) } else { Ok(()) }
    })
    .await;
    let run =
        ended(&client, &deploy(&client, "Half", json!({ "rebootSetting": "Never" })).await).await;
    assert_eq!(run.status, RunStatus::Failed);
    assert_eq!((run.machines.succeeded, run.machines.failed_to_start), (1, 1), "{}", site.logs());

    site.restart_agent("away");
    reported(&client, 2).await;
    let repeated = client.retry_run(&run.id.to_string()).await.expect("a run");
    let repeated = ended(&client, &repeated).await;
    assert_eq!(repeated.status, RunStatus::Succeeded, "{}", site.logs());
    assert_eq!((repeated.retry_of, repeated.machines.total()), (Some(run.id), 1));
}
