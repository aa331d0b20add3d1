//! Compiling: in a child of the same executable, since wasmtime cannot cancel a compilation.
//!
//! Nothing is compiled twice: what a child made is kept in the cache.

pub mod child;

use crate::{
    cache::Cache,
    engine::{PROFILE, SandboxEngine},
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    limit,
    runbook::Level,
    text::escaped,
};
use child::CompileLimits;
use std::{
    io,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::sync::Semaphore;
use wasmtime::{Module, component::Component};

/// Where modules are compiled.
#[derive(Debug, Clone)]
pub enum CompileIn {
    /// In a child: this program with [`child::CHILD_ARGUMENT`], which calls [`child::child`].
    Child(PathBuf),
    /// In this process: for tests and benchmarks of trusted modules.
    ThisProcess,
}

/// Compiles modules and keeps what it compiled.
#[derive(Clone)]
pub struct Compiler {
    engine: SandboxEngine,
    place: CompileIn,
    limits: CompileLimits,
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
        let cache = Arc::new(Cache::open(folder, engine.engine(), limit::COMPILE_CACHE_BYTES)?);
        let children = std::thread::available_parallelism().map_or(1, usize::from);
        let children = Arc::new(Semaphore::new(children));
        let limits = CompileLimits::default();
        Ok(Self { engine: engine.clone(), place, limits, cache, children })
    }

    /// The same whose children may take `limits`.
    #[must_use]
    pub fn within(self, limits: CompileLimits) -> Self {
        Self { limits, ..self }
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
        // Of what is not valid at all the compiler says more.
        if let Ok(needs) = bindery_inspect::needs(wasm) {
            PROFILE.check(&needs)?;
        }
        let code = match &self.place {
            CompileIn::Child(program) => {
                let _place = self.children.acquire().await;
                child::compile(program, &self.limits, wasm).await?
            }
            CompileIn::ThisProcess => {
                precompile(self.engine.engine(), wasm).map_err(|error| refused(&error))?
            }
        };
        self.cache.store(&digest, &code);
        // A sound module whose memories, tables or instances are more than the pool has room for.
        self.load(&code, level, wasm).map_err(|error| {
            let reason = escaped(&format!("{error:#}"));
            let message = format!("the module asks for more than a worker gives one job: {reason}");
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

fn refused(error: &wasmtime::Error) -> Failure {
    let reason = escaped(&format!("{error:#}"));
    Failure::new(Code::InvalidModule, format!("the module cannot be compiled: {reason}"))
}
