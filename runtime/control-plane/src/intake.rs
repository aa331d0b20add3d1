//! Intake: stores what workers ship of their journals, and does what it says.
//!
//! Streams and records are entries of the journal, so they are inserted under (job, sequence,
//! index) and a shipment that comes twice changes nothing.

use crate::{
    documents::{JOBS, WORKERS},
    events::Event,
    plane::ControlPlane,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bindery_core::{
    code::{Code, Failure},
    grant::{self, Power},
    id::{ComputerId, JobId},
    job::{Job, JobEvent, Lease, Phase},
    name::Name,
    record::Record,
    stream::StreamRecord,
    worker::Worker,
};
use bindery_journal::entry::{Body, Entry};
use bindery_protocol::{bytes::Base64, message::ToWorker};
use bindery_store::log::Row;
use serde_json::Value;

/// The log table of journals: a partition per job, a row per entry. It is no name that a runbook
/// could write to.
pub(crate) const JOURNAL: &str = ".journal";

/// The key of an entry's row: it sorts as its sequence.
pub(crate) fn journal_key(sequence: u64) -> String {
    format!("{sequence:012}")
}

impl ControlPlane {
    /// Stores entries of `job` from sequence `first` on; the answer for the worker.
    pub(crate) async fn take_in(
        &self,
        id: JobId,
        lease: Lease,
        first: u64,
        entries: Vec<Base64>,
    ) -> Result<ToWorker, Failure> {
        let fenced = ToWorker::Fenced { job: id };
        let Some(held) = self.repository.get::<Job>(JOBS, &id.to_string()).await? else {
            return Ok(fenced);
        };
        let job = held.value;
        let below = first + entries.len() as u64;
        if job.phase.lease() != Some(lease) {
            // Told twice after its end: the worker may forget it. Anything else is another
            // worker's.
            let told = job.phase.ended() && job.epoch == lease.epoch;
            return Ok(if told { ToWorker::Kept { job: id, below } } else { fenced });
        }
        let decoded = decode(first, &entries)?;
        let computer = self.computer_of(lease).await?;
        self.stores.log.append(JOURNAL, journal_rows(id, &decoded, entries)).await?;
        self.append_records(&job, computer, &decoded).await?;
        let change = |job: &Job| events(job, lease, &decoded);
        self.change_job_by(id, change).await?;
        self.events.say(Event::Job(id));
        Ok(ToWorker::Kept { job: id, below })
    }

    async fn computer_of(&self, lease: Lease) -> Result<Option<ComputerId>, Failure> {
        let worker = self.repository.get::<Worker>(WORKERS, &lease.worker.to_string()).await?;
        Ok(worker.and_then(|worker| worker.value.computer))
    }

    async fn append_records(
        &self,
        job: &Job,
        computer: Option<ComputerId>,
        entries: &[Entry],
    ) -> Result<(), Failure> {
        for entry in entries {
            let Some((table, rows)) = entry.appends() else { continue };
            // The worker's gate has checked this; the worker itself need not be believed.
            if !may_append(job, table) {
                tracing::warn!(job = %job.id, "a worker shipped rows that its job may not write");
                continue;
            }
            let records = rows.into_iter().zip(0..).map(|(row, index)| Record {
                table: table.to_owned(),
                time: entry.time,
                job: Some(job.id),
                sequence: entry.sequence,
                index,
                computer,
                row,
            });
            let rows = records.map(|record| record_row(&record)).collect::<Result<_, _>>()?;
            self.stores.log.append(table, rows).await?;
            if let Some(run) = job.run {
                self.events.say(Event::Run(run));
            }
        }
        Ok(())
    }

    /// The journal of a job from `after` on, at most `limit` entries.
    pub(crate) async fn journal(
        &self,
        job: JobId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, Failure> {
        let after = after.map(journal_key);
        let rows = self.stores.log.read(JOURNAL, &job.to_string(), after, limit).await?;
        rows.iter().map(entry_of).collect()
    }
}

fn may_append(job: &Job, table: &str) -> bool {
    table.parse::<Name>().is_ok() && grant::permit(&job.grants, Power::RecordsWrite, Some(table))
}

fn decode(first: u64, entries: &[Base64]) -> Result<Vec<Entry>, Failure> {
    let damaged =
        |reason: String| Failure::new(Code::JournalDamaged, format!("a shipped journal: {reason}"));
    let decoded = entries.iter().map(|bytes| Entry::decode(&bytes.0));
    let decoded: Vec<_> =
        decoded.collect::<Result<_, _>>().map_err(|error| damaged(error.to_string()))?;
    let in_order = decoded.iter().zip(first..).all(|(entry, sequence)| entry.sequence == sequence);
    if in_order { Ok(decoded) } else { Err(damaged("its entries are not in order".into())) }
}

fn journal_rows(job: JobId, decoded: &[Entry], entries: Vec<Base64>) -> Vec<Row> {
    let row = |(entry, bytes): (&Entry, Base64)| Row {
        partition: job.to_string(),
        key: journal_key(entry.sequence),
        time: entry.time,
        fields: vec![],
        value: Value::String(BASE64_STANDARD.encode(bytes.0)),
    };
    decoded.iter().zip(entries).map(row).collect()
}

fn entry_of(row: &Row) -> Result<Entry, Failure> {
    let damaged = || {
        let what = format!("entry {} of the journal of job {}", row.key, row.partition);
        Failure::new(Code::JournalDamaged, format!("{what} cannot be read"))
    };
    let text = row.value.as_str().ok_or_else(damaged)?;
    let bytes = BASE64_STANDARD.decode(text).map_err(|_| damaged())?;
    Entry::decode(&bytes).map_err(|_| damaged())
}

/// What the entries mean for the job.
fn events(job: &Job, lease: Lease, entries: &[Entry]) -> Vec<JobEvent> {
    let mut events = vec![];
    match job.phase {
        Phase::Activating { .. } => events.push(JobEvent::Start(lease)),
        Phase::Disconnected { .. } => events.push(JobEvent::Return(lease)),
        _ => {}
    }
    for entry in entries {
        if let Body::End(outcome) = &entry.body {
            events.push(JobEvent::Finish(lease, outcome.clone()));
        }
    }
    events
}

/// What a journal entry says on the job's streams.
pub(crate) fn stream_record(job: JobId, entry: &Entry) -> Option<StreamRecord> {
    let (kind, text, value) = entry.says()?;
    let (sequence, time) = (entry.sequence, entry.time);
    Some(StreamRecord { job, sequence, index: 0, time, kind, text, value })
}

/// The columns that a search may name; others are in the record.
const SEARCHED: [&str; 5] = ["UpdateRunName", "KBID", "Computer", "Title", "InstallationStatus"];

/// A record as a row of the log.
pub(crate) fn record_row(record: &Record) -> Result<Row, Failure> {
    let job = record.job.map(|job| job.to_string()).unwrap_or_default();
    let text = |name: &str| record.row.get(name).and_then(Value::as_str);
    let mut fields: Vec<_> = SEARCHED
        .iter()
        .filter_map(|name| Some(((*name).to_owned(), text(name)?.to_owned())))
        .filter(|(_, value)| !value.is_empty())
        .collect();
    fields.push(("CorrelationId".to_owned(), job.clone()));
    let partition = match (job.is_empty(), record.computer) {
        (false, _) => job,
        (true, Some(computer)) => computer.to_string(),
        (true, None) => "workspace".to_owned(),
    };
    let value = serde_json::to_value(record)
        .map_err(|error| Failure::new(Code::Internal, error.to_string()))?;
    let key = format!("{}-{:06}", journal_key(record.sequence), record.index);
    Ok(Row { partition, key, time: record.time, fields, value })
}
