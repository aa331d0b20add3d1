//! `bindery runbook conform`: holds the guest of an SDK against the cases of `sdk/conformance`.
//!
//! The guest speaks a small protocol, which `sdk/conformance/README.md` describes: it is told which
//! operations to call with which arguments, and returns what each answered.

use crate::{
    context::{Context, unreadable},
    failure::{CliFailure, Exit},
    output::{Output, table},
    tester::{Test, Tested},
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};
use std::{fs, path::PathBuf};

/// The suite of this release: name and text of each file.
const SUITE: [(&str, &str); 8] = [
    ("job.toml", include_str!("../../../../../sdk/conformance/job.toml")),
    ("streams.toml", include_str!("../../../../../sdk/conformance/streams.toml")),
    ("updates.toml", include_str!("../../../../../sdk/conformance/updates.toml")),
    ("fleet.toml", include_str!("../../../../../sdk/conformance/fleet.toml")),
    ("computer.toml", include_str!("../../../../../sdk/conformance/computer.toml")),
    ("children.toml", include_str!("../../../../../sdk/conformance/children.toml")),
    ("http.toml", include_str!("../../../../../sdk/conformance/http.toml")),
    ("assets.toml", include_str!("../../../../../sdk/conformance/assets.toml")),
];

/// What is held against the suite.
#[derive(Debug, clap::Args)]
pub struct Arguments {
    /// The guest, with its manifest in it
    #[arg(value_name = "FILE.wasm")]
    file: PathBuf,
    /// Run only cases whose name has this in it
    #[arg(long, value_name = "TEXT")]
    only: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Suite {
    case: Vec<Case>,
}

/// One situation, and what is called in it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Case {
    pub(super) name: String,
    /// What the host is like and what goes wrong: a script of `bindery runbook test`.
    #[serde(default)]
    host: toml::Table,
    #[serde(default)]
    dry_run: bool,
    pub(super) call: Vec<Call>,
    /// The state that a checkpoint leaves to the runbook, which begins again.
    restored: Option<Value>,
}

/// One call, and its answer.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Call {
    pub(super) operation: String,
    #[serde(default)]
    arguments: Map<String, Value>,
    /// A list that is too long to be written: its items are repeated.
    repeat: Option<Repeat>,
    /// What the reply has at least; absent keys of objects are not looked at.
    ok: Option<Value>,
    /// The reply is none.
    #[serde(default)]
    none: bool,
    /// The code that it is refused with.
    pub(super) error: Option<String>,
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct Repeat {
    argument: String,
    times: usize,
}

/// How a case went.
#[derive(Debug, Serialize)]
struct Verdict {
    case: String,
    passed: bool,
    /// What is not as it should be.
    unmet: Vec<String>,
}

pub(super) async fn run(
    arguments: Arguments,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let Arguments { file, only } = arguments;
    let wasm = fs::read(&file).map_err(|error| unreadable(&file, &error))?;
    let only = only.unwrap_or_default();
    let cases: Vec<_> = suite()?.into_iter().filter(|case| case.name.contains(&only)).collect();
    if cases.is_empty() {
        return Err(CliFailure::new(Exit::NotFound, format!("no case has `{only}` in its name")));
    }
    let tests = cases.iter().map(|case| case.test(&wasm)).collect::<Result<Vec<_>, _>>()?;
    let tested = (context.tester)(tests).await?;
    let verdicts: Vec<_> = cases.iter().zip(&tested).map(|(case, it)| case.verdict(it)).collect();
    out.show(&verdicts, |verdicts| show(verdicts))?;
    let failed = verdicts.iter().filter(|verdict| !verdict.passed).count();
    if failed == 0 {
        return Ok(());
    }
    let text = format!("{failed} of {} cases are not as they should be", verdicts.len());
    Err(CliFailure::new(Exit::Failed, text))
}

/// Every case of this release.
pub(super) fn suite() -> Result<Vec<Case>, CliFailure> {
    let mut cases = vec![];
    for (file, text) in SUITE {
        let suite: Suite = toml::from_str(text).map_err(|error| {
            CliFailure::new(Exit::Internal, format!("the suite's `{file}`: {error}"))
        })?;
        cases.extend(suite.case);
    }
    Ok(cases)
}

impl Case {
    fn test(&self, wasm: &[u8]) -> Result<Test, CliFailure> {
        let script = toml::to_string(&self.host).map_err(|error| {
            CliFailure::new(Exit::Internal, format!("case `{}`", self.name)).because(&error)
        })?;
        let calls: Vec<_> = self.call.iter().map(Call::told).collect();
        Ok(Test {
            wasm: wasm.to_vec(),
            modules: vec![],
            script: Some((PathBuf::from(&self.name), script)),
            parameters: Map::from_iter([("calls".to_owned(), calls.into())]),
            dry_run: self.dry_run,
        })
    }

    fn verdict(&self, tested: &Tested) -> Verdict {
        let mut unmet = tested.unmet.clone();
        let result = &tested.report["outcome"]["completed"];
        let none = vec![];
        let answers = result["answers"].as_array().unwrap_or(&none);
        match &self.restored {
            Some(state) => {
                let restored = &result["restored"];
                let read = restored.as_str().and_then(|text| serde_json::from_str(text).ok());
                if restored != state && read.as_ref() != Some(state) {
                    unmet.push(format!("`restored` must be {state}, and is {restored}"));
                }
            }
            None if answers.len() != self.call.len() => {
                let (calls, answers) = (self.call.len(), answers.len());
                unmet.push(format!("{calls} calls have {answers} answers: {result}"));
            }
            None => {
                let each = self.call.iter().zip(answers);
                unmet.extend(each.filter_map(|(call, answer)| call.unmet(answer)));
            }
        }
        Verdict { case: self.name.clone(), passed: unmet.is_empty(), unmet }
    }
}

