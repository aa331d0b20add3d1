//! The two patch runbooks.

use crate::support::{COMPUTER, FLEET};
use bindery_simulator::report::Report;
use serde_json::{Value, json};

fn parameters(computers: &[&str], options: Value) -> Value {
    json!({
        "WorkspaceID": "here",
        "Duration": 120,
        "ScheduleName": "Sunday",
        "ComputerIDList": computers,
        "AdditionalOptions": options,
    })
}

fn patch(script: &str) -> Report {
    COMPUTER.passes(&parameters(&["web-01"], json!({})), script)
}

/// The first computer of a fleet.
const ID: &str = "01010101-0101-0101-0101-010101010101";

const LINUX: &str = "
    window = '2h'
    run = 'Sunday'
    [[computer.update]]
    name = 'openssl'
    classification = 'Security'
    reboot = true
    [[computer.update]]
    name = 'tzdata'
    [[computer.update]]
    name = 'curl'
    classification = 'Security'
";

#[test]
fn a_computer_is_patched_and_rebooted_once() {
    let report = patch(&format!(
        "{LINUX}
        [expect]
        said = ['Succeeded: 3 installed, 0 failed']
        changes = ['updates.download', 'updates.install', 'power.reboot']
        installed = ['openssl', 'tzdata', 'curl']
        reboots = 1
        result = {{ status = 'Succeeded', missingAfter = 0 }}"
    ));
    assert!(report.records.iter().all(|row| row.table == "UpdateRunProgress"));
}

#[test]
fn an_update_that_fails_once_is_tried_again_and_one_that_always_fails_is_told() {
    let fault = "
        [[fault]]
        operation = 'updates.install'
        update = 'tzdata'
        error = 'dpkg: error processing package tzdata (--configure)'";
    let once = format!(
        "{LINUX}{fault}
        [expect]
        said = ['Succeeded on the second attempt']
        installed = ['*']
        result = {{ status = 'Succeeded' }}"
    );
    patch(&once);
    let report = patch(&format!(
        "{LINUX}{fault}
        every = true
        [expect]
        installed = ['openssl', 'curl']
        result = {{ status = 'Failed', missingAfter = 1 }}"
    ));
    let failed = report.computer.expect("a computer").failed;
    assert_eq!(failed.len(), 2, "two attempts");
    assert!(failed.iter().all(|it| it.error.as_deref().is_some_and(|it| it.contains("dpkg"))));
}

#[test]
fn a_full_disk_is_told_and_nothing_is_installed() {
    patch(&format!(
        "{LINUX}
        [[fault]]
        operation = 'updates.download'
        fails = 'DiskFull'
        message = 'no space left on /var'
        every = true
        [expect]
        said = ['no space left on /var']
        installed = []
        reboots = 0
        result = {{ status = 'Failed' }}"
    ));
}

#[test]
fn repositories_that_are_gone_end_the_run_before_it_begins() {
    patch(&format!(
        "{LINUX}
        [[fault]]
        operation = 'updates.assess'
        network = '10m'
        [expect]
        error = 'RepositoryUnavailable'
        changes = []"
    ));
}

/// What must be the same, wherever the worker dies.
fn account(report: &Report) -> Value {
    let computer = report.computer.as_ref().map(|computer| {
        let installed = computer.installed.iter().map(|it| (it.id.clone(), json!(it.times)));
        json!({ "installed": Value::Object(installed.collect()), "reboots": computer.reboots })
    });
    json!({ "outcome": report.outcome, "computer": computer, "children": report.children.len() })
}

fn sweep(run: impl Fn(&str) -> Report, script: &str) {
    let undisturbed = run(script);
    let expected = account(&undisturbed);
    assert!(expected["outcome"].get("completed").is_some(), "{expected}");
    for entry in 0..undisturbed.usage.entries {
        for point in ["before", "unsynced", "synced"] {
            let fault = format!("[[fault]]\nentry = {entry}\ncrash = '{point}'\naway = '5m'");
            let report = run(&format!("{script}\n{fault}"));
            assert_eq!(account(&report), expected, "{fault}");
        }
    }
}

#[test]
fn a_computer_is_patched_once_wherever_its_worker_dies() {
    sweep(patch, LINUX);
    sweep(patch, "window = '2h'\n[computer]\nos = 'Windows'\nmissing = 4");
}

const WORKSPACE: &str = "
    window = '3h'
    [[fleet]]
    name = 'web-01'
    [[fleet]]
    name = 'web-02'
    connected = false
    [[fleet]]
    name = 'db-01'
    [[child]]
    runbook = 'Patch-MicrosoftOMSComputer'
    computer = 'web-*'
    takes = '20m'
    result = { status = 'Succeeded' }
    [[child]]
    runbook = 'Patch-MicrosoftOMSComputer'
    takes = '45m'
    error = 'DiskFull'
    message = 'no space left on /var'
";

fn fleet(script: &str) -> Report {
    let ids = [ID, "02020202-0202-0202-0202-020202020202", "03030303-0303-0303-0303-030303030303"];
    FLEET.passes(&parameters(&ids, json!({})), script)
}

#[test]
fn a_fleet_is_configured_and_its_children_come_to_what_the_script_says() {
    let report = fleet(&format!(
        "{WORKSPACE}
        [expect]
        said = ['web-01: Succeeded', 'web-02: FailedToStart', 'no space left on /var']
        changes = ['fleet.configure', 'jobs.start']"
    ));
    assert_eq!(report.workers, ["web-01", "db-01"]);
    assert_eq!(report.ended_at.duration_since(report.started_at).as_mins(), 45);
}

#[test]
fn a_fleet_whose_control_plane_is_away_is_waited_for_within_the_window() {
    let gone = "[[fault]]\noperation = 'jobs.wait'\nnetwork = '2h'";
    let report = fleet(&format!("{WORKSPACE}{gone}"));
    assert_eq!(report.ended_at.duration_since(report.started_at).as_hours(), 2);
    let gone = gone.replace("2h", "1 day");
    fleet(&format!("{WORKSPACE}{gone}\n[expect]\nerror = 'DeadlinePassed'"));
}

#[test]
fn children_are_started_once_wherever_the_worker_dies() {
    sweep(fleet, WORKSPACE);
}

/// The scripts of the guide are for these two runbooks.
#[test]
fn the_scripts_of_the_guide_pass() {
    let guide = include_str!("../../runtime/docs/guides/test-a-runbook.md");
    let scripts = guide.split("```toml\n").skip(1);
    let scripts: Vec<_> = scripts.filter_map(|rest| rest.split("```").next()).collect();
    let [one, other] = scripts[..] else { panic!("{} scripts", scripts.len()) };
    patch(one);
    let report =
        FLEET.passes(&parameters(&[ID, "02020202-0202-0202-0202-020202020202"], json!({})), other);
    assert_eq!(report.ended_at.duration_since(report.started_at).as_mins(), 40);
}
