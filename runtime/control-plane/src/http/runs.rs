//! Update runs: listed, shown, cancelled, repeated, proved.

use crate::{
    app::tokens::Caller,
    http::{
        Reply,
        extract::{Path, Query},
        page,
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    log::LogRecord,
    page::{Page, PageQuery},
    runs::{ListRuns, MachineCounts, Run, RunEvidence, RunReport},
};
use bindery_core::{
    code::{Code, Failure},
    id::RunId,
    run::{self, MachineRun},
};

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Query(query): Query<ListRuns>,
) -> Reply<Page<Run>> {
    let range = page::range(query.cursor, query.limit)?;
    let deployment = query.deployment.as_deref();
    let (runs, cursor) = plane.list_runs(deployment, query.status, range).await?;
    let mut items = vec![];
    for run in runs {
        items.push(counted(&plane, run).await?);
    }
    Ok(Json(Page { items, cursor }))
}

pub(super) async fn show(State(plane): State<ControlPlane>, Path(run): Path<RunId>) -> Reply<Run> {
    let run = plane.run(run).await?;
    Ok(Json(counted(&plane, run).await?))
}

pub(super) async fn machines(
    State(plane): State<ControlPlane>,
    Path(run): Path<RunId>,
    Query(query): Query<PageQuery>,
) -> Reply<Page<MachineRun>> {
    let run = plane.run(run).await?.id;
    Ok(Json(page::slice(plane.machines(run).await?, query.cursor, query.limit)?))
}

pub(super) async fn cancel(
    State(plane): State<ControlPlane>,
    Path(run): Path<RunId>,
    caller: Caller,
) -> Reply<Run> {
    let run = plane.cancel_run(run, &caller).await?;
    Ok(Json(counted(&plane, run).await?))
}

pub(super) async fn retry(
    State(plane): State<ControlPlane>,
    Path(run): Path<RunId>,
    caller: Caller,
) -> Reply<Run> {
    let run = plane.retry_run(run, &caller).await?;
    Ok(Json(counted(&plane, run).await?))
}

pub(super) async fn report(
    State(plane): State<ControlPlane>,
    Path(run): Path<RunId>,
) -> Reply<RunReport> {
    let (run, machines, records) = plane.evidence(run).await?;
    let evidence = RunEvidence {
        workspace: plane.workspace.id,
        generated_at: plane.clock.now(),
        run: Run::of(run, count(&machines)),
        machines,
        updates: records.into_iter().map(|(id, record)| LogRecord { id, record }).collect(),
    };
    let signature = serde_json::to_value(plane.sign_evidence(&evidence)?)
        .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
    Ok(Json(RunReport { evidence, signature }))
}

/// A run with its machine runs counted.
pub(super) async fn counted(plane: &ControlPlane, run: run::Run) -> Result<Run, Failure> {
    let counts = count(&plane.machines(run.id).await?);
    Ok(Run::of(run, counts))
}

pub(super) fn count(machines: &[MachineRun]) -> MachineCounts {
    machines.iter().map(|machine| machine.status).collect()
}
