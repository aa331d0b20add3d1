//! What apt's provider says of a scratch root, before anything is changed.

mod support;

use bindery_capability_updates::{
    provider::Provider,
    scratch::{AptWorld, Package, ScratchError},
};
use bindery_core::{
    code::Code,
    update::{ActionKind, Classification, RebootBehavior},
};
use support::scene;

#[tokio::test]
async fn an_assessment_classifies_by_the_archive_and_tells_what_is_held() {
    let scene = scene(&[
        Package::new("alpha", "1.0", "1.2").security().bytes(5_000),
        Package::new("beta", "1.0", "2.0"),
        Package::new("gamma", "1.0", "2.0"),
        Package::new("broken", "1.0", "2.0").depends("nowhere (>= 3)"),
        Package::new("libc6-like", "1.0", "2.0"),
        Package::up_to_date("delta", "1.0"),
    ]);
    scene.world.hold("gamma").expect("a hold");
    let assessment = scene.apt.assess().await.expect("an assessment");
    assert_eq!((assessment.installed, assessment.simulated), (6, false));
    let told: Vec<_> = assessment
        .missing
        .iter()
        .map(|u| (u.title.as_str(), u.classification, u.held.is_some(), u.product.as_str()))
        .collect();
    let (other, security) = (Classification::Other, Classification::Security);
    let wanted = [
        ("alpha 1.2 (security)", security, false, "Debian-Security:stable-security"),
        ("beta 2.0", other, false, "Debian:stable"),
        ("broken 2.0", other, true, "Debian:stable"),
        ("gamma 2.0", other, true, "Debian:stable"),
        ("libc6-like 2.0", other, false, "Debian:stable"),
    ];
    assert_eq!(told, wanted);
    let alpha = &assessment.missing[0];
    assert_eq!((alpha.id.as_str(), &*alpha.version), ("alpha:all=1.2", "1.2"));
    assert!(alpha.bytes.is_some_and(|bytes| bytes > 4_000), "{:?}", alpha.bytes);
    assert_eq!(assessment.missing[4].reboot, RebootBehavior::CanRequestReboot);
}

#[tokio::test]
async fn a_plan_shows_new_dependencies_and_leaves_out_what_cannot_be_had() {
    let scene = scene(&[
        Package::new("alpha", "1.0", "1.2").security().depends("alibdep"),
        Package::only_in_repository("alibdep", "1.0").security().bytes(3_000),
        Package::new("broken", "1.0", "2.0").depends("nowhere (>= 3)"),
        Package::new("gamma", "1.0", "2.0"),
    ]);
    scene.world.hold("gamma").expect("a hold");
    let asked = ["alpha:all=1.2", "broken:all=2.0", "gamma:all=2.0", "alpha:all=9", "--yes"];
    let plan = scene.plan(&asked).await;
    let told: Vec<_> =
        plan.actions.iter().map(|a| (&*a.package, a.kind, a.update.as_deref())).collect();
    let wanted = [
        ("alibdep", ActionKind::Install, None),
        ("alpha", ActionKind::Upgrade, Some("alpha:all=1.2")),
    ];
    assert_eq!(told, wanted);
    let reasons: Vec<_> =
        plan.left_out.iter().map(|l| format!("{}: {}", l.update, l.reason)).collect();
    let parts = [
        "--yes: not an id",
        "alpha:all=9: no repository",
        "broken:all=2.0: broken dependency: Depends: nowhere (>= 3)",
        "gamma:all=2.0: held",
    ];
    assert_eq!(reasons.len(), parts.len(), "{reasons:?}");
    for (reason, part) in reasons.iter().zip(parts) {
        assert!(reason.starts_with(part), "{reason}");
    }
    assert!(plan.download_bytes > 2_000 && plan.is_whole() && !plan.may_reboot);
}

#[tokio::test]
async fn a_repository_that_is_down_is_an_error_in_apts_own_words_and_old_lists_are_not_used() {
    let scene = scene(&[Package::new("alpha", "1.0", "1.2")]);
    scene.apt.assess().await.expect("the lists are read once");
    scene.world.break_repository().expect("broken");
    let failure = scene.apt.assess().await.expect_err("no repository");
    assert_eq!(failure.code, Code::RepositoryUnavailable);
    assert!(failure.message.contains("Failed to fetch"), "{failure}");
    scene.world.mend_repository().expect("mended");
    assert_eq!(scene.apt.assess().await.expect("again").missing.len(), 1);
}

#[tokio::test]
async fn a_configuration_that_leads_to_another_root_is_refused() {
    let scene = scene(&[Package::new("alpha", "1.0", "1.2")]);
    let astray = scene.world.root().join("etc/apt/apt.conf.d/99astray");
    std::fs::write(astray, "Dir::State::status \"/var/lib/dpkg/status\";\n").expect("written");
    let failure = scene.apt.assess().await.expect_err("astray");
    assert!(failure.message.contains("apt would change `/var/lib/dpkg/status`"), "{failure}");
}

#[test]
fn a_scratch_world_is_never_made_on_a_real_root_or_over_something_else() {
    let folder = tempfile::tempdir().expect("a folder");
    std::fs::write(folder.path().join("status"), "Package: dpkg\n").expect("written");
    for place in [std::path::Path::new("/"), folder.path()] {
        let refused = AptWorld::create(place, &[]).expect_err("refused");
        assert!(matches!(refused, ScratchError::Refused { .. }), "{refused}");
        assert!(matches!(AptWorld::open(place), Err(ScratchError::Refused { .. })));
    }
}
