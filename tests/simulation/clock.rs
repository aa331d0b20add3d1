//! The clocks: one time that the simulation moves, and how far each machine's clock is from it.

use bindery_sandbox::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use std::sync::{
    Arc,
    atomic::{AtomicI64, Ordering},
};
use tokio::sync::Notify;

/// 2026-05-04T03:02:01Z, in milliseconds.
const BEGINNING: i64 = 1_777_863_721_000;

/// The time of a simulation.
#[derive(Clone)]
pub(crate) struct Time {
    millis: Arc<AtomicI64>,
    moved: Arc<Notify>,
}

impl Time {
    pub(crate) fn new() -> Self {
        Self { millis: Arc::new(AtomicI64::new(BEGINNING)), moved: Arc::default() }
    }

    /// Moves it on, and wakes whoever sleeps.
    pub(crate) fn advance(&self, millis: i64) {
        self.millis.fetch_add(millis, Ordering::SeqCst);
        self.moved.notify_waiters();
    }
}

/// The clock of one machine. No two machines ever see the same time: so their entries differ.
#[derive(Clone)]
pub(crate) struct MachineClock {
    time: Time,
    micros: i64,
    wrong: Arc<AtomicI64>,
}

impl MachineClock {
    pub(crate) fn of(time: &Time, machine: usize) -> Self {
        Self { time: time.clone(), micros: machine as i64, wrong: Arc::default() }
    }

    pub(crate) fn jump(&self, seconds: i64) {
        self.wrong.fetch_add(1_000 * seconds, Ordering::SeqCst);
    }

    pub(crate) fn set_right(&self) {
        self.wrong.store(0, Ordering::SeqCst);
    }

    pub(crate) fn now(&self) -> Timestamp {
        let millis = self.time.millis.load(Ordering::SeqCst) + self.wrong.load(Ordering::SeqCst);
        Timestamp::UNIX_EPOCH + SignedDuration::from_micros(1_000 * millis + self.micros)
    }
}

#[async_trait::async_trait]
impl Clock for MachineClock {
    fn now(&self) -> Timestamp {
        self.now()
    }

    async fn sleep_until(&self, time: Timestamp) {
        loop {
            let moved = self.time.moved.notified();
            if self.now() >= time {
                return;
            }
            moved.await;
        }
    }
}
