//! The guest examples.

use crate::support::{CALENDAR, REPORT};
use serde_json::json;

#[test]
fn a_report_warns_of_what_is_overdue_and_changes_nothing() {
    let script = "
        [computer]
        os = 'Linux'
        missing = 12
        [expect]
        said = ['web-01 lacks 3 updates for more than 30 days']
        changes = []
        result = { missing = 12, security = 7 }";
    let report = REPORT.passes(&json!({}), script);
    assert!(report.records.iter().all(|row| row.table == "PatchReport"));
}

#[test]
fn a_plain_program_says_the_same_wherever_its_worker_dies() {
    let parameters = json!({ "month": "2026-11", "rule": "patch tuesday + 3", "months": 2 });
    let expect = "[expect]\nsaid = ['2026-11-13 Friday', '2026-12-11 Friday']";
    let entries = CALENDAR.passes(&parameters, expect).usage.entries;
    for entry in 0..entries {
        let fault = format!("[[fault]]\nentry = {entry}\ncrash = 'unsynced'");
        let report = CALENDAR.passes(&parameters, &format!("{fault}\n{expect}"));
        assert_eq!(report.usage.attempts, 2);
    }
}

#[test]
fn parameters_that_do_not_fit_are_refused_as_a_start_would() {
    use bindery_simulator::{
        script::Script,
        simulation::{Refused, Test},
    };
    let parameters = json!({ "month": "soon", "rule": "x" });
    let parameters = parameters.as_object().expect("an object").clone();
    match Test::new(CALENDAR.wasm(), Script::default(), parameters, false) {
        Err(Refused::Module(failure)) => assert_eq!(failure.code.as_str(), "InvalidParameters"),
        other => panic!("{other:?}"),
    }
}
