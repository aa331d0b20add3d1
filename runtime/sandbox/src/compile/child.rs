//! The compiling child: what its parent asks of it and how it answers.
//!
//! ```text
//!   argument: its limits    stdin: Wasm    stdout: compiled code    stderr: the failure, as JSON
//! ```
//!
//! The child bounds its own memory and CPU time before it reads a byte of the module; its parent
//! measures its time and its output, and waits for its end in every case.

use super::{precompile, refused};
use crate::engine::SandboxEngine;
use bindery_core::{
    code::{Code, Failure},
    limit,
};
use rustix::{
    io::Errno,
    process::{Resource, Rlimit, Signal, setrlimit},
};
use serde::{Deserialize, Serialize};
use std::{
    io::{self, Read as _, Write as _},
    os::unix::process::ExitStatusExt as _,
    path::Path,
    process::{ExitCode, ExitStatus, Stdio},
    time::Duration,
};
use tokio::{
    io::{AsyncRead, AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
    time::timeout,
};

/// The hidden argument by which the executable becomes a compiling child; the next one is its
/// limits.
pub const CHILD_ARGUMENT: &str = "compile-child";

/// The last words of a child, in bytes.
const WORDS_BYTES: u64 = 64 << 10;

/// What Rust, wasmtime and the system say before a process ends for want of memory.
const NO_MEMORY: [&str; 3] = ["memory allocation of", "out of memory", "Cannot allocate memory"];

/// A module with nothing in it.
const NOTHING: &[u8] = b"\0asm\x01\0\0\0";

/// What compiling one module may take.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct CompileLimits {
    /// Memory, in bytes.
    pub memory_bytes: u64,
    /// CPU time of all threads together, in whole seconds.
    pub cpu: Duration,
    /// Wall-clock time.
    pub time: Duration,
    /// Compiled code, in bytes.
    pub code_bytes: u64,
}

impl Default for CompileLimits {
    fn default() -> Self {
        Self {
            memory_bytes: limit::COMPILE_MEMORY_BYTES,
            cpu: limit::COMPILE_CPU,
            time: limit::COMPILE_TIME,
            code_bytes: limit::COMPILE_CODE_BYTES,
        }
    }
}

/// The code that a child of `program` makes of `wasm`. The child has ended when this returns.
pub(super) async fn compile(
    program: &Path,
    limits: &CompileLimits,
    wasm: &[u8],
) -> Result<Vec<u8>, Failure> {
    let argument = serde_json::to_string(limits).map_err(|error| internal(&error))?;
    let mut child = Command::new(program)
        .args([CHILD_ARGUMENT, &argument])
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| unusable("started", &error))?;
    let (Some(mut input), Some(output), Some(complaint)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(internal(&"the compiling child has no pipes"));
    };
    let talk = async {
        let feed = async move {
            // A child that has already given up says why on stderr.
            let _broken = input.write_all(wasm).await;
        };
        let ((), code, words) =
            tokio::join!(feed, hear(output, limits.code_bytes + 1), hear(complaint, WORDS_BYTES));
        io::Result::Ok((code?, words?, child.wait().await?))
    };
    let Ok(talked) = timeout(limits.time, talk).await else {
        child.kill().await.map_err(|error| unusable("ended", &error))?;
        return Err(over_limit("time", seconds(limits.time)));
    };
    let (code, words, status) = talked.map_err(|error| unusable("heard", &error))?;
    if code.len() as u64 > limits.code_bytes {
        return Err(over_limit("room for its code", bytes(limits.code_bytes)));
    }
    if status.success() {
        return Ok(code);
    }
    Err(ending(status, &String::from_utf8_lossy(&words), limits))
}

/// All that comes through `pipe`, or its first bytes: whoever says more finds it closed.
async fn hear(pipe: impl AsyncRead + Unpin, most: u64) -> io::Result<Vec<u8>> {
    let mut bytes = vec![];
    pipe.take(most).read_to_end(&mut bytes).await?;
    Ok(bytes)
}

/// Why a child ended without code.
fn ending(status: ExitStatus, words: &str, limits: &CompileLimits) -> Failure {
    if let Ok(failure) = serde_json::from_str(words) {
        return failure;
    }
    if status.signal() == Some(Signal::XCPU.as_raw()) {
        return over_limit("CPU time", seconds(limits.cpu));
    }
    if NO_MEMORY.iter().any(|said| words.contains(said)) {
        return over_limit("memory", bytes(limits.memory_bytes));
    }
    internal(&format!("the compiling child ended with {status}: {}", words.trim()))
}

