//! The report for people: a timeline, what became of everything, and a verdict in the last line.
//!
//! Every text of a runbook stands in one line, and nothing in it is obeyed by a terminal.

use crate::{
    report::{ComputerReport, Report, Step, StepKind, UpdateReport},
    script::word::length,
    verdict::ended,
};
use bindery_core::{job::Outcome, text::escaped};
use jiff::Timestamp;
use serde_json::Value;
use std::time::Duration;

/// The most characters of one text in the timeline.
const SHOWN: usize = 400;
/// The same of a change that is listed again.
const LISTED: usize = 100;
/// Where a line of the timeline begins, behind time and sequence.
const INDENT: usize = 22;

/// The whole report.
pub fn text(report: &Report) -> String {
    let mut lines = vec![head(report), String::new()];
    lines.extend(report.timeline.iter().flat_map(|step| lines_of(report.started_at, step)));
    let tables = report
        .records
        .iter()
        .map(|row| format!("{}  {}", escaped(&row.table), whole(&Value::Object(row.row.clone()))));
    section(&mut lines, "Records", tables);
    if let Some(computer) = &report.computer {
        let title = format!("Computer {} ({:?}, {})", computer.name, computer.os, computer.id);
        section(&mut lines, &escaped(&title), computer_lines(computer));
    }
    section(&mut lines, "Workers", report.workers.iter().map(|name| escaped(name)));
    section(&mut lines, "Children", report.children.iter().map(child_line));
    let title = if report.dry_run { "It would change" } else { "It changed" };
    let changes = report
        .changes
        .iter()
        .map(|change| cut(format!("{}{}", change.operation, arguments(&change.arguments)), LISTED));
    section(&mut lines, title, changes);
    section(&mut lines, "Faults", fault_lines(report));
    section(&mut lines, "Expected", expected_lines(report));
    section(&mut lines, "It took", [took(report)]);
    if let Outcome::Completed(Some(result)) = &report.outcome {
        section(&mut lines, "Result", [whole(result)]);
    }
    lines.push(String::new());
    lines.push(verdict(report));
    lines.push(String::new());
    lines.join("\n")
}

/// The last line: what came out.
pub fn verdict(report: &Report) -> String {
    let count = |count: usize, one: &str, many: &str| match count {
        1 => format!("1 {one}"),
        count => format!("{count} {many}"),
    };
    let unmet = report.expectations.iter().filter(|expectation| !expectation.met).count();
    let idle = report.faults.iter().filter(|fault| fault.struck == 0 && !fault.optional).count();
    let after = length(passed(report.started_at, report.ended_at));
    let how = escaped(&ended(&report.outcome));
    if report.passed {
        return format!("passed: {how}, after {after} of virtual time");
    }
    let mut reasons = vec![];
    if unmet > 0 {
        reasons.push(count(unmet, "expectation is not met", "expectations are not met"));
    }
    if idle > 0 {
        reasons.push(count(idle, "fault never struck", "faults never struck"));
    }
    format!("FAILED: {}; {how}, after {after} of virtual time", reasons.join(", "))
}

fn section(lines: &mut Vec<String>, title: &str, body: impl IntoIterator<Item = String>) {
    let mut body = body.into_iter().peekable();
    if body.peek().is_some() {
        lines.extend([String::new(), title.to_owned()]);
        lines.extend(body.map(|line| format!("  {line}")));
    }
}

fn head(report: &Report) -> String {
    let version = if report.version.is_empty() { "without a version" } else { &report.version };
    let dry = if report.dry_run { ", dry run" } else { "" };
    let window = report.deadline.map(|at| format!(" until {at}")).unwrap_or_default();
    let grants: Vec<_> = report.grants.iter().map(ToString::to_string).collect();
    let grants = if grants.is_empty() { "none".to_owned() } else { grants.join(", ") };
    format!(
        "{} {} ({:?}{dry}), {}\nfrom {}{window}, seed {}\ngrants {}\nparameters {}",
        report.runbook,
        escaped(version),
        report.level,
        report.digest,
        report.started_at,
        report.seed,
        escaped(&grants),
        cut(whole(&report.parameters), SHOWN),
    )
}

