//! Stable error codes: what a program may match on, and what to do about each.
//!
//! A code never changes its meaning; its sentence may be improved at any time.

use serde::{Deserialize, Serialize};
use std::fmt;

macro_rules! codes {
    ($($(#[$doc:meta])* $name:ident => $remedy:literal;)*) => {
        /// A stable error code. The variant's name is its spelling.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
        pub enum Code { $($(#[$doc])* $name,)* }

        impl Code {
            /// Every code, in the order of the documentation.
            pub const ALL: &[Code] = &[$(Code::$name,)*];

            /// The code as it stands in a reply.
            pub fn as_str(self) -> &'static str {
                match self { $(Code::$name => stringify!($name),)* }
            }

            /// What to do about it: one sentence.
            pub fn remedy(self) -> &'static str {
                match self { $(Code::$name => $remedy,)* }
            }
        }
    };
}

codes! {
    /// No token, or one that is not known.
    Unauthenticated => "Send a token as `Authorization: Bearer …`; `bindery token create` makes one, and `bindery store owner-token` where the owner's is lost.";
    /// The token's role does not allow this.
    Forbidden => "Ask an owner of the account for a role that allows it.";
    /// The thing that was named does not exist.
    NotFound => "List what there is, and check the spelling.";
    /// The path does not exist.
    NoSuchPath => "See `/v1/openapi.json` for the paths that exist.";
    /// A name that another thing has.
    NameTaken => "Choose another name; case does not count.";
    /// A name that breaks the rule for names.
    InvalidName => "Begin with a letter, go on with letters, digits, `_` or `-`; at most 63 characters.";
    /// A request that does not have the form that the API asks for.
    InvalidRequest => "Correct the field that is named and send the request again.";
    /// A request, module or record over a limit.
    TooLarge => "Make it smaller, or send less at once; the limit is named in the error.";
    /// Somebody else changed the thing meanwhile.
    Conflict => "Look at it again: it is in a state that does not allow this, or somebody changed it meanwhile.";
    /// The seal of a runbook forbids this verb.
    RunbookSealed => "A sealed runbook's content and verbs are its publisher's; `bindery runbook show` lists what is allowed.";
    /// Parameters that do not fit the runbook's schema.
    InvalidParameters => "Correct the parameters; `bindery runbook show NAME --schema` shows what they must be.";
    /// Options of a deployment that do not fit their schema.
    InvalidOptions => "Correct the options; the schema is at `/v1/schemas/additional-options.json`.";
    /// Bytes that are no WebAssembly, or truncated or invalid WebAssembly.
    InvalidModule => "Build it for a WebAssembly target, and name the .wasm file that the compiler wrote.";
    /// A module that needs the extended profile, in an account that has not asked for it.
    ProfileNotAllowed => "An owner asks for it with `bindery account change NAME --profile extended`; or build without garbage collection and exceptions.";
    /// A module that needs more than the engine of this program has.
    WrongProfile => "Run it with the program that is built with `--features extended`, or build it without what it needs.";
    /// A module imports what the host does not provide.
    UnknownImports => "Build against the interfaces of sdk/wit, or for wasm32-wasip1 or wasm32-wasip2.";
    /// A module exports no entry point.
    NoEntryPoint => "Export `run` of bindery:runbook, `wasi:cli/run`, or `_start`.";
    /// A manifest that cannot be read.
    InvalidManifest => "Correct runbook.toml; the field is named in the error.";
    /// A manifest asks for a grant that does not exist.
    UnknownGrant => "Ask only for grants of the contract's table.";
    /// A module imports a power that its manifest does not ask for.
    GrantNotAsked => "Add the grant to `grants` in runbook.toml.";
    /// A runbook without a published version was started.
    NotPublished => "Publish it first: `bindery runbook publish NAME`.";
    /// An operation needs a grant that the job does not have.
    GrantDenied => "An owner grants it when publishing: `bindery runbook publish NAME --grant-all`, or `--grant GRANT` for each.";
    /// A job was asked to stop: it may clean up until its grace is over.
    JobStopping => "Clean up and return; `job.remaining` says how long there is.";
    /// A job was asked to suspend.
    JobSuspended => "Resume it: `bindery job resume JOB`.";
    /// An operation of an unknown name.
    UnknownOperation => "Use an operation of the contract's table; those on a computer need a worker there: `--computer` or `--group`.";
    /// Arguments of an operation that do not have its form.
    InvalidArguments => "Correct the arguments; the WIT file shows their form.";
    /// The job's deadline has passed.
    DeadlinePassed => "Start it again with a longer window.";
    /// The step does not fit into what is left of the window.
    MaintenanceWindowExceeded => "Use a longer window, or let the next one go on.";
    /// A limit of the job was met.
    LimitExceeded => "Do less in one job; the limit is named in the error.";
    /// An operation took longer than it may.
    TimedOut => "Try again; if it stays so, look at what the operation waits for.";
    /// The job was cancelled.
    Cancelled => "Nothing: somebody asked for it.";
    /// The run was cancelled: no further computer starts.
    RunCancelled => "Nothing: somebody asked for it. `bindery run retry --failed` goes on with the rest.";
    /// A guest's code failed (a trap, or its stack was used up).
    GuestFailed => "Look at the job's Error stream and correct the runbook.";
    /// A signature, digest or seal is not what it must be.
    BadSignature => "Import the bundle again from its publisher; do not use this copy.";
    /// A signature by a key that the workspace does not trust.
    UntrustedPublisher => "Let an owner trust the publisher's key, if it is what it says.";
    /// A bundle or order outside the time in which it is valid.
    NotValidNow => "Get a current one, and check this computer's clock.";
    /// A job order for another worker, or an older lease.
    WrongWorker => "Nothing: the control plane gave the job to another worker.";
    /// The journal and the module do not agree.
    JournalMismatch => "Resume with the version that wrote the journal.";
    /// A journal that is damaged.
    JournalDamaged => "The job cannot go on; start it again.";
    /// Nobody can say whether a change was made.
    OutcomeUnknown => "Look at the computer itself before you start it again.";
    /// The worker restarted while the job was running.
    WorkerRestarted => "Start it again; what was installed stays installed.";
    /// No live worker for the job.
    NoWorker => "Start or configure a worker: `bindery worker list` shows who is there.";
    /// The computer's `allow` file refuses it.
    RefusedByComputer => "Change the `allow` file on the computer, if its owner agrees.";
    /// The computer's agent is not connected.
    Unreachable => "Check that it runs, and the way to it; an agent must reach the control plane.";
    /// This agent only reports.
    ChangesNotAllowed => "Start the agent with `--allow-changes`.";
    /// An enrolment token that is wrong, used, or out of date.
    InvalidEnrolToken => "Make a new one: `bindery token create --enrol`.";
    /// Two agents with one identity.
    IdentityCopied => "This machine was cloned with its agent's folder: remove the folder and enrol it anew.";
    /// Two clocks are too far apart.
    ClockSkew => "Set the clock of this computer; NTP keeps it right.";
    /// Versions of agent and control plane that cannot work together.
    ProtocolMismatch => "Update the older of the two.";
    /// The package manager is locked by another program.
    PackageManagerLocked => "Wait until the other program has ended, or look for one that hangs.";
    /// The package manager's state is broken.
    PackageManagerBroken => "Repair it on the computer (`dpkg --configure -a`, `apt-get -f install`).";
    /// A dependency cannot be met.
    DependencyBroken => "Look at the packages that are named; exclude them or repair the repository.";
    /// The disk of the computer is full.
    DiskFull => "Make room on the computer.";
    /// A repository cannot be read.
    RepositoryUnavailable => "Check the repository's address and the computer's way to it.";
    /// What would be done is no longer what the plan says.
    PlanChanged => "Assess and plan again.";
    /// An update could not be installed.
    InstallFailed => "Read the package manager's own words in the error.";
    /// This version cannot do it.
    NotYet => "Update Bindery when a version that can is out.";
    /// Something on our side failed.
    Internal => "Look at the control plane's log; report it if it stays.";
    /// Stored data is damaged.
    StoreDamaged => "Stop, keep a copy of the data folder, and run `bindery store recover`.";
    /// The control plane cannot be reached.
    ControlPlaneUnreachable => "Start it with `bindery up`, or name it with --url.";
}

impl fmt::Display for Code {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// An error as runbooks, the API and the log see it.
#[derive(
    Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema, thiserror::Error,
)]
#[error("{message}")]
pub struct Failure {
    /// What a program may match on.
    pub code: Code,
    /// A sentence that names the thing and the reason.
    pub message: String,
    /// More, where there is more (the raw text of a package manager, the list of unknown imports).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
    /// What to do about it here, where there is better advice than the code's. It is for whoever asked;
    /// neither runbooks nor journals have it.
    #[serde(skip)]
    pub advice: Option<Box<str>>,
}

impl Failure {
    /// A failure without details.
    pub fn new(code: Code, message: impl Into<String>) -> Self {
        Self { code, message: message.into(), details: None, advice: None }
    }

    /// The same with what to do about it here: a sentence.
    #[must_use]
    pub fn advising(mut self, advice: impl Into<Box<str>>) -> Self {
        self.advice = Some(advice.into());
        self
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        self.advice.as_deref().unwrap_or_else(|| self.code.remedy())
    }

    /// The same with details.
    #[must_use]
    pub fn with(mut self, details: serde_json::Value) -> Self {
        self.details = Some(details);
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_has_its_spelling_and_a_sentence_that_helps() {
        for code in Code::ALL {
            assert_eq!(serde_json::to_value(code).expect("a string"), code.as_str());
            assert!(code.remedy().ends_with('.'), "{code}");
        }
    }
}
