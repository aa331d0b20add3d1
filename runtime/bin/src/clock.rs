//! The program's clock, in the forms in which the rooms ask for it. Nothing else reads the time.

use bindery_sandbox::clock::{Clock, SystemClock};
use jiff::Timestamp;
use std::sync::Arc;

/// The time now.
pub(crate) fn now() -> Timestamp {
    SystemClock.now()
}

/// The clock that a worker sleeps on.
pub(crate) fn sleeping() -> Arc<dyn Clock> {
    Arc::new(SystemClock)
}
