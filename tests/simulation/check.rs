//! What holds at the end of every seed.

use crate::drive::Simulation;
use bindery_core::id::JobId;
use serde_json::{Value, json};

/// How often a leaf writes a line and makes a change.
const ROUNDS: usize = 3;

/// What does not hold.
pub(crate) fn check(simulation: &Simulation<'_>) -> Result<(), String> {
    for job in simulation.listed() {
        let id: JobId = serde_json::from_value(job["id"].clone()).expect("an id");
        let checked = ended(simulation, id, &job)
            .and_then(|()| journal(&simulation.of_job(id, "journal")))
            .and_then(|()| changes(simulation, id, &job))
            .and_then(|()| lines(&job, &simulation.of_job(id, "streams")));
        checked.map_err(|wrong| format!("job {id} of {}: {wrong}", job["runbook"]))?;
    }
    Ok(())
}

/// It ended as it would have without faults, unless somebody stopped it, or its order was out of
/// date by a clock that was wrong.
fn ended(simulation: &Simulation<'_>, id: JobId, job: &Value) -> Result<(), String> {
    let result = if job["runbook"] == "Setup" { Value::Null } else { json!("done") };
    let fine = match job["status"].as_str() {
        Some("Completed") => job["result"] == result,
        Some("Stopped") => simulation.stopped.contains(&id),
        Some("Failed") => {
            job["error"]["code"] == "NotValidNow" && simulation.plan.leaves_the_skew()
        }
        _ => false,
    };
    fine.then_some(()).ok_or_else(|| {
        let (status, result, error) = (&job["status"], &job["result"], &job["error"]);
        format!("it ended as {status}, {result}, {error}")
    })
}

/// Every entry is there once and in its order; nothing follows the end, and there is one result.
fn journal(entries: &[Value]) -> Result<(), String> {
    let sequences: Vec<_> = entries.iter().map(|entry| entry["sequence"].as_u64()).collect();
    if sequences != (0..entries.len() as u64).map(Some).collect::<Vec<_>>() {
        return Err(format!("its journal has the entries {sequences:?}"));
    }
    let steps: Vec<_> = entries.iter().map(|entry| entry["step"].as_str().expect("text")).collect();
    let goes_on = |pair: &[&str]| pair[0] == "end" && pair[1] != "order";
    match steps.windows(2).any(goes_on) {
        true => Err(format!("its journal goes on behind an end: {steps:?}")),
        false => Ok(()),
    }
}

/// Every change was made once; all of them, if it completed.
fn changes(simulation: &Simulation<'_>, id: JobId, job: &Value) -> Result<(), String> {
    let changes = simulation.ledger.of(id);
    let all = job["runbook"] != "Leaf" || job["status"] != "Completed" || changes.len() == ROUNDS;
    match all && changes.iter().all(|(_, times)| *times == 1) {
        true => Ok(()),
        false => Err(format!("its changes, and how often each was made: {changes:?}")),
    }
}

/// Every line is there once and in its order; all of them, if it completed.
fn lines(job: &Value, streams: &[Value]) -> Result<(), String> {
    let output = streams.iter().filter(|record| record["kind"] == "Output");
    let lines: Vec<_> = output.map(|record| record["text"].as_str().expect("text")).collect();
    let wanted: Vec<_> = (0..ROUNDS).map(|round| format!("line {round}")).collect();
    let whole = job["runbook"] == "Leaf" && job["status"] == "Completed";
    let fine = if whole { lines == wanted } else { wanted.iter().zip(&lines).all(|(a, b)| a == b) };
    fine.then_some(()).ok_or_else(|| format!("its lines are {lines:?}"))
}
