//! Compiling: in a child, and once.

use crate::support::{Job, Worker, fixture};
use bindery_core::{code::Code, digest::Digest, job::Outcome, runbook::Level};
use bindery_sandbox::{
    compile::{CompileIn, Compiler},
    engine::SandboxEngine,
};
use std::{
    fs,
    path::{Path, PathBuf},
    time::SystemTime,
};

const CHILD: &str = env!("CARGO_BIN_EXE_bindery-compile-child");

/// A program that cannot compile: whatever loads nevertheless came from the cache.
const NO_COMPILER: &str = "/nonexistent";

fn compiler(engine: &SandboxEngine, program: &str, folder: &Path) -> Compiler {
    Compiler::new(engine, CompileIn::Child(program.into()), folder).expect("a compiler")
}

/// Where the cache in `folder` keeps the code of `wasm`.
fn cached(folder: &Path, wasm: &[u8]) -> PathBuf {
    let name = Digest::of(wasm).hex();
    let folders = fs::read_dir(folder).expect("a cache").map(|entry| entry.expect("one").path());
    folders.map(|of_engine| of_engine.join(&name)).find(|path| path.exists()).expect("it is kept")
}

#[tokio::test]
async fn what_a_child_compiled_runs_here() {
    let engine = SandboxEngine::new().expect("an engine");
    let worker = Worker::with(engine, CompileIn::Child(CHILD.into()));
    let job = Job::new();
    assert_eq!(worker.run("own-maximum.wat", &job).await, Outcome::Completed(None));
    assert_eq!(worker.run("empty-runbook.wat", &Job::new()).await, Outcome::Completed(None));
}

#[tokio::test]
async fn what_a_child_compiled_runs_without_a_pool_too() {
    let engine = SandboxEngine::on_demand().expect("an engine");
    let worker = Worker::with(engine, CompileIn::Child(CHILD.into()));
    assert_eq!(worker.run("own-maximum.wat", &Job::new()).await, Outcome::Completed(None));
}

#[tokio::test]
async fn a_module_is_compiled_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = SandboxEngine::new().expect("an engine");
    let wasm = fixture("lines.wat");
    compiler(&engine, CHILD, folder.path()).compile(&wasm, Level::L0).await.expect("compiled");
    let second = compiler(&engine, NO_COMPILER, folder.path());
    assert!(second.compile(&wasm, Level::L0).await.is_ok(), "it came from the cache");
    let other = second.compile(&fixture("echo.wat"), Level::L0).await;
    assert_eq!(other.err().map(|failure| failure.code), Some(Code::Internal));
}

#[tokio::test]
async fn damaged_code_is_never_loaded_but_compiled_anew() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = SandboxEngine::new().expect("an engine");
    let wasm = fixture("lines.wat");
    let good = compiler(&engine, CHILD, folder.path());
    good.compile(&wasm, Level::L0).await.expect("compiled");
    let file = cached(folder.path(), &wasm);
    let whole = fs::read(&file).expect("code");
    for damage in [0, whole.len() / 2, whole.len() - 1] {
        let mut bytes = whole.clone();
        bytes[damage] ^= 1;
        fs::write(&file, bytes).expect("damage");
        let without = compiler(&engine, NO_COMPILER, folder.path());
        assert!(without.compile(&wasm, Level::L0).await.is_err(), "byte {damage} was flipped");
        assert!(!file.exists());
        good.compile(&wasm, Level::L0).await.expect("compiled anew");
    }
    fs::write(&file, b"short").expect("damage");
    good.compile(&wasm, Level::L0).await.expect("compiled anew");
    assert_eq!(fs::read(&file).expect("code").len(), whole.len());
}

#[tokio::test]
async fn code_of_another_worker_or_another_module_is_refused() {
    let (mine, theirs) = (tempfile::tempdir().expect("one"), tempfile::tempdir().expect("two"));
    let engine = SandboxEngine::new().expect("an engine");
    let (wasm, other) = (fixture("lines.wat"), fixture("echo.wat"));
    for folder in [mine.path(), theirs.path()] {
        compiler(&engine, CHILD, folder).compile(&wasm, Level::L0).await.expect("compiled");
    }
    compiler(&engine, CHILD, mine.path()).compile(&other, Level::L0).await.expect("compiled");
    let without = compiler(&engine, NO_COMPILER, mine.path());
    fs::copy(cached(theirs.path(), &wasm), cached(mine.path(), &wasm)).expect("copied");
    assert!(without.compile(&wasm, Level::L0).await.is_err(), "another worker's key");
    let file = cached(mine.path(), &other);
    fs::copy(&file, file.with_file_name(Digest::of(&wasm).hex())).expect("copied");
    assert!(without.compile(&wasm, Level::L0).await.is_err(), "another module's code");
}

#[tokio::test]
async fn what_a_killed_worker_was_keeping_is_removed_and_the_rest_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = SandboxEngine::new().expect("an engine");
    let wasm = fixture("lines.wat");
    compiler(&engine, CHILD, folder.path()).compile(&wasm, Level::L0).await.expect("compiled");
    let half = cached(folder.path(), &wasm).with_extension("4711-0");
    fs::write(&half, b"half of it").expect("written");
    let file = fs::File::open(&half).expect("there");
    file.set_modified(SystemTime::UNIX_EPOCH).expect("nobody writes it any more");
    let next = compiler(&engine, NO_COMPILER, folder.path());
    assert!(!half.exists());
    assert!(next.compile(&wasm, Level::L0).await.is_ok(), "it came from the cache");
}

#[tokio::test]
async fn a_child_refuses_what_is_no_module() {
    let folder = tempfile::tempdir().expect("a folder");
    let engine = SandboxEngine::new().expect("an engine");
    let compiler = compiler(&engine, CHILD, folder.path());
    let truncated = &fixture("lines.wat")[..40];
    for garbage in [&b""[..], b"\0asm", b"no wasm at all, but some text", truncated] {
        let refused = compiler.compile(garbage, Level::L0).await.err().expect("refused");
        assert_eq!(refused.code, Code::InvalidModule, "{refused}");
        assert!(!refused.message.is_empty());
    }
}

#[tokio::test]
async fn what_another_profile_has_is_refused_by_its_name() {
    let worker = Worker::new();
    for (name, what) in [
        ("exceptions.wat", "needs exceptions"),
        ("uncaught.wat", "needs exceptions"),
        ("gc-rounds.wat", "needs garbage collection"),
        ("gc-bomb.wat", "needs garbage collection"),
    ] {
        let prepared = worker.sandbox.prepare(&fixture(name), Level::L0).await;
        let refused = prepared.err().expect("the standard profile does not have it");
        assert_eq!(refused.code, Code::WrongProfile, "{name}");
        assert!(refused.message.contains(what), "{refused}");
    }
}
