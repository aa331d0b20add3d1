//! `bindery up`: a control plane, and an agent for this computer, in one process.
//!
//! The agent only reports unless it is started with `--allow-changes`. It enrols and connects over
//! the network like any other.

use crate::{
    agent::{self, AgentArgs, failed},
    clock,
    serve::{ServeArgs, Server},
    signals,
};
use bindery_cli::{
    context::{self, Global},
    failure::{CliFailure, Exit},
};
use bindery_worker::{
    agent::{address::Address, enrol::enrol, identity::Identity, token::EnrolToken},
    drain::Drain,
};
use std::path::Path;

/// What is served, and which computer is looked after.
#[derive(Debug, Clone, clap::Args)]
pub(crate) struct UpArgs {
    #[command(flatten)]
    serve: ServeArgs,
    #[command(flatten)]
    agent: AgentArgs,
}

/// Serves and works until SIGTERM or ctrl-c.
///
/// Never over plain HTTP: an enrolment token pins the authority that it would have to name.
pub(crate) async fn run(args: UpArgs, global: &Global) -> Result<(), CliFailure> {
    if args.serve.http {
        let text = "`bindery up --http` cannot make this computer's agent trust the control plane";
        return Err(CliFailure::new(Exit::Usage, text).hint(
            "Leave --http out: TLS needs no setting. `bindery serve --http` starts a control plane \
             without an agent.",
        ));
    }
    let drain = signals::drain()?;
    // Beside the control plane that it belongs to: this computer may also have an agent of another.
    let state = match &args.agent.state {
        Some(_) => args.agent.state()?,
        None => context::home()?.join("agent"),
    };
    // A computer that cannot be looked after is found out before anything listens.
    let machine = args.agent.open(&state)?;
    let server = Server::start(&args.serve, global).await?;
    let identity = identity(&server, &state, &machine.name).await?;
    let allow = args.agent.allow_file(&machine, &state);
    if identity.facts().workspace_key != server.plane.workspace_key() {
        let text = format!("the agent in `{}` is one of another control plane", state.display());
        return Err(CliFailure::new(Exit::Usage, text)
            .hint("Name another folder with --state, or move this one away."));
    }
    let work = {
        let (sandbox, drain) = (server.sandbox.clone(), drain.clone());
        let url = Some(server.url.clone());
        async move { agent::work(machine, identity, url, allow, sandbox, &state, drain).await }
    };
    let serving = Drain::default();
    let served = tokio::spawn(server.run(serving.clone()));
    // The agent ships its journals before the control plane ends.
    let mut served = std::pin::pin!(served);
    let mut work = std::pin::pin!(work);
    tokio::select! {
        worked = &mut work => {
            serving.drain();
            worked.and(joined(served.await))
        }
        ended = &mut served => {
            drain.drain();
            joined(ended).and(work.await)
        }
    }
}

fn joined(ended: Result<Result<(), CliFailure>, tokio::task::JoinError>) -> Result<(), CliFailure> {
    ended.unwrap_or_else(|error| Err(failed(Exit::Internal, "the control plane failed", &error)))
}

/// The identity of this computer; it is enrolled at the first start.
async fn identity(server: &Server, state: &Path, name: &str) -> Result<Identity, CliFailure> {
    let folder = agent::identity_folder(state);
    if !Identity::exists(&folder) {
        let internal = |error: &dyn std::error::Error| {
            failed(Exit::Internal, "this computer cannot be enrolled", error)
        };
        let token: EnrolToken =
            server.plane.enrol_token(name).await?.parse().map_err(|e| internal(&e))?;
        let address: Address = server.url.parse().map_err(|e| internal(&e))?;
        let enrolled = enrol(&folder, &address, &token, name, clock::now()).await;
        enrolled.map_err(|error| agent::not_enrolled(&error))?;
    }
    agent::load(state)
}
