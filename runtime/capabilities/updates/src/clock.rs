//! Time, handed in: what a provider may ask of a clock. It never reads one itself.

use jiff::Timestamp;
use std::time::Duration;

/// A clock. Every `Fn() -> Timestamp` is one.
pub trait Clock: Send + Sync {
    /// The time now.
    fn now(&self) -> Timestamp;
}

impl<F: Fn() -> Timestamp + Send + Sync> Clock for F {
    fn now(&self) -> Timestamp {
        self()
    }
}

/// Lets time pass for a simulated computer.
#[async_trait::async_trait]
pub trait Sleeper: Send + Sync {
    /// Returns when `duration` has passed; a test's sleeper returns at once.
    async fn sleep(&self, duration: Duration);
}

/// The sleeper that really sleeps.
pub struct TokioSleeper;

#[async_trait::async_trait]
impl Sleeper for TokioSleeper {
    async fn sleep(&self, duration: Duration) {
        tokio::time::sleep(duration).await;
    }
}
