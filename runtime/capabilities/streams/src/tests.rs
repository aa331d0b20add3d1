//! Tests of the operations `stream.*`, called without a gate.

use super::*;
use bindery_core::{
    digest::Digest,
    id::{JobId, WorkerId},
    job::Trigger,
};
use bindery_sandbox::capability::JobFacts;
use jiff::Timestamp;
use serde_json::json;

fn facts() -> JobFacts {
    JobFacts {
        id: JobId::from_bytes([1; 16]),
        account: "Fleet".parse().expect("a name"),
        runbook: "Patch-One".parse().expect("a name"),
        digest: Digest::from_bytes([7; 32]),
        parameters: json!({}),
        worker: WorkerId::from_bytes([2; 16]),
        computer: None,
        run: None,
        trigger: Trigger::Manual,
        deadline: None,
        dry_run: false,
        started_at: Timestamp::UNIX_EPOCH,
    }
}

async fn check(operation: &'static Operation, rows: &[(Value, Option<Code>)]) {
    let (job, now, say) = (facts(), Timestamp::UNIX_EPOCH, |_, _, _| {});
    for (arguments, refused) in rows {
        let call = Call {
            job: &job,
            sequence: 1,
            operation,
            grants: &[],
            arguments,
            now,
            deadline: None,
            restored: None,
            secrets: &bindery_sandbox::secrets::Secrets::none(),
            say: &say,
        };
        let reply = Streams.perform(&call).await.map_err(|failure| failure.code);
        let brief: String = arguments.to_string().chars().take(60).collect();
        assert_eq!(reply, refused.map_or(Ok(Value::Null), Err), "{brief}");
    }
}

/// JSON text of exactly `size` bytes.
fn json_text(size: usize) -> String {
    format!("\"{}\"", "x".repeat(size - 2))
}

const MOST: usize = limit::STREAM_RECORD_BYTES;

#[tokio::test]
async fn text_goes_to_every_stream_but_progress() {
    let of = |kind: &str| json!({ "kind": kind, "text": "hello" });
    let mut rows: Vec<_> =
        ["Output", "Warning", "Error", "Verbose", "Debug"].map(|kind| (of(kind), None)).into();
    rows.push((of("Progress"), Some(Code::InvalidArguments)));
    rows.push((of("output"), Some(Code::InvalidArguments)));
    rows.push((json!({ "kind": "Output" }), Some(Code::InvalidArguments)));
    rows.push((json!({ "kind": "Output", "text": 1 }), Some(Code::InvalidArguments)));
    check(&STREAM_WRITE, &rows).await;
}

#[tokio::test]
async fn a_record_of_the_limit_is_taken_and_one_byte_more_is_too_large() {
    let text = |size| json!({ "kind": "Output", "text": "x".repeat(size) });
    check(&STREAM_WRITE, &[(text(MOST), None), (text(MOST + 1), Some(Code::TooLarge))]).await;
    let value = |size| json!({ "value": json_text(size) });
    check(&STREAM_VALUE, &[(value(MOST), None), (value(MOST + 1), Some(Code::TooLarge))]).await;
    let activity = |size| json!({ "activity": "x".repeat(size) });
    let rows = [(activity(MOST), None), (activity(MOST + 1), Some(Code::TooLarge))];
    check(&STREAM_PROGRESS, &rows).await;
}

#[tokio::test]
async fn a_value_is_json_text() {
    let rows = [
        (json!({ "value": "{\"a\": [1, null]}" }), None),
        (json!({ "value": "{\"a\":" }), Some(Code::InvalidArguments)),
        (json!({ "value": "" }), Some(Code::InvalidArguments)),
        (json!({ "value": { "a": 1 } }), Some(Code::InvalidArguments)),
    ];
    check(&STREAM_VALUE, &rows).await;
}

#[tokio::test]
async fn progress_goes_from_0_to_100_or_is_unknown() {
    let rows = [
        (json!({ "activity": "downloading", "percent": 0 }), None),
        (json!({ "activity": "downloading", "percent": 100 }), None),
        (json!({ "activity": "downloading" }), None),
        (json!({ "activity": "downloading", "percent": 101 }), Some(Code::InvalidArguments)),
        (json!({ "activity": "downloading", "percent": -1 }), Some(Code::InvalidArguments)),
        (json!({ "percent": 1 }), Some(Code::InvalidArguments)),
    ];
    check(&STREAM_PROGRESS, &rows).await;
}
