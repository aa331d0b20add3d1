//! Events inside the control plane: something changed, look again. They carry no state, so losing
//! some loses nothing.

use bindery_core::id::{ComputerId, DeploymentId, JobId, RunId};
use tokio::sync::broadcast;

/// Events that a slow listener may fall behind; then it looks at everything anew.
const BEHIND: usize = 4_096;

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Event {
    Job(JobId),
    Run(RunId),
    Machine(RunId, ComputerId),
    Computer(ComputerId),
    Deployment(DeploymentId),
}

#[derive(Clone)]
pub(crate) struct Events(broadcast::Sender<Event>);

impl Events {
    pub(crate) fn new() -> Self {
        Self(broadcast::Sender::new(BEHIND))
    }

    pub(crate) fn say(&self, event: Event) {
        // Nobody may be listening.
        let _ = self.0.send(event);
    }

    pub(crate) fn listen(&self) -> Listener {
        Listener(self.0.subscribe())
    }
}

pub(crate) struct Listener(broadcast::Receiver<Event>);

impl Listener {
    /// Forgets what has happened so far: whoever looks at everything now need not look again for it.
    pub(crate) fn catch_up(&mut self) {
        self.0 = self.0.resubscribe();
    }

    /// Returns after an event that `fits`, or after some were lost.
    pub(crate) async fn next(&mut self, fits: impl Fn(&Event) -> bool) {
        loop {
            match self.0.recv().await {
                Ok(event) if fits(&event) => return,
                Ok(_) => {}
                Err(broadcast::error::RecvError::Lagged(_)) => return,
                Err(broadcast::error::RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
