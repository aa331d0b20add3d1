//! Tests of `clock.sleep`, called without a gate.

use super::*;
use bindery_core::{
    code::Code,
    digest::Digest,
    id::{JobId, WorkerId},
    job::Trigger,
};
use bindery_sandbox::capability::JobFacts;
use parking_lot::Mutex;
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

/// Jumps to every time that it is asked to wait for.
struct Jumping(Mutex<Timestamp>);

#[async_trait::async_trait]
impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        *self.0.lock()
    }

    async fn sleep_until(&self, time: Timestamp) {
        *self.0.lock() = time;
    }
}

async fn sleep(now: &str, arguments: Value) -> (Result<Value, Failure>, Timestamp) {
    let clock = Arc::new(Jumping(Mutex::new(Timestamp::UNIX_EPOCH)));
    let (job, now, say) = (facts(), now.parse().expect("a time"), |_, _, _| {});
    let operation = &CLOCK_SLEEP;
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
    let reply = Timers::new(clock.clone()).perform(&call).await;
    (reply, clock.now())
}

#[tokio::test]
async fn a_sleep_ends_when_the_jobs_time_has_moved_by_its_duration() {
    let (reply, then) = sleep("2026-11-22T12:00:00Z", json!({ "duration": 10_800_000 })).await;
    assert_eq!(reply, Ok(Value::Null));
    assert_eq!(then.to_string(), "2026-11-22T15:00:00Z");
}

#[tokio::test]
async fn a_sleep_past_the_end_of_time_sleeps_until_then() {
    let (_, then) = sleep("2026-11-22T12:00:00Z", json!({ "duration": u64::MAX })).await;
    assert_eq!(then, Timestamp::MAX);
}

#[tokio::test]
async fn a_duration_is_a_number_of_milliseconds() {
    for arguments in [json!({}), json!({ "duration": "1s" }), json!({ "duration": -1 })] {
        let (reply, then) = sleep("2026-11-22T12:00:00Z", arguments).await;
        assert_eq!(reply.map_err(|failure| failure.code), Err(Code::InvalidArguments));
        assert_eq!(then, Timestamp::UNIX_EPOCH, "nobody slept");
    }
}

#[test]
fn no_limit_of_a_host_call_cuts_a_sleep_short() {
    let timers = Timers::new(Arc::new(Jumping(Mutex::new(Timestamp::UNIX_EPOCH))));
    assert_eq!(timers.time_limit(&CLOCK_SLEEP), None);
}
