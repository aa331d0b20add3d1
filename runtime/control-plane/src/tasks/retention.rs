//! Retention: what ended long enough ago goes, a small batch at a time.
//!
//! ```text
//!  run: ended --> removal --> machine runs, page by page --> gone
//!  job: ended --> removal --> keys of its children, journal and records, page by page --> gone
//! ```
//! The document goes first and the rows that hang on it last, with a removal in its place that names
//! them until none is left: nobody sees half a job, a late shipment finds no job to add to, and after
//! a crash the next look goes on with the removals that it finds.

use crate::{
    documents::{CHILDREN, Held, JOBS, MACHINES, REMOVALS, RUNS, SNAPSHOTS},
    intake::{JOURNAL, journal_key, record_key},
    plane::ControlPlane,
};
use bindery_core::{
    code::{Code, Failure},
    id::{JobId, RunId},
    job::Job,
    limit,
    record::UPDATE_SUMMARY,
    retention::Retention,
    run::Run,
};
use bindery_journal::entry::Entry;
use bindery_store::{
    batch::{Batch, Expect},
    documents::{Collection, Range},
    limit::BATCH_ITEMS,
    log::Query,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};

pub(super) async fn run(plane: ControlPlane, retention: Retention) {
    loop {
        if let Err(failure) = look(&plane, retention).await {
            tracing::error!(%failure, "what has been kept long enough cannot be removed");
        }
        tokio::time::sleep(limit::RETENTION_LOOK).await;
    }
}

/// What still has rows or documents, though its own document is gone.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Removal {
    Job(JobId),
    Run(RunId),
}

impl Removal {
    fn key(self) -> String {
        match self {
            Self::Job(id) => format!("job/{id}"),
            Self::Run(id) => format!("run/{id}"),
        }
    }
}

/// A run goes before its jobs, so that it is whole as long as it is there.
async fn look(plane: &ControlPlane, retention: Retention) -> Result<(), Failure> {
    let since = retention.since(plane.clock.now());
    for removal in plane.repository.all::<Removal>(REMOVALS, "").await? {
        attempt(removal, finish(plane, removal).await);
    }
    old_runs(plane, since).await?;
    old_jobs(plane, since).await?;
    old_reports(plane, since).await
}

/// Whether a job may go: it ended before `since`, its run is gone, and its parent has ended or is
/// gone.
fn job_is_over(job: &Job, run: Option<&Run>, parent: Option<&Job>, since: Timestamp) -> bool {
    ended_before(job, since) && run.is_none() && parent.is_none_or(|parent| parent.phase.ended())
}

fn ended_before(job: &Job, since: Timestamp) -> bool {
    job.phase.ended() && job.ended_at.is_some_and(|at| at < since)
}

/// Whether a run may go, as far as its jobs let it.
fn run_is_over(run: &Run, since: Timestamp) -> bool {
    run.ended_at.is_some_and(|at| at < since)
}

async fn old_runs(plane: &ControlPlane, since: Timestamp) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let (runs, next) = page::<Run>(plane, RUNS, after).await?;
        for Held { value: run, revision } in &runs {
            // Ids sort by their time: those behind are younger.
            if run.started_at >= since {
                return Ok(());
            }
            if run_is_over(run, since) && jobs_are_over(plane, run.id, since).await? {
                let batch =
                    Batch::new().delete(RUNS, run.id.to_string(), Expect::Revision(*revision));
                let removal = Removal::Run(run.id);
                attempt(removal, begin(plane, removal, batch).await);
            }
        }
        match next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Whether every job of a run ended before `since`.
async fn jobs_are_over(
    plane: &ControlPlane,
    run: RunId,
    since: Timestamp,
) -> Result<bool, Failure> {
    let (run, mut range) = (run.to_string(), Range::first(limit::RETENTION_BATCH));
    loop {
        let jobs = plane.repository.find::<Job>(JOBS, "run", &run, range.clone());
        let (jobs, next) = jobs.await?;
        match next {
            _ if !jobs.iter().all(|job| ended_before(job, since)) => return Ok(false),
            Some(next) => range = range.after(next),
            None => return Ok(true),
        }
    }
}

async fn old_jobs(plane: &ControlPlane, since: Timestamp) -> Result<(), Failure> {
    let mut after = None;
    loop {
        let (jobs, next) = page::<Job>(plane, JOBS, after).await?;
        for Held { value: job, revision } in &jobs {
            if job.created_at >= since {
                return Ok(());
            }
            if !ended_before(job, since) {
                continue;
            }
            let run = there::<Run>(plane, RUNS, job.run).await?;
            let parent = job.parent.as_ref().map(|parent| parent.job);
            let parent = there::<Job>(plane, JOBS, parent).await?;
            if job_is_over(job, run.as_ref(), parent.as_ref(), since) {
                let removal = Removal::Job(job.id);
                attempt(removal, begin(plane, removal, without(job, *revision)).await);
            }
        }
        match next {
            Some(next) => after = Some(next),
            None => return Ok(()),
        }
    }
}

