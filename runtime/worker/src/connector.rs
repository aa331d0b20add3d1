//! How a worker gets to its control plane. The worker does not know what carries a session.

use bindery_protocol::link::WorkerEnd;

/// Makes sessions.
#[async_trait::async_trait]
pub trait Connector: Send + Sync + 'static {
    /// Connects once. The worker calls it again, with growing waits, whenever a session is over.
    async fn connect(&self) -> Result<WorkerEnd, ConnectError>;
}

/// The control plane could not be connected to.
#[derive(Debug, thiserror::Error)]
pub enum ConnectError {
    /// Nobody answers.
    #[error("the control plane at {url} cannot be reached")]
    Unreachable {
        /// Its address.
        url: String,
        /// What the network says.
        #[source]
        source: std::io::Error,
    },
    /// It took too long.
    #[error("the control plane at {url} does not answer in time")]
    TimedOut {
        /// Its address.
        url: String,
    },
    /// Its certificate is not from the CA that was pinned.
    #[error(
        "the certificate of {url} is not from the CA that this agent pinned (sha256:{pin}): \
         possibly an impostor, or a control plane that was set up anew; nothing was sent to it"
    )]
    Impostor {
        /// Its address.
        url: String,
        /// The CA's digest that was expected, 64 hex digits.
        pin: String,
    },
    /// Its certificate is of another time.
    #[error("the certificate of {url} is not valid at this computer's time: check the clock")]
    Clock {
        /// Its address.
        url: String,
    },
    /// It answers, but not as a control plane does.
    #[error("{url} does not answer like a control plane: {reason}")]
    NoControlPlane {
        /// Its address.
        url: String,
        /// What it said.
        reason: String,
    },
}
