//! What each kind of fault does, and what the report says of it.

use crate::support::{changing, dry, run};
use bindery_core::job::Outcome;
use bindery_simulator::view;
use expect_test::expect;
use serde_json::{Value, json};

/// What became of a job, and of its computer.
fn account(script: &str) -> Value {
    let report = changing(script);
    assert!(report.passed, "{script}: {:?}", report.unmet());
    let said: Vec<_> = report.streams.iter().filter(|it| it.text.starts_with("line")).collect();
    let said: Vec<_> = said.iter().map(|said| said.text.as_str()).collect();
    let reboots = report.computer.map(|computer| computer.reboots);
    json!({ "outcome": report.outcome, "said": said, "reboots": reboots })
}

#[test]
fn a_job_that_is_killed_at_any_entry_ends_as_if_nothing_had_been() {
    let undisturbed = changing("");
    let expected = account("");
    assert_eq!(expected["reboots"], 3);
    for entry in 0..undisturbed.usage.entries {
        for point in ["before", "unsynced", "synced"] {
            let script = format!("[[fault]]\nentry = {entry}\ncrash = '{point}'");
            assert_eq!(account(&script), expected, "{script}");
        }
    }
}

#[test]
fn a_job_that_is_killed_at_any_call_at_any_moment_ends_as_if_nothing_had_been() {
    let expected = account("");
    for operation in ["stream.write", "power.reboot", "clock.sleep"] {
        for nth in 1..=3 {
            for when in ["before", "begun", "during", "done", "unsynced", "synced"] {
                let place = format!("[[fault]]\noperation = '{operation}'\nnth = {nth}");
                let script = format!("{place}\ncrash = '{when}'");
                assert_eq!(account(&script), expected, "{script}");
            }
        }
    }
}

#[test]
fn a_computer_that_goes_down_takes_its_worker_with_it() {
    for when in ["before", "begun", "during", "done", "unsynced", "synced"] {
        let script = format!("[[fault]]\noperation = 'clock.sleep'\nnth = 2\nreboot = '{when}'");
        let report = changing(&script);
        assert!(report.passed, "{script}: {:?}", report.unmet());
        let computer = report.computer.expect("a computer");
        assert_eq!((computer.reboots, computer.faulty_reboots), (3, 1), "{script}");
        assert_eq!(report.usage.restarts, 1, "{script}");
    }
}

#[test]
fn a_job_whose_worker_restarts_too_often_is_suspended() {
    let crash =
        |nth: u32| format!("[[fault]]\noperation='clock.sleep'\nnth={nth}\ncrash='during'\n");
    let more = "[[fault]]\noperation = 'stream.write'\nnth = 3\ncrash = 'before'\n";
    let expect = "[expect]\nstatus = 'Suspended'";
    let three = format!("{}{}{more}", crash(1), crash(2));
    assert!(changing(&three).passed);
    let report = changing(&format!("{three}{}{expect}", crash(3)));
    assert!(report.passed, "{:?}", report.unmet());
    assert_eq!((report.usage.restarts, report.usage.restarts_max), (4, 3));
}

#[test]
fn an_operation_fails_with_the_code_and_message_of_the_script() {
    let fault = "[[fault]]\noperation='power.reboot'\nnth=2\nfails='DiskFull'\nmessage='no room'\n";
    let report = changing(&format!("{fault}[expect]\nerror = 'DiskFull'\nreboots = 1"));
    assert!(report.passed, "{:?}", report.unmet());
    let Outcome::Failed(failure) = &report.outcome else { panic!("{:?}", report.outcome) };
    assert_eq!(failure.message, "no room");
    // The first call fails, and that is the end of it.
    let every = "[[fault]]\noperation = 'power.reboot'\nfails = 'DiskFull'\nevery = true\n";
    let report = changing(&format!("{every}[expect]\nerror = 'DiskFull'\nreboots = 0"));
    assert!(report.passed, "{:?}", report.unmet());
}

#[test]
fn a_call_that_fails_fails_again_on_the_next_worker() {
    let fails = "[[fault]]\noperation = 'power.reboot'\nfails = 'DiskFull'\n";
    let crash = "[[fault]]\noperation = 'power.reboot'\ncrash = 'done'\n";
    let report = changing(&format!("{fails}{crash}[expect]\nerror = 'DiskFull'\nreboots = 0"));
    assert!(report.passed, "{:?}", report.unmet());
    assert_eq!(report.usage.attempts, 2);
}

