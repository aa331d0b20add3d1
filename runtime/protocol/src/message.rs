//! The messages. Each side ignores none: a message that it does not know ends the session with
//! `ProtocolMismatch`.

use crate::{bytes::Base64, hello::Challenge};
use bindery_core::{
    asset::SecretName, code::Failure, digest::Digest, fleet::Report, id::JobId, job::Lease,
    secret::Secret,
};
use bindery_seal::envelope::Envelope;
use jiff::Timestamp;
use serde::{Deserialize, Serialize};
use serde_json::Value;

/// A job that a worker still has.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Held {
    /// The job.
    pub job: JobId,
    /// The lease under which it has it.
    pub lease: Lease,
}

/// What a worker says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ToControl {
    /// Who it is: a signed `Proof`. The sandbox worker, which is in the same process, does not say
    /// it.
    Hello { proof: Envelope },
    /// The continuation of the welcome is on its disk.
    ContinuationKept,
    /// The jobs that it still has: all others are not here.
    Holding { jobs: Vec<Held> },
    /// The state of its computer.
    Report { report: Box<Report> },
    /// The answer to `Configure`: done durably, or refused.
    Configured { id: u64, answer: Result<(), Failure> },
    /// Entries of a journal, synced on the worker, from sequence `first` on.
    Journal { job: JobId, lease: Lease, first: u64, entries: Vec<Base64> },
    /// It cannot take a job. `retry` if another attempt may do.
    Refused { job: JobId, lease: Lease, error: Failure, retry: bool },
    /// An operation that the control plane carries out. Said again until it is answered.
    Call { id: u64, job: JobId, sequence: u64, operation: String, arguments: Value },
    /// A secret that a job needs now. Said again until it is answered.
    Reveal { id: u64, job: JobId, secret: SecretName },
    /// It needs a module.
    Fetch { digest: Digest },
    /// It ends: its computer or somebody there stops it.
    Leaving,
    /// It is there.
    Alive,
}

/// What the control plane says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "type", rename_all = "camelCase", rename_all_fields = "camelCase")]
pub enum ToWorker {
    /// The first words.
    Challenge(Challenge),
    /// The agent is who it says. `continuation` must be on its disk before it goes on.
    Welcome { session: u64, continuation: u64, trust: Envelope, time: Timestamp },
    /// The session cannot be. The agent tells its operator; it tries again unless that is of no
    /// use.
    Rejected { error: Failure },
    /// A newer list of trusted publishers.
    Trust { trust: Envelope },
    /// Entries of a job's journal that an earlier worker shipped, from sequence `first` on: they come
    /// before the order under which the job goes on.
    History { job: JobId, lease: Lease, first: u64, entries: Vec<Base64> },
    /// A signed `JobOrder`.
    Order { order: Envelope },
    /// A signed `ConfigureOrder`.
    Configure { id: u64, order: Envelope },
    /// Stop a job, or suspend it if the reason is `JobSuspended`: at once, or after a grace of so
    /// many milliseconds in which it may end by itself.
    Cancel {
        job: JobId,
        lease: Lease,
        reason: Failure,
        #[serde(default, skip_serializing_if = "Option::is_none")]
        grace: Option<u64>,
    },
    /// Entries below this sequence are stored.
    Kept { job: JobId, below: u64 },
    /// Under this lease the job is another worker's, or nobody's: end it and forget its journal.
    Fenced { job: JobId, lease: Lease },
    /// The answer to `Call`.
    Reply { id: u64, reply: Result<Value, Failure> },
    /// The answer to `Reveal`.
    Revealed { id: u64, reply: Result<Secret, Failure> },
    /// The answer to `Fetch`; nothing if there is no such module.
    Module { digest: Digest, wasm: Option<Base64> },
    /// Assess the computer now and report.
    Assess,
    /// It is there.
    Alive,
}

#[cfg(test)]
mod tests {
    use super::*;
    use bindery_core::code::Code;
    use serde_json::json;

    #[test]
    fn messages_survive_their_json() {
        let job = JobId::from_bytes([1; 16]);
        let messages = [
            ToWorker::Kept { job, below: 7 },
            ToWorker::Reply { id: 1, reply: Ok(json!({"a": 1})) },
            ToWorker::Reply { id: 2, reply: Err(Failure::new(Code::RunCancelled, "no")) },
            ToWorker::Module { digest: Digest::of(b"x"), wasm: Some(Base64(vec![0, 255])) },
        ];
        for message in messages {
            let text = serde_json::to_string(&message).expect("JSON");
            assert_eq!(serde_json::from_str::<ToWorker>(&text).expect("reads"), message);
        }
    }

    #[test]
    fn an_unknown_message_is_an_error() {
        assert!(serde_json::from_str::<ToControl>(r#"{"type":"sing"}"#).is_err());
    }
}
