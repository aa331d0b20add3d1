//! The limits of the compiling child, each met by a real module: it is refused with the limit's name,
//! nothing of the child stays, and the worker goes on.

use crate::support::{Job, fixture};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
    runbook::Level,
};
use bindery_sandbox::{
    compile::{CompileIn, Compiler, child::CompileLimits},
    engine::SandboxEngine,
    run::Sandbox,
};
use bindery_testkit::wait::{wait_for, wait_until};
use rustix::process::{Pid, Signal, kill_process};
use std::{
    fs,
    os::unix::fs::symlink,
    path::{Path, PathBuf},
    process,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::Duration,
};

const SOON: Duration = Duration::from_secs(20);

/// A worker whose children can be told from those of other tests by their name.
struct Worker {
    compiler: Compiler,
    sandbox: Sandbox,
    children: String,
    folder: tempfile::TempDir,
}

impl Worker {
    fn with(limits: CompileLimits) -> Self {
        static WORKERS: AtomicU32 = AtomicU32::new(0);
        let folder = tempfile::tempdir().expect("a folder");
        let children = format!("compile-{}", WORKERS.fetch_add(1, Ordering::Relaxed));
        let program = folder.path().join(&children);
        symlink(env!("CARGO_BIN_EXE_bindery-compile-child"), &program).expect("a link");
        let engine = SandboxEngine::on_demand().expect("an engine");
        let cache = folder.path().join("cache");
        let compiler = Compiler::new(&engine, CompileIn::Child(program), &cache);
        let compiler = compiler.expect("a compiler").within(limits);
        let sandbox = Sandbox::new(engine.engine(), compiler.clone()).expect("a sandbox");
        Self { compiler, sandbox, children, folder }
    }

    async fn compile(&self, wasm: &[u8]) -> Result<(), Failure> {
        self.compiler.compile(wasm, Level::L0).await.map(drop)
    }

    async fn refused(&self, wasm: &[u8]) -> Failure {
        self.compile(wasm).await.expect_err("a refusal")
    }

    /// The children that there are, with those that have ended and nobody has waited for.
    fn children(&self) -> Vec<Pid> {
        let mine = |folder: &Path| {
            let status = fs::read_to_string(folder.join("status")).ok()?;
            let says = |line: String| status.lines().any(|said| said == line);
            let parent = format!("PPid:\t{}", process::id());
            let found = says(format!("Name:\t{}", self.children)) && says(parent);
            let pid = folder.file_name()?.to_str()?.parse().ok()?;
            Pid::from_raw(pid).filter(|_| found)
        };
        let processes = fs::read_dir("/proc").expect("a list of processes");
        processes.filter_map(|process| mine(&process.ok()?.path())).collect()
    }

    /// The child that is about to compile.
    async fn child(&self) -> Pid {
        let child = async || self.children().pop().ok_or("none has this worker's name");
        wait_for("a child", SOON, child).await
    }

    /// The compiled modules in the cache, and whatever else there is but its key.
    fn kept(&self) -> Vec<PathBuf> {
        let list = |folder: PathBuf| fs::read_dir(folder).expect("a folder");
        let folders =
            list(self.folder.path().join("cache")).map(|entry| entry.expect("one").path());
        let of_engines = folders.filter(|path| path.is_dir());
        of_engines.flat_map(list).map(|entry| entry.expect("one").path()).collect()
    }

    /// Nothing of a child is left, and the next module is compiled and runs.
    async fn goes_on(&self) {
        assert_eq!(self.children(), [], "no child, alive or dead");
        assert_eq!(self.kept(), [] as [PathBuf; 0], "no file");
        let prepared = self.sandbox.prepare(&fixture("own-maximum.wat"), Level::L0).await;
        let ended = self.sandbox.run(&prepared.expect("compiled"), &Job::new().gate()).await;
        assert_eq!(ended, Ok(Outcome::Completed(None)));
        assert_eq!(self.kept().len(), 1);
    }
}

/// A program that does nothing, with one function of so many steps.
fn huge(steps: usize) -> Vec<u8> {
    const STEP: &[u8] = b"\x20\x00\x41\x07\x6c\x6a";
    let body = [b"\x00\x20\x00", STEP.repeat(steps).as_slice(), b"\x0b"].concat();
    let codes = [b"\x02\x02\x00\x0b", leb(body.len()).as_slice(), &body].concat();
    let types = b"\x02\x60\x00\x00\x60\x01\x7f\x01\x7f";
    let mut wasm = b"\0asm\x01\0\0\0".to_vec();
    let sections: [(u8, &[u8]); 4] =
        [(1, types), (3, b"\x02\x00\x01"), (7, b"\x01\x06_start\x00\x00"), (10, &codes)];
    for (id, section) in sections {
        wasm.push(id);
        wasm.extend(leb(section.len()));
        wasm.extend(section);
    }
    wasm
}

