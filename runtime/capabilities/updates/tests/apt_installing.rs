//! Real apt carries out plans in a scratch root, and dpkg itself is asked what became of them.

mod support;

use bindery_capability_updates::{
    provider::Provider,
    scratch::{Package, everyday_packages},
};
use bindery_core::{
    code::Code,
    update::{ActionKind, Classification, InstallStatus},
};
use std::sync::{Arc, Mutex};
use support::{ended, ids, key, scene};

#[tokio::test]
async fn exactly_the_plan_is_installed_and_what_was_not_asked_for_stays() {
    let scene = scene(&[
        Package::new("alpha", "1.0", "1.2").depends("alibdep"),
        Package::only_in_repository("alibdep", "1.0"),
        Package::new("beta", "1.0", "2.0"),
    ]);
    let plan = scene.plan(&["alpha:all=1.2"]).await;
    scene.apt.download(&plan).await.expect("fetched");
    let told = Mutex::new(Vec::new());
    let tell = |progress| told.lock().expect("a list").push(progress);
    let result = scene.apt.install(&plan, &key(1), &tell).await.expect("a result");
    assert_eq!(ended(&result), [("alpha:all=1.2".to_owned(), InstallStatus::Succeeded)]);
    let versions = ["alpha", "alibdep", "beta"].map(|name| scene.version(name).expect("there"));
    assert_eq!(versions, ["1.2", "1.0", "1.0"]);
    let told = told.into_inner().expect("a list");
    assert!(told.iter().any(|p| p.activity.contains("Unpacking alpha")), "{told:?}");
    assert!(told.windows(2).all(|pair| pair[0].percent <= pair[1].percent), "{told:?}");
    let left = scene.apt.assess().await.expect("an assessment");
    assert_eq!(ids(&left), ["beta:all=2.0"]);
}

#[tokio::test]
async fn an_everyday_server_is_brought_up_to_date_and_asks_for_its_reboot() {
    let scene = scene(&everyday_packages());
    let assessment = scene.apt.assess().await.expect("an assessment");
    let all = ids(&assessment);
    let asked: Vec<_> = all.iter().map(String::as_str).collect();
    let result = scene.install(&asked).await;
    assert!(result.results.iter().all(|r| r.status == InstallStatus::Succeeded), "{result:?}");
    assert_eq!(result.reboot.reasons, ["linux-image-amd64"]);
    assert!(scene.apt.pending_reboot().await.expect("an answer").pending);
    assert!(scene.apt.assess().await.expect("an assessment").missing.is_empty());
    let history = scene.apt.history(1).await.expect("a history");
    let upgrades = history[0].actions.iter().filter(|a| a.kind == ActionKind::Upgrade).count();
    assert_eq!(upgrades, all.len());
    assert!(history[0].requested_by.contains("--only-upgrade"), "{}", history[0].requested_by);
}

#[tokio::test]
async fn a_configuration_file_that_somebody_changed_is_kept() {
    let scene = scene(&[Package::new("alpha", "1.0", "1.2").conffile()]);
    let file = scene.world.root().join("etc/alpha.conf");
    std::fs::write(&file, "mine\n").expect("written");
    let result = scene.install(&["alpha:all=1.2"]).await;
    assert_eq!(result.results[0].status, InstallStatus::Succeeded);
    assert_eq!(std::fs::read_to_string(&file).expect("read"), "mine\n");
    assert!(file.with_extension("conf.dpkg-dist").exists());
}

#[tokio::test]
async fn a_package_that_cannot_be_configured_fails_alone_and_in_its_own_words() {
    let scene = scene(&[
        Package::new("alpha", "1.0", "1.2"),
        Package::new("beta", "1.0", "2.0").fails("no such database"),
    ]);
    let result = scene.install(&["alpha:all=1.2", "beta:all=2.0"]).await;
    let statuses: Vec<_> = result.results.iter().map(|r| r.status).collect();
    assert_eq!(statuses, [InstallStatus::Succeeded, InstallStatus::Failed]);
    let error = result.results[1].error.as_deref().expect("words");
    assert!(error.contains("no such database") && error.contains("exit status 1"), "{error}");
    let left = scene.apt.assess().await.expect("an assessment");
    assert_eq!(ids(&left), ["beta:all=2.0"], "what is there in part is missing");
    assert!(left.missing[0].title.contains("half-configured"), "{}", left.missing[0].title);
    assert_eq!(scene.version("alpha").as_deref(), Some("1.2"));
}

#[tokio::test]
async fn what_dpkg_left_half_configured_is_missing_by_its_class_and_repaired_by_installing_it() {
    let scene = scene(&[
        Package::new("beta", "1.0", "2.0").security().fails_without("go", "no such database"),
        Package::new("gamma", "1.0", "2.0").fails_without("go", "no such database"),
    ]);
    let asked = ["beta:all=2.0", "gamma:all=2.0"];
    let result = scene.install(&asked).await;
    assert!(result.results.iter().all(|r| r.status == InstallStatus::Failed), "{result:?}");
    let left = scene.apt.assess().await.expect("an assessment");
    let told: Vec<_> =
        left.missing.iter().map(|u| (&*u.id, u.classification, u.held.as_deref())).collect();
    let wanted =
        [(asked[0], Classification::Security, None), (asked[1], Classification::Other, None)];
    assert_eq!(told, wanted);
    std::fs::write(scene.world.root().join("go"), "").expect("written");
    let plan = scene.plan(&asked).await;
    scene.apt.download(&plan).await.expect("fetched");
    let result = scene.apt.install(&plan, &key(2), &|_| ()).await.expect("a result");
    assert!(result.results.iter().all(|r| r.status == InstallStatus::Succeeded), "{result:?}");
    assert!(scene.apt.assess().await.expect("an assessment").missing.is_empty());
}

