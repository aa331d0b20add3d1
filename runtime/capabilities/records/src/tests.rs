//! Tests of `records.append`, called without a gate.

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

async fn append(arguments: Value) -> Result<Value, Failure> {
    let (job, now, say) = (facts(), Timestamp::UNIX_EPOCH, |_, _, _| {});
    let operation = &RECORDS_APPEND;
    let call = Call {
        job: &job,
        sequence: 1,
        operation,
        grants: &[],
        arguments: &arguments,
        now,
        deadline: None,
        restored: None,
        secrets: &bindery_sandbox::secrets::Secrets::none(),
        say: &say,
    };
    Records.perform(&call).await
}

#[tokio::test]
async fn rows_are_json_objects_of_a_named_table() {
    let rows = [
        (json!({ "table": "UpdateRunProgress", "rows": ["{\"a\":1}", "{}"] }), true),
        (json!({ "table": "Own_Table", "rows": [] }), true),
        (json!({ "table": "UpdateRunProgress", "rows": ["[]"] }), false),
        (json!({ "table": "UpdateRunProgress", "rows": ["{"] }), false),
        (json!({ "table": "UpdateRunProgress", "rows": [{}] }), false),
        (json!({ "table": "UpdateRunProgress", "rows": "{}" }), false),
        (json!({ "table": "UpdateRunProgress" }), false),
        (json!({ "table": "two words", "rows": [] }), false),
        (json!({ "rows": [] }), false),
    ];
    for (arguments, taken) in rows {
        let reply = append(arguments.clone()).await.map_err(|failure| failure.code);
        let expected = if taken { Ok(Value::Null) } else { Err(Code::InvalidArguments) };
        assert_eq!(reply, expected, "{arguments}");
    }
}

#[tokio::test]
async fn a_refused_row_is_named_by_its_place() {
    let refusal = append(json!({ "table": "T", "rows": ["{}", "5"] })).await.expect_err("refused");
    assert!(refusal.message.starts_with("row 1 is not a JSON object"), "{}", refusal.message);
}

#[tokio::test]
async fn as_many_rows_as_the_limit_are_taken_and_one_more_is_too_large() {
    let of = |count| json!({ "table": "T", "rows": vec!["{}"; count] });
    assert_eq!(append(of(limit::RECORD_ROWS)).await, Ok(Value::Null));
    let refusal = append(of(limit::RECORD_ROWS + 1)).await.expect_err("refused");
    assert_eq!(refusal.code, Code::TooLarge);
}
