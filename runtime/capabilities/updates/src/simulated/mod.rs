//! A computer that is not there: deterministic from a seed, for demos, tests and fleets of
//! thousands.
//!
//! It keeps its state in one JSON file, so an agent that restarts sees what was installed.
//! Everything it returns says `simulated: true`. It changes nothing but that file.

mod catalogue;
pub mod state;

use crate::{
    clock::{Clock, Sleeper},
    provider::{OnProgress, Progress, Provider, ProviderInfo, TransactionKey},
};
use async_trait::async_trait;
use bindery_core::{
    code::{Code, Failure},
    update::{
        Action, ActionKind, Assessment, HistoryEntry, InstallResult, InstallStatus, LeftOut,
        OsType, PendingReboot, Plan, RebootBehavior, Update, UpdateResult,
    },
};
use parking_lot::Mutex;
use state::{State, Store, Transaction};
use std::{path::PathBuf, sync::Arc, time::Duration};

/// Updates that the catalogue has for each kind of operating system.
pub const CATALOGUE: usize = 12;

/// Which updates a simulated computer lacks at first.
#[derive(Debug, Clone)]
pub enum Updates {
    /// This many, chosen by the seed; at most as many as the catalogue has.
    Count(usize),
    /// Exactly these.
    List(Vec<Update>),
}

/// An update that cannot be installed.
#[derive(Debug, Clone)]
pub struct UpdateFault {
    /// The update's id or KB number.
    pub update: String,
    /// The raw error, `0x80070643` for one.
    pub error: String,
}

/// What a [`Simulated`] is made of.
#[derive(Debug, Clone)]
pub struct SimulatedConfig {
    /// The kind of operating system.
    pub os_type: OsType,
    /// The computer's name.
    pub name: String,
    /// Decides everything that is not given.
    pub seed: u64,
    /// What is missing at first.
    pub updates: Updates,
    /// Updates that fail.
    pub failures: Vec<UpdateFault>,
    /// What `assess` fails with, if it does.
    pub assess_fails: Option<Failure>,
    /// How long one update takes to install.
    pub install_duration: Duration,
    /// How much faster than that time passes; 1 is real time. Anything that is not above 0 counts
    /// as 1.
    pub speed: f64,
    /// Where the state lies; made if it does not exist.
    pub state_file: PathBuf,
}

/// A simulated computer.
pub struct Simulated {
    config: SimulatedConfig,
    clock: Arc<dyn Clock>,
    sleeper: Arc<dyn Sleeper>,
    store: Store,
    /// Updates that fail now.
    failures: Mutex<Vec<UpdateFault>>,
    /// Two transactions never run at once, as with a real package manager.
    installing: tokio::sync::Mutex<()>,
}

impl Simulated {
    /// The computer whose state is in `config.state_file`; a new one if the file does not exist.
    pub fn new(
        config: SimulatedConfig,
        clock: Arc<dyn Clock>,
        sleeper: Arc<dyn Sleeper>,
    ) -> Result<Self, Failure> {
        let store = Store::open(&config.state_file, || {
            let missing = match &config.updates {
                Updates::Count(count) => {
                    catalogue::missing(config.os_type, config.seed, *count, clock.now())
                }
                Updates::List(list) => list.clone(),
            };
            State { missing, ..State::default() }
        })?;
        let failures = Mutex::new(config.failures.clone());
        let installing = tokio::sync::Mutex::default();
        Ok(Self { config, clock, sleeper, store, failures, installing })
    }

    /// What it remembers.
    pub fn state(&self) -> State {
        self.store.read()
    }

    /// From now on these updates fail besides those of its configuration, and no others.
    pub fn fail(&self, failures: Vec<UpdateFault>) {
        *self.failures.lock() = [self.config.failures.clone(), failures].concat();
    }

