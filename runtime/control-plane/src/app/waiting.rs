//! Why a job does not go on for now: nobody can take it, its worker is gone, or it is suspended.
//!
//! Whatever is said here is said while the job waits, and stands in its error if it waits for too long.

use crate::{
    app::jobs::{no_such_worker, no_worker},
    plane::ControlPlane,
};
use bindery_core::{
    code::{Code, Failure},
    job::{Job, Phase, Placement},
    operation::POWER_REBOOT,
    worker::{Departure, Presence, Worker},
};
use bindery_journal::entry::Body;
use jiff::Timestamp;
use serde_json::json;

/// The worker of a job is not there.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Absence {
    pub(crate) since: Timestamp,
    pub(crate) cause: Cause,
}

/// Why a worker is not there, as far as it can be told from here.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Cause {
    /// It has not connected since the control plane started.
    NotSeen,
    /// It was stopped.
    Stopped,
    /// Its connection broke.
    Disconnected,
    /// It says nothing any more.
    Silent,
    /// The job reboots its computer.
    Rebooting,
    /// There is no such worker any more.
    Removed,
}

impl Absence {
    /// What somebody who waits for the job is told.
    pub(crate) fn explain(self) -> Failure {
        let Self { since, cause } = self;
        let message = match cause {
            Cause::NotSeen => {
                format!("its agent has not connected since the control plane started at {since:.0}")
            }
            Cause::Stopped => format!("its agent was stopped at {since:.0}"),
            Cause::Disconnected => format!(
                "the connection to its agent broke at {since:.0}: the computer is down, the agent was \
                 killed, or the network between is cut"
            ),
            Cause::Silent => format!(
                "its agent has said nothing since {since:.0}: the computer hangs or sleeps, or the \
                 network between drops everything"
            ),
            Cause::Rebooting => format!(
                "its computer has not come back from the reboot that the job asked for at {since:.0}"
            ),
            Cause::Removed => "its worker was removed".to_owned(),
        };
        let details = json!({ "cause": format!("{cause:?}"), "since": since });
        Failure::new(Code::Unreachable, message).with(details)
    }
}

/// Whether a job that waits for a worker could have one.
#[derive(Debug, Clone, PartialEq)]
pub(crate) enum Places {
    /// One is there; it may be busy.
    Live(Failure),
    /// None is there.
    None(Failure),
}

impl Places {
    pub(crate) fn reason(self) -> Failure {
        match self {
            Places::Live(reason) | Places::None(reason) => reason,
        }
    }
}

impl ControlPlane {
    /// Why `job` does not go on for now, if it does not.
    pub(crate) async fn waits_for(&self, job: &Job) -> Result<Option<Failure>, Failure> {
        match &job.phase {
            Phase::New | Phase::Resuming => Ok(Some(self.places(job).await?.reason())),
            Phase::Disconnected { .. } => Ok(self.absence(job).await?.map(Absence::explain)),
            Phase::Suspended { reason } | Phase::Suspending { reason, .. } => {
                Ok(Some(reason.clone()))
            }
            _ => Ok(None),
        }
    }

    /// Who could take a job that waits for a worker.
    pub(crate) async fn places(&self, job: &Job) -> Result<Places, Failure> {
        let mut workers = self.candidates(&job.account, &job.placement).await?;
        if workers.is_empty() {
            return Ok(Places::None(no_worker(&job.account, &job.placement)));
        }
        workers.retain(|worker| worker.profile >= job.profile);
        if workers.is_empty() {
            return Ok(Places::None(no_such_worker(&job.placement, job.profile)));
        }
        let place = place_name(&job.placement);
        let mut gone = vec![];
        for worker in &workers {
            match self.presence_of(worker) {
                Presence::Online { .. } => {
                    let message = format!("it waits for a free place on {place}");
                    return Ok(Places::Live(Failure::new(Code::NoWorker, message)));
                }
                presence => gone.push((self.worker_name(worker).await?, presence)),
            }
        }
        let message = format!("no worker of {place} is connected: {}", listed(&gone));
        Ok(Places::None(Failure::new(Code::NoWorker, message)))
    }

