//! The agent's session: one outbound WebSocket, whose text frames are messages as JSON.

use super::{
    address::{Address, InvalidAddress},
    identity::Facts,
    tls,
    token::{InvalidToken, Pin},
};
use crate::connector::{ConnectError, Connector};
use bindery_core::limit;
use bindery_protocol::{
    SESSION_PATH,
    link::{self, ControlEnd, WorkerEnd},
    message::{ToControl, ToWorker},
};
use futures::{SinkExt as _, StreamExt as _};
use std::time::Duration;
use tokio::{sync::mpsc, time::timeout};
use tokio_tungstenite::{
    WebSocketStream, client_async_with_config,
    tungstenite::{Error, Message, protocol::WebSocketConfig},
};

/// How long the upgrade may take.
const UPGRADE: Duration = Duration::from_secs(15);

/// Connects an agent to the control plane that it enrolled at.
#[derive(Debug, Clone)]
pub struct WebSocketConnector {
    address: Address,
    pin: Option<Pin>,
}

/// An identity whose control plane cannot be connected to.
#[derive(Debug, thiserror::Error)]
pub enum InvalidFacts {
    /// Its address is none.
    #[error(transparent)]
    Address(#[from] InvalidAddress),
    /// Its pin is none.
    #[error("the identity's CA is not 64 hex digits")]
    Pin(#[source] InvalidToken),
}

impl WebSocketConnector {
    /// A connector to the control plane of an identity.
    pub fn new(facts: &Facts) -> Result<Self, InvalidFacts> {
        let pin = facts.ca.as_deref().map(str::parse).transpose().map_err(InvalidFacts::Pin)?;
        Ok(Self { address: facts.url.parse()?, pin })
    }
}

#[async_trait::async_trait]
impl Connector for WebSocketConnector {
    async fn connect(&self) -> Result<WorkerEnd, ConnectError> {
        let stream = tls::connect(&self.address, self.pin).await?;
        let url = self.address.to_string();
        let scheme = if self.address.secure { "wss" } else { "ws" };
        let request = format!("{scheme}://{}{SESSION_PATH}", self.address.authority());
        let config = WebSocketConfig::default()
            .max_message_size(Some(limit::MESSAGE_BYTES))
            .max_frame_size(Some(limit::MESSAGE_BYTES));
        let upgrade = client_async_with_config(request, stream, Some(config));
        let upgraded = timeout(UPGRADE, upgrade)
            .await
            .map_err(|_| ConnectError::TimedOut { url: url.clone() })?;
        let (socket, _) = upgraded
            .map_err(|error| ConnectError::NoControlPlane { url, reason: error.to_string() })?;
        let (worker, control) = link::pair();
        tokio::spawn(carry(socket, control));
        Ok(worker)
    }
}

/// Carries messages both ways until either side is gone.
async fn carry<S: tls::Stream>(socket: WebSocketStream<S>, link: ControlEnd) {
    let (sink, stream) = socket.split();
    let ended = tokio::select! {
        ended = up(sink, link.hear) => ended,
        ended = down(stream, link.say) => ended,
    };
    if let Err(error) = ended {
        tracing::warn!(%error, "the connection to the control plane broke");
    }
}

async fn up<S: tls::Stream>(
    mut sink: futures::stream::SplitSink<WebSocketStream<S>, Message>,
    mut hear: mpsc::Receiver<ToControl>,
) -> Result<(), Error> {
    while let Some(message) = hear.recv().await {
        match serde_json::to_string(&message) {
            Ok(text) => sink.send(Message::text(text)).await?,
            Err(error) => tracing::error!(%error, "a message has no JSON"),
        }
    }
    sink.close().await
}

async fn down<S: tls::Stream>(
    mut stream: futures::stream::SplitStream<WebSocketStream<S>>,
    say: mpsc::Sender<ToWorker>,
) -> Result<(), Error> {
    while let Some(frame) = stream.next().await {
        let text = match frame? {
            Message::Text(text) => text,
            Message::Close(_) => return Ok(()),
            _ => continue,
        };
        let message = match serde_json::from_str(&text) {
            Ok(message) => message,
            Err(error) => {
                tracing::error!(%error, "ProtocolMismatch: a message that this agent does not know");
                return Ok(());
            }
        };
        if say.send(message).await.is_err() {
            // The session is over: nobody hears.
            return Ok(());
        }
    }
    Ok(())
}
