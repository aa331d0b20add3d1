//! `process.run` as the gate calls it.

use crate::agent::{agent, folder};
use bindery_capability_process::capability::Process;
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    id::{JobId, WorkerId},
    job::Trigger,
    operation::PROCESS_RUN,
    stream::StreamKind,
};
use bindery_sandbox::capability::{Call, Capability as _, JobFacts, Reconciled};
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::Arc;

/// What a call does.
enum Way {
    Perform,
    Rehearse,
    Reconcile,
}

async fn call(way: Way, changes: bool, arguments: Value) -> (Result<Value, Failure>, Vec<String>) {
    let (folder, said) = (folder(), Mutex::new(vec![]));
    let process = Process::new(Arc::new(agent(folder.path())), changes);
    let job = JobFacts {
        id: JobId::from_bytes([1; 16]),
        account: "Fleet".parse().expect("a name"),
        runbook: "Restart".parse().expect("a name"),
        digest: Digest::from_bytes([7; 32]),
        parameters: json!({}),
        worker: WorkerId::from_bytes([2; 16]),
        computer: None,
        run: None,
        trigger: Trigger::Manual,
        deadline: None,
        dry_run: false,
        started_at: Timestamp::UNIX_EPOCH,
    };
    let say = |kind, text: String, _| {
        assert_eq!(kind, StreamKind::Verbose);
        said.lock().push(text);
    };
    let call = Call {
        job: &job,
        grants: &[],
        sequence: 1,
        operation: &PROCESS_RUN,
        arguments: &arguments,
        now: Timestamp::UNIX_EPOCH,
        deadline: None,
        restored: None,
        secrets: &bindery_sandbox::secrets::Secrets::none(),
        say: &say,
    };
    let reply = match way {
        Way::Perform => process.perform(&call).await,
        Way::Rehearse => process.rehearse(&call).await,
        Way::Reconcile => match process.reconcile(&call).await {
            Reconciled::NotBegun => Ok("not begun".into()),
            other => panic!("{other:?}"),
        },
    };
    (reply, said.into_inner())
}

fn echo() -> Value {
    json!({ "program": "echo", "args": ["a"], "timeout": 60_000 })
}

#[tokio::test]
async fn the_answer_has_the_form_of_the_contract_and_lines_are_verbose() {
    let (reply, said) = call(Way::Perform, true, echo()).await;
    let mut reply = reply.expect("ran");
    assert!(reply["took"].take().is_u64());
    let wanted =
        json!({ "code": 0, "stdout": "a\n", "stderr": "", "truncated": false, "took": null });
    assert_eq!((reply, said), (wanted, vec!["a".to_owned()]));
}

#[tokio::test]
async fn a_dry_run_runs_nothing_and_answers_as_if_it_had_gone_well() {
    let (reply, said) = call(Way::Rehearse, true, echo()).await;
    let wanted = json!({ "code": 0, "stdout": "", "stderr": "", "truncated": false, "took": 0 });
    assert_eq!((reply, said), (Ok(wanted), vec![]));
    let nothing = json!({ "program": "no-such-program", "args": [], "timeout": 1 });
    let (reply, _) = call(Way::Rehearse, true, nothing).await;
    assert_eq!(reply.expect_err("not there").code, Code::NotFound);
}

#[tokio::test]
async fn an_agent_that_only_reports_runs_nothing() {
    let (reply, _) = call(Way::Perform, false, echo()).await;
    assert_eq!(reply.expect_err("refused").code, Code::ChangesNotAllowed);
}

#[tokio::test]
async fn a_call_that_began_nothing_can_be_made() {
    assert_eq!(call(Way::Reconcile, true, echo()).await.0, Ok("not begun".into()));
}
