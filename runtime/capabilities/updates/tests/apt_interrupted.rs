//! Transactions that are cut off in the middle: nothing is lost, and nothing is installed twice.

mod support;

use bindery_capability_updates::{
    apt::{Apt, AptConfig},
    provider::Provider,
    scratch::Package,
};
use bindery_core::update::InstallStatus;
use bindery_testkit::wait::{wait_for, wait_until};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};
use support::{PATIENCE, Scene, apt_on, key, scene, wall_clock};

/// Two updates, of which the second waits in the middle of being configured.
async fn in_the_middle() -> Scene {
    let scene = scene(&[
        Package::new("alpha", "1.0", "1.2"),
        Package::new("slow", "1.0", "2.0").waits_for("go"),
    ]);
    let plan = scene.plan(&["alpha:all=1.2", "slow:all=2.0"]).await;
    scene.apt.begin_install(&plan, &key(1)).await.expect("begun");
    wait_until("slow to be configured", PATIENCE, async || {
        let status = fs::read_to_string(transaction(&scene).join("status"));
        status.unwrap_or_default().contains("Configuring slow")
    })
    .await;
    scene
}

fn transaction(scene: &Scene) -> PathBuf {
    scene.folder.path().join("state/transactions").join(key(1).to_string())
}

fn repair(scene: &Scene, number: u32) -> PathBuf {
    transaction(scene).with_file_name(format!("{}-repair-{number}", key(1)))
}

/// The pid of the runner, which leads the transaction's session.
async fn runner(scene: &Scene) -> i32 {
    runner_in(&transaction(scene)).await
}

async fn runner_in(folder: &Path) -> i32 {
    let claim = folder.join("claim.json");
    wait_for("the runner's claim", PATIENCE, async || {
        let text = fs::read_to_string(&claim).map_err(|error| error.to_string())?;
        let claim: serde_json::Value =
            serde_json::from_str(&text).map_err(|error| error.to_string())?;
        let pid = claim["pid"].as_i64().and_then(|pid| i32::try_from(pid).ok());
        pid.ok_or_else(|| format!("a pid in {claim}"))
    })
    .await
}

fn kill(pid: i32, whole_session: bool) {
    let pid = rustix::process::Pid::from_raw(pid).expect("a pid");
    let signal = rustix::process::Signal::KILL;
    let killed = match whole_session {
        true => rustix::process::kill_process_group(pid, signal),
        false => rustix::process::kill_process(pid, signal),
    };
    killed.expect("killed");
}

fn let_go(scene: &Scene) {
    fs::write(scene.world.root().join("go"), "").expect("written");
}

fn assert_installed_once(scene: &Scene) {
    for line in ["upgrade alpha:all 1.0 1.2", "upgrade slow:all 1.0 2.0"] {
        assert_eq!(scene.dpkg_log(line), 1, "{line}");
    }
}

#[tokio::test]
async fn a_runner_that_is_killed_leaves_apt_at_work_and_its_end_is_waited_for() {
    let scene = in_the_middle().await;
    kill(runner(&scene).await, false);
    let restarted = apt_on(&scene.world, scene.folder.path());
    let settle_key = key(1);
    let (result, ()) = tokio::join!(restarted.reconcile(&settle_key), async { let_go(&scene) });
    let result = result.expect("an answer").expect("a transaction");
    assert!(result.results.iter().all(|r| r.status == InstallStatus::Succeeded), "{result:?}");
    assert_installed_once(&scene);
}

#[tokio::test]
async fn a_transaction_that_is_cut_off_is_repaired_and_told_truly() {
    let scene = in_the_middle().await;
    kill(runner(&scene).await, true);
    let_go(&scene);
    let restarted = apt_on(&scene.world, scene.folder.path());
    let result = restarted.reconcile(&key(1)).await.expect("an answer").expect("a transaction");
    assert!(result.results.iter().all(|r| r.status == InstallStatus::Succeeded), "{result:?}");
    assert_eq!(scene.version("slow").as_deref(), Some("2.0"));
    assert_installed_once(&scene);
    let again = restarted.reconcile(&key(1)).await.expect("an answer").expect("a transaction");
    assert_eq!(again.results, result.results);
    assert_installed_once(&scene);
}

