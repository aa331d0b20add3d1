//! Pace: how much faster than in production the two sides of a session wait.
//!
//! The waits themselves stand in `core::limit`. A simulation divides them all by one number, so that
//! they keep their proportions; nobody else does.

use std::{num::NonZeroU32, time::Duration};

/// How many times faster than in production to wait; the default is once.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pace(NonZeroU32);

impl Default for Pace {
    fn default() -> Self {
        Self(NonZeroU32::MIN)
    }
}

impl Pace {
    /// So many times faster.
    pub fn faster(times: NonZeroU32) -> Self {
        Self(times)
    }

    /// A wait at this pace.
    pub fn of(self, wait: Duration) -> Duration {
        wait / self.0.get()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wait_is_what_it_is_in_production_unless_somebody_is_faster() {
        let wait = Duration::from_secs(90);
        assert_eq!(Pace::default().of(wait), wait);
        let faster = Pace::faster(NonZeroU32::new(1_000).expect("not zero"));
        assert_eq!(faster.of(wait), Duration::from_millis(90));
    }
}
