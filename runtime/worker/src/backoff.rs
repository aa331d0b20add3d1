//! How long to wait before connecting again: twice as long each time, up to a limit, and never the
//! same for all.

use bindery_core::limit;
use std::time::Duration;

const FIRST: Duration = Duration::from_millis(250);

/// The wait before the next attempt.
#[derive(Debug)]
pub(crate) struct Backoff {
    next: Duration,
}

impl Default for Backoff {
    fn default() -> Self {
        Self { next: FIRST }
    }
}

impl Backoff {
    /// After a session that was one.
    pub(crate) fn reset(&mut self) {
        self.next = FIRST;
    }

    /// Waits as long as ever from now on: trying soon is of no use.
    pub(crate) fn rest(&mut self) {
        self.next = limit::RECONNECT_MAX;
    }

    /// The wait now: between half of the step and all of it, by `random`.
    pub(crate) fn wait(&mut self, random: u32) -> Duration {
        let step = self.next;
        self.next = (2 * step).min(limit::RECONNECT_MAX);
        step / 2 + (step / 2).mul_f64(f64::from(random) / f64::from(u32::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn waits_grow_to_the_limit_and_begin_anew_after_a_good_session() {
        let mut backoff = Backoff::default();
        assert_eq!(backoff.wait(0), FIRST / 2);
        assert_eq!(backoff.wait(u32::MAX), 2 * FIRST);
        for _ in 0..20 {
            assert!(backoff.wait(u32::MAX) <= limit::RECONNECT_MAX);
        }
        assert_eq!(backoff.wait(u32::MAX), limit::RECONNECT_MAX);
        backoff.reset();
        assert_eq!(backoff.wait(u32::MAX), FIRST);
    }
}