impl Call {
    /// As the guest is told of it.
    fn told(&self) -> Value {
        let mut arguments = self.arguments.clone();
        if let Some(Repeat { argument, times }) = &self.repeat {
            let items = arguments.get(argument).and_then(Value::as_array);
            let items = items.map(Vec::as_slice).unwrap_or_default();
            let longer: Value = items.iter().cycle().take(items.len() * times).cloned().collect();
            arguments.insert(argument.clone(), longer);
        }
        json!({ "operation": self.operation, "arguments": arguments })
    }

    /// In what the answer is not as it should be.
    fn unmet(&self, answer: &Value) -> Option<String> {
        let right = match (&self.error, &self.ok) {
            (Some(code), _) => {
                answer["error"]["code"] == **code
                    && answer["error"]["message"].as_str().is_some_and(|text| !text.is_empty())
            }
            (None, Some(ok)) => fits(ok, &answer["ok"]),
            (None, None) => answer.get("ok").is_some_and(|reply| reply.is_null() || !self.none),
        };
        let wanted = match (&self.error, &self.ok) {
            (Some(code), _) => format!("the error {code}"),
            (None, Some(ok)) => ok.to_string(),
            (None, None) => "a reply".to_owned(),
        };
        (!right).then(|| format!("`{}` must answer {wanted}, and answers {answer}", self.operation))
    }
}

/// Whether `found` has all that is `wanted`; an object may have more keys.
fn fits(wanted: &Value, found: &Value) -> bool {
    match (wanted, found) {
        (Value::Object(wanted), Value::Object(found)) => {
            wanted.iter().all(|(key, value)| found.get(key).is_some_and(|it| fits(value, it)))
        }
        (Value::Array(wanted), Value::Array(found)) => {
            wanted.len() == found.len() && wanted.iter().zip(found).all(|(w, f)| fits(w, f))
        }
        _ => wanted == found,
    }
}

/// For people: the cases that did not pass, and how many did.
fn show(verdicts: &[Verdict]) -> String {
    let failed: Vec<_> = verdicts.iter().filter(|verdict| !verdict.passed).collect();
    let passed = format!("{} of {} cases passed\n", verdicts.len() - failed.len(), verdicts.len());
    if failed.is_empty() {
        return passed;
    }
    let row = |verdict: &&Verdict| [verdict.case.clone(), verdict.unmet.join("; ")];
    table::rows(["CASE", "NOT AS IT SHOULD BE"], failed.iter().map(row)) + &passed
}

#[cfg(test)]
mod tests {
    use super::*;
    use bindery_core::{
        contract::CONTRACT,
        operation::{Class, RECORDS_APPEND},
    };
    use std::collections::BTreeSet;

    #[test]
    fn every_operation_has_a_case_that_goes_well_and_each_that_needs_a_grant_one_without_it() {
        let cases = suite().expect("a suite");
        let calls = |refused: Option<&str>| -> BTreeSet<String> {
            let calls = cases.iter().flat_map(|case| &case.call);
            let like = calls.filter(|call| call.error.as_deref() == refused);
            like.map(|call| call.operation.clone()).collect()
        };
        let (well, denied) = (calls(None), calls(Some("GrantDenied")));
        for operation in &CONTRACT.operations {
            assert!(well.contains(&operation.name), "{} never goes well", operation.name);
            if operation.grant.is_some() {
                assert!(denied.contains(&operation.name), "{} is never denied", operation.name);
            }
        }
        let late: BTreeSet<_> = ["DeadlinePassed", "MaintenanceWindowExceeded"]
            .into_iter()
            .flat_map(|code| calls(Some(code)))
            .collect();
        for operation in &CONTRACT.operations {
            let reports = operation.name == RECORDS_APPEND.name;
            if operation.grant.is_some() && operation.class != Class::Read && !reports {
                assert!(late.contains(&operation.name), "{} is never too late", operation.name);
            }
        }
        let names: BTreeSet<_> = cases.iter().map(|case| &case.name).collect();
        assert_eq!(names.len(), cases.len(), "two cases have one name");
    }

    #[test]
    fn an_answer_fits_what_is_wanted_of_it() {
        let rows = [
            (json!({ "a": 1 }), json!({ "a": 1, "b": 2 }), true),
            (json!({ "a": 1 }), json!({ "a": 2 }), false),
            (json!([{ "a": 1 }]), json!([{ "a": 1 }, { "a": 2 }]), false),
            (json!(null), json!(null), true),
        ];
        for (wanted, found, right) in rows {
            assert_eq!(fits(&wanted, &found), right, "{wanted} {found}");
        }
    }

    #[test]
    fn an_error_must_have_its_code_and_a_message() {
        let call: Call =
            toml::from_str("operation = 'power.reboot'\nerror = 'GrantDenied'").expect("a call");
        let answer = |code: &str, message: &str| {
            call.unmet(&json!({ "error": { "code": code, "message": message } }))
        };
        assert_eq!(answer("GrantDenied", "no"), None);
        assert!(answer("GrantDenied", "").is_some());
        assert!(answer("Internal", "no").is_some());
        assert!(call.unmet(&json!({ "ok": null })).is_some());
    }
}
