//! The body of the hidden subcommand `run-transaction`: runs what a transaction's folder says,
//! once.

use super::{Folder, Outcome};
use crate::clock::Clock;
use bindery_detached::{claim::Claim, identity::Identity};
use std::{
    fs, io,
    os::unix::process::ExitStatusExt,
    path::{Path, PathBuf},
    process::{Command, ExitStatus, Stdio},
};

/// Why a transaction could not be run.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// There is nothing to run.
    #[error("no transaction in `{}`", .0.display())]
    NoTransaction(PathBuf),
    /// Another runner has it, or it was given up.
    #[error("the transaction in `{}` is not to be started again", .0.display())]
    Claimed(PathBuf),
    /// `/proc` does not know this process.
    #[error("cannot tell this process's start time from /proc")]
    NoIdentity,
    /// The folder cannot be read or written, or the program not started.
    #[error("cannot run the transaction in `{}`", path.display())]
    Io {
        /// The transaction's folder.
        path: PathBuf,
        /// The cause.
        #[source]
        source: io::Error,
    },
}

/// Runs the transaction in `folder` and returns its exit code, which is also in the folder by then.
///
/// Makes this process the leader of a session of its own, so that the end of whoever started it
/// does not end it. Runs at most once per folder: a second call is [`RunError::Claimed`].
pub fn run_transaction(folder: &Path, clock: &dyn Clock) -> Result<i32, RunError> {
    let failed = |source| RunError::Io { path: folder.to_owned(), source };
    // An error means that this process leads a session already, as under systemd.
    let _ = rustix::process::setsid();
    let place = Folder::at(folder);
    let spec =
        place.spec().map_err(failed)?.ok_or_else(|| RunError::NoTransaction(folder.to_owned()))?;
    let own = Identity::own().ok_or(RunError::NoIdentity)?;
    if !place.claim(&Claim::Runner(own)).map_err(failed)? {
        return Err(RunError::Claimed(folder.to_owned()));
    }
    let started_at = clock.now();
    let mut command = command(&place, &spec.argv).map_err(failed)?;
    let ended = command.env_clear().envs(&spec.env).env("BINDERY_STATUS", place.status()).status();
    let exit_code = exit_code(ended.map_err(failed)?);
    place.finish(&Outcome { exit_code, started_at, ended_at: clock.now() }).map_err(failed)?;
    Ok(exit_code)
}

/// The program with everything it prints in one file, and descriptor 3 on the status file.
///
/// The shell is there for descriptor 3 alone; it replaces itself by the program.
fn command(place: &Folder, argv: &[String]) -> io::Result<Command> {
    let output = fs::File::options().create(true).append(true).open(place.output())?;
    let mut command = Command::new("/bin/sh");
    command
        .args(["-c", r#"exec "$@" 3>>"$BINDERY_STATUS""#, "sh"])
        .args(argv)
        .current_dir("/")
        .stdin(Stdio::null())
        .stdout(output.try_clone()?)
        .stderr(output);
    Ok(command)
}

fn exit_code(status: ExitStatus) -> i32 {
    status.code().or_else(|| status.signal().map(|signal| 128 + signal)).unwrap_or(-1)
}