/// The life of the compiling child. A worker whose program was replaced by a newer one names no
/// limits.
pub fn child(limits: Option<&str>) -> ExitCode {
    match answer(limits) {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Whoever does not hear it still sees the exit code.
            let _unheard = serde_json::to_writer(io::stderr().lock(), &failure);
            ExitCode::FAILURE
        }
    }
}

fn answer(limits: Option<&str>) -> Result<(), Failure> {
    let limits: CompileLimits = match limits {
        Some(limits) => serde_json::from_str(limits).map_err(|error| internal(&error))?,
        None => CompileLimits::default(),
    };
    // A pool would be counted as memory that compiling takes.
    let engine = SandboxEngine::on_demand().map_err(|error| internal(&error))?;
    // The threads that compile are there before memory can be short.
    precompile(engine.engine(), NOTHING).map_err(|error| internal(&error))?;
    restrict(&limits).map_err(|error| internal(&error))?;
    let wasm = read().map_err(|error| match error.kind() {
        io::ErrorKind::OutOfMemory => over_limit("memory", bytes(limits.memory_bytes)),
        _ => internal(&error),
    })?;
    let code = precompile(engine.engine(), &wasm).map_err(|error| {
        match error.downcast_ref::<wasmtime::OutOfMemory>() {
            Some(_) => over_limit("memory", bytes(limits.memory_bytes)),
            None => refused(&error),
        }
    })?;
    io::stdout().lock().write_all(&code).map_err(|error| internal(&error))
}

fn read() -> io::Result<Vec<u8>> {
    let mut wasm = vec![];
    io::stdin().lock().take(limit::MODULE_BYTES as u64 + 1).read_to_end(&mut wasm)?;
    Ok(wasm)
}

/// Sets this process's limits. Past the CPU time it is ended by a signal of its own; no limit leaves
/// a core file behind.
fn restrict(limits: &CompileLimits) -> Result<(), Errno> {
    let bound = |resource, current, maximum| {
        setrlimit(resource, Rlimit { current: Some(current), maximum: Some(maximum) })
    };
    let cpu = limits.cpu.as_secs();
    bound(Resource::Core, 0, 0)?;
    bound(Resource::Cpu, cpu, cpu + 1)?;
    bound(Resource::Data, limits.memory_bytes, limits.memory_bytes)
}

fn over_limit(what: &str, limit: String) -> Failure {
    Failure::new(Code::LimitExceeded, format!("compiling the module took more {what} than {limit}"))
}

fn seconds(time: Duration) -> String {
    format!("{} s", time.as_secs_f64())
}

fn bytes(bytes: u64) -> String {
    format!("{bytes} bytes")
}

fn unusable(what: &str, error: &io::Error) -> Failure {
    internal(&format!("the compiling child cannot be {what}: {error}"))
}

fn internal(error: &dyn std::fmt::Display) -> Failure {
    Failure::new(Code::Internal, error.to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_child_that_ended_badly_is_told_by_its_words_or_its_signal() {
        let signal = |signal: Signal| ExitStatus::from_raw(signal.as_raw());
        let failed = ExitStatus::from_raw(1 << 8);
        let panicked = ExitStatus::from_raw(101 << 8);
        let said = r#"{"code":"InvalidModule","message":"out of memory, says the module"}"#;
        let rows = [
            (failed, said, Code::InvalidModule, "out of memory, says the module"),
            (signal(Signal::XCPU), "", Code::LimitExceeded, "more CPU time than 7 s"),
            (
                signal(Signal::ABORT),
                "memory allocation of 9 ",
                Code::LimitExceeded,
                "memory than 5",
            ),
            (panicked, "panicked: out of memory", Code::LimitExceeded, "memory than 5 bytes"),
            (signal(Signal::ABORT), "stack overflow", Code::Internal, "SIGABRT"),
            (signal(Signal::KILL), "", Code::Internal, "SIGKILL"),
            (panicked, "index out of bounds", Code::Internal, "index out of bounds"),
        ];
        let limits = CompileLimits {
            memory_bytes: 5,
            cpu: Duration::from_secs(7),
            ..CompileLimits::default()
        };
        for (status, words, code, message) in rows {
            let failure = ending(status, words, &limits);
            assert_eq!(failure.code, code, "{failure}");
            assert!(failure.message.contains(message), "{failure}");
        }
    }
}
