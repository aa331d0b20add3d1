//! The script of a test: what the simulated host is like, what goes wrong in it, and what is
//! expected of the runbook.
//!
//! It is TOML; every key stands in `runtime/docs/guides/test-a-runbook.md`. What cannot be meant is
//! refused with its key, the reason and what to do about it.

pub mod asset;
pub mod expect;
pub mod fault;
pub mod host;
pub mod http;
pub mod process;
mod read;
pub mod word;

use asset::AssetScript;
use bindery_core::{grant::Grant, limit};
use expect::Expect;
use fault::{Fault, RawFault};
use host::{ChildRule, ComputerScript, MemberScript};
use http::HttpRule;
use jiff::Timestamp;
use serde::Deserialize;
use serde_json::{Map, Value};
use word::Period;

/// When a test begins where its script does not say.
const START: &str = "2026-11-22T18:00:00Z";

/// A script that was found good.
#[derive(Debug, Clone)]
pub struct Script {
    /// When the job begins.
    pub start: Timestamp,
    /// How long its window is; none without a deadline.
    pub window: Option<Period>,
    /// Decides everything random.
    pub seed: u64,
    /// The name of the update run that it belongs to.
    pub run: Option<String>,
    /// What the job may do, if not what its manifest asks for.
    pub grants: Option<Vec<Grant>>,
    /// Parameters; those of the command line come before them.
    pub parameters: Map<String, Value>,
    /// The computer that it runs on.
    pub computer: Option<ComputerScript>,
    /// The computers of the workspace.
    pub fleet: Vec<MemberScript>,
    /// What child jobs come to.
    pub children: Vec<ChildRule>,
    /// What goes wrong.
    pub faults: Vec<Fault>,
    /// What hosts answer.
    pub http: Vec<HttpRule>,
    /// The shared assets of the account.
    pub assets: Vec<AssetScript>,
    /// What the job must come to.
    pub expect: Expect,
}

/// A script that cannot be meant.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{}{reason}", of(key))]
pub struct Invalid {
    /// The key, as in `fault[0].crash`; nothing where the whole is no TOML.
    pub key: String,
    /// What is wrong with it.
    pub reason: String,
    /// What to do about it.
    pub remedy: String,
}

fn of(key: &str) -> String {
    if key.is_empty() { "the script ".into() } else { format!("`{key}` of the script: ") }
}

impl Invalid {
    pub(crate) fn new(
        key: impl Into<String>,
        reason: impl Into<String>,
        remedy: impl Into<String>,
    ) -> Self {
        Self { key: key.into(), reason: reason.into(), remedy: remedy.into() }
    }
}

#[derive(Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
struct Raw {
    #[serde(deserialize_with = "word::time")]
    start: Option<Timestamp>,
    window: Option<Period>,
    seed: u64,
    run: Option<String>,
    grants: Option<Vec<Grant>>,
    parameters: Map<String, Value>,
    computer: Option<ComputerScript>,
    fleet: Vec<MemberScript>,
    child: Vec<ChildRule>,
    fault: Vec<RawFault>,
    http: Vec<HttpRule>,
    asset: Vec<AssetScript>,
    expect: Expect,
}

impl Script {
    /// The script that `text` spells.
    pub fn parse(text: &str) -> Result<Self, Invalid> {
        if text.len() > limit::TEST_SCRIPT_BYTES {
            let reason = format!(
                "has {} bytes; at most {} are allowed (TEST_SCRIPT_BYTES)",
                text.len(),
                limit::TEST_SCRIPT_BYTES
            );
            return Err(Invalid::new(
                "",
                reason,
                "Give long parameters with `--parameters @FILE`.",
            ));
        }
        let raw: Raw = read::toml(text)?;
        if raw.fault.len() > limit::TEST_FAULTS {
            let (found, most) = (raw.fault.len(), limit::TEST_FAULTS);
            let reason = format!("there are {found} faults; at most {most} (TEST_FAULTS)");
            return Err(Invalid::new("fault", reason, "Make several scripts of it."));
        }
        raw.computer.iter().try_for_each(|computer| computer.check())?;
        host::check_fleet(&raw.fleet)?;
        raw.child.iter().enumerate().try_for_each(|(at, child)| child.check(at))?;
        raw.http.iter().enumerate().try_for_each(|(at, rule)| rule.check(at))?;
        raw.asset.iter().enumerate().try_for_each(|(at, asset)| asset.check(at))?;
        raw.expect.check()?;
        let faults = raw.fault.into_iter().enumerate().map(|(at, fault)| fault.check(at));
        Ok(Self {
            start: raw.start.or(START.parse().ok()).unwrap_or_default(),
            window: raw.window,
            seed: raw.seed,
            run: raw.run,
            grants: raw.grants,
            parameters: raw.parameters,
            computer: raw.computer,
            fleet: raw.fleet,
            children: raw.child,
            faults: faults.collect::<Result<_, _>>()?,
            http: raw.http,
            assets: raw.asset,
            expect: raw.expect,
        })
    }
}

impl Default for Script {
    /// The script without a word: a host on which nothing goes wrong.
    fn default() -> Self {
        Self {
            start: START.parse().unwrap_or_default(),
            window: None,
            seed: 0,
            run: None,
            grants: None,
            parameters: Map::new(),
            computer: None,
            fleet: vec![],
            children: vec![],
            faults: vec![],
            http: vec![],
            assets: vec![],
            expect: Expect::default(),
        }
    }
}

#[cfg(test)]
mod tests;
