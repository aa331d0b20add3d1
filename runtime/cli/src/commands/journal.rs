//! What `bindery job` shows of journals: the operations of a job, and how a replay of them ended.

use super::job::said;
use crate::{
    failure::{CliFailure, Exit},
    output::{Output, table},
};
use bindery_api::journal::{JournalEntry, Replay};
use serde_json::Value;

/// The most characters of an answer in a row; `--output json` has all of it.
const ANSWER_CHARS: usize = 60;

pub(super) fn list(entries: &[JournalEntry]) -> String {
    table::rows(
        ["ENTRY", "TIME", "STEP", "OPERATION", "ANSWER"],
        entries.iter().map(|entry| {
            [
                entry.sequence.to_string(),
                table::time(entry.time),
                table::spelling(entry.step),
                entry.operation.clone().unwrap_or_default(),
                answer(entry),
            ]
        }),
    )
}

fn answer(entry: &JournalEntry) -> String {
    let error = entry.error.as_ref().map(|error| format!("{}: {}", error.code, error.message));
    let whole = error.or_else(|| entry.result.as_ref().map(Value::to_string)).unwrap_or_default();
    match whole.char_indices().nth(ANSWER_CHARS) {
        Some((end, _)) => format!("{}…", &whole[..end]),
        None => whole,
    }
}

/// Shows a replay. One that did not come to the same is a failure of the command.
pub(super) fn tell(replay: &Replay, out: &mut Output<'_>) -> Result<(), CliFailure> {
    out.show(replay, show)?;
    match &replay.error {
        None if replay.matches => Ok(()),
        error => {
            let text = format!("the replay of job {} went another way", replay.job);
            let failure = CliFailure::new(Exit::Failed, text);
            Err(match error {
                None => failure,
                Some(error) => failure.because(error).hint(error.code.remedy()),
            })
        }
    }
}

fn show(replay: &Replay) -> String {
    let error = replay.error.as_ref();
    let head = table::fields([
        ("Job", replay.job.to_string()),
        ("Version", replay.digest.to_string()),
        ("Matches", table::yes(replay.matches)),
        ("Entries", replay.entries.to_string()),
        ("Result", table::spelling(&replay.result)),
        ("Error", error.map(|e| format!("{}: {}", e.code, e.message)).unwrap_or_default()),
    ]);
    let streams = replay.streams.iter().map(|record| [table::spelling(record.kind), said(record)]);
    head + "\n" + &table::rows(["STREAM", "TEXT"], streams)
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
            { "sequence": 2, "time": time, "step": "outcome", "operation": "updates.install",
              "error": { "code": "GrantDenied", "message": "no \u{1b}[2J" } },
        ]))
        .expect("entries");
        expect![[r#"
            ENTRY   TIME                   STEP      OPERATION         ANSWER
            0       2026-01-01T00:00:00Z   header
            1       2026-01-01T00:00:00Z   call      job.parameters    {"text":"xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx…
            2       2026-01-01T00:00:00Z   outcome   updates.install   GrantDenied: no \u{1b}[2J
        "#]].assert_eq(&list(&entries));
    }

    #[test]
    fn a_replay_that_went_another_way_is_shown_and_is_a_failure() {
        let replay: Replay = serde_json::from_value(json!({
            "job": "01990000-0000-7000-8000-000000000001", "digest": format!("sha256:{}", "0".repeat(64)),
            "matches": false, "entries": 3, "streams": [],
        }))
        .expect("a replay");
        let (mut stdout, mut stderr) = (vec![], vec![]);
        let terminals = Terminals { stdout: false, stderr: false };
        let mut out = Output::new(&mut stdout, &mut stderr, terminals, Format::Table);
        assert_eq!(tell(&replay, &mut out).expect_err("another way").exit, Exit::Failed);
        let shown = String::from_utf8(stdout).expect("text");
        assert!(shown.contains("Matches:   no\n"), "{shown}");
    }
}
