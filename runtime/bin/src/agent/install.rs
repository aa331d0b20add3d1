//! `bindery agent install`: enrols the computer and makes the agent a service of systemd.

use super::{AgentArgs, unit};
use crate::{
    logging::Format,
    machine::{self, ProviderKind},
};
use bindery_cli::{
    context::Global,
    failure::{CliFailure, Exit},
};
use clap::ValueEnum as _;
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
pub(super) async fn run(
    args: InstallArgs,
    global: &Global,
    log_format: Format,
) -> Result<(), CliFailure> {
    let state = args.agent.state()?;
    let text = unit::text(&machine::program()?, &arguments(&args.agent, &state, log_format)?);
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
    activate("systemctl".as_ref()).await
}

/// Lets systemd run the unit as it is written now. A service that runs is restarted, since it would
/// keep its old arguments; it ships its journals before it ends, and its jobs go on after.
async fn activate(systemctl: &Path) -> Result<(), CliFailure> {
    for arguments in [&["daemon-reload"][..], &["enable", unit::NAME], &["restart", unit::NAME]] {
        call(systemctl, arguments).await?;
    }
    Ok(())
}

/// The arguments of the agent that the service runs.
fn arguments(
    args: &AgentArgs,
    state: &Path,
    log_format: Format,
) -> Result<Vec<String>, CliFailure> {
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
    if let (true, Some(format)) = (log_format != Format::Text, log_format.to_possible_value()) {
        words.push(format!("--log-format={}", format.get_name()));
    }
    Ok(words)
}

fn write(path: &Path, text: &str) -> io::Result<()> {
    if let Some(folder) = path.parent() {
        fs::create_dir_all(folder)?;
    }
    fs::write(path, text)
}

async fn call(systemctl: &Path, arguments: &[&str]) -> Result<(), CliFailure> {
    let command = format!("systemctl {}", arguments.join(" "));
    let failed = |cause: String| CliFailure {
        causes: vec![cause],
        ..CliFailure::new(Exit::Failed, format!("`{command}` failed"))
    };
    let output = Command::new(systemctl).args(arguments).stdin(Stdio::null()).output().await;
    let output = output.map_err(|error| failed(error.to_string()))?;
    if output.status.success() {
        return Ok(());
    }
    Err(failed(String::from_utf8_lossy(&output.stderr).trim().to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;
    use std::os::unix::fs::PermissionsExt as _;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        install: InstallArgs,
    }

    fn words(line: &str, format: Format) -> Result<String, CliFailure> {
        let line = std::iter::once("install").chain(line.split_whitespace());
        let args = Program::try_parse_from(line).expect("a command line").install.agent;
        Ok(arguments(&args, Path::new("/s"), format)?.join(" "))
    }

    #[test]
    fn the_service_gets_what_the_installation_was_given() {
        let rows = [
            ("", Format::Text, "agent run --state /s"),
            ("", Format::Json, "agent run --state /s --log-format=json"),
            (
                "--name web --allow /a --allow-changes",
                Format::Text,
                "agent run --state /s --name=web --allow /a --allow-changes",
            ),
        ];
        for (line, format, expected) in rows {
            assert_eq!(words(line, format).expect("arguments"), expected);
        }
        assert_eq!(words("--simulated linux", Format::Text).expect_err("none").exit, Exit::Usage);
    }

    #[tokio::test]
    async fn a_service_that_runs_is_restarted_with_its_new_arguments() {
        let folder = tempfile::tempdir().expect("a folder");
        let (systemctl, calls) = (folder.path().join("systemctl"), folder.path().join("calls"));
        let script = format!("#!/bin/sh\necho \"$@\" >> '{}'\n", calls.display());
        fs::write(&systemctl, script).expect("written");
        fs::set_permissions(&systemctl, fs::Permissions::from_mode(0o700)).expect("set");
        activate(&systemctl).await.expect("activated");
        let calls = fs::read_to_string(calls).expect("calls");
        let expected =
            "daemon-reload\nenable bindery-agent.service\nrestart bindery-agent.service\n";
        assert_eq!(calls, expected);
    }
}
