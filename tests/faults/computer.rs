//! The simulated computers of the suite, and what became of them by the word of their package
//! manager.

use crate::lab::scratch;
use bindery_capability_updates::simulated::{UpdateFault, Updates as Missing};
use bindery_core::{
    id::ComputerId,
    update::{OsType, Update},
};
use bindery_simulator::{
    clock::VirtualClock,
    computer::{Computer, Model},
};
use serde_json::{Value, json};
use std::{collections::BTreeSet, time::Duration};

/// When everything begins.
pub(crate) const BEGINNING: &str = "2026-11-22T18:00:00Z";
/// How long a simulated reboot takes.
const AWAY: Duration = Duration::from_secs(40);
/// How long one update takes.
const INSTALL: Duration = Duration::from_secs(20);

/// A clock that shows the beginning.
pub(crate) fn clock() -> VirtualClock {
    VirtualClock::at(BEGINNING.parse().expect("a time"))
}

/// What a computer is like.
#[derive(Clone)]
pub(crate) struct Kind {
    pub(crate) os: OsType,
    pub(crate) seed: u64,
    pub(crate) missing: usize,
    /// The update that cannot be installed: its place among those that are missing.
    pub(crate) fails: Option<usize>,
}

/// The computer with this number, and a clock of its own.
pub(crate) fn computer(number: u8, kind: &Kind) -> Computer {
    let model = Model {
        id: ComputerId::from_bytes([number; 16]),
        name: format!("web-{number:02}"),
        os: kind.os,
        seed: kind.seed,
        missing: Missing::Count(kind.missing),
        failures: kind.fails.map(|at| failure(kind, at)).into_iter().collect(),
        install: INSTALL,
        reboot: AWAY,
        pending: None,
        files: [].into(),
        programs: vec![],
    };
    Computer::new(model, clock(), scratch()).expect("a computer")
}

fn failure(kind: &Kind, at: usize) -> UpdateFault {
    let sound = computer(0, &Kind { fails: None, ..kind.clone() });
    let update = sound.state().expect("a state").missing[at].id.clone();
    UpdateFault { update, error: "0x80070643".into() }
}

/// What became of it: what is installed, each update once; every transaction; how often it booted.
pub(crate) fn evidence(computer: &Computer) -> Value {
    let state = computer.state().expect("a state");
    let ids = |list: &[Update]| -> Vec<_> { list.iter().map(|update| update.id.clone()).collect() };
    let installed = ids(&state.installed);
    let distinct: BTreeSet<_> = installed.iter().collect();
    assert_eq!(distinct.len(), installed.len(), "installed twice: {installed:?}");
    let history = state.history.iter();
    let history: Vec<_> =
        history.map(|it| json!({ "actions": it.actions, "error": it.error })).collect();
    json!({
        "installed": installed,
        "missing": ids(&state.missing),
        "history": history,
        "begun": state.transactions.len(),
        "rebootPending": state.reboot.pending,
        "boots": computer.boots().expect("a power"),
    })
}
