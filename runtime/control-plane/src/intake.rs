//! Intake: stores what workers ship of their journals, and does what it says.
//!
//! Streams and records are entries of the journal, so they are inserted under (job, sequence,
//! index) and a shipment that comes twice changes nothing. Entries, their rows and what they mean
//! for the job are one commit, which happens only while the lease holds.

use crate::{
    documents::{JOBS, WORKERS, job_indexes},
    events::Event,
    hub::{Peer, peer_of},
    plane::ControlPlane,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bindery_core::{
    code::{Code, Failure},
    grant::{self, Power},
    id::{ComputerId, JobId, WorkerId},
    job::{Job, JobEvent, Lease, Phase},
    limit,
    name::Name,
    operation,
    record::Record,
    stream::StreamRecord,
    worker::Worker,
};
use bindery_journal::entry::{Body, Entry};
use bindery_protocol::{bytes::Base64, message::ToWorker};
use bindery_store::{batch::Batch, limit::BATCH_ITEMS, log::Row};
use futures::{StreamExt as _, stream};
use serde_json::{Map, Value};
use std::collections::{BTreeMap, HashSet};
use tokio::sync::mpsc;

/// Entries of one job's journal, as they came.
#[derive(Debug)]
pub(crate) struct Shipment {
    pub(crate) job: JobId,
    pub(crate) lease: Lease,
    pub(crate) first: u64,
    pub(crate) entries: Vec<Base64>,
}

/// Shipments of one session that wait for the store; its worker waits while there are more.
pub(crate) const WAITING: usize = 64;

/// What became of a shipment.
enum Taken {
    /// It is stored; the job was in this phase before.
    Kept(Phase),
    /// The job is not under this lease.
    Fenced,
    /// Entries below this are stored already, and must be the same first.
    Known(u64),
    /// The job is over; its journal must not be.
    Over,
}

/// The log table of journals: a partition per job, a row per entry. It is no name that a runbook
/// could write to.
pub(crate) const JOURNAL: &str = ".journal";

/// The key of an entry's row: it sorts as its sequence.
pub(crate) fn journal_key(sequence: u64) -> String {
    format!("{sequence:012}")
}

/// The key of a row that an entry appends to a table.
pub(crate) fn record_key(sequence: u64, index: u32) -> String {
    format!("{}-{index:06}", journal_key(sequence))
}

impl ControlPlane {
    /// Takes in what comes from `shipments` until there is no more: different jobs side by side, so
    /// that they share the store's flushes, and each job's entries in their order.
    pub(crate) async fn take_in_all(
        &self,
        peer: Peer,
        mut shipments: mpsc::Receiver<Shipment>,
        say: &mpsc::Sender<ToWorker>,
    ) -> Result<(), Failure> {
        let (mut waiting, mut fenced) = (vec![], HashSet::new());
        while shipments.recv_many(&mut waiting, WAITING).await > 0 {
            let mut jobs = BTreeMap::<_, Vec<_>>::new();
            // What was shipped before the worker heard that it is fenced off comes to nothing either.
            let told = |it: &Shipment| fenced.contains(&(it.job, it.lease));
            for shipment in waiting.drain(..).filter(|shipment| !told(shipment)) {
                jobs.entry(shipment.job).or_default().push(shipment);
            }
            let each = stream::iter(jobs.into_values().map(|one| self.take_in_in_order(peer, one)));
            let mut each = each.buffer_unordered(WAITING);
            let mut all = Ok(());
            // Each to its end: what follows from a commit must not be lost with the session.
            while let Some(answers) = each.next().await {
                match answers {
                    Ok(answers) => {
                        for answer in answers {
                            if let ToWorker::Fenced { job, lease } = &answer
                                && fenced.len() < limit::WORKER_HELD_JOBS
                            {
                                fenced.insert((*job, *lease));
                            }
                            // Whoever does not hear one is not waited for again.
                            if all.is_ok() {
                                all = self.answered(say, answer).await;
                            }
                        }
                    }
                    Err(failure) => all = Err(failure),
                }
            }
            drop(each);
            all?;
        }
        Ok(())
    }

    async fn take_in_in_order(
        &self,
        peer: Peer,
        shipments: Vec<Shipment>,
    ) -> Result<Vec<ToWorker>, Failure> {
        let (mut answers, mut fenced) = (vec![], None);
        for shipment in joined(shipments) {
            if fenced == Some(shipment.lease) {
                continue;
            }
            let answer = self.take_in(peer, shipment).await?;
            if let ToWorker::Fenced { lease, .. } = &answer {
                fenced = Some(*lease);
            }
            answers.push(answer);
        }
        Ok(answers)
    }

    /// Stores entries of a job; the answer for the worker.
    async fn take_in(&self, peer: Peer, shipment: Shipment) -> Result<ToWorker, Failure> {
        let Shipment { job: id, lease, first, entries } = shipment;
        let computer = self.own(peer, lease.worker).await?.computer;
        let below = first + entries.len() as u64;
        let decoded = match decode(first, &entries) {
            Ok(decoded) => decoded,
            Err(error) => return self.give_up(id, lease, error).await,
        };
        let rows = journal_rows(id, &decoded, &entries);
        let computer = match computer {
            Some(computer) if decoded.iter().any(|entry| entry.appends().is_some()) => {
                Some((computer, self.logged_name(&computer.to_string()).await?))
            }
            _ => None,
        };
        let now = self.clock.now();
        // Below this, what is stored was found to be the same.
        let (mut same, mut open) = (first, false);
        let change = |same: u64, open: bool, job: &mut Job| {
            let holds = job.phase.lease() == Some(lease);
            // Its end was told before, or we have given it up: what it did is evidence all the same.
            let over = job.phase.ended() && job.epoch == lease.epoch;
            if !holds && !over {
                return Ok((Batch::new(), Taken::Fenced));
            }
            if first > job.shipped {
                let message = format!("entries from {} to {first} are missing", job.shipped);
                return Err(Failure::new(Code::JournalDamaged, message));
            }
            let known = job.shipped.min(below);
            if !holds && below > job.shipped && !open {
                return Ok((Batch::new(), Taken::Over));
            }
            if known > same {
                return Ok((Batch::new(), Taken::Known(known)));
            }
            let before = job.phase.clone();
            let kept = job.shipped;
            job.shipped = job.shipped.max(below);
            let mut batch = Batch::new().append(JOURNAL, rows.clone());
            for (table, rows) in record_rows(job, computer.as_ref(), &decoded)? {
                batch = batch.append(table, rows);
            }
            if holds && job.dry_run {
                // What was kept before is listed already.
                decoded.iter().filter(|entry| entry.sequence >= kept).for_each(|entry| {
                    if let Some((operation, arguments)) = would_change(entry) {
                        job.would_change(operation, arguments);
                    }
                });
            }
            if holds {
                // What was kept before has had its effect: an end among it is of an earlier lease.
                let new = decoded.iter().filter(|entry| entry.sequence >= kept);
                for event in events(job, lease, new) {
                    job.apply(event, now)?;
                }
            }
            Ok((batch, Taken::Kept(before)))
        };
        let text = id.to_string();
        let changed = loop {
            let change = |job: &mut Job| change(same, open, job);
            match self.repository.change_with(JOBS, &text, "job", job_indexes, change).await {
                Ok((_, Taken::Known(known))) => match self.compare(id, &decoded, known).await {
                    Ok(()) => same = known,
                    Err(failure) => break Err(failure),
                },
                Ok((job, Taken::Over)) if job.shipped == 0 || self.has_begun(&job).await? => {
                    open = true;
                }
                changed => break changed,
            }
        };
        match changed {
            Ok((job, Taken::Kept(before))) => {
                self.job_changed(&job, &before).await?;
                if let (Some(run), true) = (job.run, decoded.iter().any(|e| e.appends().is_some()))
                {
                    self.events.say(Event::Run(run));
                }
                self.events.say(Event::Job(id));
                Ok(ToWorker::Kept { job: id, below: job.shipped })
            }
            Ok((_, Taken::Fenced | Taken::Known(_) | Taken::Over)) => {
                Ok(ToWorker::Fenced { job: id, lease })
            }
            Err(failure) => match failure.code {
                Code::NotFound => Ok(ToWorker::Fenced { job: id, lease }),
                // It would be said again for ever, and the other jobs of the worker with it.
                Code::JournalDamaged | Code::TooLarge | Code::InvalidRequest => {
                    self.give_up(id, lease, failure).await
                }
                _ => Err(failure),
            },
        }
    }

    /// Whether the first of `shipped`, those below `known`, are what is stored: a worker whose folder
    /// was copied, or is an older copy, has a journal of its own under the same lease.
    async fn compare(&self, job: JobId, shipped: &[Entry], known: u64) -> Result<(), Failure> {
        let Some(first) = shipped.first().map(|entry| entry.sequence) else { return Ok(()) };
        let count = known.saturating_sub(first) as usize;
        let stored = self.journal(job, first.checked_sub(1), count).await?;
        match stored.iter().zip(shipped).find(|(stored, shipped)| stored != shipped) {
            None => Ok(()),
            Some((stored, _)) => {
                let message = format!("another journal of it has the entry {}", stored.sequence);
                Err(Failure::new(Code::JournalDamaged, message))
            }
        }
    }

    /// Ends a job whose journal cannot be taken in.
    async fn give_up(&self, id: JobId, lease: Lease, error: Failure) -> Result<ToWorker, Failure> {
        tracing::error!(job = %id, %error, "a worker shipped a journal that cannot be taken in");
        let fail =
            |job: &Job| (job.phase.lease() == Some(lease)).then(|| JobEvent::Fail(error.clone()));
        match self.change_job(id, fail).await {
            Err(failure) if failure.code != Code::NotFound => Err(failure),
            _ => Ok(ToWorker::Fenced { job: id, lease }),
        }
    }

    /// The worker of a lease, which must be behind this session.
    pub(crate) async fn own(&self, peer: Peer, worker: WorkerId) -> Result<Worker, Failure> {
        let held = self.repository.need::<Worker>(WORKERS, &worker.to_string(), "worker").await?;
        if peer_of(&held.value) == peer {
            return Ok(held.value);
        }
        Err(Failure::new(Code::WrongWorker, format!("worker {worker} is not behind this session")))
    }

    /// The journal of a job from `after` on, at most `limit` entries.
    pub(crate) async fn journal(
        &self,
        job: JobId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Entry>, Failure> {
        self.shipped_rows(job, after, limit).await?.iter().map(entry_of).collect()
    }

    /// The same as it was shipped.
    pub(crate) async fn journal_bytes(
        &self,
        job: JobId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Base64>, Failure> {
        let rows = self.shipped_rows(job, after, limit).await?;
        rows.iter().map(|row| bytes_of(row).map(Base64)).collect()
    }

    async fn shipped_rows(
        &self,
        job: JobId,
        after: Option<u64>,
        limit: usize,
    ) -> Result<Vec<Row>, Failure> {
        Ok(self.stores.log.read(JOURNAL, &job.to_string(), after.map(journal_key), limit).await?)
    }
}

/// A job's shipments with those that follow each other made one.
fn joined(shipments: Vec<Shipment>) -> Vec<Shipment> {
    let mut joined: Vec<Shipment> = vec![];
    for shipment in shipments {
        match joined.last_mut() {
            Some(last)
                if last.lease == shipment.lease
                    && last.first + last.entries.len() as u64 == shipment.first
                    && last.entries.len() + shipment.entries.len() <= BATCH_ITEMS =>
            {
                last.entries.extend(shipment.entries);
            }
            _ => joined.push(shipment),
        }
    }
    joined
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

fn journal_rows(job: JobId, decoded: &[Entry], entries: &[Base64]) -> Vec<Row> {
    let row = |(entry, bytes): (&Entry, &Base64)| Row {
        partition: job.to_string(),
        key: journal_key(entry.sequence),
        time: entry.time,
        fields: vec![],
        value: Value::String(BASE64_STANDARD.encode(&bytes.0)),
    };
    decoded.iter().zip(entries).map(row).collect()
}

/// The rows that the entries append, by table. What a computer appends has its name in the column
/// `Computer`, unless the runbook gave one.
fn record_rows(
    job: &Job,
    computer: Option<&(ComputerId, String)>,
    entries: &[Entry],
) -> Result<Vec<(String, Vec<Row>)>, Failure> {
    let mut tables = vec![];
    for entry in entries {
        let Some((table, rows)) = entry.appends().filter(|_| !job.dry_run) else { continue };
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
            computer: computer.map(|(id, _)| *id),
            row: match computer {
                Some((_, name)) => of_computer(row, name),
                None => row,
            },
        });
        let rows = records.map(|record| record_row(&record)).collect::<Result<_, _>>()?;
        tables.push((table.to_owned(), rows));
    }
    Ok(tables)
}

/// The change that an entry of a dry run stands for: that was rehearsed, and not refused.
fn would_change(entry: &Entry) -> Option<(&'static str, &Value)> {
    match &entry.body {
        Body::Operation { operation, arguments, reply: Ok(_) } => {
            let known = operation::by_name(operation).filter(|known| known.changes())?;
            Some((known.name, arguments))
        }
        _ => None,
    }
}

fn entry_of(row: &Row) -> Result<Entry, Failure> {
    Entry::decode(&bytes_of(row)?).map_err(|_| unreadable(row))
}

fn bytes_of(row: &Row) -> Result<Vec<u8>, Failure> {
    let text = row.value.as_str().ok_or_else(|| unreadable(row))?;
    BASE64_STANDARD.decode(text).map_err(|_| unreadable(row))
}

fn unreadable(row: &Row) -> Failure {
    let what = format!("entry {} of the journal of job {}", row.key, row.partition);
    Failure::new(Code::JournalDamaged, format!("{what} cannot be read"))
}

/// What the entries mean for the job.
fn events<'a>(job: &Job, lease: Lease, entries: impl Iterator<Item = &'a Entry>) -> Vec<JobEvent> {
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

/// The column that names the computer.
const COMPUTER: &str = "Computer";
/// The columns that a search may name; others are in the record.
const SEARCHED: [&str; 6] =
    ["UpdateRunName", "KBID", "Package", COMPUTER, "Title", "InstallationStatus"];

/// A row that a computer appends.
fn of_computer(mut row: Map<String, Value>, name: &str) -> Map<String, Value> {
    if column(&row, COMPUTER).is_none() {
        row.insert(COMPUTER.to_owned(), name.into());
    }
    row
}

/// A column of a row, however its name is capitalised.
fn column<'a>(row: &'a Map<String, Value>, name: &str) -> Option<&'a Value> {
    row.iter().find(|(column, _)| column.eq_ignore_ascii_case(name)).map(|(_, value)| value)
}

