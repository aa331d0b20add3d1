//! The control plane itself: what every use case works with.

use crate::{
    documents::{Repository, SETTINGS},
    entropy,
    events::Events,
    hub::Hub,
    keys::Keys,
    replay::Replayer,
    session::Patience,
};
use bindery_core::{
    code::{Code, Failure},
    id::WorkspaceId,
    limit,
    time::Clock,
};
use bindery_protocol::pace::Pace;
use bindery_seal::{
    bundle::Bundle,
    envelope::Envelope,
    trust::{TrustList, TrustedKey},
};
use bindery_store::{
    Stores,
    batch::{Batch, Expect},
};
use jiff::Timestamp;
use parking_lot::RwLock;
use serde::{Deserialize, Serialize};
use std::{path::PathBuf, sync::Arc};
use tokio::sync::{Notify, Semaphore};

/// What a control plane is made of.
pub struct Config {
    /// The folder of its keys.
    pub folder: PathBuf,
    /// Where its state lies.
    pub stores: Stores,
    /// Its clock.
    pub clock: Arc<dyn Clock>,
    /// The workspace's name, when it is made.
    pub name: String,
    /// The sealed runbooks that come with every account.
    pub builtins: Vec<Bundle>,
    /// The keys of the publishers that are trusted from the start.
    pub publishers: Vec<TrustedKey>,
    /// The sealed modules that come with every account.
    pub modules: Vec<Bundle>,
    /// What replays jobs; without it they cannot be replayed here.
    pub replayer: Option<Arc<dyn Replayer>>,
    /// SHA-256 of the certificate that agents must see; none over plain http.
    pub fingerprint: Option<bindery_core::digest::Digest>,
}

/// What is kept of the workspace.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct WorkspaceRecord {
    pub(crate) id: WorkspaceId,
    pub(crate) name: String,
    pub(crate) created_at: Timestamp,
}

/// A running control plane. Cheap to clone.
#[derive(Clone)]
pub struct ControlPlane(pub(crate) Arc<Inner>);

/// What clones of a control plane share.
pub struct Inner {
    pub(crate) workspace: WorkspaceRecord,
    pub(crate) repository: Repository,
    pub(crate) stores: Stores,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pace: Pace,
    pub(crate) opened_at: Timestamp,
    pub(crate) keys: Keys,
    pub(crate) hub: Hub,
    pub(crate) events: Events,
    pub(crate) builtins: Vec<Bundle>,
    pub(crate) modules: Vec<Bundle>,
    pub(crate) replayer: Option<Arc<dyn Replayer>>,
    /// A place for each replay that may go on.
    pub(crate) replays: Semaphore,
    pub(crate) fingerprint: Option<bindery_core::digest::Digest>,
    trust: RwLock<(TrustList, Envelope)>,
    pub(crate) patience: Patience,
    /// Wakes the scheduler: a deployment was made or changed.
    pub(crate) scheduled: Notify,
}

impl std::ops::Deref for ControlPlane {
    type Target = Inner;
    fn deref(&self) -> &Inner {
        &self.0
    }
}

const WORKSPACE: &str = "workspace";
const TRUST: &str = "trust";

impl ControlPlane {
    /// Opens the control plane over its stores: the workspace and its keys are made at the first
    /// start.
    pub async fn open(config: Config) -> Result<Self, Failure> {
        Self::open_at(Pace::default(), config).await
    }

    /// The same for a control plane that waits at another pace.
    pub async fn open_at(pace: Pace, config: Config) -> Result<Self, Failure> {
        let repository = Repository::new(config.stores.documents.clone());
        let keys = Keys::open(&config.folder.join("keys"))?;
        let now = config.clock.now();
        let workspace = workspace(&repository, &config.name, now).await?;
        let trust = trust(&repository, config.publishers).await?;
        let envelope = trust.sign(keys.workspace())?;
        Ok(Self(Arc::new(Inner {
            workspace,
            repository,
            stores: config.stores,
            clock: config.clock,
            pace,
            opened_at: now,
            keys,
            hub: Hub::default(),
            events: Events::new(),
            builtins: config.builtins,
            modules: config.modules,
            replayer: config.replayer,
            replays: Semaphore::new(limit::REPLAYS),
            fingerprint: config.fingerprint,
            trust: RwLock::new((trust, envelope)),
            patience: Patience::at(pace),
            scheduled: Notify::new(),
        })))
    }

    /// The key that agents pin.
    pub fn workspace_key(&self) -> bindery_seal::key::PublicKey {
        self.keys.workspace_public()
    }

    /// The trust list, signed.
    pub(crate) fn signed_trust(&self) -> Envelope {
        self.trust.read().1.clone()
    }

    /// The trust list.
    pub(crate) fn trust(&self) -> TrustList {
        self.trust.read().0.clone()
    }

    /// Keeps a changed trust list and tells every worker.
    pub(crate) async fn change_trust(
        &self,
        change: impl FnOnce(&mut TrustList) -> Result<(), Failure>,
    ) -> Result<TrustList, Failure> {
        let held = self.repository.need::<TrustList>(SETTINGS, TRUST, "trust list").await?;
        let mut list = held.value;
        change(&mut list)?;
        list.version += 1;
        let envelope = list.sign(self.keys.workspace())?;
        let expect = Expect::Revision(held.revision);
        self.repository.commit(Batch::new().put(SETTINGS, TRUST, &list, expect, vec![])).await?;
        *self.trust.write() = (list.clone(), envelope.clone());
        let message = bindery_protocol::message::ToWorker::Trust { trust: envelope };
        self.hub.say_to_all(&message);
        Ok(list)
    }
}

async fn workspace(
    repository: &Repository,
    name: &str,
    now: Timestamp,
) -> Result<WorkspaceRecord, Failure> {
    if let Some(held) = repository.get(SETTINGS, WORKSPACE).await? {
        return Ok(held.value);
    }
    let id = WorkspaceId::new(now, entropy::id());
    let record = WorkspaceRecord { id, name: name.to_owned(), created_at: now };
    let batch = Batch::new().put(SETTINGS, WORKSPACE, &record, Expect::Absent, vec![]);
    repository.commit(batch).await?;
    Ok(record)
}

/// The trust list, with the keys of this build added: keys of earlier builds stay.
async fn trust(repository: &Repository, publishers: Vec<TrustedKey>) -> Result<TrustList, Failure> {
    let held = repository.get::<TrustList>(SETTINGS, TRUST).await?;
    let known = held.as_ref().map(|held| held.value.clone());
    let mut list = known.clone().unwrap_or(TrustList { version: 0, keys: vec![] });
    for key in publishers {
        if list.find(key.public_key.key_id()).is_none() {
            list.keys.push(key);
        }
    }
    if list.keys.len() > bindery_core::limit::TRUSTED_KEYS {
        return Err(Failure::new(Code::TooLarge, "the trust list has too many keys"));
    }
    if known.as_ref() != Some(&list) {
        list.version += 1;
        let expect = held.map_or(Expect::Absent, |held| Expect::Revision(held.revision));
        repository.commit(Batch::new().put(SETTINGS, TRUST, &list, expect, vec![])).await?;
    }
    Ok(list)
}
