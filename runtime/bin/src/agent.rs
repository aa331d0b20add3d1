//! `bindery agent`: this program as the agent of a computer.
//!
//! ```text
//! <state>/identity    who the computer is to its workspace: its key, and the key that it pinned
//! <state>/worker      accounts, trust list, modules, journals of jobs that are not yet shipped
//! <state>/compiled    compiled modules
//! <state>/machine     transactions of the package manager, programs, reboots; a simulated computer's
//!                     memory
//! ```

mod install;
mod unit;

use crate::{
    clock, logging,
    machine::{self, Machine, MachineArgs},
    reporter::MachineReporter,
    sandbox, signals,
};
use bindery_cli::{
    context::{self, Global},
    failure::{CliFailure, Exit},
};
use bindery_sandbox::run::Sandbox;
use bindery_worker::{
    agent::{
        address::Address,
        enrol::{EnrolError, enrol},
        identity::Identity,
        socket::WebSocketConnector,
        token::EnrolToken,
    },
    allow::{Allow, AllowFile},
    config::Config,
    drain::Drain,
    worker::{RunError, Worker},
};
use std::{
    error::Error,
    path::{Path, PathBuf},
    sync::Arc,
};

/// The computer's own list of what jobs may do on it.
const ALLOW_FILE: &str = "/etc/bindery/allow";
/// What enrolment tokens begin with: one may also be given with the global `--token`.
const ENROL_PREFIX: &str = "bnd-enrol.";

/// What to do with the agent.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Run the agent; enrol this computer first, if a token is given and it is new
    Run(AgentArgs),
    /// Enrol this computer and end
    Enrol(AgentArgs),
    /// Make the agent a service of systemd
    Install(install::InstallArgs),
}

/// Which agent.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct AgentArgs {
    /// Enrolment token, needed once; `bindery token create --enrol` makes one
    #[arg(long, env = "BINDERY_ENROL_TOKEN", hide_env_values = true, value_name = "TOKEN")]
    pub(crate) enrol_token: Option<String>,
    /// Folder of the agent [default: /var/lib/bindery/agent for root, else `agent` in BINDERY_HOME]
    #[arg(long, value_name = "DIR")]
    pub(crate) state: Option<PathBuf>,
    /// File with the grants that jobs may use here [default: /etc/bindery/allow for this computer]
    #[arg(long, value_name = "FILE")]
    pub(crate) allow: Option<PathBuf>,
    #[command(flatten)]
    pub(crate) machine: MachineArgs,
}

/// Does what `verb` says.
pub(crate) async fn run(
    verb: Verb,
    global: &Global,
    log_format: logging::Format,
) -> Result<(), CliFailure> {
    match verb {
        Verb::Run(args) => {
            let state = args.state()?;
            let machine = args.open(&state)?;
            let identity = args.identity(&state, &machine.name, global).await?;
            let sandbox = sandbox::open(&state.join("compiled"))?;
            let allow = args.allow_file(&machine, &state);
            work(machine, identity, None, allow, sandbox, &state, signals::drain()?).await
        }
        Verb::Enrol(args) => {
            let state = args.state()?;
            let facts = args.identity(&state, &args.machine.computer_name(), global).await?.facts();
            tracing::info!(computer = %facts.computer, name = facts.name, "enrolled");
            Ok(())
        }
        Verb::Install(args) => install::run(args, global, log_format).await,
    }
}

impl AgentArgs {
    /// The agent's folder.
    pub(crate) fn state(&self) -> Result<PathBuf, CliFailure> {
        match &self.state {
            Some(state) => std::path::absolute(state).map_err(|e| machine::unusable(state, &e)),
            None if rustix::process::geteuid().is_root() => Ok("/var/lib/bindery/agent".into()),
            None => Ok(context::home()?.join("agent")),
        }
    }

    /// The computer.
    pub(crate) fn open(&self, state: &Path) -> Result<Machine, CliFailure> {
        Machine::open(&self.machine, &state.join("machine"))
    }

    /// What the computer's owner lets jobs do.
    pub(crate) fn allow_file(&self, machine: &Machine, state: &Path) -> AllowFile {
        let path = match (&self.allow, machine.real) {
            (Some(path), _) => path.clone(),
            (None, true) => ALLOW_FILE.into(),
            (None, false) => state.join("allow"),
        };
        AllowFile { path, changes: machine.allow_changes }
    }

