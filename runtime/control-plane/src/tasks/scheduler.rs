//! The scheduler: starts the run of each deployment whose time has come. Run-now is a schedule that
//! is due.

use crate::{documents::DEPLOYMENTS, plane::ControlPlane};
use bindery_core::{
    code::Failure,
    deployment::{Deployment, DeploymentState},
};
use jiff::Timestamp;
use std::time::Duration;

/// The longest sleep: the wall clock may be set meanwhile.
const LONGEST: Duration = Duration::from_secs(60);

pub(super) async fn run(plane: ControlPlane) {
    loop {
        let changed = plane.scheduled.notified();
        let next = match due(&plane).await {
            Ok(next) => next,
            Err(failure) => {
                tracing::error!(%failure, "deployments that are due cannot be started");
                None
            }
        };
        let sleep = next.map_or(LONGEST, |at| {
            Duration::try_from(at.duration_since(plane.clock.now()))
                .unwrap_or_default()
                .min(LONGEST)
        });
        tokio::select! {
            () = changed => {}
            () = tokio::time::sleep(sleep) => {}
        }
    }
}

/// Starts what is due; when the next one is.
async fn due(plane: &ControlPlane) -> Result<Option<Timestamp>, Failure> {
    let state = format!("{:?}", DeploymentState::Scheduled);
    let scheduled: Vec<Deployment> =
        plane.repository.find_all(DEPLOYMENTS, "state", &state).await?;
    let mut next = None;
    for deployment in scheduled {
        let Some(at) = deployment.next_occurrence() else { continue };
        if at <= plane.clock.now() {
            if let Err(failure) = plane.occur(&deployment, at).await {
                tracing::error!(deployment = %deployment.name, %failure, "a deployment cannot run");
            }
        } else {
            next = Some(next.map_or(at, |earlier: Timestamp| earlier.min(at)));
        }
    }
    Ok(next)
}
