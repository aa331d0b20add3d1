//! Runs one transaction and nothing else: what the `bindery` executable does as `run-transaction`.
//!
//! For tests, and for packagers who want the runner apart from the agent.

use bindery_capability_updates::transaction::run::run_transaction;
use std::{path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(verb), Some(folder)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: bindery-transaction run-transaction <folder>");
        return ExitCode::from(2);
    };
    if verb != "run-transaction" {
        eprintln!("unknown command `{}`", verb.to_string_lossy());
        return ExitCode::from(2);
    }
    let clock = || jiff::Timestamp::try_from(std::time::SystemTime::now()).unwrap_or_default();
    match run_transaction(&PathBuf::from(folder), &clock) {
        Ok(code) => ExitCode::from(u8::try_from(code).unwrap_or(1)),
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
