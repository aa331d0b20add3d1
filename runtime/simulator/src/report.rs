//! What a test did, in full: the JSON of `bindery runbook test --output json`.

mod timeline;

pub use timeline::{Step, StepKind};

use crate::{
    computer,
    plane::Child,
    recovery,
    script::{expect, fault::Fault},
    story::{Event, Happening},
    verdict::{self, Expectation},
    world::{Ended, World},
};
use bindery_core::{
    code::Failure,
    digest::Digest,
    grant::Grant,
    id::ComputerId,
    job::{Change, Outcome},
    limit,
    name::Name,
    operation,
    runbook::Level,
    stream::StreamKind,
    update::{InstallStatus, OsType, Update},
};
use bindery_journal::entry::{Body, Entry, Reply};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::{Map, Value};

/// What a test did.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Report {
    /// The runbook.
    pub runbook: Name,
    /// Its version, as its author counts.
    pub version: String,
    /// The module.
    pub digest: Digest,
    /// How it is run.
    pub level: Level,
    /// The parameters.
    pub parameters: Value,
    /// What it may do.
    pub grants: Vec<Grant>,
    /// Whether it was a dry run.
    pub dry_run: bool,
    /// The seed of the script.
    pub seed: u64,
    /// When it began.
    pub started_at: Timestamp,
    /// When it ended.
    pub ended_at: Timestamp,
    /// The end of its window.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub deadline: Option<Timestamp>,
    /// Everything that happened, in its order.
    pub timeline: Vec<Step>,
    /// What it said.
    pub streams: Vec<Said>,
    /// The rows that it appended to the log.
    pub records: Vec<Row>,
    /// What it changed, or in a dry run would have.
    pub changes: Vec<Change>,
    /// The computer that it ran on, as it is in the end.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub computer: Option<ComputerReport>,
    /// The computers of the workspace that are workers in the end.
    pub workers: Vec<String>,
    /// The child jobs that it started.
    pub children: Vec<Child>,
    /// The faults of the script.
    pub faults: Vec<FaultReport>,
    /// What it took.
    pub usage: Usage,
    /// How it ended.
    pub outcome: Outcome,
    /// What was expected of it.
    pub expectations: Vec<Expectation>,
    /// Whether all expectations are met and all faults struck.
    pub passed: bool,
}

/// A record of a stream.
#[derive(Debug, Serialize)]
pub struct Said {
    /// The entry of the journal.
    pub sequence: u64,
    /// Which stream.
    pub kind: StreamKind,
    /// The text.
    pub text: String,
    /// A structured value.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
}

/// A row of the log.
#[derive(Debug, Serialize)]
pub struct Row {
    /// The entry of the journal.
    pub sequence: u64,
    /// The table.
    pub table: String,
    /// The columns.
    pub row: Map<String, Value>,
}

/// A computer in the end.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct ComputerReport {
    /// Its id.
    pub id: ComputerId,
    /// Its name.
    pub name: String,
    /// The kind of operating system.
    pub os: OsType,
    /// What was installed.
    pub installed: Vec<UpdateReport>,
    /// What could not be installed, each time.
    pub failed: Vec<UpdateReport>,
    /// What is missing.
    pub missing: Vec<UpdateReport>,
    /// Reboots that the job asked for.
    pub reboots: u64,
    /// Reboots that faults caused.
    pub faulty_reboots: u64,
    /// What a reboot is pending for.
    pub reboot_pending: Vec<String>,
    /// The files that the job wrote or removed, by path.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<FileReport>,
}

/// A file that a job changed.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FileReport {
    /// Where it is.
    pub path: String,
    /// Its text in the end; none where it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
}

/// An update of a computer.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct UpdateReport {
    /// Its id.
    pub id: String,
    /// Its title.
    pub title: String,
    /// How often it was installed.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub times: Option<usize>,
    /// The words of the package manager.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    /// What people may call it.
    #[serde(skip)]
    pub(crate) names: Vec<String>,
}

/// A fault of the script.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct FaultReport {
    /// The fault, in words.
    pub fault: String,
    /// How often it struck.
    pub struck: usize,
    /// It need not strike.
    pub optional: bool,
}

/// What a job took.
#[derive(Debug, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Usage {
    /// Calls of the host in the journal.
    pub operations: usize,
    /// Calls that it may make.
    pub operations_max: u64,
    /// Entries of the journal.
    pub entries: usize,
    /// Bytes of the journal.
    pub journal_bytes: u64,
    /// Bytes that it may have.
    pub journal_bytes_max: u64,
    /// Workers that took the job up, one after the other.
    pub attempts: u64,
    /// Restarts that count against the limit.
    pub restarts: u32,
    /// That limit.
    pub restarts_max: u32,
}

impl Report {
    pub(crate) fn new(world: &World<'_>, ended: Ended) -> Result<Self, Failure> {
        let (test, events) = (world.test, world.story.events());
        let faults: Vec<_> = world.faults.account().iter().map(fault).collect();
        let entries = &ended.entries;
        let mut report = Self {
            runbook: test.manifest.name.clone(),
            version: test.manifest.version.clone(),
            digest: test.module.digest,
            level: test.module.level,
            parameters: test.parameters.clone(),
            grants: test.grants().to_vec(),
            dry_run: test.dry_run,
            seed: test.script.seed,
            started_at: test.script.start,
            ended_at: world.clock.now(),
            deadline: test.deadline(),
            timeline: timeline::of(&events, &faults),
            streams: entries.iter().filter_map(said).collect(),
            records: entries.iter().flat_map(rows).collect(),
            changes: changes(entries),
            computer: of_computer(world, &events)?,
            workers: world.plane.workers().iter().map(|member| member.name.clone()).collect(),
            children: world.plane.started(),
            faults,
            usage: usage(test.manifest.limits.capped().operations, &ended),
            outcome: ended.outcome,
            expectations: vec![],
            passed: false,
        };
        report.expectations = verdict::judge(&test.script.expect, &report);
        report.passed = report.unmet().is_empty();
        Ok(report)
    }

