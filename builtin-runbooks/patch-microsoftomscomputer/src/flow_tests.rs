//! Whole runs on a fake computer.

use super::*;
use crate::{
    fake::{Fake, kb, package},
    outcome::{Item, Status},
};
use bindery_sdk::updates::{ActionKind, Classification, LeftOut};
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
    assert_eq!((outcome.missing_before, outcome.missing_after), (Some(2), Some(0)));
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
    assert!(
        host.has_said(
            Kind::Warning,
            "a reboot is pending: linux-image; the option `rebootSetting`"
        )
    );
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
    assert_eq!(outcome.missing_after, None, "nothing was assessed");
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
        assert_eq!((outcome.missing_before, outcome.missing_after), (Some(1), Some(1)));
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
    for (step, code) in [
        ("assess", "PackageManagerBroken"),
        ("install", "GrantDenied"),
        ("install", "RefusedByComputer"),
        ("install", "Cancelled"),
        ("install", "OutcomeUnknown"),
        ("install", "Internal"),
    ] {
        let mut host = Fake::lacking(security(&["a"]));
        host.errors.insert(step, Error::new(code, "no"));
        assert!(run(&mut host, &with(Options::default())).expect_err("no work").is(code));
    }
}

#[test]
fn a_transaction_of_which_nobody_knows_what_it_did_is_not_rebooted_over() {
    for code in ["OutcomeUnknown", "Internal"] {
        let mut host = Fake { pending: true, ..Fake::lacking(security(&["a"])) };
        host.errors.insert("install", Error::new(code, "it still runs after 6 h"));
        run(&mut host, &with(setting(RebootSetting::Always))).expect_err("no outcome");
        assert_eq!(host.reboots, 0, "{code}");
        assert_eq!(host.statuses("a:amd64=2"), ["InProgress", "InstallFailed"], "{code}");
    }
}

#[test]
fn a_transaction_that_is_cut_off_is_tried_again_and_is_no_success_if_it_is_cut_off_again() {
    let mut host = Fake { cut_off: 1, ..Fake::lacking(security(&["a", "b"])) };
    let outcome = patched(&mut host, Options::default());
    assert_eq!((outcome.status, host.installs.len()), (Status::Succeeded, 2));
    assert_eq!(titles(&outcome.installed), ["a", "b"]);
    let mut host = Fake { cut_off: 2, ..Fake::lacking(security(&["a", "b"])) };
    let outcome = patched(&mut host, Options::default());
    assert_eq!((outcome.status, host.installs.len()), (Status::Failed, 2));
    assert_eq!(titles(&outcome.not_attempted), ["a", "b"]);
    assert!(host.has_said(Kind::Error, "a (a:amd64=2) NotStarted"));
    let cut_off = Fake { cut_off: 1, ..Fake::lacking(security(&["a"])) };
    let mut host = Fake { minutes: Some(20), install_minutes: 11, ..cut_off };
    let outcome = patched(&mut host, Options::default());
    assert_eq!(outcome.status, Status::MaintenanceWindowExceeded);
    let mut host =
        Fake { windows: true, cut_off: 1, ..Fake::lacking(vec![kb("1", Classification::Other)]) };
    assert_eq!(patched(&mut host, Options::default()).status, Status::Failed);
}

#[test]
fn a_second_attempt_keeps_out_what_the_options_forbid() {
    let mut host = Fake::lacking(security(&["a", "b"]));
    host.failing = [("a:amd64=2".into(), 1), ("b:amd64=2".into(), 1)].into();
    host.needs_later.insert("b:amd64=2".into(), "libc6:amd64".into());
    let exclude = vec![Mask::new("libc6:amd64")];
    let outcome = patched(&mut host, Options { exclude, ..Options::default() });
    assert!(host.installs.iter().skip(1).all(|ids| *ids == ["a:amd64=2"]), "{:?}", host.installs);
    assert_eq!(titles(&outcome.installed), ["a"]);
    assert_eq!(outcome.status, Status::Failed);
    assert!(host.has_said(Kind::Warning, "b:amd64=2 is not tried again: with it comes"));
}

