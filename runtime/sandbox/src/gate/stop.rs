//! Stopping: a job that was asked to stop may clean up until its grace is over.
//!
//! ```text
//!   asked --> a wait is answered by `JobStopping`, `job.remaining` says how long there is
//!         --> the guest ends by itself | the grace is over: it is ended
//! ```
//! What it still changes must fit into the grace, as into the end of its window.

use super::{Fatal, Gate};
use bindery_core::code::{Code, Failure};
use bindery_journal::entry::Reply;
use jiff::Timestamp;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio::sync::watch;

/// What a job was told of its stop.
pub(super) struct Stop {
    asked: watch::Sender<Option<Asked>>,
    /// The guest has heard of it.
    heard: AtomicBool,
}

#[derive(Debug, Clone)]
struct Asked {
    until: Timestamp,
    reason: Failure,
}

impl Default for Stop {
    fn default() -> Self {
        Self { asked: watch::Sender::new(None), heard: AtomicBool::new(false) }
    }
}

impl Stop {
    fn now(&self) -> Option<Asked> {
        self.asked.borrow().clone()
    }

    /// Notes that the guest got this answer.
    pub(super) fn hears(&self, reply: &Reply) {
        if reply.as_ref().is_err_and(|failure| failure.code == Code::JobStopping) {
            self.heard.store(true, Ordering::Release);
        }
    }
}

impl Gate {
    /// Asks the job to stop: it may clean up until `until`. A grace can only be made shorter.
    pub fn stop(&self, until: Timestamp, reason: Failure) {
        self.stop.asked.send_if_modified(|held| {
            let sooner = held.as_ref().is_none_or(|held| until < held.until);
            if sooner {
                *held = Some(Asked { until, reason });
            }
            sooner
        });
    }

    /// Returns what ends a job whose guest does not run yet: it was cancelled, or asked to stop. One
    /// that goes on has its grace, and what is in doubt is cleared up first.
    pub async fn called_off(&self) -> Failure {
        let stopped = async {
            match self.goes_on {
                true => self.grace_over().await,
                false => self.asked_to_stop().await.reason,
            }
        };
        tokio::select! {
            reason = self.cancelled_in_no_doubt() => reason,
            reason = stopped => reason,
        }
    }

    /// The time by which the job must have ended: that of its window, or of its grace.
    pub(super) fn deadline(&self) -> Option<Timestamp> {
        let grace = self.stop.now().map(|asked| asked.until);
        self.facts.deadline.into_iter().chain(grace).min()
    }

    /// The answer to an operation that waits, once the job was asked to stop.
    pub(super) async fn stopping(&self) -> Failure {
        let Asked { until, reason } = self.asked_to_stop().await;
        let message = format!("{}; it may clean up until {until:.0}", reason.message);
        Failure::new(Code::JobStopping, message)
    }

    async fn asked_to_stop(&self) -> Asked {
        let mut watch = self.stop.asked.subscribe();
        loop {
            if let Some(asked) = watch.borrow_and_update().clone() {
                return asked;
            }
            // The sender lives as long as `self`.
            let _ = watch.changed().await;
        }
    }

    /// Returns the reason when the grace of a job that was asked to stop is over.
    pub(crate) async fn grace_over(&self) -> Failure {
        let mut watch = self.stop.asked.subscribe();
        loop {
            let asked = watch.borrow_and_update().clone();
            let over = async {
                match asked {
                    None => std::future::pending().await,
                    Some(Asked { until, reason }) => {
                        self.clock.sleep_until(until).await;
                        reason
                    }
                }
            };
            tokio::select! {
                reason = over => return reason,
                // The sender lives as long as `self`.
                _ = watch.changed() => {}
            }
        }
    }

    /// Whether the guest has heard that it is to stop.
    pub(crate) fn knows_of_its_stop(&self) -> bool {
        self.stop.heard.load(Ordering::Acquire)
    }

    /// Ends a guest that waits by a way on which it cannot be told to stop.
    pub(crate) fn end_untold(&self, stopping: Failure) -> Fatal {
        self.fail(Failure::new(Code::Cancelled, stopping.message))
    }
}
