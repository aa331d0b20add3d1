//! Entries of journals: what is read is the same when it is written and read again.

use crate::{
    drive::{Verdict, check_refusal, fuzz},
    valid::{arguments, reply},
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    id::JobId,
    job::Outcome,
    operation,
    runbook::Limits,
    stream::StreamKind,
};
use bindery_journal::entry::{Body, Entry, Header};
use jiff::Timestamp;
use serde_json::json;
use std::error::Error;

fn corpus() -> Vec<Vec<u8>> {
    let failure = Failure::new(Code::GrantDenied, "no").with(json!({ "grant": "power.reboot" }));
    let mut bodies = vec![
        Body::Header(Header {
            job: JobId::from_bytes([7; 16]),
            digest: Digest::of(b"module"),
            parameters: json!({ "a": [1, 2.5, "x"], "b": { "c": null } }),
            limits: Limits::default(),
            seed: [3; 32],
            order: Some("{}".into()),
        }),
        Body::Intent { operation: "power.reboot".into(), arguments: json!({ "reserve": 9 }) },
        Body::Outcome { intent: 3, reply: Ok(json!({ "results": [] })) },
        Body::Outcome { intent: 3, reply: Err(failure.clone()) },
        Body::Note { kind: StreamKind::Progress, text: "busy".into(), value: Some(json!(0.4)) },
        Body::End(Outcome::Completed(Some(json!({ "ok": 1.5 })))),
        Body::End(Outcome::Failed(failure)),
        Body::End(Outcome::Stopped),
        Body::Order("{}".into()),
    ];
    bodies.extend(operation::ALL.iter().map(|operation| Body::Operation {
        operation: operation.name.into(),
        arguments: arguments(operation),
        reply: Ok(reply(operation)),
    }));
    let time = Timestamp::from_microsecond(1_700_000_000_123_456).expect("in range");
    let entry = |(sequence, body)| Entry { sequence, time, body }.encode();
    (0..).zip(bodies).map(entry).collect()
}

#[test]
fn entries_of_journals() {
    fuzz("journal entries", 20_000, corpus(), |input| match Entry::decode(input) {
        Ok(entry) => {
            let again = Entry::decode(&entry.encode()).expect("what was read is written");
            assert_eq!(again, entry);
            // What is shown and shipped of it is made without regard to what it says.
            let (_says, _appends) = (entry.says(), entry.appends());
            Verdict::Accepted
        }
        Err(error) => {
            let cause = error.source().map(ToString::to_string).unwrap_or_default();
            check_refusal(&Failure::new(Code::JournalDamaged, format!("{error}: {cause}")))
        }
    });
}
