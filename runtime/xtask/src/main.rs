//! The developer's single door: `cargo xtask <command>`.
//!
//! It proves what a compiler does not (`tidy`), writes what is generated and committed (`bless`),
//! and builds the guests. It is no part of the product: nothing may import it.

mod bless;
mod check;
mod extended;
mod guest_build;
mod guests;
mod sdk;
mod tidy;
mod toolchains;
mod wasm_target;
mod workspace;

use anyhow::bail;
use std::{path::Path, process::ExitCode};

const HELP: &str = "\
Usage: cargo xtask <command>

  check        fmt, clippy, tidy, and generated contracts up to date
  tidy         prove the house: import directions, introductions, sizes, links
  bless        write the generated contracts anew
  extended     build the executable of the extended profile, `bindery-extended`
  guests       bring the Wasm target, build the built-in runbooks and guest examples
  toolchains   bring the compilers of the other guest languages into the target folder
  wasm-target  bring the Wasm target alone
";

fn main() -> ExitCode {
    let command = std::env::args().nth(1).unwrap_or_default();
    match run(&command) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(command: &str) -> anyhow::Result<()> {
    let root = workspace::root();
    match command {
        "check" => check::run(&root),
        "tidy" => tidy::run(&root),
        "bless" => bless::write(&root),
        "extended" => extended::run(&root),
        "guests" => guests::run(&root),
        "toolchains" => toolchains::run(&root),
        "wasm-target" => ensure_wasm_target(&root),
        "" | "help" | "--help" | "-h" => {
            print!("{HELP}");
            Ok(())
        }
        other => bail!("there is no command `{other}`\n\n{HELP}"),
    }
}

/// Brings the Wasm target where it is missing.
fn ensure_wasm_target(root: &Path) -> anyhow::Result<()> {
    Ok(wasm_target::ensure(root)?)
}
