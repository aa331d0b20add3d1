//! WASI 0.2 timers: a guest that sleeps or polls on a timer performs `clock.sleep`.
//!
//! Of several timers in one poll only the earliest sleeps, and none does while something else is
//! ready. So the ready set of a poll follows from virtual time and the journal, and a replay finds
//! the same.

use crate::{gate::Gate, run::Host};
use bindery_core::{code::Code, operation::CLOCK_SLEEP};
use jiff::{SignedDuration, Timestamp};
use parking_lot::Mutex;
use serde_json::json;
use std::{
    collections::BTreeSet,
    future::{pending, poll_fn},
    sync::Arc,
    task::Poll,
};
use wasmtime::{
    Result, StoreContextMut,
    component::{Linker, Resource},
};
use wasmtime_wasi::p2::{DynPollable, Pollable, subscribe};

/// The version that wasmtime-wasi links: an instance of the same name is what shadows it.
const MONOTONIC_CLOCK: &str = "wasi:clocks/monotonic-clock@0.2.12";

/// The timers that wait in the poll that goes on, by time and number.
pub(crate) type Waiting = Arc<Mutex<BTreeSet<(Timestamp, u64)>>>;

pub(super) fn add(linker: &mut Linker<Host>) -> Result<()> {
    linker.allow_shadowing(true);
    let mut clock = linker.instance(MONOTONIC_CLOCK)?;
    clock.func_wrap(
        "subscribe-duration",
        |store: StoreContextMut<'_, Host>, (nanos,): (u64,)| {
            let after =
                i64::try_from(nanos).map_or(SignedDuration::MAX, SignedDuration::from_nanos);
            let now = store.data().gate.time().peek();
            Ok((timer(store, now.checked_add(after).unwrap_or(Timestamp::MAX))?,))
        },
    )?;
    clock.func_wrap(
        "subscribe-instant",
        |store: StoreContextMut<'_, Host>, (nanos,): (u64,)| {
            let after =
                i64::try_from(nanos).map_or(SignedDuration::MAX, SignedDuration::from_nanos);
            let start = store.data().gate.time().start();
            Ok((timer(store, start.checked_add(after).unwrap_or(Timestamp::MAX))?,))
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

fn timer(mut store: StoreContextMut<'_, Host>, at: Timestamp) -> Result<Resource<DynPollable>> {
    let host = store.data_mut();
    host.timers += 1;
    let key = (at, host.timers);
    let timer = Timer { gate: host.gate.clone(), waiting: host.waiting.clone(), key };
    let resource = host.table.push(timer)?;
    subscribe(&mut host.table, resource)
}

struct Timer {
    gate: Arc<Gate>,
    waiting: Waiting,
    key: (Timestamp, u64),
}

/// Takes a timer out of the waiting ones when its poll is over, however it ends.
struct Leave<'a>(&'a Timer);

impl Drop for Leave<'_> {
    fn drop(&mut self) {
        self.0.waiting.lock().remove(&self.0.key);
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Timer {
    async fn ready(&mut self) {
        if self.gate.time().peek() >= self.key.0 {
            return;
        }
        self.waiting.lock().insert(self.key);
        let _leave = Leave(self);
        next_round().await;
        if self.waiting.lock().first() != Some(&self.key) {
            // The earliest one ends this poll.
            return pending().await;
        }
        sleep_until(&self.gate, self.key.0).await;
    }
}

/// Sleeps by `clock.sleep` until virtual time is `at`. What ends the job is found by the guest's
/// next step; a guest cannot be told to stop in this way, so that ends it, too.
pub(super) async fn sleep_until(gate: &Arc<Gate>, at: Timestamp) {
    let left = at.duration_since(gate.time().peek());
    let millis = left.as_micros().max(0).div_euclid(1_000) + 1;
    let duration = u64::try_from(millis).unwrap_or(u64::MAX);
    match gate.perform(&CLOCK_SLEEP, json!({ "duration": duration })).await {
        Ok(Err(stopping)) if stopping.code == Code::JobStopping => {
            gate.end_untold(stopping);
            pending().await
        }
        Ok(_) => {}
        // The job has ended: the watchdog drops this future.
        Err(_) => pending().await,
    }
}

/// Lets everything else in the same poll say first whether it is ready.
async fn next_round() {
    let mut asked = false;
    poll_fn(|context| {
        if std::mem::replace(&mut asked, true) {
            return Poll::Ready(());
        }
        context.waker().wake_by_ref();
        Poll::Pending
    })
    .await;
}
