//! What `bindery job` shows of journals: the operations of a job, and how a replay of them ended.

use super::job::said;
use crate::{
    failure::{CliFailure, Exit},
    output::{Output, table},
};
use bindery_api::journal::{JournalEntry, Replay, ReplayEnd};
use bindery_core::job::Outcome;
use serde_json::Value;

/// The most characters of an answer in a row; `--output json` has all of it.
const ANSWER_CHARS: usize = 60;

pub(super) fn list(entries: &[JournalEntry]) -> String {
    table::rows(
        ["ENTRY", "TIME", "STEP", "OPERATION", "ARGUMENTS", "ANSWER"],
        entries.iter().map(|entry| {
            [
                entry.sequence.to_string(),
                table::time(entry.time),
                table::spelling(entry.step),
                entry.operation.clone().unwrap_or_default(),
                cut(entry.arguments.as_ref().map(value).unwrap_or_default()),
                cut(answer(entry)),
            ]
        }),
    )
}

/// What was answered or said; nothing where an operation answers nothing.
fn answer(entry: &JournalEntry) -> String {
    let error = entry.error.as_ref().map(|error| format!("{}: {}", error.code, error.message));
    let result = entry.result.as_ref().filter(|result| !result.is_null()).map(Value::to_string);
    let words = [entry.text.clone(), error, result].into_iter().flatten();
    words.collect::<Vec<_>>().join(" ")
}

/// Arguments without the braces of their object.
pub(super) fn value(arguments: &Value) -> String {
    let Some(fields) = arguments.as_object() else { return arguments.to_string() };
    let fields = fields.iter().filter(|(_, value)| !value.is_null());
    fields.map(|(name, value)| format!("{name}={value}")).collect::<Vec<_>>().join(" ")
}

pub(super) fn cut(whole: String) -> String {
    match whole.char_indices().nth(ANSWER_CHARS) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}

/// Shows a replay. One that went another way is a failure of the command.
pub(super) fn tell(replay: &Replay, out: &mut Output<'_>) -> Result<(), CliFailure> {
    out.show(replay, show)?;
    let Some(difference) = &replay.difference else { return Ok(()) };
    let text = format!("the replay of job {} went another way", replay.job);
    Err(CliFailure::new(Exit::Failed, text).because(difference).hint(difference.code.remedy()))
}

fn show(replay: &Replay) -> String {
    let came = match replay.end {
        ReplayEnd::Ended => "to its end, as the job did",
        ReplayEnd::JournalEnds => "to the end of the journal: the job had not ended there",
        ReplayEnd::Differs => "to where it differs from the journal",
    };
    let side = |side: &str| {
        let details = replay.difference.as_ref().and_then(|error| error.details.as_ref());
        details.map(|details| details[side].to_string()).unwrap_or_default()
    };
    let tried = if replay.counterfactual { " (not the one that the job ran)" } else { "" };
    let head = table::fields([
        ("Job", replay.job.to_string()),
        ("Version", format!("{}{tried}", replay.digest)),
        ("It came", came.to_owned()),
        ("Entries used", replay.entries.to_string()),
        ("It asks next for", replay.next.as_ref().map(Value::to_string).unwrap_or_default()),
        ("It ended", replay.outcome.as_ref().map(ended).unwrap_or_default()),
        ("The journal has", side("journal")),
        ("The module has", side("module")),
    ]);
    if replay.streams.is_empty() {
        return head;
    }
    let streams = replay.streams.iter().map(|record| [table::spelling(record.kind), said(record)]);
    head + "\n" + &table::rows(["STREAM", "TEXT"], streams)
}

