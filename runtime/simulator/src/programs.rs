//! The programs of a simulated computer: what they come to is written in the script.
//!
//! They run outside of the worker, as real ones do: what was begun ends in its time, whoever dies
//! meanwhile.

use crate::{
    clock::{Jumping, VirtualClock},
    script::process::ProcessRule,
};
use bindery_capability_process::{
    programs::{Finished, Key, OnLine, Programs, Settled, timed_out},
    request::Request,
};
use bindery_core::{
    code::{Code, Failure},
    text::shown,
};
use bindery_sandbox::clock::Clock as _;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;
use std::{collections::BTreeMap, time::Duration};

/// The rules of a script, of which the first that fits counts, and what was begun.
pub struct SimulatedPrograms {
    rules: Vec<ProcessRule>,
    clock: VirtualClock,
    begun: Mutex<BTreeMap<Key, Begun>>,
}

#[derive(Clone)]
struct Begun {
    ends_at: Timestamp,
    end: Result<Finished, Failure>,
}

impl SimulatedPrograms {
    /// Programs that come to what `rules` say.
    pub fn new(rules: Vec<ProcessRule>, clock: VirtualClock) -> Self {
        Self { rules, clock, begun: Mutex::default() }
    }

    /// How long the call with these arguments takes, if there is a rule for it.
    pub(crate) fn takes(&self, arguments: &Value) -> Option<Duration> {
        let texts = arguments["args"].as_array()?.iter().filter_map(Value::as_str);
        let texts: Vec<_> = texts.map(str::to_owned).collect();
        let takes = self.rule(arguments["program"].as_str()?, &texts)?.takes();
        Some(takes.min(Duration::from_millis(arguments["timeout"].as_u64()?)))
    }

    fn rule(&self, program: &str, arguments: &[String]) -> Option<&ProcessRule> {
        self.rules.iter().find(|rule| rule.fits(program, arguments))
    }

    fn begin(&self, asked: &Request, key: Key) -> Result<Begun, Failure> {
        if let Some(begun) = self.begun.lock().get(&key) {
            return Ok(begun.clone());
        }
        let rule = self.rule(&asked.program, &asked.arguments).ok_or_else(|| {
            let call = [&asked.program].into_iter().chain(&asked.arguments);
            let call = call.map(String::as_str).collect::<Vec<_>>().join(" ");
            let message =
                format!("no `[[computer.process]]` of the script is about `{}`", shown(&call));
            Failure::new(Code::NotFound, message)
        })?;
        let takes = rule.takes();
        let end = match takes > asked.timeout {
            true => Err(timed_out(asked, &rule.finished())),
            false => Ok(rule.finished()),
        };
        let begun = Begun { ends_at: self.clock.after(takes.min(asked.timeout)), end };
        self.begun.lock().insert(key, begun.clone());
        Ok(begun)
    }

    async fn end(&self, begun: Begun) -> Result<Finished, Failure> {
        Jumping(self.clock.clone()).sleep_until(begun.ends_at).await;
        begun.end
    }
}

#[async_trait::async_trait]
impl Programs for SimulatedPrograms {
    /// Whatever is asked for: a dry run needs no rules.
    fn find(&self, _program: &str) -> Result<(), Failure> {
        Ok(())
    }

    async fn run(&self, asked: &Request, key: Key, line: OnLine<'_>) -> Result<Finished, Failure> {
        let begun = self.begin(asked, key)?;
        let rule = self.rule(&asked.program, &asked.arguments).map(ProcessRule::finished);
        let written = rule.unwrap_or_default();
        written.stdout.lines().chain(written.stderr.lines()).for_each(line);
        self.end(begun).await
    }

    async fn settle(&self, _asked: &Request, key: Key) -> Settled {
        let begun = self.begun.lock().get(&key).cloned();
        match begun {
            Some(begun) => Settled::Ended(self.end(begun).await),
            None => Settled::NotBegun,
        }
    }
}