    /// What is not as it was to be, in words; nothing if the test passed.
    pub fn unmet(&self) -> Vec<String> {
        let expectations = self.expectations.iter().filter_map(|expectation| {
            let found = expectation.found.as_ref()?;
            Some(format!("expected: {}; found: {found}", expectation.expected))
        });
        let faults = (1..).zip(&self.faults).filter(|(_, it)| it.struck == 0 && !it.optional);
        let faults =
            faults.map(|(number, it)| format!("fault {number} never struck: {}", it.fault));
        expectations.chain(faults).collect()
    }
}

fn file((path, text): (String, Option<String>)) -> FileReport {
    FileReport { path, text }
}

fn fault((fault, struck): &(Fault, usize)) -> FaultReport {
    FaultReport { fault: fault.to_string(), struck: *struck, optional: fault.optional }
}

fn said(entry: &Entry) -> Option<Said> {
    let (kind, text, value) = entry.says()?;
    Some(Said { sequence: entry.sequence, kind, text, value })
}

fn rows(entry: &Entry) -> Vec<Row> {
    let Some((table, rows)) = entry.appends() else { return vec![] };
    let row = |row| Row { sequence: entry.sequence, table: table.to_owned(), row };
    rows.into_iter().map(row).collect()
}

/// The changes that were answered well, in the order of their answers.
fn changes(entries: &[Entry]) -> Vec<Change> {
    let changes = |name: &str| operation::by_name(name).is_some_and(expect::changes);
    let change = |entry: &Entry| {
        let (operation, arguments, reply): (_, _, &Reply) = match &entry.body {
            Body::Operation { operation, arguments, reply } => (operation, arguments, reply),
            Body::Outcome { intent, reply } => {
                match entries.get(*intent as usize).map(|entry| &entry.body) {
                    Some(Body::Intent { operation, arguments }) => (operation, arguments, reply),
                    _ => return None,
                }
            }
            _ => return None,
        };
        let change = Change { operation: operation.clone(), arguments: arguments.clone() };
        (reply.is_ok() && changes(operation)).then_some(change)
    };
    entries.iter().filter_map(change).collect()
}

fn usage(operations_max: u64, ended: &Ended) -> Usage {
    let calls = ended
        .entries
        .iter()
        .filter(|entry| matches!(entry.body, Body::Operation { .. } | Body::Intent { .. }));
    Usage {
        operations: calls.count(),
        operations_max,
        entries: ended.entries.len(),
        journal_bytes: ended.entries.iter().map(|entry| entry.encode().len() as u64).sum(),
        journal_bytes_max: limit::JOB_JOURNAL_BYTES,
        attempts: ended.attempts,
        restarts: recovery::restarts(&ended.entries),
        restarts_max: limit::JOB_RESTARTS,
    }
}

fn of_computer(world: &World<'_>, events: &[Event]) -> Result<Option<ComputerReport>, Failure> {
    let Some(computer) = &world.computer else { return Ok(None) };
    let state = computer.state()?;
    let mut transactions: Vec<_> = state.transactions.values().collect();
    transactions.sort_by_key(|transaction| transaction.started_at);
    let results: Vec<_> = transactions
        .iter()
        .filter_map(|it| it.result.as_ref())
        .flat_map(|it| &it.results)
        .collect();
    let all = || state.installed.iter().chain(&state.missing);
    let title = |id: &str| all().find(|it| it.id == id).map(|it| it.title.clone());
    let there = |update: &Update| UpdateReport {
        id: update.id.clone(),
        title: update.title.clone(),
        times: None,
        error: None,
        names: computer::names(update).map(str::to_owned).collect(),
    };
    let installed = |update: &Update| {
        let times = state.installed.iter().filter(|other| other.id == update.id).count();
        UpdateReport { times: Some(times), ..there(update) }
    };
    let failed = results.iter().filter(|it| it.status == InstallStatus::Failed);
    let failed = failed.map(|result| UpdateReport {
        id: result.update.clone(),
        title: title(&result.update).unwrap_or_default(),
        times: None,
        error: result.error.clone(),
        names: vec![],
    });
    let by_faults = |event: &&Event| matches!(event.what, Happening::Died { computer: true, .. });
    let faulty_reboots = events.iter().filter(by_faults).count() as u64;
    Ok(Some(ComputerReport {
        id: computer.model.id,
        name: computer.model.name.clone(),
        os: computer.model.os,
        installed: state.installed.iter().map(installed).collect(),
        failed: failed.collect(),
        missing: state.missing.iter().map(there).collect(),
        reboots: computer.boots()?.saturating_sub(faulty_reboots),
        faulty_reboots,
        reboot_pending: state.reboot.reasons.clone(),
        files: computer.disk.changed().into_iter().map(file).collect(),
    }))
}
