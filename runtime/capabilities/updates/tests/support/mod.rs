//! A scratch apt root with the real apt on it, for the tests of this folder.
#![allow(dead_code, reason = "each test binary uses its own part")]

use bindery_capability_updates::{
    apt::{Apt, AptConfig},
    provider::{Provider, TransactionKey},
    scratch::{AptWorld, Package},
};
use bindery_core::{
    id::JobId,
    update::{Assessment, InstallResult, InstallStatus, Plan},
};
use jiff::Timestamp;
use std::{
    path::{Path, PathBuf},
    sync::Arc,
    time::Duration,
};

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) struct Scene {
    pub(crate) world: AptWorld,
    pub(crate) apt: Apt,
    pub(crate) folder: tempfile::TempDir,
}

/// Real apt on a scratch root. Fails where there is no apt: these tests are for Debian-like
/// systems.
pub(crate) fn scene(packages: &[Package]) -> Scene {
    assert!(
        Path::new("/usr/bin/apt-get").exists(),
        "NO APT-GET ON THIS MACHINE: the tests of the apt provider need a Debian-like system",
    );
    let folder = tempfile::tempdir().expect("a folder");
    let world = AptWorld::create(&folder.path().join("world"), packages).expect("a world");
    let apt = apt_on(&world, folder.path());
    let root = apt.describe().root;
    assert!(root.starts_with(&folder.path().display().to_string()), "{root} is no scratch root");
    Scene { world, apt, folder }
}

/// An agent's apt; a second one on the same folder is the agent after its restart.
pub(crate) fn apt_on(world: &AptWorld, folder: &Path) -> Apt {
    let runner = PathBuf::from(env!("CARGO_BIN_EXE_bindery-transaction"));
    let mut config = AptConfig::new(world.root(), folder.join("state"), runner);
    config.lock_timeout = Duration::from_secs(1);
    config.patience = PATIENCE;
    Apt::new(config, Arc::new(wall_clock)).expect("an apt")
}

pub(crate) fn wall_clock() -> Timestamp {
    Timestamp::try_from(std::time::SystemTime::now()).expect("a time")
}

pub(crate) fn key(sequence: u64) -> TransactionKey {
    TransactionKey { job: JobId::from_bytes([7; 16]), sequence }
}

pub(crate) fn ids(assessment: &Assessment) -> Vec<String> {
    assessment.missing.iter().map(|update| update.id.clone()).collect()
}

pub(crate) fn ended(result: &InstallResult) -> Vec<(String, InstallStatus)> {
    result.results.iter().map(|r| (r.update.clone(), r.status)).collect()
}

impl Scene {
    pub(crate) fn version(&self, package: &str) -> Option<String> {
        self.world.installed().expect("dpkg").remove(package)
    }

    pub(crate) async fn plan(&self, updates: &[&str]) -> Plan {
        self.apt.assess().await.expect("an assessment");
        let updates: Vec<_> = updates.iter().map(|id| (*id).to_owned()).collect();
        self.apt.plan(&updates).await.expect("a plan")
    }

    pub(crate) async fn install(&self, updates: &[&str]) -> InstallResult {
        let plan = self.plan(updates).await;
        self.apt.install(&plan, &key(1), &|_| ()).await.expect("a result")
    }

    /// The lines of dpkg's own log that hold `text`.
    pub(crate) fn dpkg_log(&self, text: &str) -> usize {
        let log = std::fs::read_to_string(self.world.root().join("var/log/dpkg.log"));
        log.expect("a log").lines().filter(|line| line.contains(text)).count()
    }
}
