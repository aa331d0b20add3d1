//! The commands: a noun, then a verb. One file per noun.

mod account;
mod asset;
mod computer;
mod deployment;
mod dry;
mod group;
mod job;
mod journal;
mod log;
mod module;
mod paging;
mod run;
mod runbook;
mod seal;
mod token;
mod trust;
mod update;
mod wasm_file;
mod worker;

use self::paging::ListVerb;
use crate::{context::Context, failure::CliFailure, output::Output};
use jiff::Timestamp;

/// The nouns. The program adds its own commands beside them.
#[derive(Debug, clap::Subcommand)]
pub enum Command {
    /// Import, publish and look at runbooks
    #[command(subcommand)]
    Runbook(runbook::Verb),
    /// Start runbooks and follow their jobs
    #[command(subcommand)]
    Job(job::Verb),
    /// Look at computers and assess them
    #[command(subcommand)]
    Computer(computer::Verb),
    /// Look at the updates that computers lack
    #[command(subcommand)]
    Update(update::Verb),
    /// Plan what is to be installed where and when
    #[command(subcommand)]
    Deployment(deployment::Verb),
    /// Follow update runs and see what they did
    #[command(subcommand)]
    Run(run::Verb),
    /// Search the log
    #[command(subcommand)]
    Log(log::Verb),
    /// Look at the workers of an account
    #[command(subcommand)]
    Worker(ListVerb),
    /// Make groups of workers, whose jobs run on any of them that is there
    #[command(subcommand)]
    Group(group::Verb),
    /// Make and look at automation accounts
    #[command(subcommand)]
    Account(account::Verb),
    /// Keep values that runbooks share
    #[command(subcommand)]
    Variable(asset::Verb<asset::Variable>),
    /// Keep names and passwords that runbooks use and never see
    #[command(subcommand)]
    Credential(asset::Verb<asset::Credential>),
    /// Keep certificates that runbooks look at
    #[command(subcommand)]
    Certificate(asset::Verb<asset::Certificate>),
    /// Keep how runbooks reach other systems
    #[command(subcommand)]
    Connection(asset::Verb<asset::Connection>),
    /// Look at the modules of an account
    #[command(subcommand)]
    Module(ListVerb),
    /// Make and revoke tokens
    #[command(
        subcommand,
        after_help = "Whoever has lost the owner's token makes another with `bindery store owner-token`."
    )]
    Token(token::Verb),
    /// Choose the publishers whose sealed runbooks are trusted
    #[command(subcommand)]
    Trust(trust::Verb),
    /// Seal runbooks with a key of your own; needs no control plane
    #[command(subcommand)]
    Seal(seal::Verb),
    /// Print completions for a shell
    Completions {
        /// The shell
        shell: clap_complete::Shell,
    },
}

/// Does what `command` says. A failure carries the exit code; nothing of it has been printed.
pub async fn run(
    command: Command,
    context: Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    match command {
        Command::Runbook(verb) => runbook::run(verb, &context, out).await,
        Command::Job(verb) => job::run(verb, &context, out).await,
        Command::Computer(verb) => computer::run(verb, &context, out).await,
        Command::Update(verb) => update::run(verb, &context, out).await,
        Command::Deployment(verb) => deployment::run(verb, &context, out).await,
        Command::Run(verb) => run::run(verb, &context, out).await,
        Command::Log(verb) => log::run(verb, &context, out).await,
        Command::Worker(verb) => worker::run(verb, &context, out).await,
        Command::Group(verb) => group::run(verb, &context, out).await,
        Command::Account(verb) => account::run(verb, &context, out).await,
        Command::Variable(verb) => asset::run(verb, &context, out).await,
        Command::Credential(verb) => asset::run(verb, &context, out).await,
        Command::Certificate(verb) => asset::run(verb, &context, out).await,
        Command::Connection(verb) => asset::run(verb, &context, out).await,
        Command::Module(verb) => module::run(verb, &context, out).await,
        Command::Token(verb) => token::run(verb, &context, out).await,
        Command::Trust(verb) => trust::run(verb, &context, out).await,
        Command::Seal(verb) => seal::run(verb, &context, out),
        Command::Completions { shell } => completions(shell, context.program, out),
    }
}

fn completions(
    shell: clap_complete::Shell,
    mut program: clap::Command,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let (name, mut script) = (program.get_name().to_owned(), vec![]);
    clap_complete::generate(shell, &mut program, name, &mut script);
    out.text(&String::from_utf8_lossy(&script))
}

/// A moment.
fn time(text: &str) -> Result<Timestamp, String> {
    text.parse().map_err(|_| {
        "it must be a time with its zone, such as 2026-01-31T22:00:00Z or 2026-01-31T23:00:00+01:00"
            .to_owned()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        context::Global,
        output::{Format, Terminals},
    };
    use clap::{CommandFactory, Parser};

    #[derive(Debug, Parser)]
    #[command(name = "bindery", about = "Run sealed and open runbooks")]
    struct Program {
        #[command(flatten)]
        global: Global,
        #[command(subcommand)]
        command: Command,
    }

    fn walk(command: &clap::Command, path: &str, each: &mut impl FnMut(&str, &str)) {
        let path = format!("{path} {}", command.get_name());
        each(&path, &command.get_about().map(ToString::to_string).unwrap_or_default());
        for argument in command.get_arguments() {
            let help = argument.get_help().map(ToString::to_string).unwrap_or_default();
            each(&format!("{path} {}", argument.get_id()), &help);
        }
        command.get_subcommands().for_each(|command| walk(command, &path, each));
    }

    #[test]
    fn every_command_and_argument_has_help_without_full_stop() {
        walk(&Program::command(), "", &mut |path, help| {
            assert!(!help.is_empty(), "{path} has no help");
            assert!(!help.ends_with('.'), "{path}: {help}");
            assert!(help.starts_with(|c: char| c.is_uppercase() || c == '`'), "{path}: {help}");
        });
    }

    #[test]
    fn the_command_line_is_consistent() {
        Program::command().debug_assert();
    }

    #[test]
    fn completions_are_printed() {
        let (mut stdout, mut stderr) = (vec![], vec![]);
        let terminals = Terminals { stdout: true, stderr: true };
        let mut out = Output::new(&mut stdout, &mut stderr, terminals, Format::Table);
        completions(clap_complete::Shell::Bash, Program::command(), &mut out).expect("a script");
        assert!(String::from_utf8(stdout).expect("text").contains("bindery"));
    }
}
