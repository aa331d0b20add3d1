//! Failures of commands: kind, chain and hint; and the exit codes.

use crate::output::text::escape;
use bindery_client::ClientError;
use bindery_core::code::{Code, Failure};
use bindery_registry::error::RegistryError;
use std::{error::Error, fmt};

/// The exit codes of `bindery`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
#[repr(u8)]
pub enum Exit {
    /// What was asked for was done.
    Ok = 0,
    /// It was tried and failed: a job Failed, a run did not succeed, a change came too late.
    Failed = 1,
    /// The command line, or what it named, does not have the form that it must have.
    Usage = 2,
    /// It is not allowed: no token, too small a role, a seal, a missing grant.
    Refused = 3,
    /// What was named does not exist.
    NotFound = 4,
    /// The control plane, or a computer, cannot be reached.
    Unreachable = 5,
    /// Something on our side failed.
    Internal = 10,
}

impl Exit {
    /// The exit code for an error of the API.
    pub fn of(code: Code) -> Self {
        match code {
            Code::Unauthenticated
            | Code::Forbidden
            | Code::RunbookSealed
            | Code::GrantDenied
            | Code::UntrustedPublisher
            | Code::BadSignature
            | Code::RefusedByComputer
            | Code::ChangesNotAllowed
            | Code::ProfileNotAllowed
            | Code::InvalidEnrolToken => Exit::Refused,
            Code::NotFound | Code::NoSuchPath => Exit::NotFound,
            Code::ControlPlaneUnreachable | Code::Unreachable | Code::NoWorker => Exit::Unreachable,
            Code::InvalidName
            | Code::InvalidRequest
            | Code::InvalidParameters
            | Code::InvalidOptions
            | Code::InvalidArguments
            | Code::InvalidModule
            | Code::InvalidManifest
            | Code::WrongProfile
            | Code::UnknownImports
            | Code::NoEntryPoint
            | Code::UnknownGrant
            | Code::GrantNotAsked
            | Code::TooLarge => Exit::Usage,
            Code::Internal | Code::StoreDamaged | Code::ProtocolMismatch => Exit::Internal,
            _ => Exit::Failed,
        }
    }
}

impl From<Exit> for std::process::ExitCode {
    fn from(exit: Exit) -> Self {
        Self::from(exit as u8)
    }
}

/// Why a command did not do what it was to do. `Display` prints it as people see it, escaped.
#[derive(Debug, Clone, PartialEq)]
pub struct CliFailure {
    /// The exit code.
    pub exit: Exit,
    /// What failed.
    pub message: String,
    /// Why, from the nearest cause to the first.
    pub causes: Vec<String>,
    /// What to do about it.
    pub hint: Option<String>,
}

impl CliFailure {
    /// A failure without causes or hint.
    pub fn new(exit: Exit, message: impl Into<String>) -> Self {
        Self { exit, message: message.into(), causes: vec![], hint: None }
    }

    /// The same with what to do about it.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// The same with the chain of an error as its causes.
    #[must_use]
    pub fn because(mut self, error: &dyn Error) -> Self {
        let mut next = Some(error);
        while let Some(cause) = next {
            let text = cause.to_string();
            if self.causes.last() != Some(&text) {
                self.causes.push(text);
            }
            next = cause.source();
        }
        self
    }
}

impl From<ClientError> for CliFailure {
    fn from(error: ClientError) -> Self {
        let mut failure =
            Self::new(Exit::of(error.code()), error.to_string()).hint(error.remedy().to_owned());
        if let Some(cause) = error.source() {
            failure = failure.because(cause);
        }
        failure
    }
}

impl From<RegistryError> for CliFailure {
    fn from(error: RegistryError) -> Self {
        let exit = match error {
            RegistryError::Refused { .. } => Exit::Failed,
            _ => Exit::of(error.code()),
        };
        let failure = Self::new(exit, error.to_string()).hint(error.remedy());
        match error.source() {
            Some(cause) => failure.because(cause),
            None => failure,
        }
    }
}

impl From<Failure> for CliFailure {
    fn from(failure: Failure) -> Self {
        let hint = failure.remedy().to_owned();
        Self::new(Exit::of(failure.code), failure.message).hint(hint)
    }
}

impl fmt::Display for CliFailure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "error: {}", escape(&self.message))?;
        for cause in &self.causes {
            write!(f, "\n  because: {}", escape(cause))?;
        }
        if let Some(hint) = &self.hint {
            write!(f, "\nhint: {}", escape(hint))?;
        }
        Ok(())
    }
}

impl Error for CliFailure {}

#[cfg(test)]
mod tests {
    use super::*;
    use bindery_api::problem::Problem;
    use expect_test::{Expect, expect};

    fn check(code: Code, message: &str, expected: Expect) {
        let problem = Problem::from(Failure::new(code, message));
        let failure = CliFailure::from(ClientError::Problem(Box::new(problem)));
        expected.assert_eq(&format!("{failure}\nexit {}", failure.exit as u8));
    }

    #[test]
    fn a_refusal_says_what_and_what_to_do() {
        check(
            Code::RunbookSealed,
            "the seal of `P` by V does not allow `export`",
            expect![[r#"
            error: the seal of `P` by V does not allow `export`
            hint: A sealed runbook's content and verbs are its publisher's; `bindery runbook show` lists what is allowed.
            exit 3"#]],
        );
        check(
            Code::NotFound,
            "there is no job `\u{1b}[2J`",
            expect![[r#"
            error: there is no job `\u{1b}[2J`
            hint: List what there is, and check the spelling.
            exit 4"#]],
        );
    }

    #[test]
    fn causes_are_told_from_the_nearest_to_the_first() {
        let cause = std::io::Error::other("disk on fire");
        let failure = CliFailure::new(Exit::Usage, "cannot read `x.json`").because(&cause);
        expect![[r#"
            error: cannot read `x.json`
              because: disk on fire"#]]
        .assert_eq(&failure.to_string());
    }
}
