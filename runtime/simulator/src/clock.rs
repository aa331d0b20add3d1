//! Virtual time: it stands still while a runbook computes, and jumps when all that goes on waits.
//!
//! ```text
//!   Jumping   whoever does the work: to wait for a time is to move to it
//!   Alarm     whoever waits beside: woken when the time has come, moves nothing
//! ```
//! A jump stops at every alarm on its way, so what an alarm ends is ended in time. Nothing here
//! asks what time it really is.

use bindery_capability_updates::clock::Sleeper;
use bindery_sandbox::clock::Clock;
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use std::{collections::BTreeSet, sync::Arc, time::Duration};
use tokio::sync::watch;

/// A clock that nobody but its users moves; clones share their time.
#[derive(Debug, Clone)]
pub struct VirtualClock {
    now: watch::Sender<Timestamp>,
    alarms: Arc<Mutex<Alarms>>,
}

#[derive(Debug, Default)]
struct Alarms {
    set: BTreeSet<(Timestamp, u64)>,
    next: u64,
}

impl VirtualClock {
    /// A clock that shows `start`.
    pub fn at(start: Timestamp) -> Self {
        Self { now: watch::Sender::new(start), alarms: Arc::default() }
    }

    /// The time that it shows.
    pub fn now(&self) -> Timestamp {
        *self.now.borrow()
    }

    /// Moves it on by `duration`, at most to the end of time.
    pub fn advance(&self, duration: Duration) {
        self.to(self.after(duration));
    }

    /// The time in `duration`, at most the end of time.
    pub fn after(&self, duration: Duration) -> Timestamp {
        let duration = SignedDuration::try_from(duration).unwrap_or(SignedDuration::MAX);
        self.now().saturating_add(duration).unwrap_or(Timestamp::MAX)
    }

    /// This clock as a function, for whoever takes `Fn() -> Timestamp`.
    pub fn reader(&self) -> impl Fn() -> Timestamp + Clone + Send + Sync + 'static {
        let clock = self.clone();
        move || clock.now()
    }

    /// Moves it to `time`, never backwards.
    fn to(&self, time: Timestamp) {
        self.now.send_if_modified(|now| {
            let later = time > *now;
            *now = time.max(*now);
            later
        });
    }

    /// The first alarm that has not rung.
    fn next_alarm(&self) -> Option<Timestamp> {
        let now = self.now();
        let alarms = self.alarms.lock();
        alarms.set.range((now, u64::MAX)..).map(|(time, _)| *time).next()
    }
}

/// The clock of whoever does the work.
#[derive(Debug, Clone)]
pub struct Jumping(pub VirtualClock);

#[async_trait::async_trait]
impl Clock for Jumping {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep_until(&self, time: Timestamp) {
        loop {
            // Whoever waits beside is asked meanwhile: it sets its alarm, or does what it rang for.
            tokio::task::yield_now().await;
            if self.0.now() >= time {
                return;
            }
            let alarm = self.0.next_alarm().unwrap_or(time);
            self.0.to(time.min(alarm));
        }
    }
}

#[async_trait::async_trait]
impl Sleeper for Jumping {
    async fn sleep(&self, duration: Duration) {
        self.sleep_until(self.0.after(duration)).await;
    }
}

/// The clock of whoever waits beside.
#[derive(Debug, Clone)]
pub struct Alarm(pub VirtualClock);

#[async_trait::async_trait]
impl Clock for Alarm {
    fn now(&self) -> Timestamp {
        self.0.now()
    }

    async fn sleep_until(&self, time: Timestamp) {
        let _set = Set::new(&self.0, time);
        let mut now = self.0.now.subscribe();
        // The sender lives as long as `self`.
        let _rings = now.wait_for(|now| *now >= time).await;
    }
}

/// An alarm that is set until this is dropped.
struct Set<'a> {
    clock: &'a VirtualClock,
    key: (Timestamp, u64),
}

impl<'a> Set<'a> {
    fn new(clock: &'a VirtualClock, time: Timestamp) -> Self {
        let mut alarms = clock.alarms.lock();
        let key = (time, alarms.next);
        alarms.next += 1;
        alarms.set.insert(key);
        Self { clock, key }
    }
}

impl Drop for Set<'_> {
    fn drop(&mut self) {
        self.clock.alarms.lock().set.remove(&self.key);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> VirtualClock {
        VirtualClock::at("2026-11-22T18:00:00Z".parse().expect("a time"))
    }

    #[tokio::test]
    async fn a_year_of_sleep_is_a_jump() {
        let clock = clock();
        Jumping(clock.clone()).sleep(Duration::from_secs(365 * 86_400)).await;
        assert_eq!(clock.now().to_string(), "2027-11-22T18:00:00Z");
    }

    #[tokio::test]
    async fn a_jump_stops_at_every_alarm_on_its_way() {
        let clock = clock();
        let (worker, beside) = (Jumping(clock.clone()), Alarm(clock.clone()));
        let rings = clock.after(Duration::from_secs(60));
        let work = worker.sleep(Duration::from_secs(3_600));
        let ended = tokio::select! {
            biased;
            () = work => "the work",
            () = beside.sleep_until(rings) => "the alarm",
        };
        assert_eq!((ended, clock.now()), ("the alarm", rings));
        assert_eq!(clock.next_alarm(), None, "an alarm goes with whoever set it");
    }

    #[tokio::test]
    async fn nothing_goes_past_the_end_of_time_or_back() {
        let clock = clock();
        Jumping(clock.clone()).sleep_until(Timestamp::MIN).await;
        assert_eq!(clock.now(), self::clock().now());
        Jumping(clock.clone()).sleep(Duration::MAX).await;
        assert_eq!(clock.now(), Timestamp::MAX);
    }
}
