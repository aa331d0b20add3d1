//! `bindery serve`: the control plane, its sandbox worker and its listener in one process.
//!
//! ```text
//! <data>/lock, db, blobs   the store          <data>/tls     the certificate authority
//! <data>/keys              signing keys       <data>/sandbox the sandbox worker, compiled modules
//! ```
//! It ends in this order: the worker's journals are shipped, then the listener goes.

mod context_file;
mod replayer;
mod sandbox_worker;

use crate::{agent::failed, builtins, clock, listen, logging, machine, sandbox, signals};
use bindery_cli::{
    context::{self, Global},
    failure::{CliFailure, Exit},
};
use bindery_control_plane::{
    http,
    plane::{Config, ControlPlane},
    tls::Tls,
};
use bindery_core::retention::Retention;
use bindery_sandbox::run::Sandbox;
use bindery_store::Stores;
use bindery_store_sled::open::SledStore;
use bindery_worker::drain::Drain;
use replayer::Replays;
use std::{
    collections::BTreeSet,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
    sync::Arc,
};
use tokio::{
    net::TcpListener,
    task::{JoinHandle, JoinSet},
};
use tokio_rustls::TlsAcceptor;

/// Where and how the control plane serves.
#[derive(Debug, Clone, clap::Args)]
#[command(next_help_heading = "Control plane")]
pub(crate) struct ServeArgs {
    /// Folder of the control plane's data [default: `data` in BINDERY_HOME]
    #[arg(long, value_name = "DIR")]
    pub(crate) data: Option<PathBuf>,
    /// Address to listen on
    #[arg(long, value_name = "ADDRESS", default_value = "127.0.0.1:7443")]
    pub(crate) listen: SocketAddr,
    /// Speak HTTP without TLS; only on an address of this computer itself
    #[arg(long)]
    pub(crate) http: bool,
    /// Name of the workspace, when it is made
    #[arg(long, value_name = "NAME", default_value = "Bindery")]
    pub(crate) workspace: String,
    /// Days for which ended jobs and runs, their journals, streams and records are kept (1 to 3650)
    #[arg(long, value_name = "N", default_value_t)]
    pub(crate) retention_days: Retention,
}

/// A control plane that serves.
pub(crate) struct Server {
    /// The control plane.
    pub(crate) plane: ControlPlane,
    /// Where it is reached from this computer.
    pub(crate) url: String,
    /// Its sandbox, which an agent in this process shares.
    pub(crate) sandbox: Sandbox,
    worker: (Drain, JoinHandle<Result<(), CliFailure>>),
    listener: (Drain, JoinHandle<()>),
    _tasks: JoinSet<()>,
}

/// Serves until SIGTERM or ctrl-c.
pub(crate) async fn run(args: ServeArgs, global: &Global) -> Result<(), CliFailure> {
    let drain = signals::drain()?;
    let server = Server::start(&args, global).await?;
    server.run(drain).await
}

impl Server {
    /// Opens the data folder, starts everything, and says on stderr that it is ready.
    pub(crate) async fn start(args: &ServeArgs, global: &Global) -> Result<Self, CliFailure> {
        if args.http && !args.listen.ip().is_loopback() {
            let message = format!("--http on {}: that is not this computer alone", args.listen);
            return Err(CliFailure::new(Exit::Usage, message)
                .hint("Leave --http out: TLS needs no setting."));
        }
        let data = match &args.data {
            Some(data) => data.clone(),
            None => context::home()?.join("data"),
        };
        let tls = match args.http {
            true => None,
            false => Some(Tls::open(&data.join("tls"), &names(args.listen))?),
        };
        fs::create_dir_all(&data).map_err(|error| machine::unusable(&data, &error))?;
        let stores = open_store(&data).await?;
        let sandbox = sandbox::open(&data.join("sandbox/compiled"))?;
        let replayer = Replays { sandbox: sandbox.clone(), clock: clock::sleeping() };
        let plane = ControlPlane::open(Config {
            folder: data.clone(),
            stores,
            clock: Arc::new(clock::now),
            name: args.workspace.clone(),
            builtins: builtins::bundles()?,
            publishers: vec![builtins::publisher()?],
            modules: builtins::modules()?,
            replayer: Some(Arc::new(replayer)),
            fingerprint: tls.as_ref().map(|tls| tls.fingerprint),
        });
        let plane = plane.await?;
        let socket = TcpListener::bind(args.listen).await.map_err(|error| {
            failed(Exit::Failed, &format!("cannot listen on {}", args.listen), &error)
        })?;
        let port = socket.local_addr().map_or(args.listen.port(), |address| address.port());
        let url = url(args, port);
        let ca = tls.as_ref().map(|_| data.join("tls/ca.pem"));
        let first_token = async || Ok(plane.first_token().await?);
        context_file::write(&url, ca.as_deref(), global, first_token).await?;

        let worker = sandbox_worker::build(&plane, sandbox.clone(), &data.join("sandbox"))?;
        let drains = (Drain::default(), Drain::default());
        let working = sandbox_worker::run(worker, plane.clone(), drains.0.clone());
        let acceptor = tls.map(|tls| TlsAcceptor::from(tls.server));
        let listening =
            listen::serve(socket, acceptor, http::router(plane.clone()), drains.1.clone());
        let tasks = plane.start_tasks(args.retention_days).await?;
        let (worker, listener) = (tokio::spawn(working), tokio::spawn(listening));
        logging::say(&format!("bindery is ready at {url}"));
        let (worker, listener) = ((drains.0, worker), (drains.1, listener));
        Ok(Self { plane, url, sandbox, worker, listener, _tasks: tasks })
    }

