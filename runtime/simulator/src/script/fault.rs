//! A fault of a script: where it strikes, and what happens there.

use super::{
    Invalid,
    word::{CodeName, MaskText, OperationName, Period},
};
use bindery_core::{
    code::Failure,
    operation::{self, Operation},
};
use serde::Deserialize;
use std::{fmt, time::Duration};

/// How long a worker that was killed is gone where the script does not say.
const AWAY: Duration = Duration::from_secs(10);

/// A fault.
#[derive(Debug, Clone, PartialEq)]
pub struct Fault {
    /// Where it strikes.
    pub place: Place,
    /// What happens there.
    pub what: What,
    /// It strikes at each call from there on.
    pub every: bool,
    /// It need not strike.
    pub optional: bool,
}

/// Where a fault strikes.
#[derive(Debug, Clone, PartialEq)]
pub enum Place {
    /// At a call of an operation.
    Call {
        /// The operation.
        operation: &'static Operation,
        /// Which call of it, counted from 1.
        nth: u64,
        /// Only calls that are about an update that fits.
        update: Option<MaskText>,
    },
    /// At the entry with this sequence.
    Entry(u64),
}

/// What happens.
#[derive(Debug, Clone, PartialEq)]
pub enum What {
    /// The operation fails.
    Fails(Failure),
    /// The package manager fails to install the update, with these words.
    Update(String),
    /// The network is gone for a while.
    Network(Duration),
    /// The worker dies, and is back after a while.
    Crash(When, Duration),
    /// The computer goes down and comes back.
    Reboot(When),
    /// The job is suspended, and resumed after a while.
    Suspend(Duration),
    /// The job is stopped, with the usual grace.
    Stop,
    /// The job is terminated.
    Terminate,
}

/// Where in an operation the worker dies.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum When {
    /// Before anything is done or written.
    Before,
    /// Nothing is done yet; the intent of what happens once is on the disk.
    Begun,
    /// Half of the time that it takes has passed.
    During,
    /// It is done, and not written down.
    Done,
    /// It is written down, and lost with all that was not synced.
    Unsynced,
    /// It is on the disk, and the runbook has no answer yet.
    Synced,
}

impl When {
    fn word(self) -> &'static str {
        match self {
            When::Before => "before",
            When::Begun => "begun",
            When::During => "during",
            When::Done => "done",
            When::Unsynced => "unsynced",
            When::Synced => "synced",
        }
    }
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.place {
            Place::Entry(sequence) => write!(f, "entry {sequence}")?,
            Place::Call { operation, nth, update } => {
                write!(f, "{}, call {nth}", operation.name)?;
                if let Some(update) = update {
                    write!(f, " of {}", update.text)?;
                }
            }
        }
        if self.every {
            f.write_str(" and later")?;
        }
        match &self.what {
            What::Fails(failure) => write!(f, ": fails with {}", failure.code),
            What::Update(words) => write!(f, ": the update fails with `{words}`"),
            What::Network(gone) => write!(f, ": the network is gone for {}", Period(*gone)),
            What::Crash(when, _) => write!(f, ": the worker dies ({})", when.word()),
            What::Reboot(when) => write!(f, ": the computer goes down ({})", when.word()),
            What::Suspend(away) => write!(f, ": the job is suspended for {}", Period(*away)),
            What::Stop => f.write_str(": the job is stopped"),
            What::Terminate => f.write_str(": the job is terminated"),
        }
    }
}

/// A fault as it is written.
#[derive(Debug, Default, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub(super) struct RawFault {
    operation: Option<OperationName>,
    entry: Option<u64>,
    nth: Option<u64>,
    update: Option<MaskText>,
    every: bool,
    optional: bool,
    fails: Option<CodeName>,
    message: Option<String>,
    error: Option<String>,
    network: Option<Period>,
    crash: Option<When>,
    away: Option<Period>,
    reboot: Option<When>,
    suspend: Option<Period>,
    stop: bool,
    terminate: bool,
}

/// What a fault may do.
const WHATS: &str = "`fails`, `error`, `network`, `crash`, `reboot`, `suspend`, `stop = true` or `terminate = true`";

