//! The timeline of a report: a step for each entry of the journal and for each thing that befell
//! the job.

use super::FaultReport;
use crate::story::{Event, Happening};
use bindery_core::{code::Failure, job::Outcome, stream::StreamKind};
use bindery_journal::entry::{Body, Entry, Reply};
use jiff::Timestamp;
use serde::Serialize;
use serde_json::Value;

/// What a step is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
pub enum StepKind {
    /// The job begins.
    Header,
    /// An operation, with its answer.
    Call,
    /// An operation that happens once begins.
    Intent,
    /// It ended.
    Outcome,
    /// The host says something.
    Note,
    /// The job has ended, or is suspended.
    End,
    /// It was resumed.
    Order,
    /// A fault struck.
    Fault,
    /// The worker died, or its computer.
    Death,
    /// Another worker takes the job up.
    Back,
}

/// One step.
#[derive(Debug, Clone, Serialize)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    /// When, in virtual time.
    pub time: Timestamp,
    /// What it is.
    pub step: StepKind,
    /// The entry of the journal.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sequence: Option<u64>,
    /// The operation.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub operation: Option<String>,
    /// Its arguments.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub arguments: Option<Value>,
    /// Its answer.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub answer: Option<Value>,
    /// Its error.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub error: Option<Failure>,
    /// The stream on which it says something.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub stream: Option<StreamKind>,
    /// What it says, or what befell the job.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub text: Option<String>,
    /// A structured value that it says.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub value: Option<Value>,
    /// How the job ended.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub outcome: Option<Outcome>,
    /// It is an entry that was lost before it was synced.
    #[serde(skip_serializing_if = "std::ops::Not::not")]
    pub lost: bool,
}

impl Step {
    fn new(time: Timestamp, step: StepKind) -> Self {
        Self {
            time,
            step,
            sequence: None,
            operation: None,
            arguments: None,
            answer: None,
            error: None,
            stream: None,
            text: None,
            value: None,
            outcome: None,
            lost: false,
        }
    }

    fn told(time: Timestamp, step: StepKind, text: String) -> Self {
        Self { text: Some(text), ..Self::new(time, step) }
    }

    fn answered(self, reply: &Reply) -> Self {
        match reply {
            Ok(value) => Self { answer: Some(value.clone()), ..self },
            Err(failure) => Self { error: Some(failure.clone()), ..self },
        }
    }
}

/// A step for each of `events`.
pub(super) fn of(events: &[Event], faults: &[FaultReport]) -> Vec<Step> {
    let mut intended = None;
    let mut steps = vec![];
    for event in events {
        let mut step = step(event, faults);
        match step.step {
            StepKind::Intent => intended.clone_from(&step.operation),
            StepKind::Outcome => step.operation.clone_from(&intended),
            _ => {}
        }
        steps.push(step);
    }
    steps
}

fn step(event: &Event, faults: &[FaultReport]) -> Step {
    match &event.what {
        Happening::Entry(entry) => Step { lost: event.lost, ..of_entry(entry) },
        Happening::Struck(at) => {
            let fault = faults.get(*at).map(|fault| fault.fault.as_str()).unwrap_or_default();
            Step::told(event.time, StepKind::Fault, format!("fault {}: {fault}", at + 1))
        }
        Happening::Died { lost, computer } => {
            let who = if *computer { "the computer goes down" } else { "the worker dies" };
            let lost = match lost {
                0 => "nothing of the journal is lost".to_owned(),
                1 => "1 entry was not synced and is lost".to_owned(),
                count => format!("{count} entries were not synced and are lost"),
            };
            Step::told(event.time, StepKind::Death, format!("{who}; {lost}"))
        }
        Happening::Back { replayed } => {
            let text = match replayed {
                0 => "the job begins anew: nothing of its journal is left".to_owned(),
                1 => "a worker takes the job up; 1 entry is replayed".to_owned(),
                count => format!("a worker takes the job up; {count} entries are replayed"),
            };
            Step::told(event.time, StepKind::Back, text)
        }
    }
}

fn of_entry(entry: &Entry) -> Step {
    let new = |step| Step { sequence: Some(entry.sequence), ..Step::new(entry.time, step) };
    let said = entry.says().map(|(kind, text, value)| (Some(kind), Some(text), value));
    let (stream, text, value) = said.unwrap_or_default();
    match &entry.body {
        Body::Header(_) => new(StepKind::Header),
        Body::Operation { operation, arguments, reply } => Step {
            operation: Some(operation.clone()),
            arguments: Some(arguments.clone()),
            stream,
            text,
            value,
            ..new(StepKind::Call)
        }
        .answered(reply),
        Body::Intent { operation, arguments } => Step {
            operation: Some(operation.clone()),
            arguments: Some(arguments.clone()),
            ..new(StepKind::Intent)
        },
        Body::Outcome { reply, .. } => new(StepKind::Outcome).answered(reply),
        Body::Note { text: noted, .. } => {
            Step { stream, text: text.or(Some(noted.clone())), value, ..new(StepKind::Note) }
        }
        Body::End(outcome) => Step { outcome: Some(outcome.clone()), ..new(StepKind::End) },
        Body::Order(_) => new(StepKind::Order),
    }
}
