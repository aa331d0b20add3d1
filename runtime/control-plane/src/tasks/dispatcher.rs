//! The dispatcher: whenever a worker may have a free place, gives it the jobs that wait for it.

use crate::plane::ControlPlane;

pub(super) async fn run(plane: ControlPlane) {
    let Some(mut freed) = plane.hub.freed() else { return };
    while let Some(peer) = freed.recv().await {
        let mut peers = vec![peer];
        while let Ok(next) = freed.try_recv() {
            if !peers.contains(&next) {
                peers.push(next);
            }
        }
        for peer in peers {
            if let Err(failure) = plane.dispatch_waiting(peer).await {
                tracing::error!(%failure, "jobs that wait cannot be given out");
            }
        }
    }
}
