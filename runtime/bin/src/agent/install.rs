//! `bindery agent install`: enrols the computer and makes the agent a service of systemd.

use super::{AgentArgs, unit};
use crate::machine::{self, ProviderKind};
use bindery_cli::{
    context::Global,
    failure::{CliFailure, Exit},
};
use std::{
    fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Stdio,
};
use tokio::process::Command;

/// Which agent becomes a service, and where.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct InstallArgs {
    #[command(flatten)]
    agent: AgentArgs,
    /// Folder of systemd's units
    #[arg(long, value_name = "DIR", default_value = "/etc/systemd/system")]
    unit_dir: PathBuf,
    /// Print the unit and change nothing
    #[arg(long)]
    print: bool,
}

/// Installs the agent, or only prints its unit.
pub(super) async fn run(args: InstallArgs, global: &Global) -> Result<(), CliFailure> {
    let state = args.agent.state()?;
    let text = unit::text(&machine::program()?, &arguments(&args.agent, &state)?);
    if args.print {
        return io::stdout().lock().write_all(text.as_bytes()).map_err(|error| {
            CliFailure::new(Exit::Internal, "the output cannot be written").because(&error)
        });
    }
    // Whoever is refused by the control plane has not got half an installation.
    args.agent.identity(&state, &args.agent.machine.computer_name(), global).await?;
    let path = args.unit_dir.join(unit::NAME);
    write(&path, &text).map_err(|error| machine::unusable(&path, &error))?;
    tracing::info!(unit = %path.display(), "the unit is written");
    if !machine::systemd_runs() {
        let message = format!(
            "`{}` is written, but systemd does not run this computer: nothing was started",
            path.display()
        );
        return Err(CliFailure::new(Exit::Failed, message)
            .hint("Start the agent yourself with `bindery agent run`."));
    }
    systemctl(&["daemon-reload"]).await?;
    systemctl(&["enable", "--now", unit::NAME]).await
}

/// The arguments of the agent that the service runs.
fn arguments(args: &AgentArgs, state: &Path) -> Result<Vec<String>, CliFailure> {
    let text = |path: &Path| {
        let absolute = std::path::absolute(path).map_err(|e| machine::unusable(path, &e))?;
        absolute.into_os_string().into_string().map_err(|path| {
            CliFailure::new(Exit::Usage, format!("`{}` is not UTF-8", path.to_string_lossy()))
        })
    };
    if args.machine.simulated.simulated.is_some()
        || args.machine.provider == Some(ProviderKind::Simulated)
    {
        return Err(CliFailure::new(Exit::Usage, "a simulated computer is no service"));
    }
    let mut words = vec!["agent".to_owned(), "run".into(), "--state".into(), text(state)?];
    if args.machine.root != Path::new("/") {
        words.extend(["--root".into(), text(&args.machine.root)?]);
    }
    if let Some(name) = &args.machine.name {
        words.push(format!("--name={name}"));
    }
    if let Some(allow) = &args.allow {
        words.extend(["--allow".into(), text(allow)?]);
    }
    if args.machine.allow_changes {
        words.push("--allow-changes".into());
    }
    Ok(words)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

async fn systemctl(arguments: &[&str]) -> Result<(), CliFailure> {
    let command = format!("systemctl {}", arguments.join(" "));
    let failed = |cause: String| CliFailure {
        causes: vec![cause],
        ..CliFailure::new(Exit::Failed, format!("`{command}` failed"))
    };
    let output = Command::new("systemctl").args(arguments).stdin(Stdio::null()).output().await;
    let output = output.map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}
