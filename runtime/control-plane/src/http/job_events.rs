//! Following a job: what it writes to its streams, and its status.
//!
//! ```text
//!   look --goes on--> [status, if it is new] + records --> wait for a change --> look
//!     \---has ended--> the rest of the records --> the last status --> end
//! ```
//! An event's id is `s` and the entry of the journal behind which a client goes on.

use crate::{
    events::{Event, Listener},
    http::{
        extract::Path,
        problem::{Refusal, invalid},
        sse::{self, Watch},
    },
    plane::ControlPlane,
};
use axum::{extract::State, http::HeaderMap, response::IntoResponse};
use bindery_api::jobs::{Job, JobEvent};
use bindery_core::{code::Failure, id::JobId, job::JobStatus, name::Name};

/// Entries of the journal that are looked at together.
const ENTRIES: usize = 64;

pub(super) async fn watch(
    State(plane): State<ControlPlane>,
    Path((account, job)): Path<(Name, JobId)>,
    headers: HeaderMap,
) -> Result<impl IntoResponse, Refusal> {
    let after = resumed(&headers)?;
    let listener = plane.listen_to_changes();
    plane.job(&account, job).await?;
    let (status, waits, ended) = (None, false, false);
    Ok(sse::reply(JobWatch { plane, account, job, listener, after, status, waits, ended }))
}

/// The entry behind which the client goes on. Entry 0 is the header, which says nothing.
fn resumed(headers: &HeaderMap) -> Result<u64, Failure> {
    let Some(id) = headers.get("last-event-id") else { return Ok(0) };
    let sequence = id.to_str().ok().and_then(|id| id.strip_prefix('s')?.parse().ok());
    sequence.ok_or_else(|| invalid("`Last-Event-ID` is none that a job's events have"))
}

struct JobWatch {
    plane: ControlPlane,
    account: Name,
    job: JobId,
    listener: Listener,
    after: u64,
    status: Option<JobStatus>,
    /// Whether everything that there was has been told.
    waits: bool,
    ended: bool,
}

impl Watch for JobWatch {
    type Event = JobEvent;

    async fn next(&mut self) -> Result<Vec<JobEvent>, Failure> {
        while !self.ended {
            if std::mem::take(&mut self.waits) {
                let job = self.job;
                self.listener.next(|event| *event == Event::Job(job)).await;
            }
            let events = self.look().await?;
            if !events.is_empty() {
                return Ok(events);
            }
        }
        Ok(vec![])
    }

    fn id(event: &JobEvent) -> &str {
        event.id()
    }
}

impl JobWatch {
    /// The job first, then its streams: of a job that has ended all of them are there.
    async fn look(&mut self) -> Result<Vec<JobEvent>, Failure> {
        let job = self.plane.job(&self.account, self.job).await?;
        let (records, more) = self.plane.streams(self.job, Some(self.after), ENTRIES).await?;
        let over = job.phase.ended();
        let mut events = vec![];
        if !over && self.status.replace(job.phase.status()) != Some(job.phase.status()) {
            let job = self.plane.seen(job.clone()).await?;
            events.push(self.status(job));
        }
        for record in records {
            self.after = record.sequence;
            events.push(JobEvent::Stream { id: self.id(), record });
        }
        if let Some(last) = more {
            self.after = last;
            return Ok(events);
        }
        self.waits = true;
        if over {
            self.ended = true;
            events.push(self.status(job.into()));
        }
        Ok(events)
    }

    fn id(&self) -> String {
        format!("s{}", self.after)
    }

    fn status(&self, job: Job) -> JobEvent {
        JobEvent::Status { id: self.id(), job: Box::new(job) }
    }
}