/// Takes a job away, and the list of computers that was stored for it.
fn without(job: &Job, revision: u64) -> Batch {
    let batch = Batch::new().delete(JOBS, job.id.to_string(), Expect::Revision(revision));
    let list = job.parameters["ComputerIDList"].as_str();
    match list.and_then(|list| list.strip_prefix("snapshot:")) {
        Some(snapshot) if job.run.is_some() && job.parent.is_none() => {
            batch.delete(SNAPSHOTS, snapshot, Expect::Any)
        }
        _ => batch,
    }
}

/// Rows that agents report, and no job.
async fn old_reports(plane: &ControlPlane, since: Timestamp) -> Result<(), Failure> {
    let mut query = Query::newest(limit::RETENTION_BATCH).equals("CorrelationId", "");
    query.until = Some(since);
    loop {
        let page = plane.stores.log.query(UPDATE_SUMMARY, &query).await?;
        let rows = page.rows.into_iter().map(|row| (row.partition, row.key)).collect();
        plane.repository.commit(Batch::new().remove(UPDATE_SUMMARY, rows)).await?;
        if page.next.is_none() {
            return Ok(());
        }
        query.cursor = page.next;
        tokio::task::yield_now().await;
    }
}

/// Puts a removal in the place of a document, and carries it out.
async fn begin(plane: &ControlPlane, removal: Removal, without: Batch) -> Result<(), Failure> {
    let batch = without.put(REMOVALS, removal.key(), &removal, Expect::Any, vec![]);
    plane.repository.commit(batch).await?;
    finish(plane, removal).await
}

async fn finish(plane: &ControlPlane, removal: Removal) -> Result<(), Failure> {
    loop {
        let (batch, last) = match removal {
            Removal::Job(job) => rest_of_job(plane, job).await?,
            Removal::Run(run) => some_of(plane, MACHINES, &format!("{run}/")).await?,
        };
        if last {
            let batch = batch.delete(REMOVALS, removal.key(), Expect::Any);
            return plane.repository.commit(batch).await;
        }
        plane.repository.commit(batch).await?;
        tokio::task::yield_now().await;
    }
}

/// The next batch of what is left of a job, and whether it is the last.
async fn rest_of_job(plane: &ControlPlane, job: JobId) -> Result<(Batch, bool), Failure> {
    let (children, last) = some_of(plane, CHILDREN, &format!("{job}/")).await?;
    if !last {
        return Ok((children, false));
    }
    let entries = plane.journal(job, None, limit::RETENTION_BATCH).await?;
    let (batch, taken) = rows_of(children, job, &entries);
    Ok((batch, taken == entries.len() && taken < limit::RETENTION_BATCH))
}

/// `batch` without the first of the entries and the rows that they appended, and the number of
/// those entries.
fn rows_of(mut batch: Batch, job: JobId, entries: &[Entry]) -> (Batch, usize) {
    let (partition, mut rows, mut journal) = (job.to_string(), 0, vec![]);
    for entry in entries {
        if rows >= limit::RETENTION_BATCH {
            break;
        }
        journal.push((partition.clone(), journal_key(entry.sequence)));
        rows += 1;
        if let Some((table, appended)) = entry.appends() {
            // More at once were never taken in.
            let keys = (0..).take(appended.len().min(BATCH_ITEMS));
            let keys: Vec<_> =
                keys.map(|index| (partition.clone(), record_key(entry.sequence, index))).collect();
            rows += keys.len();
            batch = batch.remove(table, keys);
        }
    }
    let taken = journal.len();
    (batch.remove(JOURNAL, journal), taken)
}

/// A batch without the first documents whose ids begin with `prefix`, and whether it leaves none.
async fn some_of(
    plane: &ControlPlane,
    collection: Collection,
    prefix: &str,
) -> Result<(Batch, bool), Failure> {
    let range = Range::first(limit::RETENTION_BATCH).prefix(prefix);
    let page = plane.stores.documents.list(collection, &range).await?;
    let without = |batch: Batch, id| batch.delete(collection, id, Expect::Any);
    let batch = page.documents.into_iter().map(|found| found.id).fold(Batch::new(), without);
    Ok((batch, page.next.is_none()))
}

async fn page<T: DeserializeOwned>(
    plane: &ControlPlane,
    collection: Collection,
    after: Option<String>,
) -> Result<(Vec<Held<T>>, Option<String>), Failure> {
    let range = Range { after, ..Range::first(limit::RETENTION_BATCH) };
    let page = plane.stores.documents.list(collection, &range).await?;
    let held = page
        .documents
        .iter()
        .map(|document| Ok(Held { value: document.parse()?, revision: document.revision }));
    Ok((held.collect::<Result<_, Failure>>()?, page.next))
}

async fn there<T: DeserializeOwned>(
    plane: &ControlPlane,
    collection: Collection,
    id: Option<impl ToString>,
) -> Result<Option<T>, Failure> {
    let Some(id) = id else { return Ok(None) };
    Ok(plane.repository.get(collection, &id.to_string()).await?.map(|held| held.value))
}

/// One removal that fails does not hold up the others.
fn attempt(removal: Removal, outcome: Result<(), Failure>) {
    match outcome {
        Ok(()) => tracing::debug!(?removal, "kept long enough"),
        // It changed while we looked: the next look sees it.
        Err(failure) if failure.code == Code::Conflict => {}
        Err(failure) => tracing::error!(?removal, %failure, "it cannot be removed"),
    }
}

#[cfg(test)]
mod tests;
