//! Hostile guests: each meets its limit, and the worker goes on.

use crate::support::{Job, NOON, Worker, code, fixture};
use bindery_core::{
    code::Code,
    job::Outcome,
    limit,
    runbook::{Level, Limits},
};
use bindery_sandbox::{compile::CompileIn, engine::SandboxEngine};

/// Runs a fixture with 64 MiB of memory, and the same worker's next job after it.
async fn ended(name: &str, limits: Limits) -> (Option<Code>, Job) {
    let worker = Worker::new();
    let job = Job { limits, ..Job::new() };
    let outcome = worker.run(name, &job).await;
    assert_eq!(worker.run("own-maximum.wat", &Job::new()).await, Outcome::Completed(None));
    (code(&outcome), job)
}

fn small() -> Limits {
    Limits { memory_bytes: 64 << 20, ..Limits::default() }
}

#[tokio::test]
async fn a_memory_bomb_meets_the_limit() {
    assert_eq!(ended("memory-bomb.wat", small()).await.0, Some(Code::LimitExceeded));
}

#[tokio::test]
async fn memories_are_counted_together() {
    assert_eq!(ended("three-memories.wat", small()).await.0, Some(Code::LimitExceeded));
    let enough = Limits { memory_bytes: 100 << 20, ..Limits::default() };
    assert_eq!(ended("three-memories.wat", enough).await.0, None);
}

#[tokio::test]
async fn a_table_bomb_meets_the_limit() {
    let limits = Limits { memory_bytes: 1 << 20, ..Limits::default() };
    assert_eq!(ended("table-bomb.wat", limits).await.0, Some(Code::LimitExceeded));
}

#[tokio::test]
async fn a_memory_that_is_too_large_from_the_start_meets_the_limit() {
    let bomb = wat::parse_str(r#"(module (memory 2000) (func (export "_start")))"#).expect("WAT");
    let worker = Worker::new();
    let prepared = worker.sandbox.prepare(&bomb, Level::L0).await.expect("a module");
    let job = Job { limits: small(), ..Job::new() };
    let outcome = worker.sandbox.run(&prepared, &job.gate()).await.expect("an outcome");
    assert_eq!(code(&outcome), Some(Code::LimitExceeded));
}

#[tokio::test]
async fn a_module_that_no_job_could_ever_run_is_refused_when_it_is_prepared() {
    let bomb = wat::parse_str(r#"(module (memory 60000) (func (export "_start")))"#).expect("WAT");
    let refused = Worker::new().sandbox.prepare(&bomb, Level::L0).await.err().expect("refused");
    assert_eq!(refused.code, Code::LimitExceeded, "{refused}");
}

#[tokio::test]
async fn a_stack_overflow_meets_the_limit() {
    assert_eq!(ended("stack-overflow.wat", small()).await.0, Some(Code::LimitExceeded));
}

#[tokio::test]
async fn a_flood_of_lines_meets_the_limit_on_operations() {
    let limits = Limits { operations: 100, ..Limits::default() };
    let (code, job) = ended("log-flood.wat", limits).await;
    assert_eq!(code, Some(Code::LimitExceeded));
    let (warnings, lines): (Vec<_>, Vec<_>) =
        job.said().into_iter().partition(|line| line.starts_with("Warning"));
    assert_eq!((warnings.len(), lines.len()), (1, 100));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_loop_meets_the_limit_on_time() {
    // The clock jumps over the hour at once, and the guest is interrupted by the epoch.
    let limits = Limits { seconds: Some(3_600), ..Limits::default() };
    assert_eq!(ended("endless-loop.wat", limits).await.0, Some(Code::LimitExceeded));
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn an_endless_loop_ends_half_an_hour_past_its_window() {
    let worker = Worker::new();
    let job = Job { deadline: Some(NOON), ..Job::new() };
    let outcome = worker.run("endless-loop.wat", &job).await;
    assert_eq!(code(&outcome), Some(Code::DeadlinePassed));
    let end = job.fake.clock.now().duration_since(NOON.parse().expect("a time"));
    assert!(end.unsigned_abs() >= limit::PAST_WINDOW, "{end:?}");
}

#[tokio::test]
async fn an_engine_without_a_pool_keeps_the_same_limits() {
    let engine = SandboxEngine::on_demand().expect("an engine");
    let worker = Worker::with(engine, CompileIn::ThisProcess);
    for name in ["memory-bomb.wat", "three-memories.wat", "stack-overflow.wat"] {
        let job = Job { limits: small(), ..Job::new() };
        let outcome = worker.run(name, &job).await;
        assert_eq!(code(&outcome), Some(Code::LimitExceeded), "{name}");
    }
}

#[tokio::test]
async fn what_is_no_runbook_is_refused_when_it_is_prepared() {
    let worker = Worker::new();
    let unknown = wat::parse_str(r#"(module (import "env" "system" (func)))"#).expect("WAT");
    let rows = [
        (unknown, Level::L0, Code::UnknownImports),
        (fixture("empty-runbook.wat"), Level::L1, Code::InvalidModule),
        (b"no wasm at all".to_vec(), Level::L0, Code::InvalidModule),
    ];
    for (wasm, level, expected) in rows {
        let refused = worker.sandbox.prepare(&wasm, level).await.err().expect("refused");
        assert_eq!(refused.code, expected, "{refused}");
    }
}
