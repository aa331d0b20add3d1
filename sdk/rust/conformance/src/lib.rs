//! The conformance runbook: makes the calls of its parameters through the SDK's own functions, and
//! returns what each answered.

mod form;
mod forms;
mod operations;

use bindery_sdk::{Error, job};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

#[derive(Deserialize)]
struct Parameters {
    #[serde(default)]
    calls: Vec<Call>,
}

#[derive(Deserialize)]
struct Call {
    operation: String,
    #[serde(default)]
    arguments: Value,
}

#[derive(Serialize)]
struct Answers {
    answers: Vec<Value>,
    #[serde(skip_serializing_if = "Option::is_none")]
    restored: Option<Value>,
}

#[bindery_sdk::runbook]
fn conform(parameters: Parameters) -> Result<Answers, Error> {
    let restored = job::restored()?;
    let calls = if restored.is_some() { vec![] } else { parameters.calls };
    Ok(Answers { answers: calls.iter().map(answer).collect(), restored })
}

fn answer(call: &Call) -> Value {
    match operations::carry_out(&call.operation, &call.arguments) {
        Ok(reply) => json!({ "ok": reply }),
        Err(error) => json!({ "error": error }),
    }
}
