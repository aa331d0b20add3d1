//! The commands as a library: what people type, what they see, and the exit code.
//!
//! Data goes to stdout, everything else to stderr. Nothing here ends the process, and nothing that
//! came from a runbook reaches a terminal before its control characters are escaped.

pub mod commands;
pub mod context;
pub mod failure;
pub mod output;
pub mod tester;

pub use commands::{Command, run};
