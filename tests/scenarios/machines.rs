//! Machines that boot: the agent as a service of systemd, transactions in units of their own, reboots.

use crate::{
    machine::{Machine, can_boot},
    support::{ACCOUNT, PATIENCE, Site, deploy, ended, enrolment, reported},
};
use bindery_api::jobs::ListJobs;
use bindery_capability_updates::scratch::Package;
use bindery_client::Client;
use bindery_core::{job::JobStatus, run::RunStatus};
use bindery_testkit::wait::wait_for;
use serde_json::json;
use std::fs;

/// Boots a machine and installs the agent on it as its operator does.
async fn install(site: &Site, client: &Client, name: &str, packages: &[Package]) -> Machine {
    let folder = site.path(&format!("machine-{name}"));
    fs::create_dir(&folder).expect("a folder");
    let machine = Machine::boot(&folder, packages).await;
    let token = enrolment(client, name).await;
    let url = site.url();
    let arguments = ["agent", "install", "--url", &url, "--name", name, "--allow-changes"];
    machine
        .run_with("bindery", &arguments, &[("BINDERY_ENROL_TOKEN", &token)])
        .expect("the agent is installed");
    machine
}

/// Waits until dpkg is in the middle of an update: in the postinst of the package.
async fn configuring(machine: &Machine, package: &str) {
    wait_for("dpkg to be in the middle of it", PATIENCE, async || {
        if machine.programs()?.iter().any(|line| line.contains(&format!("{package}.postinst"))) {
            return Ok(());
        }
        Err(format!("`{package}` is not being configured"))
    })
    .await;
}

/// The new version is there, and dpkg unpacked and configured it once.
fn installed_once(machine: &Machine, package: &str) {
    assert_eq!(machine.version(package).as_deref(), Ok("2.0 installed"));
    assert_eq!(machine.logged(&format!("upgrade {package}:all 1.0 2.0")), 1);
    assert_eq!(machine.logged(&format!("status installed {package}:all 2.0")), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn apt_runs_in_a_unit_of_its_own_and_outlives_a_restart_of_the_agents_service() {
    if !can_boot() {
        return;
    }
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    let slow = Package::new("slow", "1.0", "2.0").waits_for("go");
    let machine = install(&site, &client, "debian", &[slow]).await;
    reported(&client, 1).await;
    let run = deploy(&client, "Restarted", json!({ "rebootSetting": "Never" })).await;
    configuring(&machine, "slow").await;

    let units = machine.run("systemctl", &["list-units", "--plain", "--no-legend", "bindery-*"]);
    let units = units.expect("units");
    let words = |unit: &str| unit.split_whitespace().next().map(str::to_owned);
    let names: Vec<_> = units.lines().filter_map(words).collect();
    let agent = "bindery-agent.service";
    let [transaction] = names.iter().filter(|name| *name != agent).collect::<Vec<_>>()[..] else {
        panic!("not one transaction beside the agent:\n{units}");
    };
    let processes = |unit: &str| {
        machine.run("systemctl", &["status", "--no-pager", "--lines=0", unit]).expect("a status")
    };
    assert!(processes(transaction).contains("slow.postinst"), "{}", processes(transaction));
    assert!(!processes(agent).contains("slow.postinst"), "{}", processes(agent));

    let main = || machine.run("systemctl", &["show", "--value", "--property=MainPID", agent]);
    let before = main().expect("a process");
    machine.run("systemctl", &["restart", agent]).expect("a restart");
    assert_ne!(main().expect("a process"), before);
    fs::write(machine.path("go"), "").expect("it may go on");

    let run = ended(&client, &run).await;
    assert_eq!(run.status, RunStatus::Succeeded, "{}", site.logs());
    installed_once(&machine, "slow");
}

#[tokio::test(flavor = "multi_thread")]
async fn machines_reboot_as_their_updates_ask_and_one_that_is_rebooted_by_hand_goes_on() {
    if !can_boot() {
        return;
    }
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    let kernel = Package::new("kernel", "1.0", "2.0").security().asks_for_reboot();
    let slow = Package::new("slow", "1.0", "2.0").waits_for("go").asks_for_reboot();
    let web = install(&site, &client, "web", &[kernel]).await;
    let db = install(&site, &client, "db", &[slow]).await;
    reported(&client, 2).await;
    let boot = |machine: &Machine| machine.boot_id().expect("a boot id");
    let (first_of_web, first_of_db) = (boot(&web), boot(&db));
    let run = deploy(&client, "Reboots", json!({ "rebootSetting": "IfRequired" })).await;

    configuring(&db, "slow").await;
    db.run("systemctl", &["reboot"]).expect("a reboot");
    let second_of_db = wait_for("another boot", PATIENCE, async || {
        let id = db.boot_id()?;
        if id == first_of_db { Err("the same boot".to_owned()) } else { Ok(id) }
    })
    .await;
    fs::write(db.path("go"), "").expect("it may go on");

    let run = ended(&client, &run).await;
    assert_eq!((run.status, run.machines.succeeded), (RunStatus::Succeeded, 2), "{}", site.logs());
    assert_ne!(boot(&web), first_of_web, "its update asked for a reboot");
    assert_ne!(boot(&db), second_of_db, "its update asked for one after that by hand");
    for (machine, package) in [(&web, "kernel"), (&db, "slow")] {
        installed_once(machine, package);
        assert!(!machine.path("run/reboot-required").exists());
    }
    let jobs = client.list_jobs(ACCOUNT, &ListJobs::default()).await.expect("jobs").items;
    assert_eq!(jobs.len(), 3, "one master and one job per computer, through all reboots");
    assert!(jobs.iter().all(|job| job.status == JobStatus::Completed), "{jobs:?}");
}
