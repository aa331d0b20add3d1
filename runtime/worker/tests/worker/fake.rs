//! What stands in for the world: keys, a program, a clock, capabilities, a computer.

use bindery_core::{
    code::{Code, Failure},
    fleet::Report,
    id::{ComputerId, JobId, WorkerId},
    operation::{self, Operation},
    update::OsType,
};
use bindery_sandbox::{
    capability::{Call, Capability},
    clock::Clock,
    compile::{CompileIn, Compiler},
    engine::SandboxEngine,
    run::Sandbox,
    upstream::Upstream,
};
use bindery_seal::key::SigningKey;
use bindery_worker::config::Reporter;
use jiff::Timestamp;
use parking_lot::Mutex;
use serde_json::Value;
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::sync::Semaphore;

pub(crate) fn workspace() -> SigningKey {
    SigningKey::from_seed([1; 32])
}

pub(crate) fn account() -> SigningKey {
    SigningKey::from_seed([2; 32])
}

pub(crate) fn now() -> Timestamp {
    "2026-05-04T03:02:01Z".parse().expect("a time")
}

pub(crate) fn job(number: u8) -> JobId {
    JobId::from_bytes([number; 16])
}

pub(crate) fn worker_id() -> WorkerId {
    WorkerId::from_bytes([9; 16])
}

/// Prints "one", sleeps, prints "two".
pub(crate) fn program() -> Vec<u8> {
    wat::parse_str(
        r#"(module
          (import "wasi_snapshot_preview1" "fd_write"
            (func $write (param i32 i32 i32 i32) (result i32)))
          (import "wasi_snapshot_preview1" "poll_oneoff"
            (func $poll (param i32 i32 i32 i32) (result i32)))
          (memory (export "memory") 1)
          (data (i32.const 0) "\10\00\00\00\04\00\00\00")
          (data (i32.const 8) "\20\00\00\00\04\00\00\00")
          (data (i32.const 16) "one\n")
          (data (i32.const 32) "two\n")
          (func (export "_start")
            (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 400)))
            (i64.store (i32.const 120) (i64.const 3600000000000))
            (drop (call $poll (i32.const 96) (i32.const 200) (i32.const 1) (i32.const 400)))
            (drop (call $write (i32.const 1) (i32.const 8) (i32.const 1) (i32.const 400)))))"#,
    )
    .expect("a module")
}

/// Time stands still.
pub(crate) struct Standing;

#[async_trait::async_trait]
impl Clock for Standing {
    fn now(&self) -> Timestamp {
        now()
    }

    async fn sleep_until(&self, _time: Timestamp) {
        std::future::pending().await
    }
}

/// What the capabilities did, and what they wait for.
#[derive(Clone)]
pub(crate) struct Deeds {
    pub(crate) written: Arc<Mutex<Vec<String>>>,
    /// One permit for each sleep that may end.
    pub(crate) wake: Arc<Semaphore>,
    /// Whether a sleep asks the control plane instead.
    pub(crate) asks: Arc<Mutex<bool>>,
}

impl Default for Deeds {
    fn default() -> Self {
        let wake = Arc::new(Semaphore::new(0));
        Self { written: Arc::default(), wake, asks: Arc::default() }
    }
}

/// Writes, sleeps, and remembers.
pub(crate) struct Fake {
    pub(crate) deeds: Deeds,
    pub(crate) upstream: Arc<dyn Upstream>,
}

#[async_trait::async_trait]
impl Capability for Fake {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&operation::STREAM_WRITE, &operation::CLOCK_SLEEP]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        if *call.operation == operation::STREAM_WRITE {
            let text: String = call.argument("text")?;
            assert_ne!(text, "panic", "the test asked for it");
            self.deeds.written.lock().push(text);
        } else if *self.deeds.asks.lock() {
            let asked = (call.job.id, call.sequence, call.arguments);
            self.upstream.call(asked.0, asked.1, "jobs.wait", asked.2).await?;
        } else {
            let wake = self.deeds.wake.acquire().await;
            wake.expect("it is never closed").forget();
        }
        Ok(Value::Null)
    }

    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        None
    }
}

pub(crate) static SANDBOX: LazyLock<Sandbox> = LazyLock::new(|| {
    let folder = tempfile::tempdir().expect("a folder").keep();
    let engine = SandboxEngine::on_demand().expect("an engine");
    let compiler = Compiler::new(&engine, CompileIn::ThisProcess, &folder).expect("a compiler");
    Sandbox::new(engine.engine(), compiler).expect("a sandbox")
});

/// Says that the computer is fine.
pub(crate) struct Fine;

#[async_trait::async_trait]
impl Reporter for Fine {
    async fn report(&self) -> Report {
        Report {
            name: "c1".into(),
            os_name: "Debian".into(),
            os_version: "13".into(),
            os_type: OsType::Linux,
            boot_id: "b".into(),
            agent_version: "0".into(),
            allow_changes: true,
            assessment: Err(Failure::new(Code::NotFound, "no package manager")),
        }
    }
}

pub(crate) fn computer() -> ComputerId {
    ComputerId::from_bytes([3; 16])
}
