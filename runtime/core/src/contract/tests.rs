//! Arguments against the contract, and replies by it.

use super::*;
use crate::operation::{self, FLEET_COMPUTERS, JOB_CONTEXT, JOBS_START, JOBS_WAIT, STREAM_WRITE};
use serde_json::json;

fn refused(operation: &Operation, given: Value) -> String {
    let failure = CONTRACT.arguments(operation, &given).expect_err("refused");
    assert_eq!(failure.code, Code::InvalidArguments);
    failure.message
}

#[test]
fn every_operation_is_described_and_every_type_is_there() {
    for operation in operation::ALL {
        let described = CONTRACT.described(operation.name).expect("described");
        assert_eq!(described.interface, operation.interface);
        assert_eq!(described.function, operation.function);
        assert_eq!(described.class, operation.class);
    }
    assert_eq!(CONTRACT.operations.len(), operation::ALL.len());
    let text = serde_json::to_string(&*CONTRACT).expect("JSON");
    for name in text.split("{\"named\":\"").skip(1).filter_map(|rest| rest.split('"').next()) {
        assert!(CONTRACT.types.contains_key(name), "{name}");
    }
}

#[test]
fn arguments_of_the_right_form_go_through_without_what_is_absent() {
    let given = json!({
        "runbook": "Clean-Logs",
        "children": [
            { "target": "sandbox", "parameters": "{}" },
            { "target": { "group": "web" }, "parameters": "{\"days\":30}" },
        ],
    });
    assert_eq!(CONTRACT.arguments(&JOBS_START, &given).expect("right"), given);
    let given = json!({ "jobs": ["a"], "mode": "All", "timeout": null });
    let taken = CONTRACT.arguments(&JOBS_WAIT, &given).expect("right");
    assert_eq!(taken, json!({ "jobs": ["a"], "mode": "All" }));
    let given = json!({ "filter": { "limit": u32::MAX } });
    assert_eq!(CONTRACT.arguments(&FLEET_COMPUTERS, &given).expect("right"), given);
    assert_eq!(CONTRACT.arguments(&JOB_CONTEXT, &json!({})).expect("right"), json!({}));
}

#[test]
fn a_refusal_names_the_place_what_it_must_be_and_what_it_is() {
    let rows = [
        (&STREAM_WRITE, json!([]), "`stream.write`: it must be an object, and is []"),
        (
            &STREAM_WRITE,
            json!({ "kind": "Output" }),
            "`stream.write`: `text`: it must be a string, and is nothing",
        ),
        (
            &STREAM_WRITE,
            json!({ "kind": "output", "text": "" }),
            "`stream.write`: `kind`: it must be \"Output\" or \"Warning\" or \"Error\" or \"Verbose\" or \
             \"Debug\", and is \"output\"",
        ),
        (
            &STREAM_WRITE,
            json!({ "kind": "Output", "text": "", "colour\u{7}": 1 }),
            "`stream.write`: there is no key `colour\\u{7}`, only: kind, text",
        ),
        (&JOB_CONTEXT, json!({ "a": 1 }), "`job.context`: there is no key `a`, only: none"),
        (
            &FLEET_COMPUTERS,
            json!({ "filter": { "limit": 4_294_967_296_u64 } }),
            "`fleet.computers`: `filter.limit`: it must be a whole number from 0 to 4294967295, and \
             is 4294967296",
        ),
        (
            &JOBS_START,
            json!({ "runbook": "A", "children": [{ "target": "web", "parameters": "{}" }] }),
            "`jobs.start`: `children[0].target`: it must be \"sandbox\" or {\"computer\": …} or \
             {\"group\": …}, and is \"web\"",
        ),
        (
            &JOBS_START,
            json!({ "runbook": "A", "children": [{ "target": "group", "parameters": "{}" }] }),
            "`jobs.start`: `children[0].target`: it must be {\"group\": …}, and is \"group\"",
        ),
        (
            &JOBS_START,
            json!({ "runbook": "A", "children": [{ "target": { "group": 1 }, "parameters": "" }] }),
            "`jobs.start`: `children[0].target.group`: it must be a string, and is 1",
        ),
    ];
    for (operation, given, message) in rows {
        assert_eq!(refused(operation, given), message);
    }
}

#[test]
fn a_reply_is_spelled_by_the_contract() {
    let reply = json!({
        "computers": [], "unknown": ["x"], "cursor": null, "internal": "not in the contract",
    });
    let spelled = CONTRACT.reply(&FLEET_COMPUTERS, &reply).expect("right");
    assert_eq!(spelled, json!({ "computers": [], "unknown": ["x"] }));
    let nothing = CONTRACT.reply(&STREAM_WRITE, &json!({ "more": 1 })).expect("right");
    assert_eq!(nothing, Value::Null);
    let failure = CONTRACT.reply(&FLEET_COMPUTERS, &json!([])).expect_err("wrong");
    assert_eq!(failure.code, Code::Internal);
}

#[test]
fn names_change_their_case() {
    assert_eq!(camel("kb-id"), "kbId");
    assert_eq!(camel("job"), "job");
    assert_eq!(pascal("never-reboots"), "NeverReboots");
}