#[test]
fn a_job_is_suspended_and_resumed_or_terminated() {
    let at = "[[fault]]\noperation = 'clock.sleep'\nnth = 2\n";
    let suspended = format!("{at}suspend = '2h'");
    assert_eq!(account(&suspended), account(""));
    let (suspended, undisturbed) = (changing(&suspended), changing(""));
    let later = suspended.ended_at.duration_since(undisturbed.ended_at);
    assert_eq!((later.as_hours(), suspended.usage.restarts), (2, 0));
    let report =
        changing(&format!("{at}terminate = true\n[expect]\nstatus = 'Stopped'\nreboots = 2"));
    assert!(report.passed, "{:?}", report.unmet());
    // What happens once ends first.
    let at = "[[fault]]\noperation = 'power.reboot'\nnth = 2\nterminate = true\n";
    let report = changing(&format!("{at}[expect]\nstatus = 'Stopped'\nreboots = 2"));
    assert!(report.passed, "{:?}", report.unmet());
}

#[test]
fn a_fault_that_never_strikes_is_a_failure_unless_it_need_not() {
    let fault = "[[fault]]\noperation = 'updates.install'\nfails = 'DiskFull'\n";
    let report = changing(fault);
    assert!(!report.passed);
    assert_eq!(
        report.unmet(),
        ["fault 1 never struck: updates.install, call 1: fails with DiskFull"]
    );
    assert!(changing(&format!("{fault}optional = true")).passed);
}

