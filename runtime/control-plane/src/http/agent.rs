//! Agents: enrolment, and the WebSocket that carries a session.
//!
//! The bridge moves messages between the socket and the session's link; what they mean is the
//! session's business.

use crate::{
    app::computers::Applicant,
    http::{
        Reply, extract,
        problem::{Refusal, invalid},
    },
    plane::ControlPlane,
};
use axum::{
    Json,
    extract::{
        State,
        ws::{Message, WebSocket, WebSocketUpgrade, rejection::WebSocketUpgradeRejection},
    },
    response::Response,
};
use bindery_api::enrolment::{Enrol, Enrolled};
use bindery_core::{
    code::{Code, Failure},
    limit,
};
use bindery_protocol::{
    link::{WorkerEnd, pair},
    message::{ToControl, ToWorker},
};
use futures::{
    SinkExt as _, StreamExt as _,
    stream::{SplitSink, SplitStream},
};
use tokio::sync::{mpsc, oneshot};

pub(super) async fn enrol(
    State(plane): State<ControlPlane>,
    extract::Json(agent): extract::Json<Enrol>,
) -> Reply<Enrolled> {
    let applicant = Applicant {
        token: agent.token.reveal().to_owned(),
        public_key: agent.public_key,
        name: agent.name,
        protocol: agent.protocol,
        time: agent.time,
    };
    let computer = plane.enrol(applicant).await?;
    Ok(Json(Enrolled {
        computer_id: computer.id,
        workspace_id: plane.workspace.id,
        workspace_key: plane.workspace_key().to_string(),
        continuation: computer.continuation.current,
    }))
}

pub(super) async fn connect(
    State(plane): State<ControlPlane>,
    upgrade: Result<WebSocketUpgrade, WebSocketUpgradeRejection>,
) -> Result<Response, Refusal> {
    let upgrade = upgrade.map_err(|rejection| invalid(rejection.body_text()))?;
    let upgrade =
        upgrade.max_message_size(limit::MESSAGE_BYTES).max_frame_size(limit::MESSAGE_BYTES);
    Ok(upgrade.on_upgrade(move |socket| bridge(plane, socket)))
}

/// Carries a session until one side ends it. The session itself always comes to its own end.
async fn bridge(plane: ControlPlane, socket: WebSocket) {
    let (worker, control) = pair();
    let (over, ended) = oneshot::channel();
    let serve = async {
        plane.serve_agent(control).await;
        // The socket may have been closed before.
        let _closed = over.send(());
    };
    tokio::join!(serve, carry(socket, worker, ended));
}

async fn carry(socket: WebSocket, link: WorkerEnd, ended: oneshot::Receiver<()>) {
    let WorkerEnd { say, mut hear } = link;
    let (mut sink, stream) = socket.split();
    let rejected = tokio::select! {
        biased;
        () = send(&mut sink, &mut hear) => None,
        heard = receive(stream, say) => heard.err(),
        _ = ended => None,
    };
    // What the session said last is often the reason for its end.
    while let Ok(message) = hear.try_recv() {
        if put(&mut sink, &message).await.is_err() {
            return;
        }
    }
    if let Some(error) = rejected {
        tracing::warn!(%error, "an agent was rejected");
        let _gone = put(&mut sink, &ToWorker::Rejected { error }).await;
    }
    let _gone = sink.close().await;
}

/// Sends what the session says, until it or the socket ends.
async fn send(sink: &mut SplitSink<WebSocket, Message>, hear: &mut mpsc::Receiver<ToWorker>) {
    while let Some(message) = hear.recv().await {
        if put(sink, &message).await.is_err() {
            return;
        }
    }
}

async fn put(
    sink: &mut SplitSink<WebSocket, Message>,
    message: &ToWorker,
) -> Result<(), axum::Error> {
    let text = serde_json::to_string(message).map_err(axum::Error::new)?;
    sink.send(Message::Text(text.into())).await
}

/// Hands on what the agent says, until either side ends; a message that cannot be read is the
/// failure.
async fn receive(
    mut stream: SplitStream<WebSocket>,
    say: mpsc::Sender<ToControl>,
) -> Result<(), Failure> {
    while let Some(Ok(message)) = stream.next().await {
        let message = match message {
            Message::Text(text) => read(&text)?,
            Message::Binary(_) => return Err(unreadable("it is not text")),
            Message::Ping(_) | Message::Pong(_) => continue,
            Message::Close(_) => return Ok(()),
        };
        if say.send(message).await.is_err() {
            return Ok(());
        }
    }
    Ok(())
}

fn read(text: &str) -> Result<ToControl, Failure> {
    serde_json::from_str(text).map_err(|error| unreadable(&error.to_string()))
}

fn unreadable(reason: &str) -> Failure {
    Failure::new(Code::ProtocolMismatch, format!("a message of the agent cannot be read: {reason}"))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_that_we_do_not_know_is_a_mismatch_of_versions() {
        assert_eq!(read(r#"{"type":"alive"}"#), Ok(ToControl::Alive));
        for text in ["", "{}", r#"{"type":"sing"}"#] {
            assert_eq!(read(text).expect_err(text).code, Code::ProtocolMismatch);
        }
    }
}
