//! Runs one program and nothing else: what the `bindery` executable does as `run-process`.
//!
//! For tests, and for packagers who want the runner apart from the agent.

use bindery_capability_process::supervise::supervise;
use std::{path::PathBuf, process::ExitCode};

fn main() -> ExitCode {
    let mut arguments = std::env::args_os().skip(1);
    let (Some(verb), Some(folder)) = (arguments.next(), arguments.next()) else {
        eprintln!("usage: bindery-process run-process <folder>");
        return ExitCode::from(2);
    };
    if verb != "run-process" {
        eprintln!("unknown command `{}`", verb.to_string_lossy());
        return ExitCode::from(2);
    }
    match supervise(&PathBuf::from(folder)) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("{error}");
            ExitCode::FAILURE
        }
    }
}
