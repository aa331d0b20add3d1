//! What the gate asks before a capability is asked: size, grant, window. It decides and does
//! nothing.

use crate::{capability::JobFacts, rights::Rights};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    grant::Power,
    limit,
    operation::{self, Operation},
};
use bindery_journal::entry::Header;
use jiff::Timestamp;
use serde_json::{Value, json};
use std::time::Duration;

/// What is left until `deadline`; nothing once it has passed.
pub fn remaining(deadline: Timestamp, now: Timestamp) -> Duration {
    Duration::try_from(deadline.duration_since(now)).unwrap_or_default()
}

/// The failure of a job that would go over `limit`.
pub(crate) fn over(what: &str, limit: u64, unit: &str) -> Failure {
    Failure::new(Code::LimitExceeded, format!("the job's {what} would exceed {limit} {unit}"))
}

/// Whether a journal is that of this job and module.
pub(super) fn header(header: &Header, facts: &JobFacts) -> Result<(), Failure> {
    if header.job == facts.id && header.digest == facts.digest {
        return Ok(());
    }
    let message = format!(
        "the journal is of job {} and module {}, not of {} and {}",
        header.job, header.digest, facts.id, facts.digest
    );
    Err(Failure::new(Code::JournalMismatch, message))
}

/// Arguments as the journal has them: those over their limit, which are refused, by their digest.
pub(super) fn recorded(operation: &Operation, arguments: Value) -> (Value, Result<(), Failure>) {
    let text = arguments.to_string();
    if text.len() <= limit::OPERATION_BYTES {
        return (arguments, Ok(()));
    }
    let (name, size, most) = (operation.name, text.len(), limit::OPERATION_BYTES);
    let message = format!("the arguments of `{name}` have {size} bytes; at most {most}");
    let digest = json!({ "bytes": size, "digest": Digest::of(text.as_bytes()) });
    (digest, Err(Failure::new(Code::TooLarge, message)))
}

/// Whether the job may carry out the operation over its subject.
pub(super) fn granted(
    rights: &Rights,
    operation: &Operation,
    arguments: &Value,
) -> Result<(), Failure> {
    let Some(power) = operation.power else {
        return Ok(());
    };
    let subject = operation::subject(operation, arguments).map_err(|reason| {
        Failure::new(Code::InvalidArguments, format!("`{}`: {reason}", operation.name))
    })?;
    rights.permit(power, subject.as_deref(), &format!("`{}`", operation.name))
}

/// Nothing changes after the deadline, nor what does not fit with its reserve; reading and
/// reporting go on.
pub(super) fn window(
    deadline: Option<Timestamp>,
    now: Timestamp,
    operation: &Operation,
    arguments: &Value,
) -> Result<(), Failure> {
    let Some(deadline) = deadline else {
        return Ok(());
    };
    let reports = operation.power == Some(Power::RecordsWrite);
    if !operation.changes() || reports {
        return Ok(());
    }
    let left = remaining(deadline, now);
    let reserve = Duration::from_millis(arguments["reserve"].as_u64().unwrap_or(0));
    if left.is_zero() {
        let message = format!("`{}` after the deadline {deadline}", operation.name);
        return Err(Failure::new(Code::DeadlinePassed, message));
    }
    if left < reserve {
        let (name, needs, left) = (operation.name, reserve.as_secs(), left.as_secs());
        let message = format!("`{name}` needs {needs} s and {left} s remain until {deadline}");
        return Err(Failure::new(Code::MaintenanceWindowExceeded, message));
    }
    Ok(())
}
