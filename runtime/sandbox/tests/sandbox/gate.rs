//! The gate without a guest: grants, windows, and what is written before what is done.

use crate::support::{Job, rebooted, shape};
use bindery_core::{
    code::{Code, Failure},
    limit,
    operation::{
        self, FILES_READ, FILES_WRITE, JOBS_START, POWER_REBOOT, RECORDS_APPEND, STREAM_WRITE,
        UPDATES_ASSESS,
    },
    stream::StreamKind,
};
use bindery_journal::entry::{Body, Entry};
use bindery_sandbox::{
    capability::{Call, Capabilities, Capability, Reconciled},
    journal::{Journal, MemoryJournal},
};
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;

/// Asks for a reboot with `reserve` milliseconds left over; the code of the refusal.
async fn reboot(job: &Job, reserve: u64) -> Option<Code> {
    let arguments = json!({ "reserve": reserve, "reason": "kernel" });
    let reply = job.gate().perform(&POWER_REBOOT, arguments).await.expect("no end");
    reply.err().map(|failure| failure.code)
}

#[tokio::test]
async fn nothing_changes_after_the_deadline_nor_what_does_not_fit_with_its_reserve() {
    let rows = [
        (None, 0, None),
        (Some("2026-11-22T12:10:00Z"), 600_000, None),
        (Some("2026-11-22T12:10:00Z"), 600_001, Some(Code::MaintenanceWindowExceeded)),
        (Some("2026-11-22T12:00:00Z"), 0, Some(Code::DeadlinePassed)),
        (Some("2026-11-22T11:00:00Z"), 0, Some(Code::DeadlinePassed)),
    ];
    for (deadline, reserve, refused) in rows {
        let job = Job { deadline, ..Job::new().granted(&["power.reboot"]) };
        assert_eq!(reboot(&job, reserve).await, refused, "{deadline:?} {reserve}");
        assert_eq!(job.calls().is_empty(), refused.is_some());
    }
}

#[tokio::test]
async fn reading_and_reporting_go_on_after_the_deadline() {
    let grants = ["updates.read", "records.write:*"];
    let job = Job { deadline: Some("2026-11-22T11:00:00Z"), ..Job::new().granted(&grants) };
    let gate = job.gate();
    let rows = [
        (&UPDATES_ASSESS, json!({})),
        (&STREAM_WRITE, json!({ "kind": "Output", "text": "late" })),
        (&operation::RECORDS_APPEND, json!({ "table": "T", "rows": [] })),
    ];
    for (operation, arguments) in rows {
        let reply = gate.perform(operation, arguments).await.expect("no end");
        assert_eq!(reply, Ok(Value::Null), "{}", operation.name);
    }
}

#[tokio::test]
async fn a_mask_is_held_against_its_subject_and_never_against_nothing() {
    let withheld = vec!["jobs.start:Clean-*"];
    let job = Job { withheld, ..Job::new() }.granted(&["jobs.start:Patch-*"]);
    let gate = job.gate();
    let rows = [
        (json!({ "runbook": "Patch-One", "children": [] }), None),
        (json!({ "runbook": "Clean-Logs", "children": [] }), Some(Code::RefusedByComputer)),
        (json!({ "runbook": "Wipe", "children": [] }), Some(Code::GrantDenied)),
        (json!({ "runbook": ["Wipe"], "children": [] }), Some(Code::InvalidArguments)),
        (json!({ "children": [] }), Some(Code::InvalidArguments)),
    ];
    for (arguments, refused) in rows {
        let reply = gate.perform(&JOBS_START, arguments.clone()).await.expect("no end");
        assert_eq!(reply.err().map(|failure| failure.code), refused, "{arguments}");
    }
    assert_eq!(job.calls(), ["jobs.start"]);
}

#[tokio::test]
async fn arguments_over_the_limit_are_refused_with_a_typed_error() {
    let job = Job::new();
    let text = "x".repeat(limit::OPERATION_BYTES);
    let arguments = json!({ "kind": "Output", "text": text });
    let reply = job.gate().perform(&STREAM_WRITE, arguments).await.expect("no end");
    assert_eq!(reply.expect_err("refused").code, Code::TooLarge);
    let notes = job.journal.entries().into_iter().filter_map(|entry| match entry.body {
        Body::Note { kind: StreamKind::Warning, text, .. } => Some(text),
        _ => None,
    });
    let notes: Vec<_> = notes.collect();
    assert!(notes[0].starts_with("left out: the arguments of `stream.write`"), "{notes:?}");
}

#[tokio::test]
async fn refused_arguments_are_journalled_by_their_digest_and_replay() {
    let refusal = async |job: &Job, byte: &str| {
        let arguments = json!({ "kind": "Output", "text": byte.repeat(limit::OPERATION_BYTES) });
        job.gate().perform(&STREAM_WRITE, arguments).await.map_err(|fatal| fatal.0.code)
    };
    let job = Job::new();
    let refused = refusal(&job, "\u{1}").await.expect("no end");
    let entries = job.journal.entries();
    let bytes: usize = entries.iter().map(|entry| entry.encode().len()).sum();
    assert!(bytes < 2_000, "a journal of {bytes} bytes");
    let again = Job::replaying(entries.clone());
    assert_eq!(refusal(&again, "\u{1}").await.expect("no end"), refused);
    let other = Job::replaying(entries);
    assert_eq!(refusal(&other, "\u{2}").await, Err(Code::JournalMismatch));
}

