//! The sandbox of this process: one engine for all its workers. Modules are compiled in a child.

use crate::machine::program;
use bindery_cli::failure::{CliFailure, Exit};
use bindery_sandbox::{
    compile::{CompileIn, Compiler},
    engine::SandboxEngine,
    run::Sandbox,
};
use std::path::Path;

/// The sandbox that keeps compiled modules in `folder`.
pub(crate) fn open(folder: &Path) -> Result<Sandbox, CliFailure> {
    let failed = |why: &str| CliFailure {
        causes: vec![why.to_owned()],
        ..CliFailure::new(Exit::Internal, "no sandbox")
    };
    let engine = SandboxEngine::new().map_err(|error| failed(&format!("{error:#}")))?;
    let compiler = Compiler::new(&engine, CompileIn::Child(program()?), folder)
        .map_err(|error| failed(&error.to_string()))?;
    Sandbox::new(engine.engine(), compiler).map_err(|error| failed(&format!("{error:#}")))
}
