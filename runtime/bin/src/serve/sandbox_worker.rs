//! The worker inside the control plane: it runs jobs that belong to no computer.

use crate::{agent::failed, clock, machine};
use bindery_cli::failure::{CliFailure, Exit};
use bindery_control_plane::plane::ControlPlane;
use bindery_protocol::link::{self, WorkerEnd};
use bindery_sandbox::{engine::PROFILE, run::Sandbox};
use bindery_worker::{
    allow::Allow,
    config::Config,
    connector::{ConnectError, Connector},
    drain::Drain,
    worker::Worker,
};
use std::{path::Path, sync::Arc};

/// Connects within the process.
struct Inside(ControlPlane);

#[async_trait::async_trait]
impl Connector for Inside {
    async fn connect(&self) -> Result<WorkerEnd, ConnectError> {
        let (worker, control) = link::pair();
        let plane = self.0.clone();
        tokio::spawn(async move { plane.serve_sandbox(control, PROFILE).await });
        Ok(worker)
    }
}

/// The worker of `plane`, whose folder is `state`.
pub(super) fn build(
    plane: &ControlPlane,
    sandbox: Sandbox,
    state: &Path,
) -> Result<Worker, CliFailure> {
    let config = Config {
        state: state.to_owned(),
        clock: clock::sleeping(),
        sandbox,
        workspace_key: plane.workspace_key(),
        allow: Allow::Everything,
        computer: None,
        identity: None,
        capabilities: Box::new(machine::common),
        reporter: None,
    };
    Worker::build(config)
        .map_err(|error| failed(Exit::Failed, "the sandbox worker cannot be started", &error))
}

/// Runs `worker` until `drain` is asked for.
pub(super) async fn run(
    worker: Worker,
    plane: ControlPlane,
    drain: Drain,
) -> Result<(), CliFailure> {
    let ended = worker.run(Arc::new(Inside(plane)), drain).await;
    ended.map_err(|error| failed(Exit::Failed, "the sandbox worker ended", &error))
}
