//! The computer that an agent looks after: its updates, its power, and what it is called.
//!
//! ```text
//!   --provider apt        --root /        -> apt, and the real power of systemd
//!   --provider apt        --root FOLDER   -> apt on a scratch root, and a simulated power
//!   --provider simulated                  -> a simulated computer, and a simulated power
//! ```
//! There is no other way: real power is made for the root `/` with a real package manager alone.
//! So are its files and its programs: neither of the others has any that jobs could ask for.

mod power;
mod simulated;

use crate::clock;
use bindery_capability_assets::Assets;
use bindery_capability_children::Children;
use bindery_capability_files::{capability::Files, real::Real as RealDisk};
use bindery_capability_fleet::Fleet;
use bindery_capability_http::Http;
use bindery_capability_job::Job;
use bindery_capability_power::{capability::Power, provider::PowerProvider};
use bindery_capability_process::{capability::Process, real::Real as RealPrograms};
use bindery_capability_records::Records;
use bindery_capability_streams::Streams;
use bindery_capability_timers::Timers;
use bindery_capability_updates::{
    apt::{Apt, AptConfig},
    capability::Updates,
    provider::Provider,
};
use bindery_cli::failure::{CliFailure, Exit};
use bindery_sandbox::{capability::Capabilities, upstream::Upstream};
use std::{
    fs,
    path::{Path, PathBuf},
    sync::Arc,
};

/// Which package manager to ask.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub(crate) enum ProviderKind {
    /// The apt of `--root`
    Apt,
    /// A simulated computer, for trials
    Simulated,
}

/// Which computer an agent looks after.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Computer")]
pub(crate) struct MachineArgs {
    /// Package manager to ask [default: apt, or simulated with --simulated]
    #[arg(long, value_enum)]
    pub(crate) provider: Option<ProviderKind>,
    /// Root whose packages are looked after
    #[arg(long, value_name = "DIR", default_value = "/")]
    pub(crate) root: PathBuf,
    /// Name of the computer [default: its host name]
    #[arg(long = "name", value_name = "NAME")]
    pub(crate) name: Option<String>,
    /// Let jobs change this computer; without it the agent only reports
    #[arg(long)]
    pub(crate) allow_changes: bool,
    #[command(flatten)]
    pub(crate) simulated: simulated::SimulatedArgs,
}

/// What the arguments mean, checked.
#[derive(Debug, PartialEq, Eq)]
enum Kind {
    /// This computer itself.
    Real,
    /// The packages of another root.
    Scratch(PathBuf),
    /// A computer that is not there.
    Simulated,
}

/// The computer that an agent looks after.
#[derive(Clone)]
pub(crate) struct Machine {
    /// Its name.
    pub(crate) name: String,
    /// Its updates.
    pub(crate) updates: Arc<dyn Provider>,
    /// Its power.
    pub(crate) power: Arc<dyn PowerProvider>,
    /// Whether it may be changed.
    pub(crate) allow_changes: bool,
    /// Whether it is this computer itself.
    pub(crate) real: bool,
    state: PathBuf,
}

impl Machine {
    /// The computer of `args`, whose memory is in `state`.
    pub(crate) fn open(args: &MachineArgs, state: &Path) -> Result<Self, CliFailure> {
        let kind = kind(args)?;
        fs::create_dir_all(state).map_err(|error| unusable(state, &error))?;
        let (updates, power): (Arc<dyn Provider>, Arc<dyn PowerProvider>) = match &kind {
            Kind::Real => (apt(Path::new("/"), state)?, power::real()?),
            Kind::Scratch(root) => (apt(root, state)?, power::of_scratch(root, state)),
            Kind::Simulated => {
                let computer = Arc::new(args.simulated.open(&args.computer_name(), state)?);
                (computer.clone(), power::of_simulated(computer, state))
            }
        };
        let real = kind == Kind::Real;
        let (name, allow_changes) = (args.computer_name(), args.allow_changes);
        Ok(Self { name, updates, power, allow_changes, real, state: state.to_owned() })
    }

    /// What jobs may ask of this computer.
    pub(crate) fn capabilities(&self) -> Result<Own, CliFailure> {
        let folder = self.state.join("reboots");
        let (power, changes) = (self.power.clone(), self.allow_changes);
        let power = Power::open(power, clock::sleeping(), folder.clone(), changes)
            .map_err(|error| unusable(&folder, &error))?;
        let updates = Updates::new(self.updates.clone(), changes);
        let system = match self.real {
            true => Some((Files::new(Arc::new(RealDisk), changes), self.programs()?)),
            false => None,
        };
        Ok(Own { updates, power, system })
    }