    /// A reboot is pending for `reason`.
    pub fn want_reboot(&self, reason: &str) -> Result<(), Failure> {
        self.store.change(|state| {
            state.reboot.pending = true;
            state.reboot.reasons.push(reason.to_owned());
        })
    }

    /// The simulated reboot: nothing is pending afterwards.
    pub fn reboot(&self) -> Result<(), Failure> {
        self.store.change(|state| state.reboot = PendingReboot::default())
    }

    fn fault(&self, update: &Update) -> Option<UpdateFault> {
        let named = |fault: &&UpdateFault| {
            fault.update == update.id || Some(&fault.update) == update.kb_id.as_ref()
        };
        self.failures.lock().iter().find(named).cloned()
    }

    fn pause(&self) -> Duration {
        let speed = self.config.speed;
        if speed.is_finite() && speed > 0.0 {
            self.config.install_duration.div_f64(speed)
        } else {
            self.config.install_duration
        }
    }

    fn planned(&self, state: &State, updates: &[String]) -> Plan {
        let (mut actions, mut left_out) = (Vec::new(), Vec::new());
        let (mut bytes, mut may_reboot) = (0, false);
        for id in updates {
            match state.missing.iter().find(|update| update.id == *id) {
                Some(update) if update.held.is_none() => {
                    actions.push(action(update));
                    bytes += update.bytes.unwrap_or(0);
                    may_reboot |= update.reboot == RebootBehavior::CanRequestReboot;
                }
                Some(update) => left_out.push(LeftOut {
                    update: id.clone(),
                    reason: update.held.clone().unwrap_or_default(),
                }),
                None => left_out
                    .push(LeftOut { update: id.clone(), reason: "it is not missing".into() }),
            }
        }
        left_out.sort_by(|a, b| a.update.cmp(&b.update));
        let plan = Plan::new(updates.to_vec(), actions);
        Plan { left_out, download_bytes: bytes, may_reboot, ..plan }
    }

    /// Installs one update after its time has passed.
    async fn carry_out(&self, id: &str) -> Result<UpdateResult, Failure> {
        let state = self.store.read();
        let result = |status, error| UpdateResult { update: id.to_owned(), status, error };
        let Some(update) = state.missing.iter().find(|update| update.id == id).cloned() else {
            let there = state.installed.iter().any(|update| update.id == id);
            return Ok(match there {
                true => result(InstallStatus::Succeeded, None),
                false => result(InstallStatus::NotAttempted, Some("it is not missing".into())),
            });
        };
        if let Some(reason) = update.held {
            return Ok(result(InstallStatus::NotAttempted, Some(reason)));
        }
        self.sleeper.sleep(self.pause()).await;
        if let Some(fault) = self.fault(&update) {
            return Ok(result(InstallStatus::Failed, Some(fault.error)));
        }
        self.store.change(|state| state.install(&update))?;
        Ok(result(InstallStatus::Succeeded, None))
    }

    fn finish(
        &self,
        key: &TransactionKey,
        plan: &Plan,
        result: &InstallResult,
    ) -> Result<(), Failure> {
        let failed = |r: &&UpdateResult| r.status == InstallStatus::Failed;
        let error = result.results.iter().find(failed).and_then(|r| r.error.clone());
        let entry = HistoryEntry {
            started_at: result.started_at,
            ended_at: Some(result.ended_at),
            requested_by: format!("bindery {key}"),
            actions: plan.actions.clone(),
            error,
        };
        self.store.change(|state| {
            state.history.push(entry);
            if let Some(transaction) = state.transactions.get_mut(&key.to_string()) {
                transaction.result = Some(result.clone());
            }
        })
    }
}

fn action(update: &Update) -> Action {
    let kind = match update.installed_version {
        Some(_) => ActionKind::Upgrade,
        None => ActionKind::Install,
    };
    Action {
        package: update.package.clone().or(update.kb_id.clone()).unwrap_or(update.id.clone()),
        kind,
        from: update.installed_version.clone(),
        to: Some(update.version.clone()),
        update: Some(update.id.clone()),
    }
}

