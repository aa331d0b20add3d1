//! A sandbox, and the tests of fixtures in it.

use bindery_inspect::manifest::{embed_manifest, read_manifest_toml};
use bindery_sandbox::{
    compile::{CompileIn, Compiler},
    engine::SandboxEngine,
    run::Sandbox,
};
use bindery_simulator::{
    report::Report,
    script::Script,
    simulation::{Refused, Test},
};
use serde_json::Map;
use std::{path::PathBuf, sync::LazyLock, time::Duration};
use tempfile::TempDir;

struct Lab {
    sandbox: Sandbox,
    _cache: TempDir,
}

static LAB: LazyLock<Lab> = LazyLock::new(|| {
    let cache = tempfile::tempdir().expect("a folder");
    let engine = SandboxEngine::on_demand().expect("an engine");
    let compiler = Compiler::new(&engine, CompileIn::ThisProcess, cache.path());
    let sandbox = Sandbox::new(engine.engine(), compiler.expect("a compiler"));
    Lab { sandbox: sandbox.expect("a sandbox"), _cache: cache }
});

/// The Wasm of a fixture, with a manifest that asks for `grants`.
pub(crate) fn fixture(name: &str, grants: &str) -> Vec<u8> {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../tests/fixtures");
    let wasm = wat::parse_file(folder.join(name)).unwrap_or_else(|e| panic!("{name}: {e}"));
    let manifest = format!("name = \"Fixture\"\nversion = \"1\"\ngrants = [{grants}]");
    embed_manifest(&wasm, &read_manifest_toml(&manifest).expect("a manifest")).expect("Wasm")
}

/// The test of a fixture with a script.
pub(crate) fn attempt(name: &str, grants: &str, script: &str) -> Result<Report, Refused> {
    go(Test::new(fixture(name, grants), Script::parse(script)?, Map::new(), false)?)
}

/// The report of a test that may really take a while.
pub(crate) fn within(time: Duration, name: &str, script: &str) -> Report {
    let script = Script::parse(script).expect("a script");
    let test = Test::new(fixture(name, ""), script, Map::new(), false).expect("a test");
    go(test.within(time)).expect("a report")
}

/// The report of a dry run.
pub(crate) fn dry(name: &str, grants: &str, script: &str) -> Report {
    let script = Script::parse(script).expect("a script");
    go(Test::new(fixture(name, grants), script, Map::new(), true).expect("a test"))
        .expect("a report")
}

fn go(test: Test) -> Result<Report, Refused> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
    runtime.expect("a runtime").block_on(test.run(&LAB.sandbox))
}

/// The report of a test that can be run.
pub(crate) fn run(name: &str, grants: &str, script: &str) -> Report {
    attempt(name, grants, script).unwrap_or_else(|error| panic!("{name}: {error}"))
}

/// A component that writes a line, reboots and sleeps, three times.
pub(crate) fn changing(script: &str) -> Report {
    run("changing-runbook.wat", "\"power.reboot\"", script)
}
