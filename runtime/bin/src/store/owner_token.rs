//! An owner's token, made beside the data of a control plane that does not run.
//!
//! Whoever can open the folder could read all of its keys: nobody gets more by this than they had.

use crate::{clock, serve::open_store};
use bindery_api::secret::Secret;
use bindery_cli::failure::CliFailure;
use bindery_control_plane::plane::{Config, ControlPlane};
use serde::Serialize;
use std::{path::Path, sync::Arc};

/// A token that was made.
#[derive(Serialize)]
pub(super) struct OwnerToken {
    /// What its bearer presents.
    pub(super) secret: Secret,
}

/// Makes a token in the store of the folder `data`. Those that there are stay as they are.
pub(super) async fn make(data: &Path) -> Result<OwnerToken, CliFailure> {
    let stores = open_store(data).await?;
    let plane = ControlPlane::open(Config {
        folder: data.to_owned(),
        stores,
        clock: Arc::new(clock::now),
        name: "Bindery".into(),
        builtins: vec![],
        publishers: vec![],
        modules: vec![],
        replayer: None,
        fingerprint: None,
    });
    let secret = plane.await?.owner_token("recovery").await?;
    Ok(OwnerToken { secret: Secret::new(secret) })
}