#[tokio::test]
async fn a_repair_outlives_the_agent_and_the_next_agent_waits_for_the_same_one() {
    let scene = in_the_middle().await;
    kill(runner(&scene).await, true);
    let folder = repair(&scene, 1);
    {
        let first = apt_on(&scene.world, scene.folder.path());
        let settle_key = key(1);
        tokio::select! {
            answer = first.reconcile(&settle_key) => panic!("slow still waits: {answer:?}"),
            _ = runner_in(&folder) => {}
        }
    }
    let repairs = runner_in(&folder).await;
    assert!(Path::new(&format!("/proc/{repairs}")).exists(), "it ended with the agent");
    let restarted = apt_on(&scene.world, scene.folder.path());
    let settle_key = key(1);
    let (result, ()) = tokio::join!(restarted.reconcile(&settle_key), async { let_go(&scene) });
    let result = result.expect("an answer").expect("a transaction");
    assert!(result.results.iter().all(|r| r.status == InstallStatus::Succeeded), "{result:?}");
    restarted.reconcile(&key(1)).await.expect("an answer");
    assert!(!repair(&scene, 2).exists(), "one repair is enough");
    assert_installed_once(&scene);
}

#[tokio::test]
async fn a_repair_that_is_cut_off_too_is_followed_by_another() {
    let scene = in_the_middle().await;
    kill(runner(&scene).await, true);
    let restarted = apt_on(&scene.world, scene.folder.path());
    let settle_key = key(1);
    let (result, ()) = tokio::join!(restarted.reconcile(&settle_key), async {
        kill(runner_in(&repair(&scene, 1)).await, true);
        let_go(&scene);
    });
    let result = result.expect("an answer").expect("a transaction");
    assert!(result.results.iter().all(|r| r.status == InstallStatus::Succeeded), "{result:?}");
    assert!(repair(&scene, 2).exists());
    assert_installed_once(&scene);
}

#[tokio::test]
async fn a_second_begin_with_the_same_key_starts_nothing() {
    let scene = in_the_middle().await;
    let before = runner(&scene).await;
    let plan = scene.plan(&["alpha:all=1.2"]).await;
    scene.apt.begin_install(&plan, &key(1)).await.expect("nothing to begin");
    let_go(&scene);
    let result = scene.apt.await_install(&key(1), &|_| ()).await.expect("a result");
    assert_eq!(result.results.len(), 2, "the first plan counts");
    scene.apt.begin_install(&plan, &key(1)).await.expect("nothing to begin");
    assert_eq!(runner(&scene).await, before);
    assert_installed_once(&scene);
}

#[tokio::test]
async fn a_runner_that_cannot_be_started_is_told_and_nothing_is_installed() {
    let scene = scene(&[Package::new("alpha", "1.0", "1.2")]);
    let plan = scene.plan(&["alpha:all=1.2"]).await;
    assert!(scene.apt.reconcile(&key(1)).await.expect("an answer").is_none());
    let runner = scene.folder.path().join("no-such-program");
    let config = AptConfig::new(scene.world.root(), scene.folder.path().join("state"), runner);
    let apt = Apt::new(config, Arc::new(wall_clock)).expect("an apt");
    let failure = apt.begin_install(&plan, &key(1)).await.expect_err("no runner");
    assert!(failure.message.contains("no-such-program"), "{failure}");
    let result = apt.reconcile(&key(1)).await.expect("an answer").expect("a transaction");
    assert_eq!(result.results[0].status, InstallStatus::NotAttempted);
    assert_eq!(scene.version("alpha").as_deref(), Some("1.0"));
}

#[tokio::test]
async fn a_runner_that_comes_after_its_transaction_was_ended_starts_nothing() {
    let scene = in_the_middle().await;
    let_go(&scene);
    scene.apt.await_install(&key(1), &|_| ()).await.expect("a result");
    let late = std::process::Command::new(env!("CARGO_BIN_EXE_bindery-transaction"))
        .arg("run-transaction")
        .arg(transaction(&scene))
        .output()
        .expect("it runs");
    let said = String::from_utf8_lossy(&late.stderr);
    assert!(!late.status.success() && said.contains("not to be started again"), "{said}");
    assert_installed_once(&scene);
}