    fn programs(&self) -> Result<Process, CliFailure> {
        let programs = RealPrograms {
            state_dir: self.state.join("processes"),
            runner: program()?,
            systemd: systemd_runs(),
            now: clock::now,
        };
        Ok(Process::new(Arc::new(programs), self.allow_changes))
    }
}

/// What jobs may ask of one computer.
pub(crate) struct Own {
    updates: Updates,
    power: Power,
    /// Its files and its programs.
    system: Option<(Files, Process)>,
}

impl Own {
    /// `others`, and these.
    pub(crate) fn beside(self, others: Capabilities) -> Capabilities {
        let own = others.with(self.updates).with(self.power);
        match self.system {
            Some((files, process)) => own.with(files).with(process),
            None => own,
        }
    }
}

/// What jobs may ask of every worker, wherever it runs.
pub(crate) fn common(upstream: Arc<dyn Upstream>) -> Capabilities {
    Capabilities::default()
        .with(Job)
        .with(Streams)
        .with(Timers::new(clock::sleeping()))
        .with(Records)
        .with(Http::default())
        .with(Fleet::new(upstream.clone()))
        .with(Assets::new(upstream.clone()))
        .with_secrets(upstream.clone())
        .with(Children::new(upstream))
}

impl MachineArgs {
    /// The name of the computer: as given, else as the host is called.
    pub(crate) fn computer_name(&self) -> String {
        self.name
            .clone()
            .unwrap_or_else(|| rustix::system::uname().nodename().to_string_lossy().into_owned())
    }

    fn provider(&self) -> ProviderKind {
        match (self.provider, self.simulated.is_asked_for()) {
            (Some(provider), _) => provider,
            (None, true) => ProviderKind::Simulated,
            (None, false) => ProviderKind::Apt,
        }
    }
}

/// What `args` mean; a refusal for what they could be misread as.
fn kind(args: &MachineArgs) -> Result<Kind, CliFailure> {
    let refuse = |message: String| Err(CliFailure::new(Exit::Usage, message));
    let is_slash = args.root == Path::new("/");
    if let (ProviderKind::Apt, Some(option)) = (args.provider(), args.simulated.leftover()) {
        return refuse(format!("{option} is only for a simulated computer")).map_err(|failure| {
            failure.hint("Leave it out, or add --simulated linux or --simulated windows.")
        });
    }
    match args.provider() {
        ProviderKind::Simulated if is_slash => Ok(Kind::Simulated),
        ProviderKind::Simulated => refuse("a simulated computer has no --root".into()),
        ProviderKind::Apt if args.simulated.is_asked_for() => {
            refuse("--simulated and --provider apt contradict each other".into())
        }
        ProviderKind::Apt if is_slash => Ok(Kind::Real),
        ProviderKind::Apt => {
            let root = fs::canonicalize(&args.root).map_err(|e| unusable(&args.root, &e))?;
            match root == Path::new("/") {
                true => refuse(format!("`{}` is `/` by another name", args.root.display())),
                false => Ok(Kind::Scratch(root)),
            }
        }
    }
}

fn apt(root: &Path, state: &Path) -> Result<Arc<dyn Provider>, CliFailure> {
    let runner = program()?;
    let mut config = AptConfig::new(root, state.join("updates"), runner);
    config.systemd = root == Path::new("/") && systemd_runs();
    Ok(Arc::new(Apt::new(config, Arc::new(clock::now))?))
}

/// This program, which also is the runner of transactions and the compiling child.
pub(crate) fn program() -> Result<PathBuf, CliFailure> {
    std::env::current_exe().map_err(|error| {
        CliFailure::new(Exit::Internal, "cannot tell where this program is").because(&error)
    })
}

/// Whether systemd runs this computer.
pub(crate) fn systemd_runs() -> bool {
    Path::new("/run/systemd/system").exists()
}

/// A folder or file that cannot be used.
pub(crate) fn unusable(path: &Path, error: &std::io::Error) -> CliFailure {
    CliFailure::new(Exit::Usage, format!("cannot use `{}`", path.display())).because(error)
}

#[cfg(test)]
mod tests;