    /// Serves until `drain` is asked for, or the sandbox worker ends by itself.
    pub(crate) async fn run(self, drain: Drain) -> Result<(), CliFailure> {
        let (worker_drain, mut worker) = self.worker;
        let ended = tokio::select! {
            ended = &mut worker => ended,
            () = drain.drained() => {
                worker_drain.drain();
                worker.await
            }
        };
        let (listener_drain, listener) = self.listener;
        listener_drain.drain();
        let crashed = |error| failed(Exit::Internal, "a part of the program failed", &error);
        listener.await.map_err(crashed)?;
        ended.map_err(crashed)?
    }
}

/// The store in the folder `data`, which is there.
pub(crate) async fn open_store(data: &Path) -> Result<Stores, CliFailure> {
    let folder = data.to_owned();
    let stores = tokio::task::spawn_blocking(move || SledStore::open(folder)).await;
    stores
        .map_err(|error| failed(Exit::Internal, "the store cannot be opened", &error))?
        .map_err(|error| failed(Exit::Failed, "the store cannot be opened", &error))
}

/// What the certificate is for: this computer by any of its names.
fn names(listen: SocketAddr) -> Vec<String> {
    let host = rustix::system::uname().nodename().to_string_lossy().into_owned();
    let fixed = ["localhost", "127.0.0.1", "::1"].map(str::to_owned);
    let listened = Some(listen.ip()).filter(|ip| !ip.is_unspecified()).map(|ip| ip.to_string());
    let names: BTreeSet<_> = fixed.into_iter().chain([host]).chain(listened).collect();
    names.into_iter().filter(|name| !name.is_empty()).collect()
}

/// The address by which this computer reaches the control plane.
fn url(args: &ServeArgs, port: u16) -> String {
    let scheme = if args.http { "http" } else { "https" };
    let mut address = args.listen;
    address.set_port(port);
    match (address.ip().is_unspecified(), address) {
        (true, SocketAddr::V4(_)) => format!("{scheme}://127.0.0.1:{port}"),
        (true, SocketAddr::V6(_)) => format!("{scheme}://[::1]:{port}"),
        (false, address) => format!("{scheme}://{address}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser;

    #[derive(Debug, Parser)]
    struct Program {
        #[command(flatten)]
        serve: ServeArgs,
    }

    #[test]
    fn the_address_is_one_that_this_computer_can_reach() {
        let rows = [
            ("--listen 127.0.0.1:1", "https://127.0.0.1:9"),
            ("--listen 0.0.0.0:1", "https://127.0.0.1:9"),
            ("--listen [::]:1", "https://[::1]:9"),
            ("--listen 10.1.2.3:1", "https://10.1.2.3:9"),
            ("--listen 127.0.0.1:1 --http", "http://127.0.0.1:9"),
        ];
        for (line, expected) in rows {
            let words = std::iter::once("bindery").chain(line.split_whitespace());
            let args = Program::try_parse_from(words).expect(line).serve;
            assert_eq!(url(&args, 9), expected, "{line}");
            assert!(!names(args.listen).iter().any(|name| name == "0.0.0.0" || name == "::"));
        }
    }
}
