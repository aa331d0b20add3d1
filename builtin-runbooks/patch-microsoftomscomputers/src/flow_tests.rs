//! Whole runs over a fake fleet.

use super::*;
use crate::fake::Fake;
use bindery_sdk::fleet::ConfigureStatus;
use patch_policy::{
    options::{Onboard, Options},
    parameters::ComputerList,
    share::Share,
};

fn over(ids: &[String], options: Options) -> Parameters {
    Parameters {
        workspace: "w1".into(),
        duration: 120,
        schedule: "Patch Tuesday".into(),
        computers: ComputerList::Ids(ids.to_vec()),
        options,
    }
}

fn patched(host: &mut Fake, options: Options) -> Outcome {
    let parameters = over(&host.fleet, options);
    run(host, &parameters).expect("the run does its work")
}

#[test]
fn each_target_gets_one_child_with_the_same_parameters_and_its_own_id() {
    let mut host = Fake::of(3);
    let parameters = over(&host.fleet[..2], Options::default());
    let outcome = run(&mut host, &parameters).expect("a run");
    assert_eq!((outcome.succeeded, outcome.configured), (2, 2));
    assert_eq!(host.configured, ["c0", "c1"], "only the targets are touched");
    assert_eq!(host.started[1], over(&["c1".into()], Options::default()));
    assert!(host.has_said(Kind::Output, "configuring 2 computers as Hybrid Runbook Workers"));
    assert!(host.rows.is_empty());
}

#[test]
fn onboarding_all_is_said_in_a_warning_that_counts_them() {
    let mut host = Fake::of(3);
    let options = Options { onboard: Onboard::All, ..Options::default() };
    let outcome = run(&mut host, &over(&["c0".into()], options)).expect("a run");
    assert_eq!((outcome.configured, outcome.succeeded, host.started.len()), (3, 1, 1));
    assert!(host.has_said(Kind::Warning, "configuring ALL 3 computers"));
}

#[test]
fn what_cannot_be_configured_is_failed_to_start_with_its_reason_and_a_row() {
    let mut host = Fake::of(3);
    host.configure.insert("c0".into(), (ConfigureStatus::Unreachable, "silent since 9:00"));
    host.configure.insert("c1".into(), (ConfigureStatus::Refused, "the allow file"));
    let ids: Vec<String> = ["c0", "c1", "c2", "stranger"].map(String::from).into();
    let outcome = run(&mut host, &over(&ids, Options::default())).expect("a run");
    assert_eq!((outcome.succeeded, outcome.not_started), (1, 3));
    let reason = |id: &str| {
        let machine = outcome.computers.iter().find(|one| one.id == id).expect("a computer");
        machine.reason.clone().expect("a reason")
    };
    assert_eq!(reason("c0"), "it is unreachable: silent since 9:00");
    assert_eq!(reason("c1"), "it refused to be configured: the allow file");
    assert_eq!(reason("stranger"), "it is not a computer of the workspace");
    assert_eq!(host.rows.len(), 3);
    assert_eq!(host.rows[0]["UpdateRunName"], "Patch Tuesday 2026-11");
}

#[test]
fn no_more_are_at_work_at_once_than_the_options_allow() {
    for (share, most) in [(Share::Number(3), 3), (Share::Percent(50), 5), (Share::Percent(100), 10)]
    {
        let mut host = Fake::of(10);
        let options = Options { max_concurrency: share, ..Options::default() };
        assert_eq!(patched(&mut host, options).succeeded, 10, "{share:?}");
        assert_eq!(host.at_work_max, most, "{share:?}");
    }
}

#[test]
fn one_error_more_than_is_tolerated_stops_the_rest() {
    let mut host = Fake::of(6);
    host.results.extend([("c0".into(), "Failed"), ("c1".into(), "Failed")]);
    let options = Options {
        max_concurrency: Share::Number(1),
        max_errors: Some(Share::Number(1)),
        ..Options::default()
    };
    let outcome = patched(&mut host, options);
    assert_eq!((host.started.len(), outcome.failed, outcome.not_started), (2, 2, 4));
    assert!(outcome.stopped.is_some_and(|reason| reason.contains("maxErrors tolerates 1")));
    assert!(!outcome.cancelled);
}

#[test]
fn a_cancelled_run_starts_no_more_and_waits_for_those_at_work() {
    let mut host = Fake { cancelled_after: Some(2), ..Fake::of(5) };
    let options = Options { max_concurrency: Share::Number(2), ..Options::default() };
    let outcome = patched(&mut host, options);
    assert!(outcome.cancelled);
    assert_eq!((outcome.succeeded, outcome.not_started), (2, 3));
    assert!(host.at_work.is_empty(), "nobody is left alone");
}

