//! Simulated computers: the same from the same seed, and remembered by the next agent.

use bindery_capability_updates::{
    clock::Sleeper,
    provider::{Provider, TransactionKey},
    simulated::{Simulated, SimulatedConfig, UpdateFault, Updates},
};
use bindery_core::{
    code::{Code, Failure},
    id::JobId,
    update::{InstallStatus, OsType},
};
use bindery_testkit::clock::SimClock;
use std::{path::Path, sync::Arc, time::Duration};

/// Time passes on the simulated clock alone.
struct Instantly(SimClock);

#[async_trait::async_trait]
impl Sleeper for Instantly {
    async fn sleep(&self, duration: Duration) {
        self.0.advance(duration);
    }
}

fn config(folder: &Path, os_type: OsType) -> SimulatedConfig {
    SimulatedConfig {
        os_type,
        name: "web-01".into(),
        seed: 42,
        updates: Updates::Count(12),
        failures: vec![],
        assess_fails: None,
        install_duration: Duration::from_secs(60),
        speed: 2.0,
        state_file: folder.join("state.json"),
    }
}

fn computer(config: SimulatedConfig) -> Simulated {
    let clock = SimClock::starting("2026-11-22T18:00:00Z");
    let reader = Arc::new(clock.reader());
    Simulated::new(config, reader, Arc::new(Instantly(clock))).expect("a computer")
}

fn key() -> TransactionKey {
    TransactionKey { job: JobId::from_bytes([7; 16]), sequence: 3 }
}

async fn missing(computer: &Simulated) -> Vec<String> {
    let assessment = computer.assess().await.expect("an assessment");
    assert!(assessment.simulated && computer.describe().simulated);
    assessment.missing.into_iter().map(|update| update.id).collect()
}

#[tokio::test]
async fn the_same_seed_makes_the_same_computer() {
    for os_type in [OsType::Linux, OsType::Windows] {
        let folders = [(); 3].map(|()| tempfile::tempdir().expect("a folder"));
        let few = |folder: &tempfile::TempDir, seed| {
            let updates = Updates::Count(5);
            computer(SimulatedConfig { seed, updates, ..config(folder.path(), os_type) })
        };
        let first = missing(&few(&folders[0], 1)).await;
        assert_eq!(first.len(), 5);
        assert_eq!(first, missing(&few(&folders[1], 1)).await);
        assert_ne!(first, missing(&few(&folders[2], 3)).await);
    }
}

#[tokio::test]
async fn an_installation_takes_its_time_on_the_simulated_clock_and_survives_a_restart() {
    let folder = tempfile::tempdir().expect("a folder");
    let windows = computer(config(folder.path(), OsType::Windows));
    let all = missing(&windows).await;
    let plan = windows.plan(&all).await.expect("a plan");
    assert!(plan.may_reboot && plan.left_out.is_empty());
    let result = windows.install(&plan, &key(), &|_| ()).await.expect("a result");
    assert!(result.results.iter().all(|r| r.status == InstallStatus::Succeeded), "{result:?}");
    let took = result.ended_at.duration_since(result.started_at).as_secs();
    assert!((11 * 30..=12 * 30).contains(&took), "{took} s for 12 updates at 30 s");
    let restarted = computer(config(folder.path(), OsType::Windows));
    assert!(missing(&restarted).await.is_empty());
    assert_eq!(restarted.reconcile(&key()).await.expect("an answer"), Some(result));
    assert_eq!(restarted.history(10).await.expect("a history").len(), 1);
    assert!(restarted.pending_reboot().await.expect("an answer").pending);
    restarted.reboot().expect("a reboot");
    assert!(!restarted.pending_reboot().await.expect("an answer").pending);
}

#[tokio::test]
async fn what_was_begun_and_not_finished_is_finished_by_the_next_agent() {
    let folder = tempfile::tempdir().expect("a folder");
    let linux = computer(config(folder.path(), OsType::Linux));
    let plan = linux.plan(&missing(&linux).await).await.expect("a plan");
    linux.begin_install(&plan, &key()).await.expect("begun");
    linux.begin_install(&plan, &key()).await.expect("nothing to begin");
    let restarted = computer(config(folder.path(), OsType::Linux));
    let result = restarted.reconcile(&key()).await.expect("an answer").expect("a transaction");
    assert_eq!(result.results.len(), 12);
    assert!(missing(&restarted).await.is_empty());
}

#[tokio::test]
async fn faults_come_as_they_were_ordered() {
    let folder = tempfile::tempdir().expect("a folder");
    let fault = UpdateFault { update: "KB5031234".into(), error: "0x80070643".into() };
    let faulty =
        SimulatedConfig { failures: vec![fault], ..config(folder.path(), OsType::Windows) };
    let windows = computer(faulty.clone());
    let plan = windows.plan(&missing(&windows).await).await.expect("a plan");
    let result = windows.install(&plan, &key(), &|_| ()).await.expect("a result");
    let failed: Vec<_> =
        result.results.iter().filter(|r| r.status == InstallStatus::Failed).collect();
    assert_eq!(failed.len(), 1);
    assert_eq!(failed[0].error.as_deref(), Some("0x80070643"));
    assert_eq!(missing(&windows).await, [failed[0].update.clone()]);
    let down = Failure::new(Code::RepositoryUnavailable, "WU server does not answer (0x8024402C)");
    let deaf = computer(SimulatedConfig { assess_fails: Some(down.clone()), ..faulty });
    assert_eq!(deaf.assess().await, Err(down));
    let again = deaf.plan(&["KB1".to_owned()]).await.expect("a plan");
    assert_eq!(again.left_out[0].reason, "it is not missing");
}
