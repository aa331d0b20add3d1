//! The `bindery` program: reads the command line and hands over. Only here do stores, capabilities
//! and programs meet; nothing is decided here.

mod agent;
mod builtins;
mod clock;
mod demo;
mod examples;
mod listen;
mod logging;
mod machine;
mod reporter;
mod sandbox;
mod serve;
mod signals;
mod store;
mod tester;
mod up;

use bindery_capability_process::supervise::supervise;
use bindery_capability_updates::transaction::run::run_transaction;
use bindery_cli::{
    context::{Context, Global},
    failure::{CliFailure, Exit},
    output::{Format, Output, Terminals},
};
use bindery_core::profile::Profile;
use bindery_sandbox::{
    compile::child::{CHILD_ARGUMENT, child},
    engine::PROFILE,
};
use clap::{CommandFactory as _, Parser};
use std::{
    io::{self, IsTerminal as _},
    path::PathBuf,
    process::ExitCode,
    time::Duration,
};

/// The version, with the profile of the engine where it is not the one that every build has.
const VERSION: &str = match PROFILE {
    Profile::Standard => env!("CARGO_PKG_VERSION"),
    Profile::Extended => concat!(env!("CARGO_PKG_VERSION"), " (extended profile)"),
};

/// How long what is left of the program may take to end.
const LAST_WORDS: Duration = Duration::from_secs(3);

/// Patch fleets with sealed runbooks, and run your own beside them
#[derive(Debug, Parser)]
#[command(name = "bindery", version = VERSION, propagate_version = true)]
struct Program {
    #[command(flatten)]
    global: Global,
    /// Form of the log on stderr; BINDERY_LOG says what is in it
    #[arg(long, global = true, value_enum, default_value_t = logging::Format::Text)]
    log_format: logging::Format,
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, clap::Subcommand)]
enum Command {
    /// Start a control plane, and an agent that reports on this computer
    Up(Box<up::UpArgs>),
    /// Start a control plane
    Serve(serve::ServeArgs),
    /// Look after this computer
    #[command(subcommand)]
    Agent(Box<agent::Verb>),
    /// Repair the data folder of a control plane that does not run
    #[command(subcommand)]
    Store(store::Verb),
    /// Patch scratch computers on this machine, and show how
    Demo(demo::Demo),
    #[command(flatten)]
    Client(bindery_cli::Command),
    /// Compile WebAssembly from stdin to stdout
    #[command(name = CHILD_ARGUMENT, hide = true)]
    CompileChild {
        /// What it may take, as JSON
        limits: Option<String>,
    },
    /// Run a transaction of the package manager
    #[command(hide = true)]
    RunTransaction {
        /// The transaction's folder
        folder: PathBuf,
    },
    /// Run a program that a job asked for
    #[command(hide = true)]
    RunProcess {
        /// The folder of its evidence
        folder: PathBuf,
    },
}

fn main() -> ExitCode {
    let program = Program::parse();
    if let Command::CompileChild { limits } = program.command {
        return child(limits.as_deref());
    }
    logging::start(program.log_format);
    match run(program) {
        Ok(code) => code,
        Err(failure) if failure.exit == Exit::Ok => ExitCode::SUCCESS,
        Err(failure) => {
            logging::say(&failure.to_string());
            failure.exit.into()
        }
    }
}

fn run(program: Program) -> Result<ExitCode, CliFailure> {
    let global = program.global;
    match program.command {
        Command::CompileChild { limits } => return Ok(child(limits.as_deref())),
        Command::RunTransaction { folder } => {
            let ended = run_transaction(&folder, &clock::now);
            let code = ended.map_err(|error| {
                agent::failed(Exit::Failed, "the transaction was not run", &error)
            })?;
            return Ok(ExitCode::from(u8::try_from(code).unwrap_or(1)));
        }
        Command::RunProcess { folder } => supervise(&folder)
            .map_err(|error| agent::failed(Exit::Failed, "the program was not run", &error))?,
        Command::Up(args) => wait(up::run(*args, &global))?,
        Command::Serve(args) => wait(serve::run(args, &global))?,
        Command::Agent(verb) => wait(agent::run(*verb, &global, program.log_format))?,
        Command::Store(verb) => {
            wait(with_output(global.output, async |out| store::run(verb, out).await))?
        }
        Command::Demo(demo) => return wait(run_demo(demo, global)),
        Command::Client(command) => wait(client(command, global))?,
    }
    Ok(ExitCode::SUCCESS)
}

/// Ends well only if every fact of the demo holds.
async fn run_demo(demo: demo::Demo, global: Global) -> Result<ExitCode, CliFailure> {
    let json = global.output == Format::Json;
    match demo::run(demo, json).await {
        Ok(true) => Ok(ExitCode::SUCCESS),
        Ok(false) => Ok(Exit::Failed.into()),
        Err(error) => Err(CliFailure::new(Exit::Failed, format!("the demo failed: {error:#}"))),
    }
}

fn wait<T>(work: impl Future<Output = Result<T, CliFailure>>) -> Result<T, CliFailure> {
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    let runtime = runtime.map_err(|error| agent::failed(Exit::Internal, "no threads", &error))?;
    let ended = runtime.block_on(work);
    // The store closes here; a read of stdin that nobody waits for must not hold the program up.
    runtime.shutdown_timeout(LAST_WORDS);
    ended
}

async fn client(command: bindery_cli::Command, global: Global) -> Result<(), CliFailure> {
    let format = global.output;
    let (program, tester) = (Program::command(), tester::test);
    let context = Context { global, program, now: clock::now, seed, tester };
    with_output(format, async |out| bindery_cli::run(command, context, out).await).await
}

async fn with_output(
    format: Format,
    work: impl AsyncFnOnce(&mut Output<'_>) -> Result<(), CliFailure>,
) -> Result<(), CliFailure> {
    let (mut stdout, mut stderr) = (io::stdout(), io::stderr());
    let terminals = Terminals { stdout: stdout.is_terminal(), stderr: stderr.is_terminal() };
    work(&mut Output::new(&mut stdout, &mut stderr, terminals, format)).await
}

fn seed() -> io::Result<[u8; 32]> {
    let mut seed = [0; 32];
    getrandom::fill(&mut seed).map_err(|error| io::Error::other(error.to_string()))?;
    Ok(seed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_command_line_is_consistent() {
        Program::command().debug_assert();
    }

    #[test]
    fn an_agents_options_and_the_global_ones_do_not_meet() {
        let line = "bindery agent run --url https://cp:7443 --token bnd-enrol.x --name web-01";
        let program = Program::try_parse_from(line.split(' ')).expect("a command line");
        assert_eq!(program.global.url.as_deref(), Some("https://cp:7443"));
        assert_eq!(program.global.token.as_deref(), Some("bnd-enrol.x"));
        let up = "bindery up --simulated windows --listen 127.0.0.1:0";
        for line in [up, "bindery compile-child", "bindery compile-child {}"] {
            Program::try_parse_from(line.split(' ')).expect(line);
        }
    }
}