fn leb(mut number: usize) -> Vec<u8> {
    let mut bytes = vec![];
    while number >= 0x80 {
        bytes.push(u8::try_from(number & 0x7f).expect("seven bits") | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).expect("seven bits"));
    bytes
}

/// The most steps that a function may have.
const LARGEST: usize = 1_200_000;

/// A module that goes past a limit is refused with its name; a smaller one is compiled under it.
async fn meets(limits: CompileLimits, name: &str, over: usize, under: usize) {
    let worker = Worker::with(limits.clone());
    let refused = worker.refused(&huge(over)).await;
    assert_eq!(refused.code, Code::LimitExceeded, "{refused}");
    assert!(refused.message.contains(name), "{refused}");
    worker.goes_on().await;
    Worker::with(limits).compile(&huge(under)).await.expect("it keeps the limit");
}

#[tokio::test]
async fn a_module_that_takes_too_much_memory_is_refused() {
    let limits = CompileLimits { memory_bytes: 64 << 20, ..CompileLimits::default() };
    meets(limits, "more memory than 67108864 bytes", 100_000, 20_000).await;
}

#[tokio::test]
async fn a_module_that_takes_too_much_cpu_time_is_refused() {
    let limits = CompileLimits { cpu: Duration::from_secs(1), ..CompileLimits::default() };
    meets(limits, "more CPU time than 1 s", LARGEST, 40_000).await;
}

#[tokio::test]
async fn a_module_that_takes_too_long_is_refused() {
    let limits = CompileLimits { time: Duration::from_secs(2), ..CompileLimits::default() };
    meets(limits, "more time than 2 s", LARGEST, 10).await;
}

#[tokio::test]
async fn code_is_taken_up_to_its_limit_and_not_a_byte_past_it() {
    let wasm = huge(100_000);
    let measured = Worker::with(CompileLimits::default());
    measured.compile(&wasm).await.expect("compiled");
    let [file] = &measured.kept()[..] else { panic!("one module") };
    let mac = 32;
    let code_bytes = fs::metadata(file).expect("code").len() - mac;
    let exact = CompileLimits { code_bytes, ..CompileLimits::default() };
    Worker::with(exact.clone()).compile(&wasm).await.expect("it keeps the limit");
    for code_bytes in [code_bytes - 1, code_bytes / 2] {
        let worker = Worker::with(CompileLimits { code_bytes, ..exact.clone() });
        let refused = worker.refused(&wasm).await;
        assert_eq!(refused.code, Code::LimitExceeded, "{refused}");
        assert!(refused.message.contains(&format!("room for its code than {code_bytes} bytes")));
        worker.goes_on().await;
    }
}

#[tokio::test]
async fn a_child_that_a_signal_ended_is_reported_with_it() {
    let worker = Arc::new(Worker::with(CompileLimits::default()));
    for (signal, name) in [(Signal::KILL, "SIGKILL"), (Signal::TERM, "SIGTERM")] {
        let compiling = tokio::spawn({
            let worker = worker.clone();
            async move { worker.refused(&huge(LARGEST)).await }
        });
        kill_process(worker.child().await, signal).expect("it is there");
        let refused = compiling.await.expect("it ends");
        assert_eq!(refused.code, Code::Internal, "{refused}");
        assert!(refused.message.contains(name), "{refused}");
    }
    worker.goes_on().await;
}

#[tokio::test]
async fn a_child_that_nobody_waits_for_any_more_ends_and_gives_its_place_back() {
    let worker = Arc::new(Worker::with(CompileLimits::default()));
    for _ in 0..=std::thread::available_parallelism().map_or(1, usize::from) {
        let compiling = tokio::spawn({
            let worker = worker.clone();
            async move { worker.compile(&huge(LARGEST)).await }
        });
        // By itself it would never end.
        kill_process(worker.child().await, Signal::STOP).expect("it is there");
        compiling.abort();
        wait_until("no child", SOON, async || worker.children().is_empty()).await;
    }
    worker.goes_on().await;
}
