//! The way from a worker to everything else: it may be gone for a while.

use crate::clock::{Jumping, VirtualClock};
use bindery_core::code::{Code, Failure};
use bindery_sandbox::clock::Clock as _;
use jiff::Timestamp;
use parking_lot::Mutex;
use std::time::Duration;

/// The network of one worker.
pub struct Network {
    clock: VirtualClock,
    gone_until: Mutex<Timestamp>,
}

impl Network {
    /// A network that is there.
    pub fn new(clock: VirtualClock) -> Self {
        Self { clock, gone_until: Mutex::new(Timestamp::MIN) }
    }

    /// It is gone for `duration`.
    pub fn lose(&self, duration: Duration) {
        let mut until = self.gone_until.lock();
        *until = self.clock.after(duration).max(*until);
    }

    /// Returns when it is there: what goes to the control plane waits.
    pub async fn there(&self) {
        let until = *self.gone_until.lock();
        if until > self.clock.now() {
            Jumping(self.clock.clone()).sleep_until(until).await;
        }
    }

    /// What a package manager says that needs it.
    pub fn check_repositories(&self) -> Result<(), Failure> {
        let until = *self.gone_until.lock();
        if until <= self.clock.now() {
            return Ok(());
        }
        Err(Failure::new(Code::RepositoryUnavailable, "the network is gone: no repository answers"))
    }
}
