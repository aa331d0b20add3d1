//! The real apt and dpkg in a scratch root: the agent is killed at each boundary of an install.
//!
//! What apt does goes on while its agent is dead. How far it is told of differs from run to run, so
//! the outcome is named and not numbered. In the end dpkg's word counts alone.

use crate::{
    cases::{Case, World, patching},
    computer::clock,
    fault::{Fault, Place},
    lab::{COMPUTER, scratch},
    sweep::{assert_none, check, undisturbed},
};
use bindery_capability_updates::{
    apt::{Apt, AptConfig},
    capability::Updates,
    scratch::{AptWorld, Package},
};
use bindery_core::operation::UPDATES_INSTALL;
use bindery_journal::entry::{Body, Entry};
use bindery_sandbox::capability::Capabilities;
use bindery_simulator::{clock::VirtualClock, crash::Point};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{fs, sync::Arc, time::SystemTime};
use tempfile::TempDir;

/// The runbook of one computer, over three packages.
pub(crate) static CASE: Case = Case::new(
    "computer-apt",
    &COMPUTER,
    || patching(&["scratch"], json!({ "rebootSetting": "Never" })),
    || World::Scratch(Box::new(Scratch::new())),
);

/// A computer whose packages are in a scratch root.
pub(crate) struct Scratch {
    pub(crate) clock: VirtualClock,
    world: AptWorld,
    folder: TempDir,
}

impl Scratch {
    fn new() -> Self {
        let folder = scratch();
        let packages = ["alpha", "beta", "gamma"].map(|name| Package::new(name, "1.0", "1.2"));
        let world = AptWorld::create(&folder.path().join("world"), &packages);
        let world = world.expect("these tests need apt-get and dpkg-deb of a Debian-like system");
        Self { clock: clock(), world, folder }
    }

    /// Its updates, as an agent has them that was started just now.
    pub(crate) fn capabilities(&self) -> Capabilities {
        let state = self.folder.path().join("state");
        let config = AptConfig::new(self.world.root(), state, env!("CARGO_BIN_EXE_bindery").into());
        let clock = || Timestamp::try_from(SystemTime::now()).expect("a time");
        let apt = Apt::new(config, Arc::new(clock)).expect("an apt");
        Capabilities::default().with(Updates::new(Arc::new(apt), true))
    }

    /// What is installed, what dpkg upgraded and what apt was asked for.
    pub(crate) fn evidence(&self) -> Value {
        let lines = |log: &str, wanted: &str| -> Vec<String> {
            let text = fs::read_to_string(self.world.root().join("var/log").join(log));
            let lines = text.as_deref().unwrap_or_default().lines();
            // dpkg begins its lines with the time.
            let lines = lines.filter_map(|line| line.find(wanted).map(|at| line[at..].to_owned()));
            lines.collect()
        };
        json!({
            "installed": self.world.installed().expect("dpkg"),
            "dpkg": lines("dpkg.log", " upgrade "),
            "apt": lines("apt/history.log", "Upgrade: "),
        })
    }
}

#[test]
fn real_packages_are_installed_once_wherever_the_agent_is_killed() {
    let run = undisturbed(&CASE);
    let world = &run.account["world"];
    let upgraded = ["alpha", "beta", "gamma"].map(|name| format!(" upgrade {name}:all 1.0 1.2"));
    assert_eq!((&world["dpkg"], &world["apt"][1]), (&json!(upgraded), &Value::Null), "{world}");
    let intends = |entry: &&Entry| match &entry.body {
        Body::Intent { operation, .. } => *operation == UPDATES_INSTALL.name,
        _ => false,
    };
    let intent = run.entries.iter().find(intends).expect("an install").sequence;
    let at = |sequence, point| Fault { place: Place::Sequence(sequence), point };
    let outcome = |point| Fault { place: Place::Outcome, point };
    let faults = [
        at(intent, Point::Unsynced),
        at(intent, Point::Synced),
        at(intent, Point::Torn),
        // What apt says while it is at work.
        at(intent + 1, Point::UnsyncedKept),
        at(intent + 2, Point::Unsynced),
        outcome(Point::Unwritten),
        outcome(Point::Unsynced),
        outcome(Point::Synced),
    ];
    let (mut deaths, mut failures) = (0, vec![]);
    for fault in faults {
        match check(&CASE, &[fault]) {
            Ok(killed) => deaths += killed,
            Err(failure) => failures.push(failure),
        }
    }
    assert_none(&failures, faults.len());
    assert_eq!(deaths, faults.len(), "some kills never came");
}
