//! The log: to stderr, as text for people or as JSON for programs. `BINDERY_LOG` says what is in
//! it.

use std::{
    env,
    io::{self, IsTerminal as _, Write as _},
};
use tracing_subscriber::EnvFilter;

/// What is logged where `BINDERY_LOG` says nothing: what is ours, and warnings of others.
const DEFAULT: &str = "warn,bindery=info";

/// Says `line` to whoever started this program, beside its log; perhaps nobody reads it.
pub(crate) fn say(line: &str) {
    let _ = writeln!(io::stderr(), "{line}");
}

/// The form of the log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum Format {
    /// For people
    Text,
    /// One JSON object per line
    Json,
}

/// Starts the log of this process.
pub(crate) fn start(format: Format) {
    let asked = env::var("BINDERY_LOG").ok().filter(|text| !text.is_empty());
    let (filter, wrong) = match asked.as_deref().map(EnvFilter::try_new) {
        None => (EnvFilter::new(DEFAULT), None),
        Some(Ok(filter)) => (filter, None),
        Some(Err(error)) => (EnvFilter::new(DEFAULT), Some(error)),
    };
    // Where nobody reads stderr any more, complaining there would end the program.
    let log = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(io::stderr)
        .with_ansi(io::stderr().is_terminal())
        .log_internal_errors(false);
    // There is a log already only if somebody started one before: then it is used.
    let _ = match format {
        Format::Text => log.with_target(false).try_init(),
        Format::Json => log.json().try_init(),
    };
    if let Some(error) = wrong {
        tracing::warn!(%error, "BINDERY_LOG is not understood");
    }
}
