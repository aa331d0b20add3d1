//! What the simulated host of a script is like: the computer, the workspace, child jobs.

use super::{
    Invalid,
    process::{self, ProcessRule},
    word::{CodeName, MaskText, Period},
};
use crate::{computer::Model, plane::Member};
use bindery_capability_updates::simulated::{CATALOGUE, Updates as Missing};
use bindery_core::{
    code::Failure,
    digest::Digest,
    fleet::ConfigureStatus,
    id::ComputerId,
    job::Outcome,
    update::{Classification, OsType, RebootBehavior, Update},
};
use serde::Deserialize;
use serde_json::Value;
use std::{
    collections::{BTreeMap, BTreeSet},
    time::Duration,
};

/// What a computer lacks where its script does not say.
const MISSING: usize = 5;
/// How long an update takes to install.
const INSTALL: Duration = Duration::from_secs(20);
/// How long a computer is away while it reboots.
const REBOOT: Duration = Duration::from_secs(40);
/// How long a child job takes.
const CHILD: Duration = Duration::from_secs(60);

/// `[computer]`: the one that the job runs on.
#[derive(Debug, Clone, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ComputerScript {
    name: Option<String>,
    id: Option<ComputerId>,
    os: Option<OsType>,
    missing: Option<usize>,
    update: Vec<UpdateScript>,
    install: Option<Period>,
    reboot: Option<Period>,
    pending_reboot: Option<String>,
    files: BTreeMap<String, String>,
    process: Vec<ProcessRule>,
}

/// `[[computer.update]]`: one that it lacks.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
struct UpdateScript {
    name: String,
    id: Option<String>,
    title: Option<String>,
    version: Option<String>,
    classification: Option<Classification>,
    product: Option<String>,
    severity: Option<String>,
    bytes: Option<u64>,
    #[serde(default)]
    reboot: bool,
    held: Option<String>,
}

impl ComputerScript {
    pub(super) fn check(&self) -> Result<(), Invalid> {
        if self.missing.is_some() && !self.update.is_empty() {
            let reason = "the updates are both counted and written out";
            return Err(Invalid::new("computer.missing", reason, "Keep one of the two."));
        }
        if self.missing.is_some_and(|count| count > CATALOGUE) {
            let reason = format!("the simulated catalogue has {CATALOGUE} updates");
            let remedy = "Ask for fewer, or write them out as `[[computer.update]]`.";
            return Err(Invalid::new("computer.missing", reason, remedy));
        }
        process::check_files(&self.files)?;
        process::check_rules(&self.process)?;
        let mut ids = BTreeSet::new();
        for (at, update) in self.update.iter().enumerate() {
            let id = update.update(self.os()).id;
            if !ids.insert(id.clone()) {
                let reason = format!("`{}` is there twice", bindery_core::text::shown(&id));
                let remedy = "Give each update its own `id`.";
                return Err(Invalid::new(format!("computer.update[{at}]"), reason, remedy));
            }
        }
        Ok(())
    }

    fn os(&self) -> OsType {
        self.os.unwrap_or(OsType::Linux)
    }

    /// The computer that is meant; `seed` chooses its updates where they are counted.
    pub fn model(&self, seed: u64) -> Model {
        let missing = match self.update.is_empty() {
            true => Missing::Count(self.missing.unwrap_or(MISSING)),
            false => Missing::List(self.update.iter().map(|it| it.update(self.os())).collect()),
        };
        Model {
            id: self.id.unwrap_or_else(|| number(1)),
            name: self.name.clone().unwrap_or_else(|| "web-01".into()),
            os: self.os(),
            seed,
            missing,
            failures: vec![],
            install: self.install.map_or(INSTALL, |period| period.0),
            reboot: self.reboot.map_or(REBOOT, |period| period.0),
            pending: self.pending_reboot.clone(),
            files: self.files.clone(),
            programs: self.process.clone(),
        }
    }
}

impl UpdateScript {
    fn update(&self, os: OsType) -> Update {
        let version = self.version.clone().unwrap_or_else(|| "2".into());
        let (kb_id, package, other) = match os {
            OsType::Windows => (Some(self.name.clone()), None, Classification::Updates),
            OsType::Linux => (None, Some(self.name.clone()), Classification::Other),
        };
        let id = match os {
            OsType::Windows => self.name.clone(),
            OsType::Linux => format!("{}:all={version}", self.name),
        };
        Update {
            id: self.id.clone().unwrap_or(id),
            title: self.title.clone().unwrap_or_else(|| format!("{} {version}", self.name)),
            kb_id,
            package,
            version,
            installed_version: (os == OsType::Linux).then(|| "1".into()),
            product: self.product.clone().unwrap_or_else(|| "Test".into()),
            classification: self.classification.unwrap_or(other),
            severity: self.severity.clone(),
            published: None,
            bytes: self.bytes,
            reboot: match self.reboot {
                true => RebootBehavior::CanRequestReboot,
                false => RebootBehavior::NeverReboots,
            },
            held: self.held.clone(),
        }
    }
}

