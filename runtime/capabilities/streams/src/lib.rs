//! What a job says: text, structured values, progress.
//!
//! Here a record is only checked. The journal's entry of the operation *is* the record, and
//! whoever ships the journal ships the stream; nothing is written or sent from here.

use bindery_core::{
    code::{Code, Failure},
    json, limit,
    operation::{Operation, STREAM_PROGRESS, STREAM_VALUE, STREAM_WRITE},
    stream::StreamKind,
};
use bindery_sandbox::capability::{Call, Capability};
use serde_json::Value;

/// The operations `stream.*`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Streams;

#[async_trait::async_trait]
impl Capability for Streams {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&STREAM_WRITE, &STREAM_VALUE, &STREAM_PROGRESS]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        match call.operation {
            it if *it == STREAM_WRITE => check_write(call)?,
            it if *it == STREAM_VALUE => check_value(call)?,
            _ => check_progress(call)?,
        }
        Ok(Value::Null)
    }
}

fn check_write(call: &Call<'_>) -> Result<(), Failure> {
    if call.argument::<StreamKind>("kind")? == StreamKind::Progress {
        return Err(invalid("`kind`: `stream.progress` writes to Progress"));
    }
    text(call, "text").map(drop)
}

fn check_value(call: &Call<'_>) -> Result<(), Failure> {
    let value = text(call, "value")?;
    json::read(value).map(drop).map_err(|reason| invalid(&format!("`value` {reason}")))
}

fn check_progress(call: &Call<'_>) -> Result<(), Failure> {
    text(call, "activity")?;
    match call.argument::<Option<u8>>("percent")? {
        Some(percent) if percent > 100 => {
            Err(invalid(&format!("`percent` is {percent}; it goes from 0 to 100")))
        }
        _ => Ok(()),
    }
}

/// An argument that must be a text and fit into one record.
fn text<'a>(call: &Call<'a>, name: &str) -> Result<&'a str, Failure> {
    let Some(text) = call.arguments[name].as_str() else {
        return Err(invalid(&format!("`{name}` of `{}` must be a text", call.operation.name)));
    };
    if text.len() > limit::STREAM_RECORD_BYTES {
        let (size, most) = (text.len(), limit::STREAM_RECORD_BYTES);
        let message = format!("`{name}` has {size} bytes; at most {most} (STREAM_RECORD_BYTES)");
        return Err(Failure::new(Code::TooLarge, message));
    }
    Ok(text)
}

fn invalid(message: &str) -> Failure {
    Failure::new(Code::InvalidArguments, message)
}

#[cfg(test)]
mod tests;
