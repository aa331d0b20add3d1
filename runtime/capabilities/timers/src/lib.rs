//! Durable sleep.
//!
//! A job that is started again in the middle of a sleep sleeps what is left of it: the gate notes when a
//! sleep that lasts began, and calls with that time. Nothing is counted here: the worker's clock wakes
//! the job.

use bindery_core::{
    code::Failure,
    operation::{CLOCK_SLEEP, Operation},
};
use bindery_sandbox::{
    capability::{Call, Capability},
    clock::Clock,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::Value;
use std::{sync::Arc, time::Duration};

/// The operation `clock.sleep`.
#[derive(Clone)]
pub struct Timers {
    clock: Arc<dyn Clock>,
}

impl Timers {
    /// Timers that sleep on `clock`.
    pub fn new(clock: Arc<dyn Clock>) -> Self {
        Self { clock }
    }
}

#[async_trait::async_trait]
impl Capability for Timers {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&CLOCK_SLEEP]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let duration = call.argument("duration")?;
        self.clock.sleep_until(end(call.now, duration)).await;
        Ok(Value::Null)
    }

    /// A sleep ends by itself.
    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        None
    }
}

/// `millis` after `now`; the end of time where that is later.
fn end(now: Timestamp, millis: u64) -> Timestamp {
    i64::try_from(millis)
        .ok()
        .and_then(|millis| now.checked_add(SignedDuration::from_millis(millis)).ok())
        .unwrap_or(Timestamp::MAX)
}

#[cfg(test)]
mod tests;
