//! WASI for guests: linked, powerless and deterministic.
//!
//! There are no folders, no sockets and no environment. Clocks, random and polling are our own, so
//! that a replay sees what the first run saw; stdout and stderr are streams of the job.

mod clocks;
mod poll_oneoff;
mod stdio;
mod timers;

use crate::{gate::Gate, run::Host};
use bindery_core::limit;
use rand_chacha::{ChaCha20Rng, rand_core::SeedableRng as _};
use std::sync::Arc;
use wasmtime::{Result, component};
use wasmtime_wasi::{WasiCtxBuilder, p2::pipe::MemoryInputPipe};

pub(crate) use stdio::Console;
pub(crate) use timers::Waiting;

/// Adds WASI 0.2 to a component linker.
pub(crate) fn add_p2(linker: &mut component::Linker<Host>) -> Result<()> {
    wasmtime_wasi::p2::add_to_linker_async(linker)?;
    timers::add(linker)
}

/// Adds WASI preview 1 to a core linker.
pub(crate) fn add_p1(linker: &mut wasmtime::Linker<Host>) -> Result<()> {
    wasmtime_wasi::p1::add_to_linker_async(linker, Host::p1)?;
    poll_oneoff::add(linker)
}

/// The WASI context of a job: parameters on stdin, streams behind stdout and stderr.
pub(crate) fn context(gate: &Arc<Gate>, console: &Console) -> WasiCtxBuilder {
    let seed = gate.seed();
    let insecure = u128::from_le_bytes(std::array::from_fn(|i| seed[i]));
    let mut builder = WasiCtxBuilder::new();
    builder
        .stdin(MemoryInputPipe::new(gate.facts().parameters.to_string()))
        .stdout(console.stdout())
        .stderr(console.stderr())
        .args(&[gate.facts().runbook.as_str()])
        .wall_clock(clocks::Wall(gate.time().clone()))
        .monotonic_clock(clocks::Monotonic(gate.time().clone()))
        .secure_random(stream(seed, 0))
        .insecure_random(stream(seed, 1))
        .insecure_random_seed(insecure)
        .max_random_size(limit::OPERATION_BYTES as u64);
    builder
}

/// A stream of random numbers of its own for each use of the job's seed.
fn stream(seed: [u8; 32], number: u64) -> ChaCha20Rng {
    let mut random = ChaCha20Rng::from_seed(seed);
    random.set_stream(number);
    random
}
