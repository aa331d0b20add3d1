//! The wasmtime engine: deterministic, interruptible, pooled where the address space allows it.

use bindery_core::{limit, profile::Profile};
use std::{
    sync::{Arc, mpsc},
    thread,
    time::Duration,
};
use wasmtime::{Config, Engine, PoolingAllocationConfig, Result};

/// What the engines of this executable have.
pub const PROFILE: Profile =
    if cfg!(feature = "extended") { Profile::Extended } else { Profile::Standard };

/// Guests that a pool has room for at once, and the core instances and memories of their components.
/// It is address space: memory is taken only for what runs.
const POOL_JOBS: u32 = limit::WORKER_GUESTS as u32;
const POOL_CORE_INSTANCES: u32 = 8 * POOL_JOBS;
const POOL_MEMORIES: u32 = 2 * POOL_JOBS;
/// What a big JS or Python component needs; wasmtime's defaults are too small for them.
const POOL_INSTANCE_BYTES: usize = 4 << 20;
const POOL_TABLE_ELEMENTS: usize = 100_000;
/// Address space of one memory: its limit; a job's memories together are counted by the limiter.
const MEMORY_RESERVATION: u64 = limit::JOB_MEMORY_BYTES as u64;

/// An engine whose epoch moves on while it lives.
#[derive(Clone)]
pub struct SandboxEngine {
    engine: Engine,
    pooled: bool,
    _ticker: Arc<Ticker>,
}

impl SandboxEngine {
    /// A pooling engine, or one that allocates for each job where address space is short.
    pub fn new() -> Result<Self> {
        match Engine::new(&pooled()) {
            Ok(engine) => Self::ticking(engine, true),
            Err(error) => {
                tracing::warn!(%error, "no address space for a pool: each job allocates");
                Self::on_demand()
            }
        }
    }

    /// An engine that allocates for each job.
    pub fn on_demand() -> Result<Self> {
        Self::ticking(Engine::new(&config())?, false)
    }

    /// Whether instances come from a pool.
    pub fn is_pooled(&self) -> bool {
        self.pooled
    }

    /// The wasmtime engine.
    pub fn engine(&self) -> &Engine {
        &self.engine
    }

    fn ticking(engine: Engine, pooled: bool) -> Result<Self> {
        let ticker = Ticker::start(&engine)?;
        Ok(Self { engine, pooled, _ticker: Arc::new(ticker) })
    }
}

/// What every engine has in common; compiled code depends on it.
fn config() -> Config {
    let mut config = Config::new();
    config
        .epoch_interruption(true)
        .cranelift_nan_canonicalization(true)
        .relaxed_simd_deterministic(true)
        .memory_init_cow(true)
        .memory_reservation(MEMORY_RESERVATION)
        .memory_may_move(false)
        .max_wasm_stack(limit::GUEST_STACK_BYTES)
        .async_stack_size(2 * limit::GUEST_STACK_BYTES)
        .wasm_memory64(false);
    #[cfg(feature = "extended")]
    config.wasm_function_references(true).wasm_gc(true).wasm_exceptions(true);
    config
}

fn pooled() -> Config {
    let mut pool = PoolingAllocationConfig::new();
    pool.total_component_instances(POOL_JOBS)
        .total_core_instances(POOL_CORE_INSTANCES)
        .total_memories(POOL_MEMORIES)
        .total_tables(POOL_CORE_INSTANCES)
        .total_stacks(POOL_JOBS)
        .max_component_instance_size(POOL_INSTANCE_BYTES)
        .max_core_instance_size(POOL_INSTANCE_BYTES)
        .max_core_instances_per_component(64)
        .max_memories_per_component(32)
        .max_tables_per_component(64)
        .max_memories_per_module(8)
        .max_tables_per_module(16)
        .table_elements(POOL_TABLE_ELEMENTS)
        .max_memory_size(limit::JOB_MEMORY_BYTES)
        .linear_memory_keep_resident(128 << 10)
        .table_keep_resident(64 << 10);
    let mut config = config();
    config.allocation_strategy(wasmtime::InstanceAllocationStrategy::Pooling(pool));
    config
}

/// A thread that moves the epoch on, until it is dropped.
struct Ticker {
    /// Dropping it wakes the thread, which then ends.
    _stop: mpsc::Sender<()>,
}

impl Ticker {
    fn start(engine: &Engine) -> Result<Self> {
        let (stop, stopped) = mpsc::channel();
        let weak = engine.weak();
        thread::Builder::new().name("bindery-epoch".into()).spawn(move || {
            while matches!(
                stopped.recv_timeout(limit::EPOCH_TICK),
                Err(mpsc::RecvTimeoutError::Timeout)
            ) {
                let Some(engine) = weak.upgrade() else { return };
                engine.increment_epoch();
            }
        })?;
        Ok(Self { _stop: stop })
    }
}

const _: () = assert!(limit::EPOCH_TICK.as_nanos() <= Duration::from_millis(25).as_nanos());