#[test]
fn a_child_that_cannot_be_started_is_one_error_and_the_others_go_on() {
    let mut host = Fake::of(3);
    host.refused.insert("c1".into(), "NoWorker");
    let outcome = patched(&mut host, Options::default());
    assert_eq!((outcome.succeeded, outcome.not_started), (2, 1));
    assert!(outcome.stopped.is_none());
}

#[test]
fn what_is_at_work_when_the_window_is_over_is_told_as_it_is() {
    let mut host = Fake { deadline_passed: true, ..Fake::of(2) };
    let options = Options { max_concurrency: Share::Number(1), ..Options::default() };
    let outcome = patched(&mut host, options);
    assert_eq!((outcome.failed, outcome.not_started), (1, 1));
    assert_eq!(outcome.computers[0].job.as_deref(), Some("job-c0"));
}

#[test]
fn a_large_fleet_goes_in_pages_and_breathes() {
    let mut host =
        Fake { snapshot: (0..1200).map(|i| format!("c{i}")).collect(), ..Fake::of(1200) };
    let computers = ComputerList::Snapshot("s".into());
    let options = Options { max_concurrency: Share::Percent(50), ..Options::default() };
    let parameters = Parameters { computers, ..over(&[], options) };
    let outcome = run(&mut host, &parameters).expect("a run");
    assert_eq!((outcome.succeeded, host.at_work_max), (1200, 600));
    assert!(host.sleeps > 0);
    assert!(outcome.computers.is_empty() && outcome.unlisted == 0, "all of them succeeded");
}

/// The limits of the host that a run over the largest deployment must keep.
fn assert_within_limits(host: &Fake, outcome: &Outcome) {
    let bytes = serde_json::to_string(outcome).expect("a result").len();
    assert!(bytes < 1 << 20, "a result may have 1 MiB, this one has {bytes} bytes");
    assert!(host.operations < 200_000, "{} operations", host.operations);
    assert!(host.largest_answer < 4 << 20, "an answer of {} bytes", host.largest_answer);
    assert!(host.answered < 200 << 20, "the journal would hold {} bytes", host.answered);
}

#[test]
fn a_run_over_the_largest_deployment_keeps_the_limits_of_the_host() {
    let returned = "x".repeat(patch_policy::text::RESULT_BYTES - 100);
    for share in [Share::Percent(100), Share::Number(2_000)] {
        // So many end in a breath: at one in each, the run would outlast every window.
        let mut host = Fake { returned: returned.clone(), more_end: 49, ..Fake::of(50_000) };
        host.results.insert("c7".into(), "Failed");
        let options = Options { max_concurrency: share, ..Options::default() };
        let outcome = patched(&mut host, options);
        assert_eq!((outcome.succeeded, outcome.failed), (49_999, 1));
        assert_eq!(outcome.computers.len(), 1, "only what did not succeed is listed");
        assert_within_limits(&host, &outcome);
    }
}

#[test]
fn the_list_of_what_did_not_succeed_is_bounded_too_and_says_how_many_it_leaves_out() {
    let mut host = Fake::of(50_000);
    let why = (ConfigureStatus::Refused, "the \"allow\" file of this computer says no");
    host.configure = host.fleet.iter().map(|id| (id.clone(), why)).collect();
    let outcome = patched(&mut host, Options::default());
    assert_eq!(outcome.not_started, 50_000);
    assert_eq!(outcome.computers.len() + outcome.unlisted, 50_000);
    assert!(outcome.computers.len() > 1_000);
    assert_within_limits(&host, &outcome);
    assert_eq!(host.rows.len(), 50_000, "the log has each of them");
}

#[test]
fn what_a_child_returned_is_not_told_again_even_in_a_small_run() {
    let mut host = Fake { returned: "x".repeat(1_000), ..Fake::of(3) };
    let outcome = patched(&mut host, Options::default());
    assert_eq!(outcome.computers.len(), 3);
    assert!(serde_json::to_string(&outcome).expect("a result").len() < 1_000);
}

#[test]
fn long_options_go_to_the_children_in_smaller_pages() {
    let mask = "x".repeat(256);
    let exclude = vec![patch_policy::mask::Mask::new(mask); 1_000];
    let outcome = patched(&mut Fake::of(20), Options { exclude, ..Options::default() });
    assert_eq!(outcome.succeeded, 20);
}

#[test]
fn a_run_over_no_computers_has_nothing_to_do() {
    let outcome = patched(&mut Fake::of(0), Options::default());
    assert_eq!(outcome, Outcome::default());
}
