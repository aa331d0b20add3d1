//! The files and the programs of the simulated computer.

use crate::support::{dry, run};
use bindery_core::{code::Code, job::Outcome, stream::StreamKind};
use bindery_simulator::{report::Report, view};
use serde_json::{Value, json};

const GRANTS: &str = "\"process:step\", \"files.write:/srv/*\"";
/// A computer on which all three calls go well.
const WELL: &str = "
    [computer.files]
    '/srv/old' = 'gone'
    '/srv/kept' = 'as it was'
    [[computer.process]]
    program = 'st?p'
    stdout = \"one\\ntwo\\n\"
    takes = '20s'
    ";

fn job(script: &str) -> Report {
    run("process-runbook.wat", GRANTS, script)
}

/// What a job came to, and its computer.
fn account(report: &Report) -> Value {
    let files = report.computer.as_ref().map(|computer| &computer.files);
    json!({ "outcome": report.outcome, "files": files, "changes": report.changes.len() })
}

#[test]
fn the_report_shows_what_was_written_and_what_the_program_said() {
    let report = job(WELL);
    assert!(report.passed, "{:?}", report.unmet());
    let files = json!([{ "path": "/srv/done", "text": "yes" }, { "path": "/srv/old" }]);
    assert_eq!(account(&report)["files"], files);
    let said: Vec<_> = report.streams.iter().map(|it| (it.kind, it.text.as_str())).collect();
    assert_eq!(said, [(StreamKind::Verbose, "one"), (StreamKind::Verbose, "two")]);
    assert_eq!(report.ended_at.duration_since(report.started_at).as_secs(), 20);
    let text = view::text(&report);
    assert!(text.contains("written    /srv/done (3 bytes)"), "{text}");
    assert!(text.contains("removed    /srv/old"), "{text}");
}

#[test]
fn what_becomes_of_files_is_expected_by_their_text_or_their_absence() {
    let files = "[expect.files]\n'/srv/done' = 'yes'\n'/srv/old' = false";
    let report = job(&format!("{WELL}\n{files}"));
    assert!(report.passed, "{:?}", report.unmet());
    let files = "[expect.files]\n'/srv/done' = 'no'\n'/srv/kept' = false\n'/srv/old' = 'x'";
    let report = job(&format!("{WELL}\n{files}"));
    assert_eq!(
        report.unmet(),
        [
            "expected: `/srv/done` has the text `no`; found: has the text `yes`",
            "expected: `/srv/kept` is gone; found: the job did not change it",
            "expected: `/srv/old` has the text `x`; found: is gone",
        ]
    );
}

#[test]
fn a_job_that_is_killed_at_any_call_at_any_moment_ends_as_if_nothing_had_been() {
    let expected = account(&job(WELL));
    for operation in ["process.run", "files.write", "files.remove"] {
        for when in ["before", "begun", "during", "done", "unsynced", "synced"] {
            let fault = format!("[[fault]]\noperation = '{operation}'\ncrash = '{when}'");
            let report = job(&format!("{WELL}\n{fault}"));
            assert!(report.passed, "{fault}: {:?}", report.unmet());
            assert_eq!(account(&report), expected, "{fault}");
        }
    }
}

#[test]
fn a_program_that_no_rule_is_about_fails_by_its_name() {
    let report = job("[expect]\nstatus = 'Failed'");
    assert!(report.passed, "{:?}", report.unmet());
    let text = view::text(&report);
    assert!(text.contains("no `[[computer.process]]` of the script is about `step`"), "{text}");
}

#[test]
fn a_fault_and_a_time_that_is_over_refuse_the_program() {
    let fault = "[[fault]]\noperation = 'process.run'\nfails = 'Internal'";
    let slow = "[[computer.process]]\nprogram = 'step'\ntakes = '2m'";
    for (script, code) in
        [(format!("{WELL}\n{fault}"), Code::Internal), (slow.into(), Code::TimedOut)]
    {
        let report = job(&format!("{script}\n[expect]\nstatus = 'Failed'"));
        assert!(report.passed, "{:?}", report.unmet());
        assert!(matches!(report.outcome, Outcome::Failed(_)));
        assert!(view::text(&report).contains(code.as_str()), "{}", view::text(&report));
    }
}

#[test]
fn a_dry_run_lists_the_changes_and_makes_none() {
    let report = dry("process-runbook.wat", GRANTS, "");
    assert!(report.passed, "{:?}", report.unmet());
    let wanted = json!({ "outcome": report.outcome, "files": [], "changes": 3 });
    assert_eq!(account(&report), wanted);
}

#[test]
fn the_rows_of_a_table_are_expected_one_by_one() {
    let appends = |expected: &str| {
        run(
            "rounds-runbook.wat",
            "\"power.reboot\", \"records.write:*\"",
            &format!("[expect]\n{expected}"),
        )
    };
    let table = appends("").records[0].table.clone();
    let columns: Vec<_> =
        appends("").records.iter().map(|it| Value::Object(it.row.clone())).collect();
    let rows = columns.iter().map(|row| row.to_string().replace("\":", "\" = "));
    let rows: Vec<_> = rows.collect();
    let report = appends(&format!("rows.{table} = [{}]", rows.join(", ")));
    assert!(report.passed, "{:?}", report.unmet());
    assert!(appends(&format!("rows.{table} = [{{}}, {{}}, {{}}]")).passed, "it may have more");
    let fewer = appends(&format!("rows.{table} = [{{}}]\nrows.Other = [{{ a = 1 }}]")).unmet();
    assert_eq!(
        fewer,
        [
            format!(
                "expected: rows of Other: [{{\"a\":1}}]; found: 0 rows; it appended to `{table}`"
            ),
            format!("expected: rows of {table}: [{{}}]; found: 3 rows"),
        ]
    );
    let other = appends(&format!("rows.{table} = [{{}}, {{ none = 1 }}, {{}}]")).unmet();
    assert!(other[0].ends_with(&format!("found: `{table}[1].none` is null")), "{other:?}");
}

#[test]
fn a_line_that_no_record_holds_is_told_by_a_warning() {
    let report = run("long-line.wat", "", "");
    let said: Vec<_> = report.streams.iter().map(|it| (it.kind, it.text.as_str())).collect();
    let [(StreamKind::Warning, text)] = said[..] else { panic!("{said:?}") };
    assert!(text.starts_with("left out: ") && text.contains("STREAM_RECORD_BYTES"), "{text}");
}
