//! The seal's policy: which verbs a sealed runbook allows, to whom. Signatures live in
//! `bindery-seal`.

use crate::{
    code::{Code, Failure},
    digest::Digest,
    grant::Grant,
    name::Name,
    runbook::Limits,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// What somebody may want to do with a runbook or its jobs.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Verb {
    /// See the content.
    View,
    /// Get the content.
    Export,
    /// Change the draft.
    Edit,
    /// Publish other bytes under the name.
    Replace,
    /// Remove the runbook.
    Delete,
    /// Start a job by hand, by schedule or by webhook.
    Start,
    /// Stop a job.
    Stop,
    /// Suspend a job.
    Suspend,
    /// Resume a job.
    Resume,
    /// Start a job again with the same parameters.
    Rerun,
    /// End a job at once.
    Terminate,
    /// Run it with changes listed, not made.
    DryRun,
    /// Run it from a journal, without effect.
    Replay,
}

impl Verb {
    /// Every verb.
    pub const ALL: [Verb; 13] = [
        Verb::View,
        Verb::Export,
        Verb::Edit,
        Verb::Replace,
        Verb::Delete,
        Verb::Start,
        Verb::Stop,
        Verb::Suspend,
        Verb::Resume,
        Verb::Rerun,
        Verb::Terminate,
        Verb::DryRun,
        Verb::Replay,
    ];
}

/// Who may start a sealed runbook.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum StartedBy {
    /// Whoever may start runbooks of the account.
    Anyone,
    /// An update deployment.
    Deployment,
    /// Jobs of runbooks by the same publisher.
    SamePublisher,
}

/// Where a wish to start a runbook comes from.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Starter<'a> {
    /// A person or program through the API.
    Caller,
    /// An update deployment whose time has come.
    Deployment,
    /// A job of a runbook, with the publisher of its seal if it has one.
    Job { publisher: Option<&'a Publisher> },
}

/// A publisher: a name that people know, and the digest of the Ed25519 key that proves it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Publisher {
    /// As the trust list shows it.
    pub name: String,
    /// SHA-256 of the public key's 32 bytes.
    pub key_id: Digest,
}

/// What a seal says about one version of a runbook: the predicate of its signed statement.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Seal {
    /// The runbook's name.
    pub name: Name,
    /// Its version, as the publisher counts.
    pub version: String,
    /// Who sealed it.
    pub publisher: Publisher,
    /// The grants that it asks for.
    pub grants: Vec<Grant>,
    /// The verbs that are allowed; all others are refused, whoever asks.
    pub verbs: Vec<Verb>,
    /// Who may start it.
    pub started_by: Vec<StartedBy>,
    /// What a job of it may take.
    pub limits: Limits,
    /// Not valid before.
    pub not_before: Timestamp,
    /// Not valid after; for ever if absent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_after: Option<Timestamp>,
}

impl Seal {
    /// Whether the seal allows `verb`; the refusal names the verb and the runbook.
    pub fn check(&self, verb: Verb) -> Result<(), Failure> {
        // Who may start is a question of its own: see `check_start`.
        if self.verbs.contains(&verb) {
            return Ok(());
        }
        let spelled = spelling(verb);
        Err(Failure::new(
            Code::RunbookSealed,
            format!(
                "the seal of `{}` by {} does not allow `{spelled}`",
                self.name, self.publisher.name
            ),
        ))
    }

    /// Whether `starter` may start it.
    pub fn check_start(&self, starter: &Starter<'_>) -> Result<(), Failure> {
        let allowed = self.started_by.iter().any(|by| match (by, starter) {
            (StartedBy::Anyone, _) => true,
            (StartedBy::Deployment, Starter::Deployment) => true,
            (StartedBy::SamePublisher, Starter::Job { publisher }) => {
                *publisher == Some(&self.publisher)
            }
            _ => false,
        });
        if allowed {
            return Ok(());
        }
        let who: Vec<_> = self.started_by.iter().map(|by| spelling(*by)).collect();
        Err(Failure::new(
            Code::RunbookSealed,
            format!("the seal of `{}` lets it be started only by: {}", self.name, who.join(", ")),
        ))
    }

    /// Whether the seal is valid at `now`.
    pub fn check_time(&self, now: Timestamp) -> Result<(), Failure> {
        let too_late = self.not_after.is_some_and(|end| now > end);
        if now < self.not_before || too_late {
            let end = self.not_after.map_or("for ever".to_owned(), |end| format!("to {end}"));
            return Err(Failure::new(
                Code::NotValidNow,
                format!(
                    "the seal of `{}` is valid from {} {end}, not at {now}",
                    self.name, self.not_before
                ),
            ));
        }
        Ok(())
    }
}

fn spelling(value: impl Serialize) -> String {
    match serde_json::to_value(value) {
        Ok(serde_json::Value::String(text)) => text,
        _ => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn builtin() -> Seal {
        Seal {
            name: "Patch-MicrosoftOMSComputer".parse().expect("a name"),
            version: "1.0.0".into(),
            publisher: publisher("Bindery"),
            grants: vec![],
            verbs: vec![Verb::Replay, Verb::DryRun],
            started_by: vec![StartedBy::SamePublisher],
            limits: Limits::default(),
            not_before: Timestamp::from_second(100).expect("in range"),
            not_after: Timestamp::from_second(200).ok(),
        }
    }

    fn publisher(name: &str) -> Publisher {
        Publisher { name: name.into(), key_id: Digest::of(name.as_bytes()) }
    }

    #[test]
    fn only_the_listed_verbs_are_allowed() {
        for verb in Verb::ALL {
            let answer = builtin().check(verb);
            match verb {
                Verb::Replay | Verb::DryRun => assert_eq!(answer, Ok(())),
                _ => assert_eq!(answer.expect_err("refused").code, Code::RunbookSealed),
            }
        }
    }

    #[test]
    fn only_the_listed_starters_may_start() {
        let (same, other) = (publisher("Bindery"), publisher("Somebody"));
        let rows = [
            (Starter::Caller, false),
            (Starter::Deployment, false),
            (Starter::Job { publisher: None }, false),
            (Starter::Job { publisher: Some(&other) }, false),
            (Starter::Job { publisher: Some(&same) }, true),
        ];
        for (starter, allowed) in rows {
            assert_eq!(builtin().check_start(&starter).is_ok(), allowed, "{starter:?}");
        }
    }

    #[test]
    fn a_seal_is_valid_to_the_second() {
        for (second, valid) in [(99, false), (100, true), (200, true), (201, false)] {
            let now = Timestamp::from_second(second).expect("in range");
            assert_eq!(builtin().check_time(now).is_ok(), valid, "{second}");
        }
    }
}