#[test]
fn all_that_is_not_as_expected_is_listed() {
    let script = "
        [expect]
        result = 'dome'
        said = ['line 2', 'line 3']
        notSaid = ['line 1']
        changes = ['power.reboot']
        installed = ['*']
        reboots = 2";
    expect![[r#"
        expected: result "dome"; found: `result` is "done"
        expected: says `line 3`; found: none of its 6 lines does
        expected: never says `line 1`; found: `line 1`
        expected: changes: power.reboot; found: power.reboot, power.reboot, power.reboot
        expected: installed: *; found: nothing
        expected: reboots: 2; found: 3"#]]
    .assert_eq(&changing(script).unmet().join("\n"));
}

#[test]
fn a_dry_run_lists_changes_and_makes_none() {
    let script =
        "[expect]\nchanges = ['power.reboot', 'power.reboot', 'power.reboot']\nreboots = 0";
    let report = dry("changing-runbook.wat", "\"power.reboot\"", script);
    assert!(report.passed, "{:?}", report.unmet());
    assert!(view::text(&report).contains("It would change"));
}

#[test]
fn a_checkpoint_and_a_crash_behind_it() {
    for entry in 0..7 {
        let script =
            format!("[[fault]]\nentry = {entry}\ncrash = 'synced'\n[expect]\nsaid = ['again']");
        let report = run("checkpoint-runbook.wat", "", &script);
        assert!(report.passed, "{script}: {:?}", report.unmet());
    }
}

const STORM: &str = "
    seed = 7
    [[fault]]
    operation = 'power.reboot'
    crash = 'during'
    [[fault]]
    operation = 'clock.sleep'
    nth = 2
    reboot = 'done'
    [expect]
    said = ['line 2']";

#[test]
fn the_same_test_says_the_same_to_the_byte() {
    let (one, other) = (changing(STORM), changing(STORM));
    assert_eq!(view::text(&one), view::text(&other));
    let json = |report| serde_json::to_string(report).expect("JSON");
    assert_eq!(json(&one), json(&other));
    let another = changing(&STORM.replace("seed = 7", "seed = 8"));
    assert_ne!(json(&one), json(&another));
}

#[test]
fn a_report_for_people() {
    let report = changing(STORM);
    let text = view::text(&report).replace(&report.digest.to_string(), "sha256:…");
    expect![[r#"
        Fixture 1 (L2), sha256:…
        from 2026-11-22T18:00:00Z, seed 7
        grants power.reboot
        parameters {}

             +0:00:00      0  the job begins
             +0:00:00      1  Output: line 0
             +0:00:00      2  power.reboot begins reserve=0 reason="change"
             +0:00:00      3  (lost) Progress: Rebooting: change
             +0:00:20         ** fault 1: power.reboot, call 1: the worker dies (during)
             +0:00:20         ** the worker dies; 1 entry was not synced and is lost
             +0:00:30         ** a worker takes the job up; 3 entries are replayed
             +0:00:30      3  Warning: the worker restarted; the job goes on from its journal
             +0:00:30      4  Progress: Rebooting: change
             +0:01:10      5  power.reboot has ended
                              -> {"took":40000,"bootBefore":"simulated-0","bootAfter":"simulated-1"}
             +0:01:11      6  it waits since 2026-11-22T18:01:10Z
             +0:01:12      7  clock.sleep duration=2000
             +0:01:12      8  Output: line 1
             +0:01:12      9  power.reboot begins reserve=0 reason="change"
             +0:01:12     10  Progress: Rebooting: change
             +0:01:52     11  power.reboot has ended
                              -> {"took":40000,"bootBefore":"simulated-1","bootAfter":"simulated-2"}
             +0:01:53     12  it waits since 2026-11-22T18:01:52Z
             +0:01:54         ** fault 2: clock.sleep, call 2: the computer goes down (done)
             +0:01:54         ** the computer goes down; nothing of the journal is lost
             +0:02:34         ** a worker takes the job up; 13 entries are replayed
             +0:02:34     13  Warning: the worker restarted; the job goes on from its journal
             +0:02:34     14  clock.sleep duration=2000
             +0:02:34     15  Output: line 2
             +0:02:34     16  power.reboot begins reserve=0 reason="change"
             +0:02:34     17  Progress: Rebooting: change
             +0:03:14     18  power.reboot has ended
                              -> {"took":40000,"bootBefore":"simulated-3","bootAfter":"simulated-4"}
             +0:03:15     19  it waits since 2026-11-22T18:03:14Z
             +0:03:16     20  clock.sleep duration=2000
             +0:03:16     21  the job is Completed

        Computer web-01 (Linux, 01010101-0101-0101-0101-010101010101)
          missing    linux-image-amd64 6.1.140-1 (security) (linux-image-amd64:amd64=6.1.140-1)
          missing    tzdata 2025b-0+deb12u2 (tzdata:amd64=2025b-0+deb12u2)
          missing    curl 7.88.1-10+deb12u12 (security) (curl:amd64=7.88.1-10+deb12u12)
          missing    systemd 252.38-1~deb12u1 (systemd:amd64=252.38-1~deb12u1)
          missing    vim-tiny 2:9.0.1378-2+deb12u2 (vim-tiny:amd64=2:9.0.1378-2+deb12u2)
          reboots    3 by the job, and 1 by faults

        It changed
          power.reboot reserve=0 reason="change"
          power.reboot reserve=0 reason="change"
          power.reboot reserve=0 reason="change"

        Faults
          struck        1  power.reboot, call 1: the worker dies (during)
          struck        2  clock.sleep, call 2: the computer goes down (done)

        Expected
          met      status Completed
          met      says `line 2`

        It took
          9 operations of 200000; 22 entries of the journal, 1633 bytes of 268435456; 3 workers, restarts 1 of 3

        Result
          "done"

        passed: Completed, after 3m 16s of virtual time
    "#]].assert_eq(&text);
}

#[test]
fn nothing_that_a_runbook_says_is_obeyed_by_a_terminal() {
    let script = "run = \"\\u001b[2J\"\nparameters = { a = \"\\u009b2J\\u202e\" }\n\
                  [computer]\nname = \"\\u001b]0;x\"\n[expect]\nsaid = [\"\\u001b\"]\nstatus = 'Failed'";
    let text = view::text(&run("lines.wat", "", script));
    assert!(text.chars().all(|c| c == '\n' || !bindery_core::text::obeyed(c)), "{text}");
}

#[test]
fn a_job_that_is_stopped_may_clean_up_in_its_grace() {
    let stop = "[[fault]]\noperation = 'clock.sleep'\nstop = true\n";
    let expect = "[expect]\nstatus = 'Stopped'\nsaid = ['clean up']\nnotSaid = ['awake']";
    let report = run("sleeping-runbook.wat", "", &format!("{stop}{expect}"));
    assert!(report.passed, "{:?}", report.unmet());
}
