//! What the program brings for `bindery runbook test`: something that runs a module on a simulated
//! host. This library knows no sandbox.

use crate::failure::CliFailure;
use futures::future::BoxFuture;
use serde_json::{Map, Value};
use std::path::PathBuf;

/// What is tested.
#[derive(Debug)]
pub struct Test {
    /// The Wasm file, with its manifest in it.
    pub wasm: Vec<u8>,
    /// The Wasm files of modules that it may be linked with, besides those that come with the program.
    pub modules: Vec<Vec<u8>>,
    /// The script and the file that it was read from.
    pub script: Option<(PathBuf, String)>,
    /// Parameters; they come before those of the script.
    pub parameters: Map<String, Value>,
    /// Change nothing, and list what would be changed.
    pub dry_run: bool,
}

/// How it went.
#[derive(Debug)]
pub struct Tested {
    /// All of it, for programs.
    pub report: Value,
    /// The same for people. Each line is harmless for a terminal.
    pub text: String,
    /// What was expected and is not so; nothing if the test passed.
    pub unmet: Vec<String>,
    /// What to do about it, where that is plain.
    pub hint: Option<String>,
}

/// Runs tests, one after the other.
pub type Tester = fn(Vec<Test>) -> BoxFuture<'static, Result<Vec<Tested>, CliFailure>>;

/// Runs no test: for tests of other commands.
#[cfg(test)]
pub(crate) fn nobody(_: Vec<Test>) -> BoxFuture<'static, Result<Vec<Tested>, CliFailure>> {
    use crate::failure::Exit;
    Box::pin(async { Err(CliFailure::new(Exit::Internal, "nobody runs tests here")) })
}
