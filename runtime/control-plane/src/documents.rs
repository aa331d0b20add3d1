//! The control plane's documents: their collections, keys and indexes, read and changed as their
//! types.

use bindery_core::{
    code::{Code, Failure},
    id::{ComputerId, JobId, RunId},
    job::{Job, Phase, Placement},
    name::Name,
    run::{MachineRun, MachineStatus},
    worker::Worker,
};
use bindery_store::{
    batch::{Batch, CommitError, Expect, IndexEntry},
    documents::{Collection, Documents, Range},
};
use serde::{Serialize, de::DeserializeOwned};
use std::sync::Arc;

pub(crate) const SETTINGS: Collection = Collection("settings");
pub(crate) const TOKENS: Collection = Collection("tokens");
pub(crate) const ACCOUNTS: Collection = Collection("accounts");
pub(crate) const ASSETS: Collection = Collection("assets");
pub(crate) const RUNBOOKS: Collection = Collection("runbooks");
pub(crate) const VERSIONS: Collection = Collection("versions");
pub(crate) const JOBS: Collection = Collection("jobs");
pub(crate) const CHILDREN: Collection = Collection("children");
pub(crate) const COMPUTERS: Collection = Collection("computers");
pub(crate) const WORKERS: Collection = Collection("workers");
pub(crate) const DEPLOYMENTS: Collection = Collection("deployments");
pub(crate) const RUNS: Collection = Collection("runs");
pub(crate) const MACHINES: Collection = Collection("machines");
pub(crate) const SNAPSHOTS: Collection = Collection("snapshots");
pub(crate) const REMOVALS: Collection = Collection("removals");

/// A document as its type, with the revision that a change of it expects.
#[derive(Debug, Clone)]
pub(crate) struct Held<T> {
    pub(crate) value: T,
    pub(crate) revision: u64,
}

/// Items of one page, and where the next begins.
pub(crate) type Items<T> = (Vec<T>, Option<String>);

#[derive(Clone)]
pub(crate) struct Repository {
    documents: Arc<dyn Documents>,
}

impl Repository {
    pub(crate) fn new(documents: Arc<dyn Documents>) -> Self {
        Self { documents }
    }

    pub(crate) async fn get<T: DeserializeOwned>(
        &self,
        collection: Collection,
        id: &str,
    ) -> Result<Option<Held<T>>, Failure> {
        let Some(document) = self.documents.get(collection, id).await? else {
            return Ok(None);
        };
        Ok(Some(Held { value: document.parse()?, revision: document.revision }))
    }

    /// A document that must be there: `what` names it in the refusal.
    pub(crate) async fn need<T: DeserializeOwned>(
        &self,
        collection: Collection,
        id: &str,
        what: &str,
    ) -> Result<Held<T>, Failure> {
        self.get(collection, id).await?.ok_or_else(|| missing(what))
    }

    pub(crate) async fn list<T: DeserializeOwned>(
        &self,
        collection: Collection,
        range: Range,
    ) -> Result<Items<T>, Failure> {
        let page = self.documents.list(collection, &range).await?;
        let items = page.documents.iter().map(|document| Ok(document.parse()?));
        Ok((items.collect::<Result<_, Failure>>()?, page.next))
    }

    pub(crate) async fn find<T: DeserializeOwned>(
        &self,
        collection: Collection,
        index: &str,
        value: &str,
        range: Range,
    ) -> Result<Items<T>, Failure> {
        let page = self.documents.find(collection, index, value, &range).await?;
        let items = page.documents.iter().map(|document| Ok(document.parse()?));
        Ok((items.collect::<Result<_, Failure>>()?, page.next))
    }

    /// Every document of an index, page by page.
    pub(crate) async fn find_all<T: DeserializeOwned>(
        &self,
        collection: Collection,
        index: &str,
        value: &str,
    ) -> Result<Vec<T>, Failure> {
        let (mut all, mut range) = (vec![], Range::first(bindery_core::limit::PAGE_ITEMS));
        loop {
            let (items, next) = self.find(collection, index, value, range.clone()).await?;
            all.extend(items);
            match next {
                Some(next) => range = range.after(next),
                None => return Ok(all),
            }
        }
    }

    /// Every document of a collection, page by page.
    pub(crate) async fn all<T: DeserializeOwned>(
        &self,
        collection: Collection,
        prefix: &str,
    ) -> Result<Vec<T>, Failure> {
        let mut range = Range::first(bindery_core::limit::PAGE_ITEMS).prefix(prefix);
        let mut all = vec![];
        loop {
            let (items, next) = self.list(collection, range.clone()).await?;
            all.extend(items);
            match next {
                Some(next) => range = range.after(next),
                None => return Ok(all),
            }
        }
    }

    pub(crate) async fn commit(&self, batch: Batch) -> Result<(), Failure> {
        self.documents.commit(batch).await?;
        Ok(())
    }

    /// Makes a document that must not be there yet; `taken` is the refusal if it is.
    pub(crate) async fn create(&self, batch: Batch, taken: Failure) -> Result<(), Failure> {
        match self.documents.commit(batch).await {
            Ok(_) => Ok(()),
            Err(CommitError::Conflict { expected: Expect::Absent, .. }) => Err(taken),
            Err(error) => Err(error.into()),
        }
    }

