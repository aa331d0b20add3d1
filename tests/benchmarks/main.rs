//! Measures the whole system on this machine: `cargo bench --profile dev -p bindery`.
//!
//! It prints: the upgrade of 100 packages by raw `apt-get` and by a deployment, both in scratch
//! roots; what a control plane and an agent take at rest; how long a control plane takes to be
//! ready with what it stored and compiled before. Nothing here passes or fails.

#[path = "../scenarios/support.rs"]
#[expect(dead_code, reason = "the scenarios use the rest")]
mod support;

use bindery_capability_updates::scratch::{AptWorld, Package};
use serde_json::json;
use std::{
    fs,
    io::{Write as _, stdout},
    process::{Child, Command},
    time::{Duration, Instant},
};
use support::{Site, deploy, ended, reported};

const PACKAGES: usize = 100;
/// Bytes of content of each package.
const BYTES: usize = 200_000;

fn say(what: &str, measured: &str) {
    writeln!(stdout(), "{what:<58} {measured}").expect("somebody reads");
}

fn packages() -> Vec<Package> {
    let package = |number| Package::new(&format!("package-{number}"), "1.0", "2.0").bytes(BYTES);
    (0..PACKAGES).map(package).collect()
}

/// What an operator does by hand.
fn raw(world: &AptWorld) -> Duration {
    let began = Instant::now();
    for arguments in [&["update"][..], &["--yes", "dist-upgrade"]] {
        let conf = world.root().parent().expect("a world").join("apt.conf");
        let output = Command::new("apt-get")
            .args(arguments)
            .env("APT_CONFIG", conf)
            .env("LC_ALL", "C")
            .env("DEBIAN_FRONTEND", "noninteractive")
            .env("PATH", "/usr/sbin:/usr/bin:/sbin:/bin")
            .output()
            .expect("apt-get");
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    }
    began.elapsed()
}

fn upgraded(world: &AptWorld) -> usize {
    world.installed().expect("dpkg").values().filter(|version| *version == "2.0").count()
}

/// Resident memory of a process.
fn resident(process: &Child) -> String {
    let status = fs::read_to_string(format!("/proc/{}/status", process.id())).expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a figure");
    let kib: f64 = line.trim().trim_end_matches(" kB").parse().expect("a number");
    format!("{:.0} MiB", kib / 1024.0)
}

fn agent(site: &Site) -> &Child {
    &site.agents[0].2
}

fn control_plane(site: &Site) -> &Child {
    site.control_plane.as_ref().expect("it runs")
}

#[tokio::main]
async fn main() {
    let mut site = Site::new();
    let (by_hand, _) = site.apt("by-hand", &packages());
    let (world, root) = site.apt("deployed", &packages());
    let by_hand_took = raw(&by_hand);
    assert_eq!(upgraded(&by_hand), PACKAGES);
    say("100 packages, apt-get update and dist-upgrade", &format!("{by_hand_took:.2?}"));

    let client = site.start_control_plane().await;
    site.start_agent(&client, "scratch", &["--root", &root]).await;
    reported(&client, 1).await;
    say("agent at rest, resident", &resident(agent(&site)));
    let began = Instant::now();
    let options = json!({
        "classifications": ["Critical", "Security", "UpdateRollup", "Updates", "Other"],
        "rebootSetting": "Never",
        "reserves": { "updateMinutes": 1, "servicePackMinutes": 2, "rebootMinutes": 1 },
    });
    let run = deploy(&client, "Hundred", options).await;
    let run = ended(&client, &run).await;
    let took = began.elapsed();
    assert_eq!(upgraded(&world), PACKAGES, "{:?}", run.reason);
    let more = took.as_secs_f64() / by_hand_took.as_secs_f64();
    say(
        "100 packages, from making a deployment to the run's end",
        &format!("{took:.2?}, {more:.2}x"),
    );
    say("agent after it, resident", &resident(agent(&site)));
    say("control plane after it, resident", &resident(control_plane(&site)));

    for attempt in ["first restart", "second restart"] {
        site.kill_control_plane();
        let began = Instant::now();
        site.start_control_plane().await;
        say(
            &format!("control plane from start to ready, {attempt}"),
            &format!("{:.0?}", began.elapsed()),
        );
    }
    say("control plane at rest, resident", &resident(control_plane(&site)));
}
