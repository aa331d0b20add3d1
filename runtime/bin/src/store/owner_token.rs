//! An owner's token, made beside the data of a control plane that does not run.
//!
//! Whoever can open the folder could read all of its keys: nobody gets more by this than they had.

use crate::{agent::failed, clock, serve::open_store};
use async_trait::async_trait;
use bindery_api::secret::Secret;
use bindery_cli::failure::{CliFailure, Exit};
use bindery_control_plane::plane::{Config, ControlPlane};
use bindery_store::{
    Stores,
    batch::{Batch, CommitError, Committed},
    documents::{Collection, Document, Documents, Page, Range},
    error::StoreError,
};
use serde::Serialize;
use std::{path::Path, sync::Arc};

/// The collection of tokens.
const TOKENS: &str = "tokens";

/// A token that was made.
#[derive(Serialize)]
pub(super) struct OwnerToken {
    /// What its bearer presents.
    pub(super) secret: Secret,
}

/// Makes a token in the store of the folder `data`. Those that there are stay as they are.
pub(super) async fn make(data: &Path) -> Result<OwnerToken, CliFailure> {
    let stores = open_store(data).await?;
    let documents: Arc<dyn Documents> = Arc::new(Tokenless(stores.documents.clone()));
    let plane = ControlPlane::open(Config {
        folder: data.to_owned(),
        stores: Stores { documents, ..stores },
        clock: Arc::new(clock::now),
        name: "Bindery".into(),
        builtins: vec![],
        publishers: vec![],
        modules: vec![],
        fingerprint: None,
    });
    let made = plane.await?.first_token().await?;
    let none = std::io::Error::other("the control plane takes this for no first start");
    let secret = made.ok_or_else(|| failed(Exit::Internal, "no token was made", &none))?;
    Ok(OwnerToken { secret: Secret::new(secret) })
}

/// Documents among which no token is listed: what a control plane sees at its first start, when it
/// makes the owner's.
struct Tokenless(Arc<dyn Documents>);

#[async_trait]
impl Documents for Tokenless {
    async fn get(&self, collection: Collection, id: &str) -> Result<Option<Document>, StoreError> {
        self.0.get(collection, id).await
    }

    async fn list(&self, collection: Collection, range: &Range) -> Result<Page, StoreError> {
        match collection.0 {
            TOKENS => Ok(Page::default()),
            _ => self.0.list(collection, range).await,
        }
    }

    async fn find(
        &self,
        collection: Collection,
        index: &str,
        value: &str,
        range: &Range,
    ) -> Result<Page, StoreError> {
        self.0.find(collection, index, value, range).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        self.0.commit(batch).await
    }
}
