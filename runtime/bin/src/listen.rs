//! The listener: TLS or, on this computer alone, plain HTTP, and a task per connection.
//!
//! It knows no path and no request: the router does. A connection that says nothing is closed.

use axum::Router;
use bindery_worker::drain::Drain;
use hyper_util::{
    rt::{TokioExecutor, TokioIo, TokioTimer},
    server::conn::auto::Builder,
    service::TowerToHyperService,
};
use std::{net::SocketAddr, sync::Arc, time::Duration};
use tokio::{
    io::{AsyncRead, AsyncWrite},
    net::{TcpListener, TcpStream},
    sync::Semaphore,
    time::timeout,
};
use tokio_rustls::TlsAcceptor;

/// Connections at once: one per computer of a full fleet, and room for people.
const CONNECTIONS: usize = 60_000;
/// How long a client may take for its part of the TLS handshake, and for the head of a request.
const FIRST_WORDS: Duration = Duration::from_secs(10);
/// How long requests may go on when the program ends.
const LAST_WORDS: Duration = Duration::from_secs(2);
/// The wait after a connection could not be accepted, for want of file descriptors mostly.
const BREATH: Duration = Duration::from_millis(100);

/// Accepts connections until `drain` is asked for, then waits until those that there are have
/// ended.
pub(crate) async fn serve(
    listener: TcpListener,
    tls: Option<TlsAcceptor>,
    router: Router,
    drain: Drain,
) {
    let places = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let accepted = tokio::select! {
            () = drain.drained() => break,
            accepted = accept(&listener, &places) => accepted,
        };
        let Some((stream, peer, place)) = accepted else {
            tokio::time::sleep(BREATH).await;
            continue;
        };
        let (tls, router, drain) = (tls.clone(), router.clone(), drain.clone());
        tokio::spawn(async move {
            connection(stream, peer, tls, router, &drain).await;
            drop(place);
        });
    }
    let all = u32::try_from(CONNECTIONS).unwrap_or(u32::MAX);
    // Event streams go on for ever: after a while they are cut off with the process.
    let _ = timeout(LAST_WORDS, places.acquire_many(all)).await;
}

type Place = tokio::sync::OwnedSemaphorePermit;

async fn accept(
    listener: &TcpListener,
    places: &Arc<Semaphore>,
) -> Option<(TcpStream, SocketAddr, Place)> {
    // Never closed, so there is always a permit sooner or later.
    let place = places.clone().acquire_owned().await.ok()?;
    match listener.accept().await {
        Ok((stream, peer)) => Some((stream, peer, place)),
        Err(error) => {
            tracing::warn!(%error, "a connection cannot be accepted");
            None
        }
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    tls: Option<TlsAcceptor>,
    router: Router,
    drain: &Drain,
) {
    if let Err(error) = stream.set_nodelay(true) {
        tracing::debug!(%peer, %error, "answers may be late");
    }
    let Some(tls) = tls else { return talk(stream, peer, router, drain).await };
    match timeout(FIRST_WORDS, tls.accept(stream)).await {
        Ok(Ok(stream)) => talk(stream, peer, router, drain).await,
        Ok(Err(error)) => tracing::debug!(%peer, %error, "no TLS"),
        Err(_) => tracing::debug!(%peer, "no TLS in time"),
    }
}

async fn talk(
    stream: impl AsyncRead + AsyncWrite + Unpin + Send + 'static,
    peer: SocketAddr,
    router: Router,
    drain: &Drain,
) {
    let mut builder = Builder::new(TokioExecutor::new());
    builder.http1().timer(TokioTimer::new()).header_read_timeout(FIRST_WORDS);
    builder.http2().timer(TokioTimer::new());
    let service = TowerToHyperService::new(router);
    let talk = builder.serve_connection_with_upgrades(TokioIo::new(stream), service);
    let mut talk = std::pin::pin!(talk);
    let ended = tokio::select! {
        ended = talk.as_mut() => ended,
        () = drain.drained() => {
            talk.as_mut().graceful_shutdown();
            talk.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%peer, %error, "a connection ended");
    }
}
