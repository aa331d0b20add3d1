//! A simulated computer whose worker may be killed and started again: its updates and its power are
//! files, which survive; all else is made anew for each attempt.

use crate::{
    clock::{Jumping, VirtualClock},
    disk::SimulatedDisk,
    programs::SimulatedPrograms,
    script::process::ProcessRule,
};
use bindery_capability_files::capability::Files;
use bindery_capability_power::{
    capability::Power,
    provider::PowerProvider as _,
    simulated::{Simulated as SimulatedPower, SimulatedConfig as PowerConfig},
};
use bindery_capability_process::capability::Process;
use bindery_capability_updates::{
    capability::Updates,
    simulated::{Simulated, SimulatedConfig, UpdateFault, Updates as Missing, state::State},
};
use bindery_core::{
    code::{Code, Failure},
    id::ComputerId,
    mask::Mask,
    update::{OsType, Update},
};
use bindery_sandbox::capability::Capabilities;
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    time::Duration,
};
use tempfile::TempDir;

/// What a computer is like.
#[derive(Debug, Clone)]
pub struct Model {
    /// Its id in the workspace.
    pub id: ComputerId,
    /// Its name.
    pub name: String,
    /// The kind of operating system.
    pub os: OsType,
    /// Decides which updates are missing, where they are counted.
    pub seed: u64,
    /// What is missing at first.
    pub missing: Missing,
    /// Updates that always fail.
    pub failures: Vec<UpdateFault>,
    /// How long one update takes.
    pub install: Duration,
    /// How long a reboot takes.
    pub reboot: Duration,
    /// Why a reboot is pending at first, if one is.
    pub pending: Option<String>,
    /// Its files at first, by path; a path with `/` at its end is an empty folder.
    pub files: BTreeMap<String, String>,
    /// What its programs come to.
    pub programs: Vec<ProcessRule>,
}

/// A simulated computer.
pub struct Computer {
    /// What it is like.
    pub model: Model,
    /// Its clock.
    pub clock: VirtualClock,
    /// Its files.
    pub(crate) disk: Arc<SimulatedDisk>,
    /// Its programs.
    pub(crate) programs: Arc<SimulatedPrograms>,
    folder: TempDir,
}

/// What a worker on the computer has that was started just now.
pub struct Started {
    /// What jobs may ask of the computer.
    pub capabilities: Capabilities,
    /// Its package manager.
    pub updates: Arc<Simulated>,
    /// Its power.
    pub power: Arc<SimulatedPower>,
}

impl Computer {
    /// The computer of `model`, whose memory is in `folder`.
    pub fn new(model: Model, clock: VirtualClock, folder: TempDir) -> Result<Self, Failure> {
        let disk = Arc::new(SimulatedDisk::new(&model.files, clock.clone()));
        let programs = SimulatedPrograms::new(model.programs.clone(), clock.clone());
        let computer = Self { model, clock, disk, programs: Arc::new(programs), folder };
        let updates = computer.updates()?;
        if let Some(reason) = &computer.model.pending {
            updates.want_reboot(reason)?;
        }
        Ok(computer)
    }

    /// Starts a worker on it.
    pub fn start(&self) -> Result<Started, Failure> {
        let updates = Arc::new(self.updates()?);
        let power = Arc::new(self.power(updates.clone()));
        let clock = Arc::new(Jumping(self.clock.clone()));
        let marks = self.folder.path().join("reboots");
        let capability = Power::open(power.clone(), clock, marks, true).map_err(|error| {
            Failure::new(Code::Internal, format!("a simulated computer has no disk: {error}"))
        })?;
        let capabilities = Capabilities::default()
            .with(Updates::new(updates.clone(), true))
            .with(capability)
            .with(Files::new(self.disk.clone(), true))
            .with(Process::new(self.programs.clone(), true));
        Ok(Started { capabilities, updates, power })
    }

    /// The computer goes down and comes back by itself.
    pub async fn reboot(&self) -> Result<(), Failure> {
        self.power(Arc::new(self.updates()?)).reboot("").await
    }

    /// What its package manager remembers.
    pub fn state(&self) -> Result<State, Failure> {
        Ok(self.updates()?.state())
    }

    /// How often it was rebooted.
    pub fn boots(&self) -> Result<u64, Failure> {
        self.power(Arc::new(self.updates()?)).boots()
    }

    /// The ids of its updates whose id, KB number, package or title fits `mask`.
    pub fn named(&self, mask: &Mask) -> Result<BTreeSet<String>, Failure> {
        let state = self.state()?;
        let all = state.missing.iter().chain(&state.installed);
        let fits = |update: &&Update| names(update).any(|name| mask.fits(name));
        Ok(all.filter(fits).map(|update| update.id.clone()).collect())
    }

    fn updates(&self) -> Result<Simulated, Failure> {
        let model = &self.model;
        let config = SimulatedConfig {
            os_type: model.os,
            name: model.name.clone(),
            seed: model.seed,
            updates: model.missing.clone(),
            failures: model.failures.clone(),
            assess_fails: None,
            install_duration: model.install,
            speed: 1.0,
            state_file: self.folder.path().join("updates.json"),
        };
        let sleeper = Arc::new(Jumping(self.clock.clone()));
        Simulated::new(config, Arc::new(self.clock.reader()), sleeper)
    }

    fn power(&self, updates: Arc<Simulated>) -> SimulatedPower {
        SimulatedPower::new(PowerConfig {
            state_file: self.folder.path().join("power.json"),
            duration: self.model.reboot,
            clock: Arc::new(Jumping(self.clock.clone())),
            on_reboot: Arc::new(move || updates.reboot()),
        })
    }
}

/// What people may call `update`.
pub(crate) fn names(update: &Update) -> impl Iterator<Item = &str> {
    let names = [Some(&update.id), update.kb_id.as_ref(), update.package.as_ref()];
    names.into_iter().flatten().chain([&update.title]).map(String::as_str)
}
