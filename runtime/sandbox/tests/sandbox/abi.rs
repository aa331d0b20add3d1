//! `bindery_v1`: what a core module asks for by name goes the way of every operation, and no lie about
//! its memory does any harm.

use crate::support::{Fake, Found, Job, Worker, code, shape};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
    limit,
    runbook::Level,
};
use serde_json::{Value, json};
use std::fmt::Write as _;

/// One call: the name and the arguments as they lie in memory, or other places for them.
enum Ask<'a> {
    For(&'a str, &'a str),
    /// Raw numbers: name, its length, arguments, their length.
    At([u32; 4]),
    /// Reads the last answer: to, offset, length. Says the number that it returned.
    Read([u32; 3]),
}
use Ask::{At, For, Read};

/// A guest that makes these calls, says each answer on stdout behind `ok` or `error`, and ends with
/// `code`.
fn guest(asks: &[Ask<'_>], entry: &str, code: u32) -> Vec<u8> {
    let (mut data, mut calls, mut at) = (String::new(), String::new(), 1_024);
    let mut place = |text: &str, data: &mut String| {
        let (start, bytes) = (at, text.len());
        at += bytes;
        let text: String = text.bytes().map(|byte| format!("\\{byte:02x}")).collect();
        writeln!(data, "(data (i32.const {start}) \"{text}\")").expect("written");
        format!("(i32.const {start}) (i32.const {bytes})")
    };
    for ask in asks {
        let call = match ask {
            For(name, given) => {
                let (name, given) = (place(name, &mut data), place(given, &mut data));
                format!("(call $say (call $call {name} {given}))")
            }
            At(places) => {
                let places = places.map(|place| format!("(i32.const {place})")).join(" ");
                format!("(call $say (call $call {places}))")
            }
            Read(places) => {
                let places = places.map(|place| format!("(i32.const {place})")).join(" ");
                format!("(call $number (call $read {places}))")
            }
        };
        calls += &call;
        calls.push('\n');
    }
    let result = if entry == "run" { "(result i32)" } else { "" };
    let last = if entry == "run" { format!("(i32.const {code})") } else { String::new() };
    let text = include_str!("../../../../tests/fixtures/abi-guest.wat")
        .replace(";; DATA", &data)
        .replace("ENTRY", entry)
        .replace(";; RESULT", result)
        .replace(";; CALLS", &calls)
        .replace(";; LAST", &last);
    wat::parse_str(text).expect("a module")
}

async fn run(wasm: &[u8], job: &Job) -> Outcome {
    let worker = Worker::new();
    let prepared = worker.sandbox.prepare(wasm, Level::L1).await.expect("a module");
    worker.sandbox.run(&prepared, &job.gate()).await.expect("an outcome")
}

/// What a guest that makes these calls was answered.
async fn answers(asks: &[Ask<'_>], job: &Job) -> Vec<String> {
    let outcome = run(&guest(asks, "run", 0), job).await;
    assert_eq!(outcome, Outcome::Completed(None));
    job.said().into_iter().map(|line| line.trim_start_matches("Output: ").to_owned()).collect()
}

#[tokio::test]
async fn operations_go_through_the_gate_and_their_answers_are_json() {
    let job = Job::new().granted(&["power.reboot"]);
    let asks = [
        For("job.restored", "{}"),
        For("power.reboot", r#"{"reserve": 60000, "reason": "kernel"}"#),
        For("stream.write", r#"{"kind":"Warning","text":"disk \u00fc"}"#),
        For("fleet.computer", r#"{"id":"x"}"#),
    ];
    let said = answers(&asks, &job).await;
    assert_eq!(said[0], "ok null");
    assert_eq!(said[1], r#"ok {"took":42000,"bootBefore":"a","bootAfter":"b"}"#);
    assert_eq!(said[2], "Warning: disk ü");
    assert_eq!(said[3], "ok null");
    let refused: Value =
        serde_json::from_str(said[4].strip_prefix("error ").expect("refused")).expect("JSON");
    assert_eq!(refused["code"], "GrantDenied");
    assert!(refused["message"].as_str().expect("text").contains("fleet.read"), "{refused}");
    let shape = shape(&job.journal.entries());
    assert!(shape.contains(&"intent power.reboot".to_owned()), "{shape:?}");
    assert!(
        shape.contains(&"fleet.computer refused: GrantDenied".to_owned()),
        "a refusal is journalled: {shape:?}"
    );
}

#[tokio::test]
async fn what_is_wrong_with_a_call_is_its_error_and_the_guest_goes_on() {
    let huge = u32::try_from(limit::OPERATION_BYTES + 1).expect("small");
    let rows = [
        (For("job.rest", "{}"), "UnknownOperation", "there is no operation `job.rest`"),
        (For("\u{1b}[31m", "{}"), "UnknownOperation", "`\\u{1b}[31m`"),
        (For("clock.sleep", "{"), "InvalidArguments", "not JSON"),
        (For("clock.sleep", "{}"), "InvalidArguments", "`duration`: it must be a whole number"),
        (For("clock.sleep", r#"{"duration":-1}"#), "InvalidArguments", "and is -1"),
        (For("clock.sleep", r#"{"duration":1,"x":2}"#), "InvalidArguments", "no key `x`"),
        (At([u32::MAX, 1, 0, 0]), "InvalidArguments", "1 bytes at 4294967295 are not in a memory"),
        (At([u32::MAX, u32::MAX, 0, 0]), "TooLarge", "OPERATION_BYTES"),
        (At([0, huge, 0, 0]), "TooLarge", "OPERATION_BYTES"),
        (At([1_048_000, 600, 0, 0]), "InvalidArguments", "are not in a memory of 1048576"),
        (At([900, 1, 0, 0]), "InvalidArguments", "invalid utf-8"),
        (At([0, 0, 0, 0]), "UnknownOperation", "there is no operation ``"),
    ];
    for (ask, code, words) in rows {
        let job = Job::new();
        let said = answers(&[ask, For("job.restored", "{}")], &job).await;
        let refused = said[0].strip_prefix("error ").expect("refused");
        let refused: Value = serde_json::from_str(refused).expect("JSON");
        assert_eq!(refused["code"], code, "{refused}");
        assert!(refused["message"].as_str().expect("text").contains(words), "{refused}");
        assert_eq!(said[1], "ok null", "the next call is answered");
        let operations = job.calls().iter().filter(|name| **name != "stream.write").count();
        assert_eq!(operations, 1, "nothing that is wrong comes to a capability");
    }
}

#[tokio::test]
async fn arguments_may_be_as_large_as_an_operation_and_no_larger() {
    let frame = r#"{"kind":"Verbose","text":""}"#.len();
    for (more, refused) in [(0, false), (1, true)] {
        let text = "x".repeat(limit::STREAM_RECORD_BYTES / 2 - frame + more);
        // The guest's memory is smaller than what an operation may take: the record's own limit is
        // tested with its capability, here the place is the last one that there is.
        let at = 1_048_576 - u32::try_from(text.len()).expect("small");
        let asks =
            [At([at, u32::try_from(text.len() + usize::from(refused)).expect("small"), 0, 0])];
        let said = answers(&asks, &Job::new()).await;
        let outside = said[0].contains("are not in a memory");
        assert_eq!(outside, refused, "{}", said[0]);
    }
}

#[tokio::test]
async fn an_answer_is_read_in_parts_and_never_past_its_end_or_into_a_place_that_is_not_there() {
    let whole = r#"{"took":42000,"bootBefore":"a","bootAfter":"b"}"#.len();
    let asks = [
        Read([0, 0, 10]),
        For("power.reboot", r#"{"reserve": 0, "reason": ""}"#),
        Read([8_192, 0, 10]),
        Read([8_192, 40, 1_000]),
        Read([8_192, u32::MAX, u32::MAX]),
        Read([u32::MAX, 0, 1]),
        Read([1_048_570, 0, 10]),
    ];
    let said = answers(&asks, &Job::new().granted(&["power.reboot"])).await;
    let rest = (whole - 40).to_string();
    let numbers: Vec<_> = said.iter().filter(|line| !line.starts_with("ok")).collect();
    assert_eq!(numbers, ["0", "10", &rest, "0", "-1", "-1"]);
}

#[tokio::test]
async fn a_guest_that_asks_for_nonsense_without_end_meets_the_limit_of_operations() {
    let endless = r#"(module
        (import "bindery_v1" "call" (func $call (param i32 i32 i32 i32) (result i64)))
        (memory (export "memory") 1)
        (func (export "run") (result i32)
          (loop $again
            (drop (call $call (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 0)))
            (br $again))
          (i32.const 0)))"#;
    let mut job = Job::new();
    job.limits.operations = 1_000;
    let outcome = run(&wat::parse_str(endless).expect("a module"), &job).await;
    assert_eq!(code(&outcome), Some(Code::LimitExceeded), "{outcome:?}");
    assert_eq!(job.calls(), Vec::<&str>::new());
}

#[tokio::test]
async fn a_guest_sets_its_result_or_says_why_it_fails() {
    let result = For("job.result", r#"{"value":"{\"free\":7}"}"#);
    let outcome = run(&guest(&[result], "run", 0), &Job::new()).await;
    assert_eq!(outcome, Outcome::Completed(Some(json!({ "free": 7 }))));
    let outcome = run(&guest(&[], "run", 3), &Job::new()).await;
    assert_eq!(code(&outcome), Some(Code::GuestFailed));
    let failure = r#"{"error":{"code":"DiskFull","message":"no room","details":"{\"free\":0}"}}"#;
    let outcome = run(&guest(&[For("job.failure", failure)], "run", 1), &Job::new()).await;
    let said = Failure::new(Code::DiskFull, "no room").with(json!({ "free": 0 }));
    assert_eq!(outcome, Outcome::Failed(said));
    let outcome = run(&guest(&[For("job.failure", failure)], "run", 0), &Job::new()).await;
    assert_eq!(outcome, Outcome::Completed(None), "it ended well after all");
}

#[tokio::test]
async fn a_guest_may_be_a_program_too_and_a_library_is_initialized_first() {
    let job = Job::new();
    let asks = [For("job.result", r#"{"value":"1"}"#)];
    let outcome = run(&guest(&asks, "_start", 0), &job).await;
    assert_eq!(outcome, Outcome::Completed(Some(json!(1))));
    let library = r#"(module
        (import "bindery_v1" "abi_version" (func $version (result i32)))
        (memory (export "memory") 1)
        (global $ready (mut i32) (i32.const 7))
        (func (export "_initialize") (global.set $ready (i32.const 0)))
        (func (export "run") (result i32)
          (i32.add (global.get $ready) (i32.ne (call $version) (i32.const 1)))))"#;
    let wasm = wat::parse_str(library).expect("a module");
    assert_eq!(run(&wasm, &Job::new()).await, Outcome::Completed(None));
}

#[tokio::test]
async fn an_interrupted_guest_goes_on_from_its_journal_and_says_nothing_twice() {
    let wasm = guest(
        &[
            For("stream.write", r#"{"kind":"Verbose","text":"begin"}"#),
            For("power.reboot", r#"{"reserve": 0, "reason": ""}"#),
            For("job.result", r#"{"value":"true"}"#),
        ],
        "run",
        0,
    );
    let first = Job::new().granted(&["power.reboot"]);
    let ended = run(&wasm, &first).await;
    assert_eq!(ended, Outcome::Completed(Some(json!(true))));
    let journal = first.journal.entries();
    for length in 1..journal.len() {
        let mut again = Job::replaying(journal[..length].to_vec()).granted(&["power.reboot"]);
        again.fake = Fake { found: Found::Done, ..again.fake };
        assert_eq!(run(&wasm, &again).await, ended, "from {length} entries");
        assert_eq!(shape(&again.journal.entries()), shape(&journal), "from {length}");
    }
}
