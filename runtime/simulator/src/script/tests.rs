//! Scripts that can be meant, and all that cannot.

use super::{Script, fault::What};
use bindery_core::limit;
use expect_test::{Expect, expect};
use std::time::Duration;

fn check(text: &str, expected: &Expect) {
    let invalid = Script::parse(text).expect_err("it cannot be meant");
    assert!(invalid.remedy.ends_with('.'), "{invalid:?}");
    expected.assert_eq(&format!("{invalid}\n-> {}", invalid.remedy));
}

#[test]
fn a_script_without_a_word_is_a_host_on_which_all_goes_well() {
    let (empty, default) = (Script::parse("").expect("good"), Script::default());
    assert_eq!(format!("{empty:?}"), format!("{default:?}"));
}

#[test]
fn every_key_of_the_guide_is_one() {
    let guide = include_str!("../../../docs/guides/test-a-runbook.md");
    let whole = guide.split("```toml\n").skip(1).filter_map(|rest| rest.split("```").next());
    let scripts: Vec<_> = whole.collect();
    assert!(scripts.len() >= 2, "the guide has examples");
    for script in scripts {
        Script::parse(script).unwrap_or_else(|invalid| panic!("{invalid}\n{script}"));
    }
}

#[test]
fn faults_mean_what_they_say() {
    let text = "
        [[fault]]
        operation = 'updates.install'
        update = 'openssl*'
        error = 'E: no'
        every = true
        [[fault]]
        entry = 7
        crash = 'unsynced'
        away = '2m'
        [[fault]]
        operation = 'jobs.wait'
        nth = 3
        network = '20m'
        optional = true";
    let faults = Script::parse(text).expect("good").faults;
    let words: Vec<_> = faults.iter().map(ToString::to_string).collect();
    assert_eq!(
        words,
        [
            "updates.install, call 1 of openssl* and later: the update fails with `E: no`",
            "entry 7: the worker dies (unsynced)",
            "jobs.wait, call 3: the network is gone for 20m",
        ]
    );
    assert!(faults[0].every && faults[2].optional);
    assert!(matches!(faults[1].what, What::Crash(_, away) if away == Duration::from_secs(120)));
}

