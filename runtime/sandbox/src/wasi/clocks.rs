//! The guest's clocks: virtual time.

use crate::clock::VirtualTime;
use std::time::Duration;
use wasmtime_wasi::{HostMonotonicClock, HostWallClock};

const RESOLUTION: Duration = Duration::from_micros(1);

pub(super) struct Wall(pub(super) VirtualTime);

impl HostWallClock for Wall {
    fn resolution(&self) -> Duration {
        RESOLUTION
    }

    fn now(&self) -> Duration {
        Duration::try_from(self.0.look().as_duration()).unwrap_or_default()
    }
}

pub(super) struct Monotonic(pub(super) VirtualTime);

impl HostMonotonicClock for Monotonic {
    fn resolution(&self) -> u64 {
        RESOLUTION.as_nanos() as u64
    }

    fn now(&self) -> u64 {
        u64::try_from(self.0.look_monotonic().as_nanos()).unwrap_or(u64::MAX)
    }
}
