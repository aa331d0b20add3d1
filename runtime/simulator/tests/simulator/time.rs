//! Virtual time: a year of sleep, a window, a network that is gone.

use crate::support::{attempt, changing, run, within};
use bindery_core::code::Code;
use bindery_simulator::simulation::Refused;
use std::time::{Duration, Instant};

#[test]
fn a_year_of_sleep_takes_a_moment() {
    let begun = Instant::now();
    let report = run("year.wat", "", "");
    assert_eq!(report.ended_at.to_string(), "2027-11-22T18:00:00Z");
    assert!(report.passed && begun.elapsed() < Duration::from_secs(20), "{:?}", begun.elapsed());
}

#[test]
fn a_sleep_ends_with_the_window_that_it_does_not_fit_into() {
    let report = run("year.wat", "", "window = '2h'\n[expect]\nerror = 'DeadlinePassed'");
    assert!(report.passed, "{:?}", report.unmet());
    // What goes on past the window has half an hour.
    assert_eq!(report.ended_at.to_string(), "2026-11-22T20:30:00Z");
}

#[test]
fn a_reserve_is_held_against_the_virtual_window() {
    let script = "window = '1m'\n[expect]\nerror = 'MaintenanceWindowExceeded'";
    let report = run("reboot-runbook.wat", "\"power.reboot\"", script);
    assert!(!report.passed, "a minute is what it reserves");
    let script = script.replace("1m", "59s");
    let report = run("reboot-runbook.wat", "\"power.reboot\"", &script);
    assert!(report.passed, "{:?}", report.unmet());
}

#[test]
fn a_network_that_is_gone_makes_the_control_plane_wait() {
    let children = "[[child]]\nrunbook = 'Leaf'\ntakes = '10m'\n";
    let gone = "[[fault]]\noperation = 'jobs.start'\nnetwork = '1h'\n";
    let after = |script: &str| {
        let report = run("parent-runbook.wat", "\"jobs.start:Leaf\"", script);
        assert!(report.passed, "{:?}", report.unmet());
        report.ended_at.duration_since(report.started_at).as_secs() / 60
    };
    assert_eq!(after(children), 10);
    assert_eq!(after(&format!("{children}{gone}")), 70);
}

#[test]
fn a_runbook_that_never_returns_is_ended_after_real_time() {
    let report = within(Duration::from_secs(1), "endless-loop.wat", "[expect]\nerror = 'TimedOut'");
    assert!(report.passed, "{:?}", report.unmet());
    assert_eq!(report.ended_at, report.started_at);
}

#[test]
fn a_job_without_a_power_over_a_computer_has_none() {
    assert!(run("lines.wat", "", "[expect]\nstatus = 'Failed'").computer.is_none());
    assert!(changing("").computer.is_some());
    let fault = "[[fault]]\nentry = 1\nreboot = 'before'";
    match attempt("lines.wat", "", fault) {
        Err(Refused::Script(invalid)) => assert_eq!(invalid.key, "fault[0].reboot"),
        other => panic!("{other:?}"),
    }
    assert!(run("lines.wat", "", "[computer]\n[expect]\nstatus='Failed'").computer.is_some());
}

#[test]
fn what_cannot_be_run_is_refused_as_elsewhere() {
    match attempt("changing-runbook.wat", "", "") {
        Err(Refused::Module(failure)) => assert_eq!(failure.code, Code::GrantNotAsked),
        other => panic!("{other:?}"),
    }
    match attempt("lines.wat", "\"updates.read\"", "grants = ['updates.read', 'power.reboot']") {
        Err(Refused::Script(invalid)) => assert_eq!(invalid.key, "grants[1]"),
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_job_has_no_more_than_the_script_grants() {
    let report = changing("grants = []\n[expect]\nerror = 'GrantDenied'\nreboots = 0");
    assert!(report.passed, "{:?}", report.unmet());
}
