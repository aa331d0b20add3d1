//! Starting a transaction's runner so that the end of the agent does not end it.

use super::Folder;
use std::{io, path::Path, process::Stdio};
use tokio::process::Command;

/// How a runner is started.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Runner<'a> {
    /// The executable whose subcommand is `run-transaction <folder>`.
    pub(crate) program: &'a Path,
    /// In a transient unit of systemd, or else in a session of its own.
    pub(crate) systemd: bool,
}

/// Starts the runner of the transaction in `folder` and returns without waiting for it.
pub(crate) async fn start(runner: Runner<'_>, folder: &Folder) -> io::Result<()> {
    if runner.systemd {
        return start_in_unit(runner.program, folder).await;
    }
    // The child that is dropped here is reaped by tokio; it makes its own session first of all.
    Command::new(runner.program)
        .arg("run-transaction")
        .arg(folder.path())
        .stdin(Stdio::null())
        .stdout(Stdio::null())
        .stderr(Stdio::null())
        .spawn()
        .map(drop)
}

async fn start_in_unit(program: &Path, folder: &Folder) -> io::Result<()> {
    let name = folder.path().file_name().unwrap_or_default();
    let unit = format!("bindery-{}", name.to_string_lossy());
    let ended = Command::new("systemd-run")
        .args(["--unit", &unit, "--collect", "--quiet", "--"])
        .arg(program)
        .arg("run-transaction")
        .arg(folder.path())
        .stdin(Stdio::null())
        .output()
        .await?;
    if ended.status.success() {
        return Ok(());
    }
    Err(io::Error::other(String::from_utf8_lossy(&ended.stderr).trim().to_owned()))
}
