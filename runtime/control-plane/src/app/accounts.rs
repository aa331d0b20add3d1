//! Accounts. The first deployment makes one by itself, with the sealed runbooks and modules that
//! come with it.

use crate::{
    app::tokens::Caller,
    documents::{ACCOUNTS, Items, RUNBOOKS, WORKERS, no_indexes, runbook_key, worker_indexes},
    entropy,
    hub::Peer,
    plane::ControlPlane,
};
use bindery_core::{
    account::{self, Account},
    code::{Code, Failure},
    digest::Digest,
    id::WorkerId,
    name::Name,
    profile::{self, Feature, Profile},
    runbook::Runbook,
    seal::Seal,
    worker::{Worker, WorkerKind},
};
use bindery_seal::{bundle::Bundle, statement};
use bindery_store::{
    batch::{Batch, Expect},
    documents::Range,
};

/// The group of the sandbox workers.
const SANDBOX_GROUP: &str = "Sandbox";

impl ControlPlane {
    pub(crate) async fn account(&self, name: &Name) -> Result<Account, Failure> {
        let what = format!("account `{name}`");
        let held = self.repository.need(ACCOUNTS, &name.key(), &what).await;
        Ok(held
            .map_err(|failure| match failure.code {
                Code::NotFound => absent(failure, name),
                _ => failure,
            })?
            .value)
    }

    /// An account; the default one is made for whoever imports the first runbook into it.
    pub(crate) async fn account_or_first(
        &self,
        name: &Name,
        caller: &Caller,
    ) -> Result<Account, Failure> {
        match self.account(name).await {
            Err(failure) if failure.code == Code::NotFound && name.as_str() == account::DEFAULT => {
                self.create_account(name, &caller.name).await
            }
            other => other,
        }
    }

    pub(crate) async fn list_accounts(&self, range: Range) -> Result<Items<Account>, Failure> {
        self.repository.list(ACCOUNTS, range).await
    }

    /// Makes an account with its sandbox worker. It is not linked to the workspace yet.
    pub(crate) async fn create_account(&self, name: &Name, by: &str) -> Result<Account, Failure> {
        self.create_account_with(name, Profile::Standard, by).await
    }

    /// The same, whose runbooks may need `profile`.
    pub(crate) async fn create_account_with(
        &self,
        name: &Name,
        profile: Profile,
        by: &str,
    ) -> Result<Account, Failure> {
        let now = self.clock.now();
        let account = Account {
            name: name.clone(),
            workspace: None,
            profile,
            created_at: now,
            created_by: by.to_owned(),
        };
        let worker = Worker {
            id: WorkerId::new(now, entropy::id()),
            account: name.clone(),
            kind: WorkerKind::Sandbox,
            computer: None,
            groups: vec![],
            profile: self.hub.profile_of(Peer::Sandbox),
            group: SANDBOX_GROUP.parse().map_err(|error| {
                Failure::new(Code::Internal, format!("the group of the sandbox: {error}"))
            })?,
            created_at: now,
        };
        let indexes = worker_indexes(&worker);
        let batch = Batch::new().put(ACCOUNTS, name.key(), &account, Expect::Absent, vec![]).put(
            WORKERS,
            worker.id.to_string(),
            &worker,
            Expect::Absent,
            indexes,
        );
        let taken = Failure::new(Code::NameTaken, format!("there is an account `{name}` already"));
        self.repository.create(batch, taken).await?;
        self.install_builtins(name).await?;
        self.configure_sandbox(&worker).await;
        Ok(account)
    }

    /// Says what the runbooks of an account may need of an engine. What it has already stays; jobs of what
    /// needs more do not start.
    pub(crate) async fn change_profile(
        &self,
        name: &Name,
        profile: Profile,
    ) -> Result<Account, Failure> {
        let change = |account: &mut Account| {
            account.profile = profile;
            Ok(())
        };
        let (key, what) = (name.key(), format!("account `{name}`"));
        let changed = self.repository.change(ACCOUNTS, &key, &what, no_indexes, change);
        Ok(changed.await?.0)
    }

