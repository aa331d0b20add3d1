//! What can go wrong between a runbook and a registry.

use bindery_core::code::{Code, Failure};
use oci_client::errors::OciDistributionError;
use std::error::Error;

/// Why an artifact was not pushed or pulled.
#[derive(Debug, thiserror::Error)]
pub enum RegistryError {
    /// A text that is no reference.
    #[error("`{reference}` is not the reference of an artifact: {reason}")]
    BadReference {
        /// The text.
        reference: String,
        /// What is wrong with it.
        reason: String,
    },
    /// A push to a digest: that is what a push tells.
    #[error("`{reference}` is a digest: what is pushed is given a tag")]
    PushToDigest {
        /// The reference.
        reference: String,
    },
    /// The credentials that are there cannot be used.
    #[error("the credentials in `{place}` cannot be used: {reason}")]
    Credentials {
        /// Where they are.
        place: String,
        /// What is wrong with them.
        reason: String,
    },
    /// No connection can be made to anybody.
    #[error("connections to registries cannot be made here")]
    NoConnections {
        /// Why.
        #[source]
        source: Box<OciDistributionError>,
    },
    /// The registry did not answer.
    #[error("cannot reach the registry `{registry}`")]
    Unreachable {
        /// Its host.
        registry: String,
        /// Why.
        #[source]
        source: Box<dyn Error + Send + Sync>,
    },
    /// It went on for too long.
    #[error("the registry `{registry}` did not end within {secs} seconds")]
    TooSlow {
        /// Its host.
        registry: String,
        /// How long was waited.
        secs: u64,
    },
    /// The registry asks for credentials, or for others.
    #[error("the registry `{registry}` does not let {who} {what} `{repository}`")]
    Unauthorized {
        /// Its host.
        registry: String,
        /// The repository.
        repository: String,
        /// Push or pull.
        what: &'static str,
        /// Who asked, and where credentials were looked for.
        who: String,
    },
    /// Nothing of that name.
    #[error("there is no `{reference}`: {reason}")]
    NotFound {
        /// The reference.
        reference: String,
        /// Which part of it is not there.
        reason: &'static str,
    },
    /// Something else than a Wasm module.
    #[error("`{reference}` is not a Wasm artifact: its {part} is `{found}`, not `{expected}`")]
    NotWasm {
        /// The reference.
        reference: String,
        /// Manifest, configuration or layer.
        part: &'static str,
        /// The media type that it has.
        found: String,
        /// The media type that it must have.
        expected: &'static str,
    },
    /// What came is not what was named.
    #[error("`{reference}` is damaged: {reason}")]
    Damaged {
        /// The reference.
        reference: String,
        /// What differs.
        reason: String,
    },
    /// What came, or is to go, breaks a rule for modules or seals.
    #[error("{}", .0.message)]
    Content(Failure),
    /// The registry refused, or does not speak as registries do.
    #[error("the registry `{registry}` did not do it")]
    Refused {
        /// Its host.
        registry: String,
        /// What it said.
        #[source]
        source: Box<OciDistributionError>,
    },
}

impl From<Failure> for RegistryError {
    fn from(failure: Failure) -> Self {
        Self::Content(failure)
    }
}

impl RegistryError {
    /// What a program may match on.
    pub fn code(&self) -> Code {
        match self {
            Self::BadReference { .. } | Self::PushToDigest { .. } | Self::Credentials { .. } => {
                Code::InvalidRequest
            }
            Self::NoConnections { .. } => Code::Internal,
            Self::Unreachable { .. } | Self::TooSlow { .. } => Code::Unreachable,
            Self::Unauthorized { .. } => Code::Unauthenticated,
            Self::NotFound { .. } => Code::NotFound,
            Self::NotWasm { .. } => Code::InvalidModule,
            Self::Damaged { .. } => Code::BadSignature,
            Self::Content(failure) => failure.code,
            Self::Refused { .. } => Code::ProtocolMismatch,
        }
    }

    /// What to do about it.
    pub fn remedy(&self) -> &str {
        match self {
            Self::BadReference { .. } => {
                "Write it as in `ghcr.io/acme/report:1.0` or `ghcr.io/acme/report@sha256:…`."
            }
            Self::PushToDigest { .. } => "Write it as in `ghcr.io/acme/report:1.0`.",
            Self::Credentials { .. } => {
                "Log in again, as with `docker login` or `oras login`, or give --username."
            }
            Self::NoConnections { .. } => {
                "Install the system's CA certificates (on Debian the package `ca-certificates`), or \
                 name a file with some in SSL_CERT_FILE."
            }
            Self::Unreachable { .. } => {
                "Check the name; a registry without TLS needs --plain-http, one with a CA of its own \
                 that CA among the system's or in SSL_CERT_FILE."
            }
            Self::TooSlow { .. } => "Try again when the registry or the network is less busy.",
            Self::Unauthorized { .. } => {
                "Log in with `docker login` or `oras login`, or give --username and the password by \
                 --password-stdin or in BINDERY_REGISTRY_PASSWORD."
            }
            Self::NotFound { .. } => {
                "Check the spelling; a registry may also hide from strangers what it has: log in."
            }
            Self::NotWasm { .. } => {
                "Name an artifact that `bindery runbook push`, `wkg oci push` or alike made."
            }
            Self::Damaged { .. } => {
                "Do not use it: somebody changed it in the registry or on its way. Push it again."
            }
            Self::Content(failure) => failure.remedy(),
            Self::Refused { .. } => {
                "Read what it said; it must speak the OCI distribution specification."
            }
        }
    }
}