#[async_trait]
impl Provider for Simulated {
    fn describe(&self) -> ProviderInfo {
        let (os_name, os_version) = match self.config.os_type {
            OsType::Windows => ("Windows Server 2022 Datacenter (simulated)", "10.0.20348"),
            OsType::Linux => ("Debian GNU/Linux (simulated)", "12"),
        };
        ProviderInfo {
            provider: "simulated".into(),
            os_type: self.config.os_type,
            simulated: true,
            root: format!("simulated:{}", self.config.name),
            os_name: os_name.into(),
            os_version: os_version.into(),
        }
    }

    async fn assess(&self) -> Result<Assessment, Failure> {
        if let Some(failure) = &self.config.assess_fails {
            return Err(failure.clone());
        }
        let state = self.store.read();
        let there = catalogue::INSTALLED + state.installed.len();
        let info = self.describe();
        Ok(Assessment {
            assessed_at: self.clock.now(),
            os_type: info.os_type,
            provider: info.provider,
            simulated: true,
            root: info.root,
            missing: state.missing,
            installed: u32::try_from(there).unwrap_or(u32::MAX),
            reboot: state.reboot,
        })
    }

    async fn history(&self, limit: usize) -> Result<Vec<HistoryEntry>, Failure> {
        Ok(self.store.read().history.into_iter().rev().take(limit).collect())
    }

    async fn plan(&self, updates: &[String]) -> Result<Plan, Failure> {
        Ok(self.planned(&self.store.read(), updates))
    }

    async fn pending_reboot(&self) -> Result<PendingReboot, Failure> {
        Ok(self.store.read().reboot)
    }

    async fn download(&self, _plan: &Plan) -> Result<(), Failure> {
        Ok(())
    }

    async fn begin_install(&self, plan: &Plan, key: &TransactionKey) -> Result<(), Failure> {
        let state = self.store.read();
        if state.transactions.contains_key(&key.to_string()) {
            return Ok(());
        }
        if !plan.is_whole() || self.planned(&state, &plan.updates).digest != plan.digest {
            let message = "the computer would now do something else than the plan says";
            return Err(Failure::new(Code::PlanChanged, message));
        }
        let intent = Transaction { plan: plan.clone(), started_at: self.clock.now(), result: None };
        self.store.change(|state| {
            state.transactions.entry(key.to_string()).or_insert(intent);
        })
    }

    async fn await_install(
        &self,
        key: &TransactionKey,
        progress: OnProgress<'_>,
    ) -> Result<InstallResult, Failure> {
        let _alone = self.installing.lock().await;
        let begun = self.store.read().transactions.get(&key.to_string()).cloned();
        let Transaction { plan, started_at, result } = begun.ok_or_else(|| {
            Failure::new(Code::NotFound, format!("no transaction {key} was ever begun"))
        })?;
        if let Some(result) = result {
            return Ok(result);
        }
        let mut results = Vec::new();
        for (at, id) in plan.updates.iter().enumerate() {
            let percent = u8::try_from(at * 100 / plan.updates.len()).ok();
            progress(Progress { activity: format!("Installing {id}"), percent });
            results.push(self.carry_out(id).await?);
        }
        progress(Progress { activity: "Installed".into(), percent: Some(100) });
        let reboot = self.store.read().reboot;
        let result = InstallResult { started_at, ended_at: self.clock.now(), results, reboot };
        self.finish(key, &plan, &result)?;
        Ok(result)
    }

    async fn reconcile(&self, key: &TransactionKey) -> Result<Option<InstallResult>, Failure> {
        if !self.store.read().transactions.contains_key(&key.to_string()) {
            return Ok(None);
        }
        // What was installed before a restart is no longer missing, so going on installs the rest
        // once.
        self.await_install(key, &|_| ()).await.map(Some)
    }
}
