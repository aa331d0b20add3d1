//! Time: the worker's clock, and the virtual time that a guest sees.

use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use std::{sync::Arc, time::Duration};

/// The worker's clock; a test brings one that it drives.
#[async_trait::async_trait]
pub trait Clock: Send + Sync + 'static {
    /// The time now.
    fn now(&self) -> Timestamp;
    /// Returns at `time`, or at once if it has passed.
    async fn sleep_until(&self, time: Timestamp);
}

/// The clock of the operating system.
#[derive(Debug, Clone, Copy, Default)]
pub struct SystemClock;

#[async_trait::async_trait]
impl Clock for SystemClock {
    #[expect(clippy::disallowed_methods, reason = "this is the clock that the others ask")]
    fn now(&self) -> Timestamp {
        Timestamp::now()
    }

    async fn sleep_until(&self, time: Timestamp) {
        // In steps, since the wall clock may be set while we sleep.
        const STEP: Duration = Duration::from_secs(60);
        while let Ok(left) = Duration::try_from(time.duration_since(self.now())) {
            if left.is_zero() {
                return;
            }
            tokio::time::sleep(left.min(STEP)).await;
        }
    }
}

/// The time that a guest sees: that of the journal's last entry, and a microsecond more at each
/// look.
///
/// A replay sees the same times, since it depends on nothing but the journal and the guest.
#[derive(Debug, Clone)]
pub struct VirtualTime {
    state: Arc<Mutex<State>>,
}

#[derive(Debug)]
struct State {
    start: Timestamp,
    now: Timestamp,
}

const LOOK: SignedDuration = SignedDuration::from_micros(1);

impl VirtualTime {
    /// Virtual time that begins at `start`, the time of the journal's header.
    pub fn new(start: Timestamp) -> Self {
        // Journals hold microseconds: a replay begins at the same time as the first run.
        let start = Timestamp::from_microsecond(start.as_microsecond()).unwrap_or(start);
        Self { state: Arc::new(Mutex::new(State { start, now: start })) }
    }

    /// Begins anew at `start`, as [`VirtualTime::new`] does.
    pub(crate) fn restart(&self, start: Timestamp) {
        *self.state.lock() = State { start, now: start };
    }

    /// When it began: where the guest's monotonic clock shows zero.
    pub fn start(&self) -> Timestamp {
        self.state.lock().start
    }

    /// Moves to the time of an entry, never backwards.
    pub fn advance(&self, time: Timestamp) {
        let mut state = self.state.lock();
        state.now = state.now.max(time);
    }

    /// The time for an entry that is written at `now`: never before what the guest has seen.
    pub fn stamp(&self, now: Timestamp) -> Timestamp {
        let seen = self.state.lock().now;
        // Journals hold microseconds.
        Timestamp::from_microsecond(seen.max(now).as_microsecond()).unwrap_or(seen)
    }

    /// The time, without a look by the guest.
    pub fn peek(&self) -> Timestamp {
        self.state.lock().now
    }

    /// The time that the guest sees now.
    pub fn look(&self) -> Timestamp {
        let mut state = self.state.lock();
        state.now = state.now.checked_add(LOOK).unwrap_or(state.now);
        state.now
    }

    /// What the guest's monotonic clock shows now, since the job began.
    pub fn look_monotonic(&self) -> Duration {
        let now = self.look();
        Duration::try_from(now.duration_since(self.state.lock().start)).unwrap_or_default()
    }
}