#[tokio::test]
async fn an_entry_that_no_reader_would_take_ends_the_job() {
    let job = Job::new();
    let gate = job.gate();
    let value = json!("x".repeat(bindery_journal::frame::PAYLOAD_MAX));
    gate.note(bindery_core::stream::StreamKind::Output, String::new(), Some(value));
    let text = json!({ "kind": "Output", "text": "on" });
    let ended = gate.perform(&STREAM_WRITE, text).await.expect_err("the end").0;
    assert_eq!(ended.code, Code::LimitExceeded);
    assert_eq!(job.journal.entries().len(), 1, "the header alone");
}

/// Writes down, in order, what the journal and the capability were asked to do.
#[derive(Clone, Default)]
struct Watcher {
    seen: Arc<Mutex<Vec<String>>>,
    memory: MemoryJournal,
}

#[async_trait::async_trait]
impl Journal for Watcher {
    fn append(&self, entry: &Entry) -> Result<(), Failure> {
        self.seen.lock().extend(shape(std::slice::from_ref(entry)));
        self.memory.append(entry)
    }

    async fn sync(&self) -> Result<(), Failure> {
        self.seen.lock().push("sync".into());
        Ok(())
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        self.memory.read().await
    }
}

#[async_trait::async_trait]
impl Capability for Watcher {
    fn operations(&self) -> Vec<&'static operation::Operation> {
        vec![&POWER_REBOOT, &STREAM_WRITE, &FILES_READ, &FILES_WRITE, &RECORDS_APPEND]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.seen.lock().push(format!("perform {}", call.operation.name));
        Ok(rebooted())
    }

    async fn reconcile(&self, _call: &Call<'_>) -> Reconciled {
        Reconciled::NotBegun
    }
}

#[tokio::test]
async fn a_write_once_operation_is_durable_before_it_begins_and_before_it_is_answered() {
    let watcher = Watcher::default();
    let job = Job::new().granted(&["power.reboot"]);
    let capabilities = Capabilities::default().with(watcher.clone());
    let gate = job.gate_with(Arc::new(watcher.clone()), capabilities).expect("a gate");
    gate.perform(&POWER_REBOOT, json!({ "reserve": 0 })).await.expect("no end").expect("done");
    gate.perform(&STREAM_WRITE, json!({})).await.expect("no end").expect("done");
    let expected = [
        "header",
        "intent power.reboot",
        "sync",
        "perform power.reboot",
        "outcome of 1",
        "sync",
        "perform stream.write",
        "stream.write",
    ];
    assert_eq!(*watcher.seen.lock(), expected);
}

#[tokio::test]
async fn what_a_change_follows_from_is_durable_before_it_begins_and_rows_are_no_change() {
    let watcher = Watcher::default();
    let grants = ["files.read:*", "files.write:*", "records.write:*"];
    let job = Job::new().granted(&grants);
    let capabilities = Capabilities::default().with(watcher.clone());
    let gate = job.gate_with(Arc::new(watcher.clone()), capabilities).expect("a gate");
    let arguments = json!({ "path": "/a", "table": "A" });
    for operation in [&FILES_READ, &FILES_WRITE, &RECORDS_APPEND] {
        gate.perform(operation, arguments.clone()).await.expect("no end").expect("done");
    }
    let expected = [
        "header",
        "perform files.read",
        "files.read",
        "sync",
        "perform files.write",
        "files.write",
        "perform records.append",
        "records.append",
    ];
    assert_eq!(*watcher.seen.lock(), expected);
}

#[tokio::test]
async fn a_journal_that_cannot_be_written_ends_the_job_before_anything_is_done() {
    struct Full;
    #[async_trait::async_trait]
    impl Journal for Full {
        fn append(&self, _entry: &Entry) -> Result<(), Failure> {
            Ok(())
        }

        async fn sync(&self) -> Result<(), Failure> {
            Err(Failure::new(Code::DiskFull, "no room"))
        }

        async fn read(&self) -> Result<Vec<Entry>, Failure> {
            Err(Failure::new(Code::DiskFull, "no room"))
        }
    }
    let job = Job::new().granted(&["power.reboot"]);
    let gate = job.gate_on(Arc::new(Full)).expect("a gate");
    let ended = gate.perform(&POWER_REBOOT, json!({})).await.expect_err("the end");
    assert_eq!(ended.0.code, Code::DiskFull);
    assert!(job.calls().is_empty());
    let again = gate.perform(&STREAM_WRITE, json!({})).await.expect_err("still the end");
    assert_eq!(again, ended);
}