/// A step in one line, and its answer in another.
fn lines_of(start: Timestamp, step: &Step) -> Vec<String> {
    let time = clock(passed(start, step.time));
    let sequence = step.sequence.map(|sequence| sequence.to_string()).unwrap_or_default();
    let lost = if step.lost { "(lost) " } else { "" };
    let mut lines = vec![format!("{time:>13}  {sequence:>5}  {lost}{}", cut(what(step), SHOWN))];
    let answers = !matches!(step.step, StepKind::Call) || step.stream.is_none();
    if let Some(answer) = step.answer.as_ref().filter(|answer| answers && !answer.is_null()) {
        lines.push(format!("{:INDENT$}-> {}", "", cut(whole(answer), SHOWN)));
    }
    if let Some(error) = &step.error {
        let words = escaped(&format!("{}: {}", error.code, error.message));
        lines.push(format!("{:INDENT$}-> error {}", "", cut(words, SHOWN)));
    }
    lines
}

fn what(step: &Step) -> String {
    let operation = step.operation.as_deref().unwrap_or_default();
    let given = step.arguments.as_ref().map(arguments).unwrap_or_default();
    match step.step {
        StepKind::Header => "the job begins".to_owned(),
        StepKind::Call | StepKind::Note if step.stream.is_some() => said(step),
        StepKind::Call if operation == "records.append" => {
            let arguments = step.arguments.as_ref();
            let rows = arguments.and_then(|it| it["rows"].as_array()).map_or(0, Vec::len);
            let table = arguments.and_then(|it| it["table"].as_str()).unwrap_or_default();
            format!("records.append table={} rows={rows}", escaped(table))
        }
        StepKind::Call => format!("{operation}{given}"),
        StepKind::Note => escaped(step.text.as_deref().unwrap_or_default()),
        StepKind::Intent => format!("{operation} begins{given}"),
        StepKind::Outcome => format!("{operation} has ended"),
        StepKind::End => {
            let how = step.outcome.as_ref().map(ended).unwrap_or_default();
            format!("the job is {}", escaped(&how))
        }
        StepKind::Order => "the job is resumed".to_owned(),
        StepKind::Fault | StepKind::Death | StepKind::Back => {
            format!("** {}", escaped(step.text.as_deref().unwrap_or_default()))
        }
    }
}

fn said(step: &Step) -> String {
    let kind = step.stream.map(|kind| format!("{kind:?}")).unwrap_or_default();
    let text = escaped(step.text.as_deref().unwrap_or_default());
    match step.value.as_ref().filter(|value| value.is_number()) {
        Some(percent) if kind == "Progress" => format!("{kind}: {text} {percent} %"),
        _ => format!("{kind}: {text}"),
    }
}

/// Arguments without the braces of their object.
fn arguments(arguments: &Value) -> String {
    let Some(fields) = arguments.as_object() else { return format!(" {}", whole(arguments)) };
    let fields = fields.iter().filter(|(_, value)| !value.is_null());
    fields.map(|(name, value)| format!(" {}={}", escaped(name), whole(value))).collect()
}

fn whole(value: &Value) -> String {
    escaped(&value.to_string())
}

/// What is absurdly long is cut.
fn cut(text: String, most: usize) -> String {
    let Some((end, _)) = text.char_indices().nth(most) else { return text };
    let all = text.chars().count();
    format!("{}… ({all} characters; `--output json` has them all)", &text[..end])
}

fn passed(start: Timestamp, time: Timestamp) -> Duration {
    Duration::try_from(time.duration_since(start)).unwrap_or_default()
}

