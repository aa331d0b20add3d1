//! What a script says of the computer's files and programs.

use super::{
    Invalid,
    word::{MaskText, Period},
};
use bindery_capability_files::path::Plain;
use bindery_capability_process::programs::Finished;
use bindery_core::limit;
use serde::Deserialize;
use std::{collections::BTreeMap, time::Duration};

/// How long a program takes where nothing is said.
const TAKES: Duration = Duration::from_secs(1);

/// `[[computer.process]]`: what programs come to.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ProcessRule {
    program: MaskText,
    arguments: Option<Vec<MaskText>>,
    code: Option<u32>,
    signal: Option<u32>,
    #[serde(default)]
    stdout: String,
    #[serde(default)]
    stderr: String,
    takes: Option<Period>,
}

impl ProcessRule {
    /// Whether it is about this call: without `arguments`, about any.
    pub fn fits(&self, program: &str, arguments: &[String]) -> bool {
        let all_fit = |masks: &Vec<MaskText>| {
            masks.len() == arguments.len()
                && masks.iter().zip(arguments).all(|(it, argument)| it.mask.fits(argument))
        };
        self.program.mask.fits(program) && self.arguments.as_ref().is_none_or(all_fit)
    }

    /// What the program comes to.
    pub fn finished(&self) -> Finished {
        let code = self.code.or(self.signal.is_none().then_some(0));
        Finished {
            code,
            signal: self.signal,
            stdout: self.stdout.clone(),
            stderr: self.stderr.clone(),
            truncated: false,
            took: u64::try_from(self.takes().as_millis()).unwrap_or(u64::MAX),
        }
    }

    /// How long it takes.
    pub fn takes(&self) -> Duration {
        self.takes.map_or(TAKES, |period| period.0)
    }
}

pub(super) fn check_rules(rules: &[ProcessRule]) -> Result<(), Invalid> {
    for (at, rule) in rules.iter().enumerate() {
        if rule.code.is_some() && rule.signal.is_some() {
            let reason = "a program that a signal ends has no code";
            let key = format!("computer.process[{at}].code");
            return Err(Invalid::new(key, reason, "Keep one of `code` and `signal`."));
        }
        let longest = rule.stdout.len().max(rule.stderr.len());
        if longest > limit::PROCESS_OUTPUT_BYTES {
            let most = limit::PROCESS_OUTPUT_BYTES;
            let reason = format!("{longest} bytes; at most {most} (PROCESS_OUTPUT_BYTES)");
            let remedy = "Give the end alone, as the host does.";
            return Err(Invalid::new(format!("computer.process[{at}]"), reason, remedy));
        }
    }
    Ok(())
}

/// That each path is one, and none is a file and a folder at once.
pub(super) fn check_files(files: &BTreeMap<String, String>) -> Result<(), Invalid> {
    let shown = bindery_core::text::shown;
    let wrong = |path: &str, reason: String, remedy: &str| {
        Err(Invalid::new(format!("computer.files.{}", shown(path)), reason, remedy))
    };
    for (path, text) in files {
        let folder = path.strip_suffix('/').filter(|folder| !folder.is_empty());
        if let Err(refusal) = Plain::new(folder.unwrap_or(path)).and_then(Plain::file) {
            return wrong(path, refusal.message, "Write it as in \"/etc/motd\".");
        }
        if folder.is_some() && !text.is_empty() {
            let reason = "a folder has no text".to_owned();
            return wrong(path, reason, "Leave the text empty, or the `/` at its end out.");
        }
        let mut ways = path.match_indices('/').map(|(at, _)| &path[..at]);
        if let Some(file) = ways.find(|way| files.contains_key(*way)) {
            let reason = format!("it lies in `{}`, which is a file", shown(file));
            return wrong(path, reason, "Keep one of the two.");
        }
    }
    Ok(())
}
