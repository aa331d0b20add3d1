//! What can go wrong between a caller and the control plane.

use bindery_api::problem::Problem;
use bindery_core::code::Code;

/// Why a call did not give what it was to give.
#[derive(Debug, thiserror::Error)]
pub enum ClientError {
    /// The control plane refused, and says why.
    #[error("{}", .0.detail)]
    Problem(Box<Problem>),
    /// It did not answer.
    #[error("cannot reach the control plane at `{url}`")]
    Unreachable {
        /// What was asked for.
        url: String,
        /// Why.
        #[source]
        source: reqwest::Error,
    },
    /// Its events ended early, again and again.
    #[error("the events of `{url}` break off again and again")]
    BrokenOff {
        /// What was asked for.
        url: String,
    },
    /// Whoever answered does not speak this API.
    #[error("`{url}` did not answer as a control plane does (status {status}): {reason}")]
    BadReply {
        /// What was asked for.
        url: String,
        /// The HTTP status.
        status: u16,
        /// What is wrong with the reply.
        reason: String,
    },
    /// The address is none.
    #[error("`{url}` is not the address of a control plane")]
    BadUrl {
        /// The address.
        url: String,
    },
    /// The token would go over a network in clear.
    #[error("`{url}` is not encrypted; `http://` is for this computer alone")]
    InsecureUrl {
        /// The address.
        url: String,
    },
    /// Nothing could prove the control plane.
    #[error("no CA certificate was given that could prove `{url}`")]
    NoAuthority {
        /// The address.
        url: String,
    },
    /// The CA certificate cannot be used.
    #[error("the CA certificate cannot be used: {reason}")]
    BadAuthority {
        /// Why.
        reason: String,
    },
}

impl ClientError {
    /// What a program may match on.
    pub fn code(&self) -> Code {
        match self {
            ClientError::Problem(problem) => problem.code,
            ClientError::Unreachable { .. } | ClientError::BrokenOff { .. } => {
                Code::ControlPlaneUnreachable
            }
            ClientError::BadReply { .. } => Code::ProtocolMismatch,
            ClientError::BadUrl { .. }
            | ClientError::InsecureUrl { .. }
            | ClientError::NoAuthority { .. }
            | ClientError::BadAuthority { .. } => Code::InvalidRequest,
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        match self {
            ClientError::Problem(problem) => &problem.remedy,
            ClientError::BadReply { .. } => {
                "Check the address; if it is right, update the older of client and control plane."
            }
            ClientError::BadUrl { .. } => "Give it as in `https://control.example:7443`.",
            ClientError::InsecureUrl { .. } => "Use `https://`.",
            ClientError::NoAuthority { .. } | ClientError::BadAuthority { .. } => {
                "Name the control plane's `ca.pem` with --ca."
            }
            other => other.code().remedy(),
        }
    }
}
