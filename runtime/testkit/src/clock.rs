//! A clock that stands still until a test moves it.

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use std::sync::Arc;

/// A clock that a test drives; clones share their time.
#[derive(Debug, Clone)]
pub struct SimClock(Arc<Mutex<Timestamp>>);

impl SimClock {
    /// A clock that shows `start`.
    pub fn at(start: Timestamp) -> Self {
        Self(Arc::new(Mutex::new(start)))
    }

    /// A clock that shows the text `start`, RFC 3339. Panics if it is no time.
    pub fn starting(start: &str) -> Self {
        match start.parse() {
            Ok(start) => Self::at(start),
            Err(error) => panic!("`{start}` is no time: {error}"),
        }
    }

    /// The time that it shows.
    pub fn now(&self) -> Timestamp {
        *self.0.lock()
    }

    /// Moves it on and returns the time that it shows then. Panics past the end of time.
    pub fn advance(&self, by: impl Into<Step>) -> Timestamp {
        let mut now = self.0.lock();
        match now.checked_add(by.into().0) {
            Ok(later) => *now = later,
            Err(error) => panic!("the clock cannot go past the end of time: {error}"),
        }
        *now
    }

    /// This clock as a function, for whoever takes `Fn() -> Timestamp`.
    pub fn reader(&self) -> impl Fn() -> Timestamp + Clone + Send + Sync + 'static {
        let clock = self.clone();
        move || clock.now()
    }
}

/// A stretch of time, as `std` or `jiff` writes it.
#[derive(Debug, Clone, Copy)]
pub struct Step(SignedDuration);

impl From<SignedDuration> for Step {
    fn from(by: SignedDuration) -> Self {
        Self(by)
    }
}

impl From<std::time::Duration> for Step {
    fn from(by: std::time::Duration) -> Self {
        match SignedDuration::try_from(by) {
            Ok(by) => Self(by),
            Err(error) => panic!("{by:?} is too long for a clock: {error}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn time_passes_only_when_it_is_told_to_and_for_every_clone() {
        let clock = SimClock::starting("2026-11-22T18:00:00Z");
        let (twin, reader) = (clock.clone(), clock.reader());
        clock.advance(std::time::Duration::from_secs(90));
        assert_eq!(twin.now().to_string(), "2026-11-22T18:01:30Z");
        twin.advance(SignedDuration::from_secs(-30));
        assert_eq!(reader(), clock.now());
    }
}