    /// The name of the computer that `job` is on or was on last, if it was on one.
    pub(crate) async fn computer_of(&self, job: &Job) -> Result<Option<String>, Failure> {
        let Some(worker) = job.worker() else { return Ok(None) };
        let Some(worker) = self.worker(worker).await? else { return Ok(None) };
        match worker.computer {
            Some(_) => self.worker_name(&worker).await.map(Some),
            None => Ok(None),
        }
    }

    /// Whether the worker of `job` is gone, and why.
    pub(crate) async fn absence(&self, job: &Job) -> Result<Option<Absence>, Failure> {
        let Some(lease) = job.phase.lease() else { return Ok(None) };
        let opened = self.opened_at;
        let Some(worker) = self.worker(lease.worker).await? else {
            return Ok(Some(Absence { since: opened, cause: Cause::Removed }));
        };
        let (since, cause) = match self.presence_of(&worker) {
            Presence::Online { .. } => return Ok(None),
            Presence::Removed => (opened, Cause::Removed),
            Presence::Registered => (opened, Cause::NotSeen),
            Presence::Offline { since, how, .. } => match how {
                Departure::Left => (since, Cause::Stopped),
                Departure::Broke => (since, Cause::Disconnected),
                Departure::Silent => (since, Cause::Silent),
            },
        };
        match self.reboot_asked(job).await? {
            Some(at) if cause != Cause::Removed => {
                Ok(Some(Absence { since: at, cause: Cause::Rebooting }))
            }
            _ => Ok(Some(Absence { since, cause })),
        }
    }

    /// When the job asked for the reboot that it is in, as far as its journal is here.
    async fn reboot_asked(&self, job: &Job) -> Result<Option<Timestamp>, Failure> {
        let after = job.shipped.checked_sub(LOOK_BACK + 1);
        let last = self.journal(job.id, after, LOOK_BACK as usize).await?;
        let last = last.iter().rev().find(|entry| !matches!(entry.body, Body::Note { .. }));
        Ok(last.and_then(|entry| match &entry.body {
            Body::Intent { operation, .. } if operation == POWER_REBOOT.name => Some(entry.time),
            _ => None,
        }))
    }

    async fn worker_name(&self, worker: &Worker) -> Result<String, Failure> {
        let Some(id) = worker.computer else { return Ok("the control plane's sandbox".into()) };
        let computer = self.computer(&id.to_string()).await;
        Ok(computer.map_or_else(|_| worker.id.to_string(), |computer| computer.name()))
    }
}

/// Entries of a journal in which a reboot must be among the notes that follow it.
const LOOK_BACK: u64 = 16;
/// Workers that a refusal names.
const NAMED: usize = 5;

fn listed(gone: &[(String, Presence)]) -> String {
    let one = |(name, presence): &(String, Presence)| match presence {
        Presence::Offline { since, how: Departure::Left, .. } => {
            format!("{name} (stopped at {since:.0})")
        }
        Presence::Offline { since, .. } => format!("{name} (gone since {since:.0})"),
        Presence::Removed => format!("{name} (removed)"),
        Presence::Registered | Presence::Online { .. } => {
            format!("{name} (not seen since the control plane started)")
        }
    };
    let named: Vec<_> = gone.iter().take(NAMED).map(one).collect();
    match gone.len().saturating_sub(NAMED) {
        0 => named.join(", "),
        more => format!("{} and {more} more", named.join(", ")),
    }
}

/// A placement in a sentence.
pub(crate) fn place_name(placement: &Placement) -> String {
    match placement {
        Placement::Sandbox => "the sandbox".to_owned(),
        Placement::Group(group) => format!("group `{group}`"),
        Placement::Computer(computer) => format!("computer {computer}"),
    }
}
