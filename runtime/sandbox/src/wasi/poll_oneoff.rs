//! `poll_oneoff` of preview 1, in place of wasmtime-wasi's, whose timers sleep on the machine's
//! clock.
//!
//! Files are always ready here (there are only stdin, stdout and stderr); timers sleep by
//! `clock.sleep`.

use super::timers::sleep_until;
use crate::{gate::Gate, run::Host};
use jiff::SignedDuration;
use std::sync::Arc;
use wasmtime::{Caller, Extern, Linker, Memory, Result};

const SUCCESS: i32 = 0;
const FAULT: i32 = 21;
const INVAL: i32 = 28;

const SUBSCRIPTION_BYTES: usize = 48;
const EVENT_BYTES: usize = 32;
/// More subscriptions than a guest can have things to wait for.
const SUBSCRIPTIONS_MAX: usize = 1_024;

const CLOCK: u8 = 0;
const REALTIME: u32 = 0;
const ABSTIME: u16 = 1;

/// One subscription:
/// <https://github.com/WebAssembly/WASI/blob/v0.2.0/legacy/preview1/docs.md#-subscription-record>.
struct Subscription {
    userdata: [u8; 8],
    tag: u8,
    clock: u32,
    timeout: u64,
    absolute: bool,
}

pub(super) fn add(linker: &mut Linker<Host>) -> Result<()> {
    linker.allow_shadowing(true);
    linker.func_wrap_async(
        "wasi_snapshot_preview1",
        "poll_oneoff",
        |mut caller: Caller<'_, Host>, arguments: (i32, i32, i32, i32)| {
            Box::new(async move { poll(&mut caller, arguments).await })
        },
    )?;
    linker.allow_shadowing(false);
    Ok(())
}

async fn poll(
    caller: &mut Caller<'_, Host>,
    (subscriptions, events, count, ready): (i32, i32, i32, i32),
) -> i32 {
    let count = count as u32 as usize;
    if count == 0 || count > SUBSCRIPTIONS_MAX {
        return INVAL;
    }
    let Some(Extern::Memory(memory)) = caller.get_export("memory") else {
        return FAULT;
    };
    let Some(asked) = read(caller, memory, subscriptions, count) else {
        return FAULT;
    };
    let gate = caller.data().gate.clone();
    let fired = fire(&gate, &asked).await;
    let bytes: Vec<u8> = fired.iter().flat_map(|subscription| event(subscription)).collect();
    let size = (fired.len() as u32).to_le_bytes();
    let written = memory
        .write(&mut *caller, events as u32 as usize, &bytes)
        .and_then(|()| memory.write(&mut *caller, ready as u32 as usize, &size));
    if written.is_ok() { SUCCESS } else { FAULT }
}

fn read(
    caller: &mut Caller<'_, Host>,
    memory: Memory,
    at: i32,
    count: usize,
) -> Option<Vec<Subscription>> {
    let mut bytes = vec![0; count * SUBSCRIPTION_BYTES];
    memory.read(&mut *caller, at as u32 as usize, &mut bytes).ok()?;
    Some(bytes.chunks_exact(SUBSCRIPTION_BYTES).map(subscription).collect())
}

fn subscription(bytes: &[u8]) -> Subscription {
    Subscription {
        userdata: std::array::from_fn(|i| bytes[i]),
        tag: bytes[8],
        clock: u32::from_le_bytes(std::array::from_fn(|i| bytes[16 + i])),
        timeout: u64::from_le_bytes(std::array::from_fn(|i| bytes[24 + i])),
        absolute: u16::from_le_bytes([bytes[40], bytes[41]]) & ABSTIME != 0,
    }
}

fn event(subscription: &Subscription) -> [u8; EVENT_BYTES] {
    let mut bytes = [0; EVENT_BYTES];
    bytes[..8].copy_from_slice(&subscription.userdata);
    bytes[10] = subscription.tag;
    if subscription.tag != CLOCK {
        bytes[16] = 1;
    }
    bytes
}

/// Those that are ready: every file, or else the earliest timers, after sleeping until then.
async fn fire<'a>(gate: &Arc<Gate>, asked: &'a [Subscription]) -> Vec<&'a Subscription> {
    let files: Vec<_> = asked.iter().filter(|subscription| subscription.tag != CLOCK).collect();
    if !files.is_empty() {
        return files;
    }
    let now = gate.time().peek();
    let start = gate.time().start();
    let time = |subscription: &Subscription| {
        let nanos = i64::try_from(subscription.timeout).unwrap_or(i64::MAX);
        let base = match (subscription.absolute, subscription.clock) {
            (false, _) => now,
            (true, REALTIME) => jiff::Timestamp::UNIX_EPOCH,
            (true, _) => start,
        };
        base.checked_add(SignedDuration::from_nanos(nanos)).unwrap_or(jiff::Timestamp::MAX)
    };
    let Some(earliest) = asked.iter().map(time).min() else {
        return vec![];
    };
    if earliest > now {
        sleep_until(gate, earliest).await;
    }
    asked.iter().filter(|subscription| time(subscription) <= earliest).collect()
}
