//! What holds at the end of every seed.

use crate::{drive::Simulation, plan::TWIN};
use bindery_core::id::JobId;
use serde_json::{Value, json};

/// How often a leaf writes a line, appends a row and makes a change.
const ROUNDS: usize = 3;
/// The children that a parent starts.
const CHILDREN: usize = 2;

/// What does not hold.
pub(crate) fn check(simulation: &Simulation<'_>) -> Result<(), String> {
    let jobs = simulation.listed();
    for job in &jobs {
        let checked = of_job(simulation, id(job), job).and_then(|()| children(job, &jobs));
        checked.map_err(|wrong| format!("job {} of {}: {wrong}", job["id"], job["runbook"]))?;
    }
    Ok(())
}

fn id(job: &Value) -> JobId {
    serde_json::from_value(job["id"].clone()).expect("an id")
}

fn of_job(simulation: &Simulation<'_>, id: JobId, job: &Value) -> Result<(), String> {
    ended(simulation, id, job)?;
    journal(&simulation.of_job(id, "journal"))?;
    changes(simulation, id, job)?;
    lines(job, &simulation.of_job(id, "streams"))?;
    rows(job, &simulation.plane.rows("Rounds", id))
}

/// Whether two machines may have had the job, each in a world of its own.
fn forked(simulation: &Simulation<'_>, id: JobId) -> bool {
    let of_two = |machine| simulation.twin_of.is_some_and(|of| machine == of || machine == TWIN);
    let told = simulation.witness.told();
    simulation.fates.forked.contains(&id)
        || told.iter().any(|told| told.job == id && of_two(told.machine))
}

/// It ended as it would have without faults, unless somebody stopped it, its order was out of date
/// by a clock that was wrong, or its worker has no longer what it had.
fn ended(simulation: &Simulation<'_>, id: JobId, job: &Value) -> Result<(), String> {
    let result = if job["runbook"] == "Setup" { Value::Null } else { json!("done") };
    let lost = forked(simulation, id) || simulation.fates.lost.contains(&id);
    let fine = match job["status"].as_str() {
        Some("Completed") => job["result"] == result,
        Some("Stopped") => simulation.stopped.contains(&id),
        Some("Failed") => match job["error"]["code"].as_str() {
            Some("NotValidNow") => simulation.plan.leaves_the_skew(),
            // It was started by a job in the grace of its stop, and has no longer than that.
            Some("DeadlinePassed") => {
                let parent = serde_json::from_value::<JobId>(job["parent"]["job"].clone());
                parent.is_ok_and(|parent| simulation.stopped.contains(&parent))
            }
            Some("WorkerRestarted" | "JournalDamaged") => lost,
            _ => false,
        },
        _ => false,
    };
    fine.then_some(()).ok_or_else(|| {
        let (status, result, error) = (&job["status"], &job["result"], &job["error"]);
        format!("it ended as {status}, {result}, {error}")
    })
}

/// Every entry is there once and in its order; after an end it goes on by an order alone, and by an
/// order after an end alone; there is one result.
fn journal(entries: &[Value]) -> Result<(), String> {
    let sequences: Vec<_> = entries.iter().map(|entry| entry["sequence"].as_u64()).collect();
    if sequences != (0..entries.len() as u64).map(Some).collect::<Vec<_>>() {
        return Err(format!("its journal has the entries {sequences:?}"));
    }
    let steps: Vec<_> = entries.iter().map(|entry| entry["step"].as_str().expect("text")).collect();
    match steps.windows(2).all(|pair| (pair[0] == "end") == (pair[1] == "order")) {
        true => Ok(()),
        false => Err(format!("its journal goes on as if it had not ended, or had: {steps:?}")),
    }
}

/// Every change was made once; all of them, if it completed. Of two machines that had the job each may
/// have made it, and whichever was fenced off may have been given the job again later.
fn changes(simulation: &Simulation<'_>, id: JobId, job: &Value) -> Result<(), String> {
    let (ever, most) = (simulation.ledger.ever(id), simulation.ledger.most(id));
    let all = !whole(job) || ever == ROUNDS;
    let once = most <= 1 || forked(simulation, id) || simulation.fates.unknown.contains(&id);
    match all && once {
        true => Ok(()),
        false => Err(format!("{ever} of its changes were made, one of them {most} times")),
    }
}

fn whole(job: &Value) -> bool {
    job["runbook"] == "Leaf" && job["status"] == "Completed"
}

/// Every line is there once and in its order; all of them, if it completed.
fn lines(job: &Value, streams: &[Value]) -> Result<(), String> {
    let output = streams.iter().filter(|record| record["kind"] == "Output");
    let lines: Vec<_> = output.map(|record| record["text"].as_str().expect("text")).collect();
    let wanted: Vec<_> = (0..ROUNDS).map(|round| format!("line {round}")).collect();
    let fine = lines == wanted[..lines.len().min(ROUNDS)] && (lines.len() == ROUNDS || !whole(job));
    fine.then_some(()).ok_or_else(|| format!("its lines are {lines:?}"))
}

/// The same of its rows.
fn rows(job: &Value, rows: &[bindery_store::log::Row]) -> Result<(), String> {
    let rounds: Vec<_> = rows.iter().map(|row| row.value["row"]["round"].as_u64()).collect();
    let wanted: Vec<_> = (0..ROUNDS as u64).map(Some).collect();
    let fine =
        rounds == wanted[..rounds.len().min(ROUNDS)] && (rounds.len() == ROUNDS || !whole(job));
    fine.then_some(()).ok_or_else(|| format!("its rows are of the rounds {rounds:?}"))
}

/// It started its children once, if it is to start any: all of them, if it completed.
fn children(job: &Value, jobs: &[Value]) -> Result<(), String> {
    let count = jobs.iter().filter(|child| child["parent"]["job"] == job["id"]).count();
    let most = if job["runbook"] == "Parent" { CHILDREN } else { 0 };
    let fine = count == most || (count < most && job["status"] != "Completed");
    fine.then_some(()).ok_or_else(|| format!("it started {count} children"))
}
