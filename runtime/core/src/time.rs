//! Time comes from outside: whoever decides is told what time it is.

use jiff::Timestamp;

/// A clock. The system's own stands in `bin`; a test brings one that it drives.
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync + 'static> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}