    /// The identity in the agent's folder; a new one, if there is none and a token was given.
    async fn identity(
        &self,
        state: &Path,
        name: &str,
        global: &Global,
    ) -> Result<Identity, CliFailure> {
        let folder = identity_folder(state);
        if !Identity::exists(&folder) {
            let (address, token) = self.invitation(global)?;
            let enrolled = enrol(&folder, &address, &token, name, clock::now()).await;
            enrolled.map_err(|error| not_enrolled(&error))?;
        }
        load(state)
    }

    /// Where to enrol, and with which token.
    fn invitation(&self, global: &Global) -> Result<(Address, EnrolToken), CliFailure> {
        let other = global.token.as_ref().filter(|token| token.starts_with(ENROL_PREFIX));
        let token = self.enrol_token.as_ref().or(other);
        let lacks = |what: &str, hint: &str| {
            let text = format!("this computer is not enrolled yet, and no {what} is given");
            CliFailure::new(Exit::Usage, text).hint(hint)
        };
        let url = global.url.as_ref().ok_or_else(|| {
            lacks(
                "address of a control plane",
                "Give it with --url, as in `https://control.example:7443`.",
            )
        })?;
        let token = token.ok_or_else(|| {
            lacks("token", "Give it with --enrol-token; `bindery token create --enrol` makes one.")
        })?;
        let usage = |error: &dyn Error| CliFailure::new(Exit::Usage, error.to_string());
        Ok((url.parse().map_err(|error| usage(&error))?, token.parse().map_err(|e| usage(&e))?))
    }
}

/// Where the identity of the agent of `state` is.
pub(crate) fn identity_folder(state: &Path) -> PathBuf {
    state.join("identity")
}

/// The identity of the agent of `state`.
pub(crate) fn load(state: &Path) -> Result<Identity, CliFailure> {
    let loaded = Identity::load(&identity_folder(state));
    loaded.map_err(|error| failed(Exit::Usage, "the agent has no identity", &error))
}

/// Works as the agent of `machine` until `drain` is asked for: of the control plane at `url`, or
/// where it enrolled.
pub(crate) async fn work(
    machine: Machine,
    identity: Identity,
    url: Option<String>,
    allow: AllowFile,
    sandbox: Sandbox,
    state: &Path,
    drain: Drain,
) -> Result<(), CliFailure> {
    let mut facts = identity.facts();
    facts.url = url.unwrap_or(facts.url);
    let connector = WebSocketConnector::new(&facts)
        .map_err(|error| failed(Exit::Usage, "the agent's identity is not valid", &error))?;
    let own = machine.capabilities()?;
    let (name, changes) = (machine.name.clone(), machine.allow_changes);
    let config = Config {
        state: state.join("worker"),
        clock: clock::sleeping(),
        sandbox,
        workspace_key: facts.workspace_key,
        allow: Allow::File(allow),
        computer: Some((facts.computer, machine.name.clone())),
        identity: Some(identity),
        capabilities: Box::new(|upstream| own.beside(machine::common(upstream))),
        reporter: Some(Arc::new(MachineReporter(machine))),
    };
    let worker = Worker::build(config)
        .map_err(|error| failed(Exit::Failed, "the agent cannot be started", &error))?;
    tracing::info!(name, computer = %facts.computer, changes, url = facts.url, "the agent runs");
    let ended = worker.run(Arc::new(connector), drain).await;
    ended.map_err(|error| {
        let failure = failed(Exit::Failed, "the agent ended", &error);
        match error {
            RunError::IdentityCopied(refusal) => failure.hint(refusal.code.remedy()),
            _ => failure,
        }
    })
}

/// Why this computer could not be enrolled.
pub(crate) fn not_enrolled(error: &EnrolError) -> CliFailure {
    let exit = match error {
        EnrolError::Refused { code, .. } => Exit::of(*code),
        EnrolError::Connect(_) => Exit::Unreachable,
        _ => Exit::Failed,
    };
    failed(exit, "this computer cannot be enrolled", error)
}

/// A failure whose cause is `error`.
pub(crate) fn failed(exit: Exit, message: &str, error: &dyn Error) -> CliFailure {
    CliFailure::new(exit, message).because(error)
}