#[tokio::test]
async fn a_held_package_is_not_touched_even_when_it_is_asked_for() {
    let scene = scene(&[Package::new("alpha", "1.0", "1.2"), Package::new("beta", "1.0", "2.0")]);
    scene.world.hold("alpha").expect("a hold");
    let result = scene.install(&["alpha:all=1.2", "beta:all=2.0"]).await;
    let statuses: Vec<_> = result.results.iter().map(|r| r.status).collect();
    assert_eq!(statuses, [InstallStatus::NotAttempted, InstallStatus::Succeeded]);
    assert!(result.results[0].error.as_ref().is_some_and(|error| error.contains("held")));
    assert_eq!(scene.version("alpha").as_deref(), Some("1.0"));
}

#[tokio::test]
async fn a_package_is_removed_only_by_a_plan_that_shows_it() {
    let scene = scene(&[
        Package::new("alpha", "1.0", "1.2").conflicts("old"),
        Package::up_to_date("old", "1.0"),
    ]);
    let plan = scene.plan(&["alpha:all=1.2"]).await;
    let told: Vec<_> = plan.actions.iter().map(|a| (&*a.package, a.kind)).collect();
    assert_eq!(told, [("alpha", ActionKind::Upgrade), ("old", ActionKind::Remove)]);
    let result = scene.apt.install(&plan, &key(1), &|_| ()).await.expect("a result");
    assert_eq!(result.results[0].status, InstallStatus::Succeeded);
    assert_eq!(scene.version("old"), None);
}

#[tokio::test]
async fn a_lock_is_waited_for_and_then_named_with_its_holder() {
    let scene = scene(&[Package::new("alpha", "1.0", "1.2")]);
    let plan = scene.plan(&["alpha:all=1.2"]).await;
    let lock = scene.world.lock().expect("a lock");
    let failure = scene.apt.install(&plan, &key(1), &|_| ()).await.expect_err("locked");
    assert_eq!(failure.code, Code::PackageManagerLocked, "{failure}");
    let own = std::process::id();
    assert!(failure.message.contains(&format!("process {own} ")), "{failure}");
    assert_eq!(scene.version("alpha").as_deref(), Some("1.0"));
    drop(lock);
    let result = scene.apt.install(&plan, &key(2), &|_| ()).await.expect("a result");
    assert_eq!(result.results[0].status, InstallStatus::Succeeded);
}

#[tokio::test]
async fn a_plan_that_was_changed_or_is_out_of_date_is_refused() {
    let scene = scene(&[Package::new("alpha", "1.0", "1.2"), Package::new("beta", "1.0", "2.0")]);
    let plan = scene.plan(&["alpha:all=1.2", "beta:all=2.0"]).await;
    let mut forged = plan.clone();
    forged.actions[0].to = Some("9".into());
    let refused = scene.apt.begin_install(&forged, &key(1)).await.expect_err("forged");
    assert_eq!(refused.code, Code::PlanChanged);
    scene.install(&["alpha:all=1.2"]).await;
    let refused = scene.apt.begin_install(&plan, &key(2)).await.expect_err("out of date");
    assert_eq!(refused.code, Code::PlanChanged);
    assert!(scene.apt.reconcile(&key(2)).await.expect("an answer").is_none());
    assert_eq!(scene.version("beta").as_deref(), Some("1.0"));
}

#[tokio::test]
async fn a_newer_kernel_asks_for_a_reboot_until_it_runs() {
    let mut scene = scene(&[
        Package::new("linux-image-amd64", "6.1.128-1", "6.1.140-1")
            .depends("linux-image-6.1.0-37-amd64"),
        Package::only_in_repository("linux-image-6.1.0-37-amd64", "6.1.140-1"),
        Package::up_to_date("linux-image-6.1.0-9-amd64", "6.1.128-1"),
    ]);
    let runs = |release: &'static str| Arc::new(move || Some(release.to_owned()));
    scene.apt = scene.apt.with_kernel(runs("6.1.0-9-amd64"));
    assert!(!scene.apt.pending_reboot().await.expect("an answer").pending);
    let result = scene.install(&["linux-image-amd64:all=6.1.140-1"]).await;
    let wanted = ["linux-image-6.1.0-37-amd64 is installed, 6.1.0-9-amd64 runs"];
    assert_eq!(result.reboot.reasons, wanted);
    let pending = scene.apt.pending_reboot().await.expect("an answer");
    assert!(pending.pending && pending.reasons == wanted);
    assert_eq!(scene.apt.assess().await.expect("an assessment").reboot, pending);
    scene.apt = scene.apt.with_kernel(runs("6.1.0-37-amd64"));
    assert!(!scene.apt.pending_reboot().await.expect("an answer").pending);
}
