//! Rows of the account's log.
//!
//! Here rows are only checked. The journal's entry of the operation *is* the rows, and whoever
//! ships the journal appends them to the log, once each; nothing is written or sent from here.

use bindery_core::{
    code::{Code, Failure},
    json, limit,
    name::Name,
    operation::{Operation, RECORDS_APPEND},
};
use bindery_sandbox::capability::{Call, Capability};
use serde_json::Value;

/// The operation `records.append`.
#[derive(Debug, Clone, Copy, Default)]
pub struct Records;

#[async_trait::async_trait]
impl Capability for Records {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&RECORDS_APPEND]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let table: String = call.argument("table")?;
        table.parse::<Name>().map_err(|error| invalid(format!("`table`: {error}")))?;
        let Some(rows) = call.arguments["rows"].as_array() else {
            return Err(invalid("`rows` must be a list of JSON texts".into()));
        };
        if rows.len() > limit::RECORD_ROWS {
            let (count, most) = (rows.len(), limit::RECORD_ROWS);
            let message = format!("{count} rows at once; at most {most} (RECORD_ROWS)");
            return Err(Failure::new(Code::TooLarge, message));
        }
        rows.iter().enumerate().try_for_each(|(at, row)| check(at, row))?;
        Ok(Value::Null)
    }

    /// The same: the control plane appends no rows of a dry run.
    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.perform(call).await
    }
}

/// Whether a row is the text of a JSON object. `at` is its place, counted from 0.
fn check(at: usize, row: &Value) -> Result<(), Failure> {
    let text = row.as_str().ok_or_else(|| invalid(format!("row {at} must be a JSON text")))?;
    match json::read(text) {
        Ok(Value::Object(_)) => Ok(()),
        Ok(_) => Err(invalid(format!("row {at} is not a JSON object"))),
        Err(reason) => Err(invalid(format!("row {at} {reason}"))),
    }
}

fn invalid(message: String) -> Failure {
    Failure::new(Code::InvalidArguments, message)
}

#[cfg(test)]
mod tests;