#[test]
fn what_is_no_script_is_refused_with_its_line_or_key() {
    check(
        "seed = 1\nstart = soon",
        &expect![[r#"
            the script is not TOML: line 2: string values must be quoted, expected literal string
            -> Correct that line; strings stand in quotation marks."#]],
    );
    check(
        "sed = 1",
        &expect![[r#"
            `sed` of the script: unknown field `sed`, expected one of `start`, `window`, `seed`, `run`, `grants`, `parameters`, `computer`, `fleet`, `child`, `fault`, `http`, `asset`, `expect`
            -> Every key stands in the guide `test-a-runbook`, with what it means."#]],
    );
    check(
        "start = 'soon'",
        &expect![[r#"
            `start` of the script: `soon` is no time with its zone, such as `2026-11-22T18:00:00Z`
            -> Every key stands in the guide `test-a-runbook`, with what it means."#]],
    );
    check(
        "window = 'long \u{1b}'",
        &expect![[r#"
            the script is not TOML: line 1: invalid literal string, expected non-single-quote visible characters
            -> Correct that line; strings stand in quotation marks."#]],
    );
    check(
        "window = 'long'",
        &expect![[r#"
            `window` of the script: `long` is no length of time, such as `90s`, `2h 30m` or `7 days`
            -> Every key stands in the guide `test-a-runbook`, with what it means."#]],
    );
    check(
        "grants = ['root']",
        &expect![[r#"
            `grants[0]` of the script: `root` is not a grant; known are `updates.read`, `updates.install`, `power.reboot`, `fleet.read`, `fleet.configure`, `jobs.start`, `records.write`, `files.read`, `files.write`, `process`, `http`, `assets.read`, `assets.write`
            -> Every key stands in the guide `test-a-runbook`, with what it means."#]],
    );
}

#[test]
fn a_script_ends_at_its_limits() {
    let long = "#".repeat(limit::TEST_SCRIPT_BYTES + 1);
    check(
        &long,
        &expect![[r#"
            the script has 1048577 bytes; at most 1048576 are allowed (TEST_SCRIPT_BYTES)
            -> Give long parameters with `--parameters @FILE`."#]],
    );
    let one = "[[fault]]\nentry = 1\nstop = true\n";
    assert!(Script::parse(&one.repeat(limit::TEST_FAULTS)).is_ok());
    check(
        &one.repeat(limit::TEST_FAULTS + 1),
        &expect![[r#"
            `fault` of the script: there are 101 faults; at most 100 (TEST_FAULTS)
            -> Make several scripts of it."#]],
    );
}

/// Each with the key and a part of the reason.
#[test]
fn what_contradicts_itself_is_refused() {
    let install = "operation = 'updates.install'\n";
    let rows = [
        ("[[fault]]\nstop = true".into(), "fault[0]", "does not say where"),
        (format!("[[fault]]\n{install}entry = 3\nstop = true"), "fault[0]", "at two places"),
        (format!("[[fault]]\n{install}"), "fault[0]", "does not say what happens"),
        (format!("[[fault]]\n{install}stop = true\nfails = 'DiskFull'"), "fault[0]", "2 things"),
        ("[[fault]]\noperation = 'a'\nstop = true".into(), "fault[0].operation", "no operation"),
        (format!("[[fault]]\n{install}nth = 0\nstop = true"), "fault[0].nth", "counted from 1"),
        ("[[fault]]\nentry = 1\nnth = 2\nstop = true".into(), "fault[0].nth", "there once"),
        ("[[fault]]\nentry = 1\nupdate = 'a'\nstop = true".into(), "fault[0].update", "not chosen"),
        (
            "[[fault]]\noperation = 'clock.sleep'\nupdate = 'a'\nstop = true".into(),
            "fault[0].update",
            "not about single updates",
        ),
        (format!("[[fault]]\n{install}fails = 'Full'"), "fault[0].fails", "no code"),
        (format!("[[fault]]\n{install}crash = 'soon'"), "fault[0].crash", "unknown variant"),
        (
            format!("[[fault]]\n{install}stop = true\nmessage = 'a'"),
            "fault[0].message",
            "belongs to `fails`",
        ),
        (format!("[[fault]]\n{install}stop = true\naway = '1s'"), "fault[0].away", "to `crash`"),
        (format!("[[fault]]\n{install}stop = true\nevery = true"), "fault[0].every", "every time"),
        (format!("[[fault]]\n{install}error = 'a'"), "fault[0].error", "of an update"),
        (
            "[computer]\nmissing = 2\n[[computer.update]]\nname = 'a'".into(),
            "computer.missing",
            "both counted",
        ),
        ("[computer]\nmissing = 13".into(), "computer.missing", "has 12 updates"),
        (
            "[[computer.update]]\nname = 'a'\n[[computer.update]]\nname = 'a'".into(),
            "computer.update[1]",
            "there twice",
        ),
        ("[computer]\nos = 'BeOS'".into(), "computer.os", "unknown variant"),
        (
            format!("[[fleet]]\nname = 'a'\n[[fleet]]\nname = 'b'\nid = '{}'", "01".repeat(16)),
            "fleet[1].id",
            "has the id",
        ),
        ("[[fleet]]\nname = 'a'\nreason = 'b'".into(), "fleet[0].reason", "has none"),
        (
            "[[child]]\nrunbook = '*'\nresult = 1\nerror = 'DiskFull'".into(),
            "child[0]",
            "more than one way",
        ),
        (
            "[[child]]\nrunbook = '*'\nrefused = 'NoWorker'\ntakes = '1m'".into(),
            "child[0].takes",
            "takes no time",
        ),
        ("[[child]]\nrunbook = '*'\nmessage = 'a'".into(), "child[0].message", "belongs to"),
        ("[[child]]\nrunbook = ''".into(), "child[0].runbook", "1 to 256 characters"),
        (
            "[expect]\nstatus = 'Completed'\nerror = 'DiskFull'".into(),
            "expect.error",
            "ends Failed",
        ),
        ("[expect]\nstatus = 'Failed'\nresult = 1".into(), "expect.result", "ends Completed"),
        ("[expect]\nchanges = ['clock.sleep']".into(), "expect.changes[0]", "changes nothing"),
        ("[expect]\nstatus = 'Fine'".into(), "expect.status", "unknown variant"),
        ("[expect]\nerror = 'no room'".into(), "expect.error", "is no code"),
        ("[expect]\nfiles = { '/a' = true }".into(), "expect.files./a", "where it is gone"),
    ];
    for (text, key, part) in rows {
        let text: String = text;
        let invalid = Script::parse(&text).expect_err(&text);
        assert_eq!(invalid.key, key, "{invalid}");
        assert!(invalid.reason.contains(part), "{invalid}");
        assert!(invalid.remedy.ends_with('.'), "{invalid:?}");
    }
}

#[test]
fn a_computers_files_and_programs_must_be_possible() {
    let rows = [
        ("[computer.files]\n'etc/motd' = ''", "computer.files.etc/motd"),
        ("[computer.files]\n'/a/../b' = ''", "computer.files./a/../b"),
        ("[computer.files]\n'/' = ''", "computer.files./"),
        ("[computer.files]\n'/a/' = 'text'", "computer.files./a/"),
        ("[computer.files]\n'/a' = ''\n'/a/b' = ''", "computer.files./a/b"),
        ("[[computer.process]]\nprogram = 'a'\ncode = 1\nsignal = 9", "computer.process[0].code"),
        ("[[computer.process]]\nstdout = 'a'", "computer.process[0]"),
    ];
    for (text, key) in rows {
        let invalid = Script::parse(text).expect_err(text);
        assert_eq!(invalid.key, key, "{invalid}");
        assert!(invalid.remedy.ends_with('.'), "{invalid:?}");
    }
    let long = "x".repeat(limit::PROCESS_OUTPUT_BYTES + 1);
    for (text, taken) in [(&long[1..], true), (long.as_str(), false)] {
        let script = format!("[[computer.process]]\nprogram = 'a'\nstdout = '{text}'");
        assert_eq!(Script::parse(&script).is_ok(), taken);
    }
}
