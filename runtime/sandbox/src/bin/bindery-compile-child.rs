//! The compiling child alone, for tests of this crate: what `bindery compile-child` is in the
//! product. It reads Wasm on stdin and writes compiled code to stdout.

use std::{io::Write as _, process::ExitCode};

fn main() -> ExitCode {
    match bindery_sandbox::compile::child() {
        Ok(()) => ExitCode::SUCCESS,
        Err(failure) => {
            // Whoever does not hear it still sees the exit code.
            let _ = writeln!(std::io::stderr(), "{failure}");
            ExitCode::FAILURE
        }
    }
}
