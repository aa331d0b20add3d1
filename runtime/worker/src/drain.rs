//! The wish that a worker ends: said once, heard by everybody who waits.

use tokio::sync::watch;

/// Asks a worker to end. Clones share it.
#[derive(Debug, Clone)]
pub struct Drain(watch::Sender<bool>);

impl Default for Drain {
    fn default() -> Self {
        Self(watch::Sender::new(false))
    }
}

impl Drain {
    /// Asks it to end. Asking twice changes nothing.
    pub fn drain(&self) {
        self.0.send_replace(true);
    }

    /// Whether somebody asked.
    pub fn is_draining(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns once somebody asked.
    pub async fn drained(&self) {
        let mut watch = self.0.subscribe();
        // The sender lives as long as `self`.
        let _ = watch.wait_for(|draining| *draining).await;
    }
}
