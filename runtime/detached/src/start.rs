//! Starting a runner so that the end of the agent does not end it.

use std::{io, path::Path, process::Stdio};
use tokio::process::Command;

/// How a runner is started.
#[derive(Debug, Clone, Copy)]
pub struct Runner<'a> {
    /// The executable.
    pub program: &'a Path,
    /// Its subcommand, whose one argument is the folder.
    pub verb: &'a str,
    /// In a transient unit of systemd, or else in a session of its own.
    pub systemd: bool,
    /// Whether what the runner leaves behind lives on when it ends, also in a unit.
    pub leaves: bool,
}

/// Starts the runner of what is in `folder` and returns without waiting for it.
pub async fn start(runner: Runner<'_>, folder: &Path) -> io::Result<()> {
    if runner.systemd {
        return start_in_unit(runner, folder).await;
    }
    // The child that is dropped here is reaped by tokio; it makes its own session first of all.
    Command::new(runner.program)
        .arg(runner.verb)
        .arg(folder)
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
}

async fn start_in_unit(runner: Runner<'_>, folder: &Path) -> io::Result<()> {
    let name = folder.file_name().unwrap_or_default();
    let unit = format!("bindery-{}", name.to_string_lossy());
    let kill = if runner.leaves { "process" } else { "control-group" };
    let ended = Command::new("systemd-run")
        .args(["--unit", &unit, "--collect", "--quiet"])
        .args(["--property", &format!("KillMode={kill}"), "--"])
        .arg(runner.program)
        .arg(runner.verb)
        .arg(folder)
        .stdin(Stdio::null())
        .output()
        .await?;
    if ended.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&ended.stderr).trim().to_owned()))
}
