//! Whole runs on a fake computer.

use super::*;
use crate::{
    fake::{Fake, kb, package},
    outcome::{Item, Status},
};
use bindery_sdk::updates::{Classification, LeftOut};
use patch_policy::{mask::Mask, parameters::ComputerList};

fn with(options: Options) -> Parameters {
    Parameters {
        workspace: "w1".into(),
        duration: 120,
        schedule: "Patch Tuesday".into(),
        computers: ComputerList::Ids(vec!["c1".into()]),
        options,
    }
}

fn patched(host: &mut Fake, options: Options) -> Outcome {
    run(host, &with(options)).expect("the run does its work")
}

fn setting(reboot_setting: RebootSetting) -> Options {
    Options { reboot_setting, ..Options::default() }
}

fn security(names: &[&str]) -> Vec<Update> {
    names.iter().map(|name| package(name, Classification::Security)).collect()
}

fn titles(items: &[Item]) -> Vec<&str> {
    items.iter().map(|item| item.title.as_str()).collect()
}

#[test]
fn everything_is_installed_in_one_transaction_and_each_update_has_its_rows() {
    let mut host = Fake::lacking(security(&["a", "b"]));
    let outcome = patched(&mut host, Options::default());
    assert_eq!(outcome.status, Status::Succeeded);
    assert_eq!(titles(&outcome.installed), ["a", "b"]);
    assert_eq!((outcome.missing_before, outcome.missing_after), (2, 0));
    assert_eq!(host.installs.len(), 1);
    assert_eq!(host.statuses("a:amd64=2"), ["InProgress", "Succeeded"]);
    assert_eq!(host.rows[0]["UpdateRunName"], "Patch Tuesday");
    assert!(!outcome.rebooted && host.reboots == 0);
}

#[test]
fn a_reboot_that_is_required_happens_and_what_it_makes_available_is_installed() {
    let mut host = Fake::lacking(security(&["a"]));
    host.wants_reboot = true;
    host.after_reboot = security(&["b"]);
    let outcome = patched(&mut host, Options::default());
    assert_eq!(titles(&outcome.installed), ["a", "b"]);
    assert!(outcome.rebooted && !outcome.reboot_pending);
    assert_eq!(host.reboots, 2);
}

#[test]
fn never_means_never_and_says_that_a_reboot_is_pending() {
    let mut host = Fake::lacking(security(&["a"]));
    host.wants_reboot = true;
    let outcome = patched(&mut host, setting(RebootSetting::Never));
    assert!(outcome.reboot_pending && !outcome.rebooted && host.reboots == 0);
    assert!(host.has_said(Kind::Warning, "a reboot is pending (linux-image)"));
    assert_eq!(outcome.status, Status::Succeeded);
}

#[test]
fn always_reboots_once_and_reboot_only_installs_nothing() {
    let mut host = Fake::lacking(security(&["a"]));
    patched(&mut host, setting(RebootSetting::Always));
    assert_eq!((host.reboots, host.installs.len()), (1, 1));
    let mut host = Fake::lacking(security(&["a"]));
    let outcome = patched(&mut host, setting(RebootSetting::RebootOnly));
    assert_eq!((host.reboots, host.installs.len()), (1, 0));
    assert_eq!(outcome.missing_after, 1);
}

#[test]
fn an_update_that_needs_an_excluded_package_is_not_installed() {
    let mut host = Fake::lacking(security(&["a", "b", "linux-image"])).needs("b:amd64=2", "libc6");
    let exclude = vec![Mask::new("libc6"), Mask::new("linux-*")];
    let outcome = patched(&mut host, Options { exclude, ..Options::default() });
    assert_eq!(titles(&outcome.installed), ["a"]);
    assert_eq!(titles(&outcome.excluded), ["linux-image", "b"]);
    assert_eq!(host.statuses("b:amd64=2"), ["Excluded"]);
    assert_eq!(outcome.status, Status::Succeeded);
}

#[test]
fn what_the_window_does_not_hold_is_not_attempted() {
    let mut host = Fake { minutes: Some(14), ..Fake::lacking(security(&["a"])) };
    let outcome = patched(&mut host, Options::default());
    assert_eq!(outcome.status, Status::MaintenanceWindowExceeded);
    assert_eq!(titles(&outcome.not_attempted), ["a"]);
    assert_eq!(host.statuses("a:amd64=2"), ["MaintenanceWindowExceeded"]);
    assert!(host.installs.is_empty() && host.downloads == 0);
}

#[test]
fn a_service_pack_waits_for_the_next_window_where_the_others_fit() {
    let missing = vec![kb("1", Classification::ServicePack), kb("2", Classification::Security)];
    let mut host =
        Fake { windows: true, minutes: Some(30), install_minutes: 11, ..Fake::lacking(missing) };
    let outcome = patched(&mut host, Options::default());
    assert_eq!(
        (titles(&outcome.installed), titles(&outcome.not_attempted)),
        (vec!["2"], vec!["1"])
    );
    assert_eq!(outcome.status, Status::MaintenanceWindowExceeded);
}