/// A length of time as a clock shows it: `+0:00:20`, `+365d 0:00:00`.
fn clock(duration: Duration) -> String {
    let seconds = duration.as_secs();
    let (hours, minutes) = (seconds / 3_600 % 24, seconds / 60 % 60);
    let clock = format!("{hours}:{minutes:02}:{:02}", seconds % 60);
    match seconds / 86_400 {
        0 => format!("+{clock}"),
        days => format!("+{days}d {clock}"),
    }
}

fn computer_lines(computer: &ComputerReport) -> Vec<String> {
    let line = |what: &str, update: &UpdateReport, more: String| {
        let name = if update.title.is_empty() { &update.id } else { &update.title };
        escaped(&format!("{what:<10} {name} ({}){more}", update.id))
    };
    let times = |update: &UpdateReport| match update.times {
        Some(1) | None => ", once".to_owned(),
        Some(times) => format!(", {times} TIMES"),
    };
    let words = |update: &UpdateReport| {
        update.error.as_ref().map(|error| format!(": {error}")).unwrap_or_default()
    };
    let mut lines = vec![];
    lines.extend(computer.installed.iter().map(|it| line("installed", it, times(it))));
    lines.extend(computer.failed.iter().map(|it| line("failed", it, words(it))));
    lines.extend(computer.missing.iter().map(|it| line("missing", it, String::new())));
    let by_faults = match computer.faulty_reboots {
        0 => String::new(),
        count => format!(", and {count} by faults"),
    };
    lines.push(format!("{:<10} {} by the job{by_faults}", "reboots", computer.reboots));
    lines.extend(computer.files.iter().map(|file| match &file.text {
        Some(text) => {
            let text = format!("{:<10} {} ({} bytes)", "written", file.path, text.len());
            cut(escaped(&text), SHOWN)
        }
        None => cut(escaped(&format!("{:<10} {}", "removed", file.path)), SHOWN),
    }));
    if !computer.reboot_pending.is_empty() {
        let reasons = computer.reboot_pending.join(", ");
        lines.push(escaped(&format!("{:<10} a reboot, for {reasons}", "pending")));
    }
    lines
}

fn child_line(child: &crate::plane::Child) -> String {
    let place = child.computer.map_or("the sandbox".to_owned(), |id| id.to_string());
    let takes = length(passed(child.started_at, child.ends_at));
    let result = match &child.outcome {
        Outcome::Completed(Some(result)) => format!(" {}", whole(result)),
        _ => String::new(),
    };
    let how = escaped(&ended(&child.outcome));
    let text = format!("{} on {place}: {how} after {takes}{result}", escaped(&child.runbook));
    cut(text, SHOWN)
}

fn fault_lines(report: &Report) -> Vec<String> {
    let line = |(number, fault): (usize, &crate::report::FaultReport)| {
        let struck = match (fault.struck, fault.optional) {
            (0, false) => "NEVER STRUCK".to_owned(),
            (0, true) => "never struck".to_owned(),
            (1, _) => "struck".to_owned(),
            (times, _) => format!("struck {times} times"),
        };
        cut(escaped(&format!("{:<12}  {number}  {}", struck, fault.fault)), SHOWN)
    };
    (1..).zip(&report.faults).map(line).collect()
}

fn expected_lines(report: &Report) -> Vec<String> {
    let line = |expectation: &crate::verdict::Expectation| match &expectation.found {
        None => escaped(&format!("met      {}", expectation.expected)),
        Some(found) => escaped(&format!("NOT MET  {}: {found}", expectation.expected)),
    };
    report.expectations.iter().map(|it| cut(line(it), SHOWN)).collect()
}

fn took(report: &Report) -> String {
    let usage = &report.usage;
    let restarts = match usage.attempts {
        1 => String::new(),
        attempts => {
            format!("; {attempts} workers, restarts {} of {}", usage.restarts, usage.restarts_max)
        }
    };
    format!(
        "{} operations of {}; {} entries of the journal, {} bytes of {}{restarts}",
        usage.operations,
        usage.operations_max,
        usage.entries,
        usage.journal_bytes,
        usage.journal_bytes_max,
    )
}