/// `[[fleet]]`: a computer of the workspace.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemberScript {
    name: String,
    id: Option<ComputerId>,
    os: Option<OsType>,
    #[serde(default = "yes")]
    connected: bool,
    #[serde(default)]
    worker: bool,
    configure: Option<ConfigureStatus>,
    reason: Option<String>,
}

fn yes() -> bool {
    true
}

impl MemberScript {
    /// The computer that is meant, at this place of the list.
    pub fn member(&self, at: usize) -> Member {
        Member {
            id: self.id.unwrap_or_else(|| number(at + 1)),
            name: self.name.clone(),
            os: self.os,
            connected: self.connected,
            worker: self.worker,
            configure: (self.configure.unwrap_or(ConfigureStatus::Configured), self.reason.clone()),
        }
    }
}

pub(super) fn check_fleet(fleet: &[MemberScript]) -> Result<(), Invalid> {
    let mut ids = BTreeSet::new();
    for (at, member) in fleet.iter().enumerate() {
        let id = member.member(at).id;
        if !ids.insert(id) {
            let reason = format!("another computer of the fleet has the id {id}");
            let remedy = "Give each its own `id`, or none: they are numbered then.";
            return Err(Invalid::new(format!("fleet[{at}].id"), reason, remedy));
        }
        let configured = member.configure.unwrap_or(ConfigureStatus::Configured);
        if member.reason.is_some() && configured == ConfigureStatus::Configured {
            let remedy = "Say `configure = \"Refused\"` or `\"Unreachable\"`.";
            let reason = "a computer that is configured has none";
            return Err(Invalid::new(format!("fleet[{at}].reason"), reason, remedy));
        }
    }
    Ok(())
}

/// The id of the computer with this number: `01010101-0101-…` is the first.
fn number(number: usize) -> ComputerId {
    if let Ok(number) = u8::try_from(number) {
        return ComputerId::from_bytes([number; 16]);
    }
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&Digest::of(&number.to_le_bytes()).as_bytes()[..16]);
    ComputerId::from_bytes(bytes)
}

/// `[[child]]`: what child jobs come to.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChildRule {
    /// The runbooks that it is about.
    pub runbook: MaskText,
    /// The computers that it is about, by name or id; all, and the sandbox, where it is absent.
    pub computer: Option<MaskText>,
    result: Option<Value>,
    error: Option<CodeName>,
    refused: Option<CodeName>,
    message: Option<String>,
    takes: Option<Period>,
}

impl ChildRule {
    pub(super) fn check(&self, at: usize) -> Result<(), Invalid> {
        let wrong = |key: &str, reason: &str, remedy: &str| {
            Err(Invalid::new(format!("child[{at}]{key}"), reason, remedy))
        };
        let ends = [self.result.is_some(), self.error.is_some(), self.refused.is_some()];
        if ends.into_iter().filter(|there| *there).count() > 1 {
            let remedy = "Keep one of `result`, `error` and `refused`.";
            return wrong("", "it ends in more than one way", remedy);
        }
        if self.refused.is_some() && self.takes.is_some() {
            return wrong(".takes", "a child that is refused takes no time", "Leave it out.");
        }
        if self.message.is_some() && self.error.is_none() && self.refused.is_none() {
            let remedy = "Give the code with `error` or `refused`.";
            return wrong(".message", "it belongs to `error` or `refused`", remedy);
        }
        Ok(())
    }

    /// How the child ends and after what time, or why it cannot be started.
    pub fn outcome(&self) -> Result<(Outcome, Duration), Failure> {
        let failure = |CodeName(code)| {
            let message = self.message.clone();
            Failure::new(code, message.unwrap_or_else(|| format!("the test's child: {code}")))
        };
        if let Some(code) = self.refused {
            return Err(failure(code));
        }
        let outcome = match self.error {
            Some(code) => Outcome::Failed(failure(code)),
            None => Outcome::Completed(self.result.clone()),
        };
        Ok((outcome, self.takes.map_or(CHILD, |period| period.0)))
    }
}
