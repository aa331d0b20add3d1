//! Jobs: started, listed, shown, stopped; and what they wrote to their streams.

use crate::{
    app::{
        replays::{Tried, Try},
        tokens::Caller,
    },
    http::{
        Reply,
        extract::{self, File, Path, Query},
        page::{self, place},
        problem::invalid,
    },
    plane::ControlPlane,
};
use axum::{Json, extract::State};
use bindery_api::{
    jobs::{Job, ListJobs, ListStreams, NewJob, StopJob},
    journal::{Replay, ReplayEnd, ReplayJob},
    page::Page,
};
use bindery_core::{code::Failure, id::JobId, job, name::Name, stream::StreamRecord};
use std::time::Duration;

impl ControlPlane {
    /// A job as the API shows it, with where it is and why it does not go on for now.
    pub(super) async fn seen(&self, job: job::Job) -> Result<Job, Failure> {
        let waiting = self.waits_for(&job).await?;
        let computer = self.computer_of(&job).await?;
        Ok(Job { waiting, computer, ..job.into() })
    }
}

pub(super) async fn list(
    State(plane): State<ControlPlane>,
    Path(account): Path<Name>,
    Query(query): Query<ListJobs>,
) -> Reply<Page<Job>> {
    let range = page::range(query.cursor, query.limit)?;
    let listed = plane.list_jobs(&account, query.runbook.as_ref(), query.status, range).await?;
    Ok(Json(page::page(listed, Job::from)))
}

pub(super) async fn start(
    State(plane): State<ControlPlane>,
    Path(account): Path<Name>,
    caller: Caller,
    extract::Json(new): extract::Json<NewJob>,
) -> Reply<Job> {
    let parameters = new.parameters.into();
    let (placement, dry_run) = (new.placement, new.dry_run);
    let job =
        plane.start_job(&account, &new.runbook, parameters, placement, dry_run, &caller).await?;
    Ok(Json(plane.seen(job).await?))
}

pub(super) async fn show(
    State(plane): State<ControlPlane>,
    Path((account, job)): Path<(Name, JobId)>,
) -> Reply<Job> {
    let job = plane.job(&account, job).await?;
    Ok(Json(plane.seen(job).await?))
}

/// A page may have fewer records than asked for, and yet a next one: entries that say nothing count
/// as well.
pub(super) async fn streams(
    State(plane): State<ControlPlane>,
    Path((account, job)): Path<(Name, JobId)>,
    Query(query): Query<ListStreams>,
) -> Reply<Page<StreamRecord>> {
    let job = plane.job(&account, job).await?.id;
    let after = query.after.as_deref().map(|after| place(Some(after))).transpose()?;
    let (mut items, last) = plane.streams(job, after, page::items(query.limit)?).await?;
    items.retain(|record| query.kind.is_none_or(|kind| record.kind == kind));
    Ok(Json(Page { items, cursor: last.map(|last| last.to_string()) }))
}

pub(super) async fn stop(
    State(plane): State<ControlPlane>,
    Path((account, job)): Path<(Name, JobId)>,
    caller: Caller,
    extract::MaybeJson(how): extract::MaybeJson<StopJob>,
) -> Reply<Job> {
    let grace = how.grace.map(|seconds| Duration::from_secs(seconds.into()));
    Ok(Json(plane.stop_job(&account, job, grace, &caller).await?.into()))
}

pub(super) async fn terminate(
    State(plane): State<ControlPlane>,
    Path((account, job)): Path<(Name, JobId)>,
    caller: Caller,
) -> Reply<Job> {
    Ok(Json(plane.terminate_job(&account, job, &caller).await?.into()))
}

pub(super) async fn rerun(
    State(plane): State<ControlPlane>,
    Path((account, job)): Path<(Name, JobId)>,
    caller: Caller,
) -> Reply<Job> {
    let job = plane.rerun_job(&account, job, &caller).await?;
    Ok(Json(plane.seen(job).await?))
}

pub(super) async fn suspend(
    State(plane): State<ControlPlane>,
    Path((account, job)): Path<(Name, JobId)>,
    caller: Caller,
) -> Reply<Job> {
    Ok(Json(plane.suspend_job(&account, job, &caller).await?.into()))
}

pub(super) async fn resume(
    State(plane): State<ControlPlane>,
    Path((account, job)): Path<(Name, JobId)>,
) -> Reply<Job> {
    let job = plane.resume_job(&account, job).await?;
    Ok(Json(plane.seen(job).await?))
}

pub(super) async fn replay(
    State(plane): State<ControlPlane>,
    Path((account, job)): Path<(Name, JobId)>,
    Query(query): Query<ReplayJob>,
    File(wasm): File,
) -> Reply<Replay> {
    let which = match (wasm.is_empty(), query.digest) {
        (false, None) => Try::File(wasm),
        (true, Some(digest)) => Try::Version(digest),
        (true, None) => Try::Same,
        (false, Some(_)) => return Err(invalid("a digest or a file, not both").into()),
    };
    let Tried { digest, counterfactual, replayed } = plane.replay_job(&account, job, which).await?;
    let end = match (&replayed.mismatch, &replayed.outcome) {
        (Some(_), _) => ReplayEnd::Differs,
        (None, Some(_)) => ReplayEnd::Ended,
        (None, None) => ReplayEnd::JournalEnds,
    };
    let time = plane.clock.now();
    let record = |((kind, text, value), sequence)| StreamRecord {
        job,
        sequence,
        index: 0,
        time,
        kind,
        text,
        value,
    };
    Ok(Json(Replay {
        job,
        digest,
        counterfactual,
        end,
        entries: replayed.entries,
        next: replayed.next,
        streams: replayed.said.into_iter().zip(0..).map(record).collect(),
        outcome: replayed.outcome,
        difference: replayed.mismatch,
    }))
}