    /// Whether the runbooks of an account may need `needs`; `ProfileNotAllowed`.
    pub(crate) async fn check_profile(
        &self,
        account: &Name,
        needs: &[Feature],
    ) -> Result<(), Failure> {
        let wanted = Profile::with(needs);
        if wanted.is_standard() || wanted <= self.account(account).await?.profile {
            return Ok(());
        }
        let message = format!(
            "the module needs {}, and account `{account}` has not asked for the {wanted} profile",
            profile::named(needs)
        );
        Err(Failure::new(Code::ProfileNotAllowed, message))
    }

    /// The account of a deployment: made if it is not there, and linked to the workspace.
    pub(crate) async fn linked_account(&self, name: &Name, by: &str) -> Result<Account, Failure> {
        match self.create_account(name, by).await {
            Err(failure) if failure.code == Code::NameTaken => self.install_builtins(name).await?,
            other => drop(other?),
        }
        let workspace = self.workspace.id;
        let link = |account: &mut Account| {
            account.workspace.get_or_insert(workspace);
            Ok(())
        };
        let key = name.key();
        let change = self.repository.change(ACCOUNTS, &key, "account", no_indexes, link);
        Ok(change.await?.0)
    }

    /// Installs the sealed runbooks and modules of this build where an account has neither these
    /// versions nor later ones.
    pub(crate) async fn install_builtins(&self, account: &Name) -> Result<(), Failure> {
        for bundle in &self.modules {
            self.install_module(account, bundle).await?;
        }
        for bundle in &self.builtins {
            self.install_builtin(account, bundle).await?;
        }
        Ok(())
    }

    async fn install_builtin(&self, account: &Name, bundle: &Bundle) -> Result<(), Failure> {
        let now = self.clock.now();
        let seal = statement::verify(&bundle.envelope, &bundle.wasm, &self.trust(), now)?;
        let key = runbook_key(account, &seal.name);
        let held = self.repository.get::<Runbook>(RUNBOOKS, &key).await?;
        if let Some(held) = &held {
            let published = held.value.published.as_ref().map(|published| published.digest);
            if published == Some(Digest::of(&bundle.wasm)) || is_later(&held.value, &seal) {
                return Ok(());
            }
        }
        let sealed = Some((&bundle.envelope, &seal));
        let name = Some(seal.name.clone());
        let stored = self.store_version(account, name, &bundle.wasm, sealed, "Bindery");
        let (version, batch) = stored.await?;
        let runbook = Runbook {
            account: account.clone(),
            name: seal.name.clone(),
            draft: held.as_ref().and_then(|held| held.value.draft.clone()),
            published: Some(version),
            grants: seal.grants.clone(),
            seal: Some(seal),
            changed_at: now,
        };
        let expect = held.map_or(Expect::Absent, |held| Expect::Revision(held.revision));
        let indexes = vec![("account", account.key())];
        self.repository.commit(batch.put(RUNBOOKS, key, &runbook, expect, indexes)).await
    }

    /// Tells the sandbox worker that it works for an account.
    pub(crate) async fn configure_sandbox(&self, worker: &Worker) {
        if let Ok(order) = self.configure_order(worker) {
            let message = |id| bindery_protocol::message::ToWorker::Configure { id, order };
            let patience = self.pace.of(crate::dispatch::PATIENCE);
            let (status, reason) = self.hub.ask(Peer::Sandbox, message, patience).await;
            tracing::debug!(account = %worker.account, ?status, ?reason, "sandbox worker configured");
        }
    }

    /// Tells a sandbox worker that has just connected which accounts it works for.
    pub(crate) async fn configure_sandboxes(&self) -> Result<(), Failure> {
        for worker in self.repository.all::<Worker>(WORKERS, "").await? {
            if worker.kind == WorkerKind::Sandbox {
                self.configure_sandbox(&worker).await;
            }
        }
        Ok(())
    }
}

/// That the default account is not there is nobody's mistake.
fn absent(failure: Failure, name: &Name) -> Failure {
    failure.advising(match name.as_str() {
        account::DEFAULT => {
            "The first `bindery runbook import` makes it, and so does the first update deployment."
        }
        _ => "`bindery account list` shows which there are; --account names another.",
    })
}

/// Whether what is published is a later version than `seal`, by its publisher's own counting.
fn is_later(held: &Runbook, seal: &Seal) -> bool {
    let version = |seal: &Seal| semver::Version::parse(&seal.version).ok();
    let published = held.seal.as_ref().filter(|_| held.published.is_some());
    published.and_then(version).zip(version(seal)).is_some_and(|(held, ours)| held > ours)
}
