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
use std::time::Duration;
use tokio::{
    sync::{mpsc, oneshot},
    time::timeout,
};

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
    let patience = plane.patience.silence;
    let serve = async {
        plane.serve_agent(control).await;
        // The socket may have been closed before.
        let _closed = over.send(());
    };
    tokio::join!(serve, carry(socket, worker, ended, patience));
}

/// Carries messages both ways until the session or the socket ends, or the agent does not take a
/// message in time.
async fn carry(
    socket: WebSocket,
    link: WorkerEnd,
    ended: oneshot::Receiver<()>,
    patience: Duration,
) {
    let WorkerEnd { say, mut hear } = link;
    let (mut sink, stream) = socket.split();
    let rejected = tokio::select! {
        biased;
        () = send(&mut sink, &mut hear, patience) => None,
        heard = receive(stream, say) => heard.err(),
        _ = ended => None,
    };
    // What the session said last is often the reason for its end.
    let last_words = async {
        while let Ok(message) = hear.try_recv() {
            put(&mut sink, &message).await?;
        }
        if let Some(error) = rejected {
            tracing::warn!(%error, "an agent was rejected");
            put(&mut sink, &ToWorker::Rejected { error }).await?;
        }
        sink.close().await
    };
    // Nobody need be there to hear them.
    let _unheard = timeout(patience, last_words).await;
}

/// Sends what the session says, until it or the socket ends or the agent does not take it.
async fn send(
    sink: &mut SplitSink<WebSocket, Message>,
    hear: &mut mpsc::Receiver<ToWorker>,
    patience: Duration,
) {
    while let Some(message) = hear.recv().await {
        match timeout(patience, put(sink, &message)).await {
            Ok(Ok(())) => {}
            Ok(Err(_)) | Err(_) => return,
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
    use bindery_core::digest::Digest;
    use bindery_protocol::bytes::Base64;
    use parking_lot::Mutex;
    use std::sync::Arc;
    use tokio::{
        io::AsyncWriteExt as _,
        net::{TcpListener, TcpStream},
    };

    #[test]
    fn a_message_that_we_do_not_know_is_a_mismatch_of_versions() {
        assert_eq!(read(r#"{"type":"alive"}"#), Ok(ToControl::Alive));
        for text in ["", "{}", r#"{"type":"sing"}"#] {
            assert_eq!(read(text).expect_err(text).code, Code::ProtocolMismatch);
        }
    }

    #[tokio::test]
    async fn a_socket_that_nobody_reads_is_given_up() {
        let (worker, mut control) = pair();
        let (_over, ended) = oneshot::channel();
        let (carried, carrying) = oneshot::channel();
        let parts = Arc::new(Mutex::new(Some((worker, ended, carried))));
        let upgrade = async move |upgrade: WebSocketUpgrade| {
            let (worker, ended, carried) = parts.lock().take().expect("one socket");
            upgrade.on_upgrade(move |socket| async move {
                carry(socket, worker, ended, Duration::from_millis(100)).await;
                carried.send(()).expect("somebody waits");
            })
        };
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let address = listener.local_addr().expect("an address");
        let router = axum::Router::new().route("/", axum::routing::get(upgrade));
        tokio::spawn(async move { axum::serve(listener, router).await });
        let mut deaf = TcpStream::connect(address).await.expect("connected");
        let hello = "GET / HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\
            Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
        deaf.write_all(hello.as_bytes()).await.expect("it is heard");
        // More than the buffers of a socket take.
        for _ in 0..64 {
            let wasm = Some(Base64(vec![0; 1 << 20]));
            let message = ToWorker::Module { digest: Digest::of(b""), wasm };
            control.say.send(message).await.expect("a place");
        }
        let over = async { (control.hear.recv().await, carrying.await) };
        let over = timeout(Duration::from_secs(20), over).await.expect("it takes too long");
        assert_eq!(over, (None, Ok(())), "the session learns of it, and the socket is closed");
    }
}
