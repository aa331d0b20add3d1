//! The guests of the workspace, as `build.rs` left them, and their tests.

use bindery_sandbox::{
    compile::{CompileIn, Compiler},
    engine::SandboxEngine,
    run::Sandbox,
};
use bindery_seal::bundle::Bundle;
use bindery_simulator::{report::Report, script::Script, simulation::Test};
use serde_json::Value;
use std::sync::LazyLock;
use tempfile::TempDir;

/// A guest, with its manifest in it.
pub(crate) struct Guest(&'static [u8]);

pub(crate) static FLEET: Guest =
    Guest(include_bytes!(concat!(env!("OUT_DIR"), "/patch-microsoftomscomputers.bundle")));
pub(crate) static COMPUTER: Guest =
    Guest(include_bytes!(concat!(env!("OUT_DIR"), "/patch-microsoftomscomputer.bundle")));
pub(crate) static REPORT: Guest =
    Guest(include_bytes!(concat!(env!("OUT_DIR"), "/patch-report-rust.wasm")));
pub(crate) static CALENDAR: Guest =
    Guest(include_bytes!(concat!(env!("OUT_DIR"), "/maintenance-calendar-l0.wasm")));

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

impl Guest {
    /// Its Wasm file.
    pub(crate) fn wasm(&self) -> Vec<u8> {
        match Bundle::is_bundle(self.0) {
            true => Bundle::parse(self.0).expect("a bundle").wasm,
            false => self.0.to_vec(),
        }
    }

    /// What it does with `parameters` by `script`.
    pub(crate) fn run(&self, parameters: &Value, script: &str) -> Report {
        let script = Script::parse(script).unwrap_or_else(|invalid| panic!("{invalid}"));
        let parameters = parameters.as_object().expect("an object").clone();
        let test = Test::new(self.wasm(), script, parameters, false).expect("a test");
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        runtime.expect("a runtime").block_on(test.run(&LAB.sandbox)).expect("a report")
    }

    /// The report of a test that passes.
    pub(crate) fn passes(&self, parameters: &Value, script: &str) -> Report {
        let report = self.run(parameters, script);
        assert!(report.passed, "{script}\n{:?}", report.unmet());
        report
    }
}
