//! Tests of the operations `job.*`, called without a gate.

use super::*;
use bindery_core::{
    digest::Digest,
    id::{ComputerId, JobId, RunId, WorkerId},
    job::Trigger,
};
use jiff::Timestamp;

const NOON: &str = "2026-11-22T12:00:00Z";

fn time(text: &str) -> Timestamp {
    text.parse().expect("a time")
}

fn facts() -> JobFacts {
    JobFacts {
        id: JobId::from_bytes([1; 16]),
        account: "Fleet".parse().expect("a name"),
        runbook: "Patch-One".parse().expect("a name"),
        digest: Digest::from_bytes([7; 32]),
        parameters: json!({ "Name": "web-01" }),
        worker: WorkerId::from_bytes([2; 16]),
        computer: None,
        run: None,
        trigger: Trigger::Scheduled,
        deadline: None,
        dry_run: false,
        started_at: time(NOON),
    }
}

async fn ask(job: &JobFacts, operation: &'static Operation, arguments: Value) -> Reply {
    let say = |_, _, _| {};
    let now = time("2026-11-22T12:00:01.500Z");
    let call = Call {
        job,
        sequence: 1,
        operation,
        grants: &[],
        arguments: &arguments,
        now,
        deadline: job.deadline,
        restored: None,
        secrets: &bindery_sandbox::secrets::Secrets::none(),
        say: &say,
    };
    Job.perform(&call).await
}

type Reply = Result<Value, Failure>;

#[tokio::test]
async fn the_context_has_the_form_of_the_record() {
    let expected = json!({
        "jobId": "01010101-0101-0101-0101-010101010101",
        "account": "Fleet",
        "runbook": "Patch-One",
        "digest": Digest::from_bytes([7; 32]).to_string(),
        "workerId": "02020202-0202-0202-0202-020202020202",
        "trigger": "Scheduled",
        "dryRun": false,
        "startedAt": NOON,
    });
    assert_eq!(ask(&facts(), &JOB_CONTEXT, json!({})).await, Ok(expected));
}

#[tokio::test]
async fn the_context_names_computer_run_and_deadline_where_there_are_any() {
    let job = JobFacts {
        computer: Some((ComputerId::from_bytes([3; 16]), "web-01".into())),
        run: Some((RunId::from_bytes([4; 16]), "Sunday".into())),
        deadline: Some(time("2026-11-22T14:00:00Z")),
        ..facts()
    };
    let context = ask(&job, &JOB_CONTEXT, json!({})).await.expect("a context");
    assert_eq!(context["computerId"], "03030303-0303-0303-0303-030303030303");
    assert_eq!(context["computerName"], "web-01");
    assert_eq!(context["runId"], "04040404-0404-0404-0404-040404040404");
    assert_eq!(context["runName"], "Sunday");
    assert_eq!(context["deadline"], "2026-11-22T14:00:00Z");
}

#[tokio::test]
async fn the_parameters_are_json_text() {
    let reply = ask(&facts(), &JOB_PARAMETERS, json!({})).await;
    assert_eq!(reply, Ok(json!(r#"{"Name":"web-01"}"#)));
}

#[tokio::test]
async fn what_remains_is_counted_in_milliseconds_and_never_below_zero() {
    let rows =
        [(None, Value::Null), (Some("2026-11-22T12:00:02Z"), json!(500)), (Some(NOON), json!(0))];
    for (deadline, expected) in rows {
        let job = JobFacts { deadline: deadline.map(time), ..facts() };
        assert_eq!(ask(&job, &JOB_REMAINING, json!({})).await, Ok(expected), "{deadline:?}");
    }
}

#[tokio::test]
async fn a_failure_must_fit_into_a_record_and_its_details_be_json() {
    let error = |message: &str, details: Value| json!({ "error": { "code": "DiskFull", "message": message, "details": details } });
    let frame = error("", Value::Null)["error"].to_string().len();
    let long = |more: usize| "x".repeat(limit::STREAM_RECORD_BYTES - frame + more);
    let rows = [
        (error("no room", "{\"free\":0}".into()), None),
        (error(&long(0), Value::Null), None),
        (error(&long(1), Value::Null), Some(Code::TooLarge)),
        (error("no room", "free".into()), Some(Code::InvalidArguments)),
        (json!({}), Some(Code::InvalidArguments)),
    ];
    for (arguments, refused) in rows {
        let reply = ask(&facts(), &JOB_FAILURE, arguments).await;
        assert_eq!(reply.map_err(|failure| failure.code), refused.map_or(Ok(Value::Null), Err));
    }
}

#[tokio::test]
async fn a_result_must_be_json_and_fit_into_a_record() {
    let text = |size: usize| format!("\"{}\"", "x".repeat(size - 2));
    let rows = [
        (json!({ "value": "{\"ok\":true}" }), None),
        (json!({ "value": text(limit::STREAM_RECORD_BYTES) }), None),
        (json!({ "value": text(limit::STREAM_RECORD_BYTES + 1) }), Some(Code::TooLarge)),
        (json!({ "value": "{" }), Some(Code::InvalidArguments)),
        (json!({ "value": 5 }), Some(Code::InvalidArguments)),
        (json!({}), Some(Code::InvalidArguments)),
    ];
    for (arguments, refused) in rows {
        let reply = ask(&facts(), &JOB_RESULT, arguments).await;
        assert_eq!(reply.map_err(|failure| failure.code), refused.map_or(Ok(Value::Null), Err));
    }
}
