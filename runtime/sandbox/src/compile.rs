//! Compiling: in a child of the same executable, since wasmtime cannot cancel a compilation.
//!
//! The child has limits on memory, CPU and time. It reads Wasm on stdin and writes compiled code to
//! stdout.

use crate::{cache::Cache, engine::SandboxEngine};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    limit,
    runbook::Level,
};
use rustix::process::{Resource, Rlimit, setrlimit};
use std::{
    io::{self, Read as _, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
    sync::Arc,
};
use tokio::{
    io::{AsyncReadExt as _, AsyncWriteExt as _},
    process::Command,
    sync::Semaphore,
};
use wasmtime::{Module, component::Component};

/// The hidden argument by which the executable becomes a compiling child.
pub const CHILD_ARGUMENT: &str = "compile-child";

/// Compiled code of one module, in bytes: many times what the largest module becomes.
const CODE_BYTES: u64 = 16 * limit::MODULE_BYTES as u64;
/// The last words of a child, in bytes.
const WORDS_BYTES: u64 = 64 << 10;

/// Where modules are compiled.
#[derive(Debug, Clone)]
pub enum CompileIn {
    /// In a child: this program with [`CHILD_ARGUMENT`], which calls [`child`].
    Child(PathBuf),
    /// In this process: for tests and benchmarks of trusted modules.
    ThisProcess,
}

/// Compiles modules and keeps what it compiled.
#[derive(Clone)]
pub struct Compiler {
    engine: SandboxEngine,
    place: CompileIn,
    cache: Arc<Cache>,
    /// A place for each child: together they take no more than this computer has processors.
    children: Arc<Semaphore>,
}

/// Code that can be instantiated.
#[derive(Clone)]
pub enum Compiled {
    /// A core module.
    Module(Module),
    /// A component.
    Component(Component),
}

impl Compiler {
    /// A compiler with its cache in `folder`.
    pub fn new(engine: &SandboxEngine, place: CompileIn, folder: &Path) -> io::Result<Self> {
        let cache = Arc::new(Cache::open(folder, engine.engine())?);
        let children = std::thread::available_parallelism().map_or(1, usize::from);
        let children = Arc::new(Semaphore::new(children));
        Ok(Self { engine: engine.clone(), place, cache, children })
    }

    /// The compiled code of `wasm`, from the cache or made now. The caller has verified what `wasm`
    /// is.
    pub async fn compile(&self, wasm: &[u8], level: Level) -> Result<Compiled, Failure> {
        let digest = Digest::of(wasm);
        if let Some(code) = self.cache.load(&digest)
            && let Ok(compiled) = self.load(&code, level, wasm)
        {
            return Ok(compiled);
        }
        let code = match &self.place {
            CompileIn::Child(program) => {
                let _place = self.children.acquire().await;
                in_child(program, wasm).await?
            }
            CompileIn::ThisProcess => precompile(self.engine.engine(), wasm).map_err(refused)?,
        };
        self.cache.store(&digest, &code);
        // A sound module whose memories, tables or instances are more than the pool has room for.
        self.load(&code, level, wasm).map_err(|error| {
            let message =
                format!("the module asks for more than a worker gives one job: {error:#}");
            Failure::new(Code::LimitExceeded, message)
        })
    }

    #[expect(unsafe_code, reason = "wasmtime has no safe way to load compiled code")]
    fn load(&self, code: &[u8], level: Level, wasm: &[u8]) -> wasmtime::Result<Compiled> {
        let engine = self.engine.engine();
        // SAFETY: `code` was compiled by this worker's own executable, in this call or earlier;
        // what comes from the cache has a MAC by a key that only this worker can read.
        unsafe {
            if level == Level::L2 || is_component(wasm) {
                return Ok(Compiled::Component(Component::deserialize(engine, code)?));
            }
            Ok(Compiled::Module(Module::deserialize(engine, code)?))
        }
    }
}

/// Whether the preamble is that of a component.
fn is_component(wasm: &[u8]) -> bool {
    wasm.get(4..8) == Some(&[0x0d, 0x00, 0x01, 0x00])
}

fn precompile(engine: &wasmtime::Engine, wasm: &[u8]) -> wasmtime::Result<Vec<u8>> {
    if is_component(wasm) {
        engine.precompile_component(wasm)
    } else {
        engine.precompile_module(wasm)
    }
}

fn refused(error: wasmtime::Error) -> Failure {
    Failure::new(Code::InvalidModule, format!("the module cannot be compiled: {error:#}"))
}

async fn in_child(program: &Path, wasm: &[u8]) -> Result<Vec<u8>, Failure> {
    let failed = |what: &str, error: io::Error| {
        Failure::new(Code::Internal, format!("the compiling child cannot be {what}: {error}"))
    };
    let mut child = Command::new(program)
        .arg(CHILD_ARGUMENT)
        .env_clear()
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .kill_on_drop(true)
        .spawn()
        .map_err(|error| failed("started", error))?;
    let (Some(mut input), Some(output), Some(complaint)) =
        (child.stdin.take(), child.stdout.take(), child.stderr.take())
    else {
        return Err(failed("reached", io::Error::other("no pipes")));
    };
    let talk = async {
        let (mut code, mut words) = (vec![], String::new());
        let feed = async {
            // A child that has already given up says why on stderr.
            let _broken = input.write_all(wasm).await;
            drop(input);
        };
        let (mut output, mut complaint) = (output.take(CODE_BYTES), complaint.take(WORDS_BYTES));
        let (_, read, _) =
            tokio::join!(feed, output.read_to_end(&mut code), complaint.read_to_string(&mut words));
        read?;
        io::Result::Ok((child.wait().await?, code, words))
    };
    let (status, code, words) = tokio::time::timeout(limit::COMPILE_TIME, talk)
        .await
        .map_err(|_| over_limit("time", &format!("{} s", limit::COMPILE_TIME.as_secs())))?
        .map_err(|error| failed("heard", error))?;
    if code.len() as u64 == CODE_BYTES {
        return Err(over_limit("room", &format!("{CODE_BYTES} bytes of code")));
    }
    if status.success() {
        return Ok(code);
    }
    if status.code().is_some() && !words.contains("memory allocation") {
        return Err(Failure::new(Code::InvalidModule, words.trim().to_owned()));
    }
    Err(over_limit("memory or CPU", "what one module may take"))
}

fn over_limit(what: &str, limit: &str) -> Failure {
    Failure::new(Code::LimitExceeded, format!("compiling the module took more {what} than {limit}"))
}

/// The life of the compiling child: limits first, then Wasm from stdin to compiled code on stdout.
pub fn child() -> Result<(), Failure> {
    let internal = |error: &dyn std::fmt::Display| Failure::new(Code::Internal, error.to_string());
    let engine = SandboxEngine::new().map_err(|error| internal(&error))?;
    // Address space that the engine's pool has reserved is not memory that compiling may take.
    let cpu = limit::COMPILE_CPU.as_secs();
    let bound = |resource, value| {
        setrlimit(resource, Rlimit { current: Some(value), maximum: Some(value) })
    };
    bound(Resource::Cpu, cpu).map_err(|error| internal(&error))?;
    bound(Resource::Data, limit::COMPILE_MEMORY_BYTES).map_err(|error| internal(&error))?;
    let mut wasm = vec![];
    let most = limit::MODULE_BYTES as u64 + 1;
    io::stdin().lock().take(most).read_to_end(&mut wasm).map_err(|error| internal(&error))?;
    let code = precompile(engine.engine(), &wasm).map_err(refused)?;
    io::stdout().lock().write_all(&code).map_err(|error| internal(&error))
}