fn ended(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Completed(Some(result)) => format!("{}: {result}", outcome.name()),
        Outcome::Failed(error) => format!("{}: {}: {}", outcome.name(), error.code, error.message),
        _ => outcome.name().to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::output::{Format, Terminals};
    use expect_test::expect;
    use serde_json::json;

    #[test]
    fn a_journal_is_a_row_for_each_operation() {
        let time = "2026-01-01T00:00:00Z";
        let entries: Vec<JournalEntry> = serde_json::from_value(json!([
            { "sequence": 0, "time": time, "step": "header" },
            { "sequence": 1, "time": time, "step": "call", "operation": "job.parameters",
              "result": { "text": "x".repeat(80) } },
            { "sequence": 2, "time": time, "step": "call", "operation": "stream.write",
              "arguments": { "kind": "output", "text": "hello" }, "result": null },
            { "sequence": 3, "time": time, "step": "intent", "operation": "updates.install",
              "arguments": { "reserve": 900_000 } },
            { "sequence": 4, "time": time, "step": "outcome",
              "error": { "code": "GrantDenied", "message": "no \u{1b}[2J" } },
            { "sequence": 5, "time": time, "step": "end", "text": "Completed", "result": 7 },
        ]))
        .expect("entries");
        expect![[r#"
            ENTRY   TIME                   STEP      OPERATION         ARGUMENTS                    ANSWER
            0       2026-01-01T00:00:00Z   header
            1       2026-01-01T00:00:00Z   call      job.parameters                                 {"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
            2       2026-01-01T00:00:00Z   call      stream.write      kind="output" text="hello"
            3       2026-01-01T00:00:00Z   intent    updates.install   reserve=900000
            4       2026-01-01T00:00:00Z   outcome                                                  GrantDenied: no \u{1b}[2J
            5       2026-01-01T00:00:00Z   end                                                      Completed 7
        "#]]
        .assert_eq(&list(&entries));
    }

    fn shown(replay: serde_json::Value) -> (Result<(), CliFailure>, String) {
        let replay: Replay = serde_json::from_value(replay).expect("a replay");
        let (mut stdout, mut stderr) = (vec![], vec![]);
        let terminals = Terminals { stdout: false, stderr: false };
        let mut out = Output::new(&mut stdout, &mut stderr, terminals, Format::Table);
        let told = tell(&replay, &mut out);
        (told, String::from_utf8(stdout).expect("text"))
    }

    #[test]
    fn a_replay_that_went_another_way_shows_both_sides_and_is_a_failure() {
        let (told, text) = shown(json!({
            "job": "01990000-0000-7000-8000-000000000001", "digest": format!("sha256:{}", "0".repeat(64)),
            "counterfactual": true, "end": "differs", "entries": 3,
            "outcome": { "failed": { "code": "JournalMismatch", "message": "entry 2" } },
            "difference": { "code": "JournalMismatch", "message": "entry 2", "details": {
                "journal": { "operation": "updates.plan" }, "module": { "operation": "power.reboot" },
            } },
        }));
        assert_eq!(told.expect_err("another way").exit, Exit::Failed);
        expect![[r#"
            Job:               01990000-0000-7000-8000-000000000001
            Version:           sha256:0000000000000000000000000000000000000000000000000000000000000000 (not the one that the job ran)
            It came:           to where it differs from the journal
            Entries used:      3
            It ended:          Failed: JournalMismatch: entry 2
            The journal has:   {"operation":"updates.plan"}
            The module has:    {"operation":"power.reboot"}
        "#]].assert_eq(&text);
    }

    #[test]
    fn a_replay_of_a_job_that_had_not_ended_says_what_it_asks_next() {
        let (told, text) = shown(json!({
            "job": "01990000-0000-7000-8000-000000000001", "digest": format!("sha256:{}", "0".repeat(64)),
            "counterfactual": false, "end": "journalEnds", "entries": 3,
            "next": { "operation": "clock.sleep", "arguments": { "duration": 5 } },
        }));
        told.expect("no failure");
        expect![[r#"
            Job:                01990000-0000-7000-8000-000000000001
            Version:            sha256:0000000000000000000000000000000000000000000000000000000000000000
            It came:            to the end of the journal: the job had not ended there
            Entries used:       3
            It asks next for:   {"operation":"clock.sleep","arguments":{"duration":5}}
        "#]].assert_eq(&text);
    }
}
