//! Who and where a job is, what it was given, how long it has, and what it hands back.
//!
//! It answers from the facts of the job alone: it asks no clock, no disk and no network. The gate
//! itself remembers the result and the state of a checkpoint; here their form is checked.

use bindery_core::{
    code::{Code, Failure},
    json, limit,
    operation::{
        JOB_CHECKPOINT, JOB_CONTEXT, JOB_FAILURE, JOB_PARAMETERS, JOB_REMAINING, JOB_RESTORED,
        JOB_RESULT, Operation,
    },
};
use bindery_sandbox::{
    capability::{Call, Capability, JobFacts},
    gate,
};
use serde_json::{Map, Value, json};

/// The operations `job.*`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Job;

#[async_trait::async_trait]
impl Capability for Job {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![
            &JOB_CONTEXT,
            &JOB_PARAMETERS,
            &JOB_REMAINING,
            &JOB_RESULT,
            &JOB_FAILURE,
            &JOB_CHECKPOINT,
            &JOB_RESTORED,
        ]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        match call.operation {
            it if *it == JOB_CONTEXT => Ok(context(call.job)),
            it if *it == JOB_PARAMETERS => Ok(call.job.parameters.to_string().into()),
            it if *it == JOB_REMAINING => Ok(remaining(call)),
            it if *it == JOB_RESTORED => {
                Ok(call.restored.as_deref().map_or(Value::Null, Value::from))
            }
            it if *it == JOB_CHECKPOINT => check(call, "state"),
            it if *it == JOB_FAILURE => check_error(call),
            _ => check(call, "value"),
        }
    }
}

/// The record `job-context`.
fn context(job: &JobFacts) -> Value {
    let mut context = json!({
        "jobId": job.id,
        "account": job.account,
        "runbook": job.runbook,
        "digest": job.digest,
        "workerId": job.worker,
        "trigger": job.trigger,
        "dryRun": job.dry_run,
        "startedAt": job.started_at,
    });
    if let Some((id, name)) = &job.computer {
        context["computerId"] = json!(id);
        context["computerName"] = json!(name);
    }
    if let Some((id, name)) = &job.run {
        context["runId"] = json!(id);
        context["runName"] = json!(name);
    }
    if let Some(deadline) = job.deadline {
        context["deadline"] = json!(deadline);
    }
    context
}

/// Milliseconds until the deadline, rounded down; null without one.
fn remaining(call: &Call<'_>) -> Value {
    call.deadline.map_or(Value::Null, |deadline| {
        let left = gate::remaining(deadline, call.now).as_millis();
        u64::try_from(left).unwrap_or(u64::MAX).into()
    })
}

/// Whether the argument `name` is JSON that fits into a record.
fn check(call: &Call<'_>, name: &str) -> Result<Value, Failure> {
    let text: String = call.argument(name)?;
    if text.len() > limit::STREAM_RECORD_BYTES {
        let (size, most) = (text.len(), limit::STREAM_RECORD_BYTES);
        let message = format!("the {name} has {size} bytes; at most {most} (STREAM_RECORD_BYTES)");
        return Err(Failure::new(Code::TooLarge, message));
    }
    json::read(&text)
        .map_err(|reason| Failure::new(Code::InvalidArguments, format!("the {name} {reason}")))?;
    Ok(Value::Null)
}

/// Whether the argument `error` fits into a record, and its details are JSON.
fn check_error(call: &Call<'_>) -> Result<Value, Failure> {
    let error: Map<String, Value> = call.argument("error")?;
    let details = error.get("details").and_then(Value::as_str).unwrap_or("null").to_owned();
    let size = Value::Object(error).to_string().len();
    if size > limit::STREAM_RECORD_BYTES {
        let most = limit::STREAM_RECORD_BYTES;
        let message = format!("the error has {size} bytes; at most {most} (STREAM_RECORD_BYTES)");
        return Err(Failure::new(Code::TooLarge, message));
    }
    json::read(&details).map_err(|reason| {
        Failure::new(Code::InvalidArguments, format!("the error's `details` {reason}"))
    })?;
    Ok(Value::Null)
}

#[cfg(test)]
mod tests;
