//! The wish of the operating system that the program ends.

use bindery_cli::failure::{CliFailure, Exit};
use bindery_worker::drain::Drain;
use tokio::signal::unix::{SignalKind, signal};

/// A drain that SIGTERM and ctrl-c ask for.
pub(crate) fn drain() -> Result<Drain, CliFailure> {
    let listen = |kind| {
        signal(kind).map_err(|error| {
            CliFailure::new(Exit::Internal, "cannot listen to signals").because(&error)
        })
    };
    let (mut terminate, mut interrupt) =
        (listen(SignalKind::terminate())?, listen(SignalKind::interrupt())?);
    let drain = Drain::default();
    let asked = drain.clone();
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("ending; jobs go on at the next start");
        asked.drain();
    });
    Ok(drain)
}
