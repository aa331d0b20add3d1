//! Errors of the API: RFC 9457 problems with a stable code and what to do.

use bindery_core::code::{Code, Failure};
use http::StatusCode;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

/// The media type of a problem.
pub const MEDIA_TYPE: &str = "application/problem+json";
/// What the URI of every problem begins with; the code follows.
pub const TYPE_PREFIX: &str = "https://bindery.dev/problems/";

/// An error, as every path of the API answers it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Problem {
    /// The URI of this kind of problem: `https://bindery.dev/problems/<code>`.
    #[serde(rename = "type")]
    pub type_uri: String,
    /// The kind of problem, in words.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// What a program may match on.
    pub code: Code,
    /// What happened here: it names the thing and the reason.
    pub detail: String,
    /// What to do about it.
    pub remedy: String,
    /// More, where there is more.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<serde_json::Value>,
}

impl From<Failure> for Problem {
    fn from(failure: Failure) -> Self {
        Self {
            type_uri: format!("{TYPE_PREFIX}{}", failure.code),
            title: title(failure.code),
            status: status_of(failure.code).as_u16(),
            code: failure.code,
            remedy: failure.remedy().to_owned(),
            detail: failure.message,
            details: failure.details,
        }
    }
}

impl From<Problem> for Failure {
    fn from(problem: Problem) -> Self {
        let own = problem.remedy != problem.code.remedy();
        let advice = own.then(|| problem.remedy.into());
        Self { code: problem.code, message: problem.detail, details: problem.details, advice }
    }
}

/// `RunbookSealed` in words: "Runbook sealed".
fn title(code: Code) -> String {
    let mut words = String::new();
    for (place, letter) in code.as_str().char_indices() {
        if place > 0 && letter.is_ascii_uppercase() {
            words.push(' ');
            words.push(letter.to_ascii_lowercase());
        } else {
            words.push(letter);
        }
    }
    words
}

/// The HTTP status of a code.
pub fn status_of(code: Code) -> StatusCode {
    match code {
        Code::Unauthenticated | Code::InvalidEnrolToken => StatusCode::UNAUTHORIZED,
        Code::Forbidden
        | Code::RunbookSealed
        | Code::GrantDenied
        | Code::UntrustedPublisher
        | Code::BadSignature
        | Code::RefusedByComputer
        | Code::ChangesNotAllowed
        | Code::ProfileNotAllowed
        | Code::IdentityCopied => StatusCode::FORBIDDEN,
        Code::NotFound | Code::NoSuchPath => StatusCode::NOT_FOUND,
        Code::InvalidName | Code::InvalidRequest | Code::InvalidArguments => {
            StatusCode::BAD_REQUEST
        }
        Code::InvalidParameters
        | Code::InvalidOptions
        | Code::InvalidModule
        | Code::WrongProfile
        | Code::UnknownImports
        | Code::NoEntryPoint
        | Code::InvalidManifest
        | Code::UnknownGrant
        | Code::GrantNotAsked
        | Code::UnknownOperation
        | Code::NotValidNow
        | Code::ClockSkew
        | Code::ProtocolMismatch => StatusCode::UNPROCESSABLE_ENTITY,
        Code::TooLarge => StatusCode::PAYLOAD_TOO_LARGE,
        Code::NameTaken
        | Code::Conflict
        | Code::NotPublished
        | Code::DeadlinePassed
        | Code::MaintenanceWindowExceeded
        | Code::Cancelled
        | Code::JobStopping
        | Code::JobSuspended
        | Code::RunCancelled
        | Code::WrongWorker
        | Code::JournalMismatch
        | Code::JournalDamaged
        | Code::OutcomeUnknown
        | Code::WorkerRestarted
        | Code::PackageManagerLocked
        | Code::PackageManagerBroken
        | Code::DependencyBroken
        | Code::PlanChanged
        | Code::InstallFailed
        | Code::GuestFailed => StatusCode::CONFLICT,
        Code::LimitExceeded => StatusCode::TOO_MANY_REQUESTS,
        Code::NoWorker | Code::Unreachable | Code::ControlPlaneUnreachable => {
            StatusCode::SERVICE_UNAVAILABLE
        }
        Code::NotYet => StatusCode::NOT_IMPLEMENTED,
        Code::TimedOut => StatusCode::GATEWAY_TIMEOUT,
        Code::RepositoryUnavailable => StatusCode::BAD_GATEWAY,
        Code::DiskFull => StatusCode::INSUFFICIENT_STORAGE,
        Code::Internal | Code::StoreDamaged => StatusCode::INTERNAL_SERVER_ERROR,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    #[test]
    fn a_problem_says_what_happened_and_what_to_do() {
        let failure = Failure::new(Code::NotFound, "there is no runbook `Report`");
        let problem = Problem::from(failure.clone());
        expect![[r#"
            {
              "type": "https://bindery.dev/problems/NotFound",
              "title": "Not found",
              "status": 404,
              "code": "NotFound",
              "detail": "there is no runbook `Report`",
              "remedy": "List what there is, and check the spelling."
            }"#]]
        .assert_eq(&serde_json::to_string_pretty(&problem).expect("JSON"));
        assert_eq!(Failure::from(problem), failure);
    }

    #[test]
    fn every_code_has_the_status_of_an_error() {
        for code in Code::ALL {
            let status = status_of(*code);
            assert!(status.is_client_error() || status.is_server_error(), "{code}");
        }
    }
}
