//! The cases: each guest with its parameters, and the world that it works on.

use crate::{
    apt::Scratch,
    computer::{self, BEGINNING, Kind, clock},
    fleet::Workspace,
    lab::{self, CALENDAR, COMPUTER, FLEET, Guest, REPORT},
    sweep::Run,
};
use bindery_capability_children::Children;
use bindery_capability_fleet::Fleet;
use bindery_core::{
    id::{ComputerId, JobId, RunId, WorkerId},
    job::Trigger,
    update::OsType,
};
use bindery_sandbox::{
    capability::{Capabilities, JobFacts},
    upstream::Upstream,
};
use bindery_simulator::{clock::VirtualClock, computer::Computer, simulation};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Value, json};
use std::{
    collections::BTreeSet,
    fs,
    sync::{Arc, OnceLock},
};

/// The job of every run.
pub(crate) fn job() -> JobId {
    JobId::from_bytes([1; 16])
}

/// One runbook in one situation.
pub(crate) struct Case {
    /// Its name in `BINDERY_FAULT`.
    pub(crate) name: &'static str,
    pub(crate) guest: &'static Guest,
    pub(crate) parameters: fn() -> Value,
    pub(crate) world: fn() -> World,
    /// Its run that nobody disturbs, once it was made.
    pub(crate) undisturbed: OnceLock<Run>,
}

/// What survives the death of a worker.
pub(crate) enum World {
    /// A computer.
    Computer(Box<Computer>),
    /// A computer with the real apt in a scratch root.
    Scratch(Box<Scratch>),
    /// A control plane and its computers, seen from the sandbox worker.
    Workspace(Arc<Workspace>, VirtualClock),
}

impl World {
    pub(crate) fn clock(&self) -> &VirtualClock {
        match self {
            World::Computer(computer) => &computer.clock,
            World::Scratch(scratch) => &scratch.clock,
            World::Workspace(_, clock) => clock,
        }
    }

    /// The computer that the worker is on.
    pub(crate) fn computer(&self) -> Option<(ComputerId, String)> {
        match self {
            World::Computer(computer) => Some((computer.model.id, computer.model.name.clone())),
            World::Scratch(_) => Some((ComputerId::from_bytes([1; 16]), "scratch".into())),
            World::Workspace(..) => None,
        }
    }

    /// The capabilities of a worker that was started just now.
    pub(crate) fn capabilities(&self) -> Capabilities {
        match self {
            World::Computer(computer) => {
                let started = computer.start().expect("a worker");
                common(started.capabilities, &computer.clock, None)
            }
            World::Scratch(scratch) => common(scratch.capabilities(), &scratch.clock, None),
            World::Workspace(workspace, clock) => {
                common(Capabilities::default(), clock, Some(workspace.plane.clone()))
            }
        }
    }

    /// Whether it answers a question as another world of its case does; real packages differ in
    /// their sizes, and where they lie.
    pub(crate) fn answers_alike(&self) -> bool {
        !matches!(self, World::Scratch(_))
    }

    /// What became of it.
    pub(crate) fn evidence(&self) -> Value {
        match self {
            World::Computer(computer) => computer::evidence(computer),
            World::Scratch(scratch) => scratch.evidence(),
            World::Workspace(workspace, _) => workspace.evidence(),
        }
    }
}

/// The capabilities of `own` and those that every worker has.
pub(crate) fn common(
    own: Capabilities,
    clock: &VirtualClock,
    upstream: Option<Arc<dyn Upstream>>,
) -> Capabilities {
    let all = simulation::common(own, clock);
    match upstream {
        Some(upstream) => all.with(Fleet::new(upstream.clone())).with(Children::new(upstream)),
        None => all,
    }
}

/// The facts of a job that begins at [`BEGINNING`], with a window of two hours.
pub(crate) fn facts(
    id: JobId,
    guest: &Guest,
    parameters: Value,
    computer: Option<(ComputerId, String)>,
) -> JobFacts {
    let started_at: Timestamp = BEGINNING.parse().expect("a time");
    JobFacts {
        id,
        account: "Fleet".parse().expect("a name"),
        runbook: guest.ready().name.clone(),
        digest: guest.ready().digest,
        parameters,
        worker: WorkerId::from_bytes([2; 16]),
        computer,
        run: Some((RunId::from_bytes([3; 16]), "Sunday".into())),
        trigger: Trigger::Manual,
        deadline: started_at.checked_add(SignedDuration::from_hours(2)).ok(),
        dry_run: false,
        started_at,
    }
}