impl RawFault {
    /// The fault at this place of the script.
    pub(super) fn check(self, at: usize) -> Result<Fault, Invalid> {
        let place = self.place(at)?;
        let whats = self.whats();
        let wrong = |key: &str, reason: &str, remedy: &str| {
            Err(Invalid::new(format!("fault[{at}].{key}"), reason, remedy))
        };
        let [what] = <[What; 1]>::try_from(whats).map_err(|whats| {
            let reason = match whats.len() {
                0 => "it does not say what happens".to_owned(),
                count => format!("it says {count} things that happen"),
            };
            let remedy = format!("Give it exactly one of {WHATS}.");
            Invalid::new(format!("fault[{at}]"), reason, remedy)
        })?;
        let fails = matches!(what, What::Fails(_) | What::Update(_));
        let of_update = matches!(&what, What::Update(_));
        let installs = matches!(&place, Place::Call { operation, update: Some(_), .. }
            if **operation == operation::UPDATES_INSTALL);
        if self.message.is_some() && !matches!(what, What::Fails(_)) {
            return wrong("message", "it belongs to `fails`", "Give the code with `fails`.");
        }
        if self.away.is_some() && !matches!(what, What::Crash(..)) {
            let remedy =
                "A computer is away for `computer.reboot`; a suspended job for its own time.";
            return wrong("away", "it belongs to `crash`", remedy);
        }
        if self.every && (!fails || self.entry.is_some()) {
            let remedy = "Write a fault for each time.";
            return wrong("every", "only a call that `fails` can do so every time", remedy);
        }
        if of_update && !installs {
            let remedy = "Say `operation = \"updates.install\"` and which `update`; \
                          to let another operation fail say `fails = \"CODE\"`.";
            return wrong("error", "only the installation of an update fails with it", remedy);
        }
        Ok(Fault { place, what, every: self.every, optional: self.optional })
    }

    fn place(&self, at: usize) -> Result<Place, Invalid> {
        let wrong = |key: &str, reason: &str, remedy: &str| {
            Err(Invalid::new(format!("fault[{at}]{key}"), reason, remedy))
        };
        match (self.operation, self.entry) {
            (Some(_), Some(_)) => {
                wrong("", "it strikes at two places", "Keep one of `operation` and `entry`.")
            }
            (None, None) => {
                let remedy = "Give it an `operation`, or the `entry` of the journal.";
                wrong("", "it does not say where it strikes", remedy)
            }
            (None, Some(_)) if self.nth.is_some() => {
                wrong(".nth", "an entry is there once", "Leave it out.")
            }
            (None, Some(_)) if self.update.is_some() => {
                let remedy = "Name the `operation` instead of the `entry`.";
                wrong(".update", "an entry is not chosen by an update", remedy)
            }
            (None, Some(sequence)) => Ok(Place::Entry(sequence)),
            (Some(_), None) if self.nth == Some(0) => {
                wrong(".nth", "calls are counted from 1", "The first call is `nth = 1`.")
            }
            (Some(OperationName(operation)), None) => {
                let about = [
                    &operation::UPDATES_PLAN,
                    &operation::UPDATES_DOWNLOAD,
                    &operation::UPDATES_INSTALL,
                ];
                if self.update.is_some() && !about.contains(&operation) {
                    let remedy =
                        "Only `updates.plan`, `updates.download` and `updates.install` are.";
                    return wrong(".update", "the operation is not about single updates", remedy);
                }
                let nth = self.nth.unwrap_or(1);
                Ok(Place::Call { operation, nth, update: self.update.clone() })
            }
        }
    }

    fn whats(&self) -> Vec<What> {
        let fails = self.fails.map(|CodeName(code)| {
            let message = self.message.clone();
            let message = message.unwrap_or_else(|| format!("the test lets it fail as {code}"));
            What::Fails(Failure::new(code, message))
        });
        let away = self.away.map_or(AWAY, |away| away.0);
        [
            fails,
            self.error.clone().map(What::Update),
            self.network.map(|gone| What::Network(gone.0)),
            self.crash.map(|when| What::Crash(when, away)),
            self.reboot.map(What::Reboot),
            self.suspend.map(|away| What::Suspend(away.0)),
            self.stop.then_some(What::Stop),
            self.terminate.then_some(What::Terminate),
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}
