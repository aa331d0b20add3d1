//! Holds what was expected against what happened. It decides and does nothing.

use crate::{
    report::{ComputerReport, Report},
    script::{expect::Expect, word::FileEnd},
};
use bindery_core::{job::Outcome, text::shown};
use serde::Serialize;
use serde_json::{Map, Value};
use std::collections::BTreeSet;

/// One thing that was expected.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Expectation {
    /// What, in words.
    pub expected: String,
    /// Whether it is so.
    pub met: bool,
    /// What is, where it is not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub found: Option<String>,
}

fn held(expected: String, met: bool, found: impl FnOnce() -> String) -> Expectation {
    Expectation { expected, met, found: (!met).then(found) }
}

/// Each expectation, and whether it is met.
pub(crate) fn judge(expect: &Expect, report: &Report) -> Vec<Expectation> {
    let mut all = vec![];
    let status = expect.status();
    all.push(held(format!("status {status}"), report.outcome.name() == status, || {
        ended(&report.outcome)
    }));
    if let Some(name) = &expect.error {
        let met = matches!(&report.outcome, Outcome::Failed(failure) if name.is(failure));
        all.push(held(format!("error {}", name.0), met, || ended(&report.outcome)));
    }
    if let Some(wanted) = &expect.result {
        let result = match &report.outcome {
            Outcome::Completed(Some(value)) => value,
            _ => &Value::Null,
        };
        let difference = difference("result", wanted, result);
        let met = difference.is_none();
        all.push(held(format!("result {wanted}"), met, || difference.unwrap_or_default()));
    }
    let says = |text: &String| report.streams.iter().find(|said| said.text.contains(text));
    for text in &expect.said {
        let said = || format!("none of its {} lines does", report.streams.len());
        all.push(held(format!("says `{text}`"), says(text).is_some(), said));
    }
    for text in &expect.not_said {
        let line = says(text);
        let found = || line.map(|said| format!("`{}`", said.text)).unwrap_or_default();
        all.push(held(format!("never says `{text}`"), line.is_none(), found));
    }
    if let Some(changes) = &expect.changes {
        let wanted: Vec<_> = changes.iter().map(|change| change.0.name).collect();
        let found: Vec<_> = report.changes.iter().map(|it| it.operation.as_str()).collect();
        all.push(held(format!("changes: {}", list(&wanted)), wanted == found, || list(&found)));
    }
    all.extend(of_log(expect, report));
    all.extend(of_computer(expect, report.computer.as_ref()));
    all
}

fn of_log(expect: &Expect, report: &Report) -> Vec<Expectation> {
    let table = |(table, wanted): (&String, &Vec<Map<String, Value>>)| {
        let rows = report.records.iter().filter(|row| row.table == *table);
        let found: Vec<_> = rows.map(|row| Value::Object(row.row.clone())).collect();
        let difference = if found.len() == wanted.len() {
            let wanted = wanted.iter().cloned().map(Value::Object).collect();
            difference(table, &Value::Array(wanted), &Value::Array(found))
        } else {
            let others = report.records.iter().map(|row| row.table.as_str());
            let others: BTreeSet<_> = others.filter(|_| found.is_empty()).collect();
            let others = others.iter().map(|name| format!("; it appended to `{}`", shown(name)));
            Some(format!("{} rows{}", found.len(), others.collect::<String>()))
        };
        let met = difference.is_none();
        let wanted = serde_json::to_string(wanted).unwrap_or_default();
        held(format!("rows of {table}: {wanted}"), met, || difference.unwrap_or_default())
    };
    expect.rows.iter().map(table).collect()
}

fn of_computer(expect: &Expect, computer: Option<&ComputerReport>) -> Vec<Expectation> {
    let mut all = vec![];
    if let Some(masks) = &expect.installed {
        let installed = computer.map(|computer| computer.installed.as_slice()).unwrap_or_default();
        let fits = |mask: &bindery_core::mask::Mask, update: &crate::report::UpdateReport| {
            update.names.iter().any(|name| mask.fits(name))
        };
        let each = masks.iter().all(|mask| installed.iter().any(|it| fits(&mask.mask, it)));
        let others = installed.iter().any(|it| !masks.iter().any(|mask| fits(&mask.mask, it)));
        let words: Vec<_> = masks.iter().map(|mask| mask.text.as_str()).collect();
        let found: Vec<_> = installed.iter().map(|update| update.id.as_str()).collect();
        all.push(held(format!("installed: {}", list(&words)), each && !others, || list(&found)));
    }
    let files = computer.map(|computer| computer.files.as_slice()).unwrap_or_default();
    for (path, FileEnd(wanted)) in &expect.files {
        let found = files.iter().find(|file| file.path == *path);
        let met = found.is_some_and(|file| file.text == *wanted);
        let is = |text: &Option<String>| match text {
            Some(text) => format!("has the text `{}`", shown(text)),
            None => "is gone".to_owned(),
        };
        let found = || found.map_or("the job did not change it".into(), |file| is(&file.text));
        all.push(held(format!("`{path}` {}", is(wanted)), met, found));
    }
    if let Some(reboots) = expect.reboots {
        let found = computer.map_or(0, |computer| computer.reboots);
        let met = found == reboots;
        all.push(held(format!("reboots: {reboots}"), met, || found.to_string()));
    }
    all
}

fn list(words: &[&str]) -> String {
    if words.is_empty() { "nothing".to_owned() } else { words.join(", ") }
}

/// How a job ended, in words.
pub(crate) fn ended(outcome: &Outcome) -> String {
    match outcome {
        Outcome::Failed(failure) => format!("Failed: {}: {failure}", failure.code),
        other => other.name().to_owned(),
    }
}

/// Where `found` has not what `wanted` has: an object may have more keys, a list has as many items.
fn difference(path: &str, wanted: &Value, found: &Value) -> Option<String> {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => wanted.iter().find_map(|(key, wanted)| {
            let found = found.get(key).unwrap_or(&Value::Null);
            difference(&format!("{path}.{key}"), wanted, found)
        }),
        (Value::Array(one), Value::Array(other)) if one.len() == other.len() => {
            let pairs = one.iter().zip(other).enumerate();
            pairs.into_iter().find_map(|(at, (wanted, found))| {
                difference(&format!("{path}[{at}]"), wanted, found)
            })
        }
        _ if wanted == found => None,
        _ => Some(format!("`{path}` is {found}")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn an_object_may_have_more_and_a_list_may_not() {
        let found = json!({ "a": 1, "b": [{ "c": 2, "d": 3 }] });
        let rows = [
            (json!({}), None),
            (json!({ "a": 1, "b": [{ "c": 2 }] }), None),
            (json!({ "a": 2 }), Some("`result.a` is 1")),
            (json!({ "b": [{ "c": 9 }] }), Some("`result.b[0].c` is 2")),
            (json!({ "b": [] }), Some("`result.b` is [{\"c\":2,\"d\":3}]")),
            (json!({ "e": null }), None),
            (json!(7), Some("`result` is {\"a\":1,\"b\":[{\"c\":2,\"d\":3}]}")),
        ];
        for (wanted, expected) in rows {
            assert_eq!(difference("result", &wanted, &found).as_deref(), expected, "{wanted}");
        }
    }
}