/// A record as a row of the log.
pub(crate) fn record_row(record: &Record) -> Result<Row, Failure> {
    let job = record.job.map(|job| job.to_string()).unwrap_or_default();
    let text = |name: &str| column(&record.row, name).and_then(Value::as_str);
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
    let key = record_key(record.sequence, record.index);
    Ok(Row { partition, key, time: record.time, fields, value })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_row_has_the_name_of_its_computer_unless_the_runbook_gave_one() {
        for (row, expected) in [
            (json!({ "disk": "/" }), json!({ "disk": "/", "Computer": "web-01" })),
            (json!({ "computer": "other" }), json!({ "computer": "other" })),
            (json!({ "Computer": "other" }), json!({ "Computer": "other" })),
        ] {
            let row = of_computer(row.as_object().cloned().expect("a row"), "web-01");
            assert_eq!(Value::Object(row.clone()), expected);
            let time = jiff::Timestamp::UNIX_EPOCH;
            let (table, job, computer) = ("T".to_owned(), None, None);
            let record = Record { table, time, job, sequence: 1, index: 0, computer, row };
            let name = record_row(&record).expect("a row").fields[0].clone();
            let wanted = expected.get("Computer").or(expected.get("computer")).expect("a name");
            assert_eq!(
                (name.0.as_str(), json!(name.1)),
                (COMPUTER, wanted.clone()),
                "it is searched by"
            );
        }
    }
}
