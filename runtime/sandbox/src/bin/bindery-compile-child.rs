//! The compiling child alone, for tests of this crate: what `bindery compile-child` is in the
//! product.

use bindery_sandbox::compile::child::child;
use std::process::ExitCode;

fn main() -> ExitCode {
    child(std::env::args().nth(2).as_deref())
}