    /// Changes a document by `change`, again from the start if somebody else changed it meanwhile.
    ///
    /// Returns the changed document and what `change` returned.
    pub(crate) async fn change<T, R>(
        &self,
        collection: Collection,
        id: &str,
        what: &str,
        indexes: fn(&T) -> Vec<IndexEntry>,
        mut change: impl FnMut(&mut T) -> Result<R, Failure> + Send,
    ) -> Result<(T, R), Failure>
    where
        T: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync,
        R: Send,
    {
        let change = |value: &mut T| Ok((Batch::new(), change(value)?));
        self.change_with(collection, id, what, indexes, change).await
    }

    /// The same, with a batch that `change` gives and that is committed together with the document.
    pub(crate) async fn change_with<T, R>(
        &self,
        collection: Collection,
        id: &str,
        what: &str,
        indexes: fn(&T) -> Vec<IndexEntry>,
        mut change: impl FnMut(&mut T) -> Result<(Batch, R), Failure> + Send,
    ) -> Result<(T, R), Failure>
    where
        T: Serialize + DeserializeOwned + Clone + PartialEq + Send + Sync,
        R: Send,
    {
        loop {
            let held = self.need::<T>(collection, id, what).await?;
            let mut value = held.value.clone();
            let (batch, answer) = change(&mut value)?;
            let expect = Expect::Revision(held.revision);
            let batch = match (value == held.value, batch.is_empty()) {
                (true, true) => return Ok((value, answer)),
                (true, false) => batch.require(collection, id, expect),
                (false, _) => batch.put(collection, id, &value, expect, indexes(&value)),
            };
            match self.documents.commit(batch).await {
                Ok(_) => return Ok((value, answer)),
                Err(CommitError::Conflict { .. }) => {}
                Err(error) => return Err(error.into()),
            }
        }
    }
}

pub(crate) fn missing(what: &str) -> Failure {
    Failure::new(Code::NotFound, format!("there is no {what}"))
}

pub(crate) fn no_indexes<T>(_: &T) -> Vec<IndexEntry> {
    vec![]
}

pub(crate) fn runbook_key(account: &Name, runbook: &Name) -> String {
    format!("{}/{}", account.key(), runbook.key())
}

pub(crate) fn machine_key(run: RunId, computer: ComputerId) -> String {
    format!("{run}/{computer}")
}

pub(crate) fn child_key(parent: JobId, sequence: u64, index: u32) -> String {
    format!("{parent}/{sequence}/{index}")
}

/// The value of the index `open` of jobs that have not ended.
pub(crate) const OPEN: &str = "yes";

pub(crate) fn job_indexes(job: &Job) -> Vec<IndexEntry> {
    let account = job.account.key();
    let status = format!("{:?}", job.phase.status());
    let mut indexes = vec![
        ("account", account.clone()),
        ("account-status", format!("{account}/{status}")),
        ("account-runbook", format!("{account}/{}", job.runbook.key())),
    ];
    if !job.phase.ended() {
        indexes.push(("open", OPEN.to_owned()));
    }
    if let Some(run) = job.run {
        indexes.push(("run", run.to_string()));
    }
    if let Some(lease) = job.phase.lease() {
        indexes.push(("worker", lease.worker.to_string()));
    }
    if matches!(job.phase, Phase::New | Phase::Resuming) {
        indexes.push(("waits", place_key(&job.account, &job.placement)));
    }
    indexes
}

/// Where jobs of an account wait and workers of it are found, as the value of an index.
pub(crate) fn place_key(account: &Name, placement: &Placement) -> String {
    let account = account.key();
    match placement {
        Placement::Sandbox => format!("{account}/sandbox"),
        Placement::Computer(id) => format!("{account}/computer/{id}"),
        Placement::Group(group) => format!("{account}/group/{}", group.key()),
    }
}

/// The places that a worker serves: its own, and those of its groups.
pub(crate) fn places_of(worker: &Worker) -> Vec<Placement> {
    let own = worker.computer.map_or(Placement::Sandbox, Placement::Computer);
    let groups = std::iter::once(&worker.group).chain(&worker.groups);
    std::iter::once(own).chain(groups.cloned().map(Placement::Group)).collect()
}

pub(crate) fn worker_indexes(worker: &Worker) -> Vec<IndexEntry> {
    let peer = worker.computer.map_or(SANDBOX.to_owned(), |id| id.to_string());
    let places = places_of(worker);
    let mut indexes = vec![("account", worker.account.key()), ("peer", peer)];
    indexes.extend(places.iter().map(|place| ("place", place_key(&worker.account, place))));
    indexes
}

/// The value of the index `peer` of the workers in the control plane's sandbox.
pub(crate) const SANDBOX: &str = "sandbox";

/// A status among the machine runs of a run, as the value of an index.
pub(crate) fn machine_status_key(run: RunId, status: MachineStatus) -> String {
    format!("{run}/{status:?}")
}

pub(crate) fn machine_indexes(machine: &MachineRun) -> Vec<IndexEntry> {
    let status = ("status", machine_status_key(machine.run, machine.status));
    machine.job.map(|job| ("job", job.to_string())).into_iter().chain([status]).collect()
}