const WINDOWS: Kind = Kind { os: OsType::Windows, seed: 3, missing: 4, fails: None };
const LINUX: Kind = Kind { os: OsType::Linux, seed: 5, missing: 5, fails: Some(1) };
const SOUND_LINUX: Kind = Kind { os: OsType::Linux, seed: 9, missing: 3, fails: None };

/// Every case but the one with the real apt.
pub(crate) static CASES: [Case; 6] = [
    Case::new(
        "computer-windows",
        &COMPUTER,
        || patching(&["web-01"], json!({})),
        || alone(WINDOWS),
    ),
    Case::new(
        "computer-linux-with-a-failure",
        &COMPUTER,
        || patching(&["web-01"], json!({ "exclude": ["tz*"] })),
        || alone(LINUX),
    ),
    Case::new(
        "computer-reboot-only",
        &COMPUTER,
        || patching(&["web-01"], json!({ "rebootSetting": "RebootOnly" })),
        || alone(WINDOWS),
    ),
    Case::new("fleet", &FLEET, fleet_parameters, workspace),
    Case::new("patch-report", &REPORT, || json!({ "daysMax": 14 }), || alone(WINDOWS)),
    Case::new(
        "maintenance-calendar",
        &CALENDAR,
        || json!({ "month": "2026-11", "rule": "last friday + 5", "months": 4 }),
        || World::Workspace(Arc::new(Workspace::new(vec![])), clock()),
    ),
];

impl Case {
    /// A case that nobody has run.
    pub(crate) const fn new(
        name: &'static str,
        guest: &'static Guest,
        parameters: fn() -> Value,
        world: fn() -> World,
    ) -> Self {
        Self { name, guest, parameters, world, undisturbed: OnceLock::new() }
    }
}

fn alone(kind: Kind) -> World {
    World::Computer(Box::new(computer::computer(1, &kind)))
}

/// The parameters of the built-in runbooks.
pub(crate) fn patching(computers: &[&str], options: Value) -> Value {
    json!({
        "WorkspaceID": "here",
        "Duration": 120,
        "ScheduleName": "Sunday",
        "ComputerIDList": computers,
        "AdditionalOptions": options,
    })
}

/// Five computers, the fourth without its agent; two at once.
fn workspace() -> World {
    let kinds = [WINDOWS, LINUX, SOUND_LINUX, WINDOWS, SOUND_LINUX];
    let member = |(number, kind)| (computer::computer(number, &kind), number != 4);
    let members = (1..).zip(kinds).map(member).collect();
    World::Workspace(Arc::new(Workspace::new(members)), clock())
}

/// All of them, and one that is no computer of the workspace.
fn fleet_parameters() -> Value {
    let ids: Vec<_> = (1..=6).map(|n| format!("{n:02x}").repeat(16)).collect();
    let dashed =
        |id: &String| [&id[..8], &id[8..12], &id[12..16], &id[16..20], &id[20..]].join("-");
    let ids: Vec<_> = ids.iter().map(dashed).collect();
    let ids: Vec<_> = ids.iter().map(String::as_str).collect();
    patching(&ids, json!({ "maxConcurrency": 2, "rebootSetting": "IfRequired" }))
}

#[test]
fn every_guest_of_the_workspace_has_a_case() {
    let mut there = BTreeSet::new();
    for folder in ["builtin-runbooks", "guest-examples"] {
        for entry in fs::read_dir(lab::workspace().join(folder)).expect("a folder").flatten() {
            let is = |file: &str| entry.path().join(file).exists();
            if is("Cargo.toml") && is("runbook.toml") {
                there.insert(format!("{folder}/{}", entry.file_name().display()));
            }
        }
    }
    let tried = CASES.iter().map(|case| case.guest.folder.to_owned()).collect();
    assert_eq!(there, tried, "add a case (and to `EXAMPLES` of runtime/bin/build.rs)");
}