#[test]
fn a_reboot_that_does_not_fit_is_left_and_reported() {
    let mut host =
        Fake { minutes: Some(20), install_minutes: 11, ..Fake::lacking(security(&["a"])) };
    host.wants_reboot = true;
    let outcome = patched(&mut host, Options::default());
    assert!(outcome.reboot_pending && !outcome.rebooted);
    assert_eq!(outcome.status, Status::MaintenanceWindowExceeded);
}

#[test]
fn a_transaction_that_failed_is_tried_once_more() {
    let mut host = Fake::lacking(security(&["a", "b", "c"]));
    host.failing.insert("b:amd64=2".into(), 1);
    let outcome = patched(&mut host, Options::default());
    assert_eq!(outcome.status, Status::Succeeded);
    assert_eq!(titles(&outcome.installed), ["a", "c", "b"]);
    assert_eq!(
        outcome.installed.iter().map(|item| item.succeeded_on_retry).collect::<Vec<_>>(),
        [false, true, true]
    );
    assert_eq!(host.installs.len(), 3);
}

#[test]
fn an_update_that_fails_twice_is_reported_in_the_package_managers_words() {
    let mut host = Fake::lacking(security(&["a"]));
    host.failing.insert("a:amd64=2".into(), 2);
    let outcome = patched(&mut host, Options::default());
    assert_eq!(outcome.status, Status::Failed);
    assert_eq!(outcome.failed[0].reason.as_deref(), Some("E: a:amd64=2 broke"));
    assert_eq!(host.statuses("a:amd64=2"), ["InProgress", "InstallFailed"]);
    assert!(host.has_said(Kind::Error, "broke"));
}

#[test]
fn what_the_package_manager_leaves_out_has_failed_with_its_reason() {
    let mut host = Fake::lacking(security(&["a", "b"]));
    host.left_out = vec![LeftOut { update: "b:amd64=2".into(), reason: "unmet: libx".into() }];
    let outcome = patched(&mut host, Options::default());
    assert_eq!((titles(&outcome.installed), titles(&outcome.failed)), (vec!["a"], vec!["b"]));
    assert!(outcome.failed[0].reason.as_ref().is_some_and(|reason| reason.contains("unmet: libx")));
}

#[test]
fn a_dry_run_changes_nothing_and_lists_what_it_would_do() {
    for by_job in [true, false] {
        let mut host = Fake { dry_run: by_job, ..Fake::lacking(security(&["a"])) };
        host.wants_reboot = true;
        let outcome = patched(&mut host, Options { dry_run: !by_job, ..Options::default() });
        assert_eq!(titles(&outcome.would_install), ["a"]);
        assert!(outcome.dry_run && outcome.would_reboot && !outcome.rebooted);
        assert_eq!((host.downloads, host.installs.len(), host.reboots), (0, 0, 0));
        assert_eq!((outcome.missing_before, outcome.missing_after), (1, 1));
        assert_eq!(outcome.status, Status::Succeeded);
    }
}

#[test]
fn an_error_of_a_step_is_told_apart_by_what_it_means() {
    let rows = [
        ("download", "RepositoryUnavailable", "Failed", Status::Failed),
        ("plan", "DependencyBroken", "Failed", Status::Failed),
        ("install", "PackageManagerLocked", "InstallFailed", Status::Failed),
        (
            "install",
            "MaintenanceWindowExceeded",
            "MaintenanceWindowExceeded",
            Status::MaintenanceWindowExceeded,
        ),
    ];
    for (step, code, row, status) in rows {
        let mut host = Fake::lacking(security(&["a"]));
        host.errors.insert(step, Error::new(code, "the reason"));
        let outcome = patched(&mut host, Options::default());
        assert_eq!(outcome.status, status, "{step} {code}");
        assert_eq!(host.statuses("a:amd64=2").last(), Some(&row), "{step} {code}");
    }
}

#[test]
fn a_reboot_that_fails_is_in_the_outcome() {
    let mut host = Fake::lacking(security(&["a"]));
    host.wants_reboot = true;
    host.errors.insert("reboot", Error::new("TimedOut", "it is not back"));
    let outcome = patched(&mut host, Options::default());
    assert_eq!(outcome.status, Status::Failed);
    assert!(outcome.reboot_error.is_some_and(|error| error.contains("it is not back")));
}

#[test]
fn the_job_fails_when_it_cannot_do_its_work() {
    for (step, code) in
        [("assess", "PackageManagerBroken"), ("install", "GrantDenied"), ("install", "Cancelled")]
    {
        let mut host = Fake::lacking(security(&["a"]));
        host.errors.insert(step, Error::new(code, "no"));
        assert!(run(&mut host, &with(Options::default())).expect_err("no work").is(code));
    }
}
