//! The word that ends a job from outside: said once, heard by everybody who waits.

use bindery_core::code::Failure;
use tokio::sync::watch;

/// Why a job is being cancelled, if it is. Clones share it.
#[derive(Debug, Clone)]
pub struct Cancel(watch::Sender<Option<Failure>>);

impl Default for Cancel {
    fn default() -> Self {
        Self(watch::Sender::new(None))
    }
}

impl Cancel {
    /// Cancels the job; the first reason stays.
    pub fn cancel(&self, reason: Failure) {
        self.0.send_if_modified(|held| {
            let first = held.is_none();
            held.get_or_insert(reason);
            first
        });
    }

    /// Takes the word back: what was to end begins again.
    pub(super) fn clear(&self) {
        self.0.send_replace(None);
    }

    /// The reason, once there is one.
    pub fn reason(&self) -> Option<Failure> {
        self.0.borrow().clone()
    }

    /// Returns the reason as soon as there is one.
    pub(crate) async fn cancelled(&self) -> Failure {
        let mut watch = self.0.subscribe();
        loop {
            if let Some(reason) = watch.borrow_and_update().clone() {
                return reason;
            }
            // The sender lives as long as `self`.
            let _ = watch.changed().await;
        }
    }
}