#[test]
fn an_update_that_removes_another_package_stays_out_with_a_warning_and_a_row() {
    let mut host = Fake::lacking(security(&["a", "b"]));
    host.takes.insert("b:amd64=2".into(), (ActionKind::Remove, "old".into()));
    let outcome = patched(&mut host, Options::default());
    assert_eq!((titles(&outcome.installed), titles(&outcome.excluded)), (vec!["a"], vec!["b"]));
    assert_eq!(host.statuses("b:amd64=2"), ["Excluded"]);
    assert!(host.has_said(Kind::Warning, "stays out: it would remove `old`"));
    let mut host = Fake::lacking(security(&["b"]));
    host.takes.insert("b:amd64=2".into(), (ActionKind::Remove, "old".into()));
    let outcome = patched(&mut host, Options { allow_removals: true, ..Options::default() });
    assert_eq!(titles(&outcome.installed), ["b"]);
}

#[test]
fn what_could_not_be_decided_has_failed_and_the_rest_is_installed() {
    let names: Vec<String> = (0..300).map(|i| format!("p{i:03}")).collect();
    let names: Vec<&str> = names.iter().map(String::as_str).collect();
    let mut host = Fake::lacking(security(&names));
    for name in &names[100..] {
        host = host.needs(&format!("{name}:amd64=2"), "x");
    }
    let exclude = vec![Mask::new("x")];
    let outcome = patched(&mut host, Options { exclude, ..Options::default() });
    assert_eq!(outcome.status, Status::Failed);
    assert_eq!(titles(&outcome.installed), names[..100]);
    assert_eq!(outcome.excluded.len() + outcome.failed.len(), 200);
    assert!(outcome.failed[0].reason.as_ref().is_some_and(|text| text.contains("did not decide")));
}

#[test]
fn a_repository_that_fails_after_the_work_takes_nothing_of_it_away() {
    for (assessments, rebooted) in [(1, false), (1, true), (2, true)] {
        let mut host = Fake { assessments, ..Fake::lacking(security(&["a"])) };
        host.wants_reboot = rebooted;
        host.errors.insert("assess", Error::new("RepositoryUnavailable", "no route"));
        let outcome = patched(&mut host, Options::default());
        assert_eq!((outcome.status, outcome.rebooted), (Status::Succeeded, rebooted));
        assert_eq!(titles(&outcome.installed), ["a"]);
        assert!(outcome.missing_after.is_none() && !outcome.reboot_pending);
        assert!(host.has_said(Kind::Warning, "could not be assessed again: no route"));
    }
}

#[test]
fn a_reboot_alone_needs_no_repository() {
    let mut host = Fake { stays_pending: true, ..Fake::default() };
    host.errors.insert("assess", Error::new("RepositoryUnavailable", "no route"));
    let outcome = patched(&mut host, setting(RebootSetting::RebootOnly));
    assert_eq!((outcome.status, outcome.rebooted, host.reboots), (Status::Succeeded, true, 1));
    assert!(outcome.reboot_pending);
    assert!(host.has_said(Kind::Warning, "the reboot of this run did not settle it"));
    assert!(!host.has_said(Kind::Warning, "forbid"));
}

#[test]
fn a_reboot_that_does_not_settle_what_asks_for_it_is_not_repeated() {
    let mut host = Fake { stays_pending: true, pending: true, ..Fake::default() };
    let outcome = patched(&mut host, Options::default());
    assert_eq!((outcome.status, host.reboots), (Status::Succeeded, 1));
    assert!(outcome.reboot_pending && host.has_said(Kind::Warning, "nor would another one"));
}

#[test]
fn an_unknown_need_of_a_reboot_fails_only_the_run_that_depends_on_it() {
    for (reboot_setting, status) in
        [(RebootSetting::IfRequired, Status::Failed), (RebootSetting::Never, Status::Succeeded)]
    {
        let mut host = Fake::lacking(security(&["a"]));
        host.errors.insert("pending", Error::new("Internal", "no answer"));
        let outcome = patched(&mut host, setting(reboot_setting));
        assert_eq!((outcome.status, titles(&outcome.installed)), (status, vec!["a"]));
    }
}
