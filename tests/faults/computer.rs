//! A computer whose agent is killed and started again: its updates and its power are files, which
//! survive; all else is made anew for each attempt.

use crate::lab::scratch;
use bindery_capability_power::{
    capability::Power,
    simulated::{Simulated as SimulatedPower, SimulatedConfig as PowerConfig},
};
use bindery_capability_updates::{
    capability::Updates,
    clock::Sleeper,
    simulated::{Simulated, SimulatedConfig, UpdateFault, Updates as Missing},
};
use bindery_core::{id::ComputerId, update::OsType};
use bindery_sandbox::{capability::Capabilities, clock::Clock};
use bindery_testkit::clock::SimClock;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{collections::BTreeSet, fs, sync::Arc, time::Duration};
use tempfile::TempDir;

/// When everything begins.
pub(crate) const BEGINNING: &str = "2026-11-22T18:00:00Z";
/// How long a simulated reboot takes.
const AWAY: Duration = Duration::from_secs(40);
/// How long one update takes.
const INSTALL: Duration = Duration::from_secs(20);

/// The clock of a worker: it stands still, and nobody lives to see a job's deadline.
pub(crate) struct Standing(pub(crate) SimClock);

#[async_trait::async_trait]
impl Clock for Standing {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep_until(&self, _time: Timestamp) {
        std::future::pending().await
    }
}

/// The clock of what takes time: to wait for a time is to move to it.
pub(crate) struct Jumping(pub(crate) SimClock);

#[async_trait::async_trait]
impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep_until(&self, time: Timestamp) {
        let left = time.duration_since(self.0.now());
        if left.is_positive() {
            self.0.advance(left);
        }
    }
}

#[async_trait::async_trait]
impl Sleeper for Jumping {
    async fn sleep(&self, duration: Duration) {
        self.0.advance(duration);
    }
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

/// A simulated computer.
pub(crate) struct Computer {
    pub(crate) id: ComputerId,
    pub(crate) name: String,
    pub(crate) clock: SimClock,
    kind: Kind,
    folder: TempDir,
}

impl Computer {
    /// The computer with this number.
    pub(crate) fn new(number: u8, kind: Kind) -> Self {
        let id = ComputerId::from_bytes([number; 16]);
        let clock = SimClock::starting(BEGINNING);
        Self { id, name: format!("web-{number:02}"), clock, kind, folder: scratch() }
    }

    /// Its updates and its power, as an agent has them that was started just now.
    pub(crate) fn capabilities(&self) -> Capabilities {
        let updates = Arc::new(self.updates());
        let rebooted = updates.clone();
        let folder = self.folder.path();
        let power = SimulatedPower::new(PowerConfig {
            state_file: folder.join("power.json"),
            duration: AWAY,
            clock: Arc::new(Jumping(self.clock.clone())),
            on_reboot: Arc::new(move || rebooted.reboot()),
        });
        let clock = Arc::new(Jumping(self.clock.clone()));
        let power = Power::open(Arc::new(power), clock, folder.join("reboots"), true);
        Capabilities::default().with(Updates::new(updates, true)).with(power.expect("a folder"))
    }

    fn updates(&self) -> Simulated {
        let Kind { os, seed, missing, fails } = self.kind;
        let failures = fails.map(|at| self.failure(at)).into_iter().collect();
        let config = SimulatedConfig {
            os_type: os,
            name: self.name.clone(),
            seed,
            updates: Missing::Count(missing),
            failures,
            assess_fails: None,
            install_duration: INSTALL,
            speed: 1.0,
            state_file: self.folder.path().join("updates.json"),
        };
        let sleeper = Arc::new(Jumping(self.clock.clone()));
        Simulated::new(config, Arc::new(self.clock.reader()), sleeper).expect("a computer")
    }

    fn failure(&self, at: usize) -> UpdateFault {
        let sound = Computer::new(0, Kind { fails: None, ..self.kind.clone() });
        drop(sound.updates());
        let update = sound.state()["missing"][at]["id"].as_str().expect("an update").to_owned();
        UpdateFault { update, error: "0x80070643".into() }
    }

    fn state(&self) -> Value {
        let text = fs::read(self.folder.path().join("updates.json")).expect("a state");
        serde_json::from_slice(&text).expect("a state")
    }

    /// What became of it, by the word of its package manager: what is installed, each update once;
    /// every transaction; how often it booted.
    pub(crate) fn evidence(&self) -> Value {
        drop(self.updates());
        let state = self.state();
        let ids = |list: &str| -> Vec<&str> {
            let list = state[list].as_array().expect("a list").iter();
            list.map(|update| update["id"].as_str().expect("an id")).collect()
        };
        let installed = ids("installed");
        let distinct: BTreeSet<_> = installed.iter().collect();
        assert_eq!(distinct.len(), installed.len(), "installed twice: {installed:?}");
        let history = state["history"].as_array().expect("a history").iter();
        let history: Vec<_> =
            history.map(|it| json!({ "actions": it["actions"], "error": it["error"] })).collect();
        let boots = fs::read(self.folder.path().join("power.json")).ok();
        let boots = boots.map(|text| serde_json::from_slice::<Value>(&text).expect("a state"));
        json!({
            "installed": installed,
            "missing": ids("missing"),
            "history": history,
            "begun": state["transactions"].as_object().expect("transactions").len(),
            "rebootPending": state["reboot"]["pending"],
            "boots": boots.map_or(0.into(), |state| state["boots"].clone()),
        })
    }
}
