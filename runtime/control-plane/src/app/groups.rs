//! Groups of workers: a job that is placed on one runs on any of its workers that is there.
//!
//! Each worker is a group of its own, named after its computer; an account adds others. A group is there
//! as long as a worker is in it.

use crate::{
    app::{tokens::Caller, workers::Configured},
    documents::{WORKERS, worker_indexes},
    hub::peer_of,
    plane::ControlPlane,
};
use bindery_core::{
    code::{Code, Failure},
    fleet::Computer,
    limit,
    name::Name,
    worker::Worker,
};

impl ControlPlane {
    /// Puts a computer into a group of an account; makes it a Hybrid Runbook Worker of that account
    /// before, if it is none. Doing it twice is the same as once. The default account is made, if it
    /// is not there yet.
    pub(crate) async fn add_to_group(
        &self,
        account: &Name,
        group: &Name,
        computer: &str,
        caller: &Caller,
    ) -> Result<Worker, Failure> {
        let computer = self.computer(computer).await?;
        self.account_or_first(account, caller).await?;
        self.check_group(account, group).await?;
        let worker = match self.worker_of(account, &computer).await? {
            Some(worker) => worker,
            None => self.made_worker(account, &computer).await?,
        };
        let add = |worker: &mut Worker| {
            if worker.groups.iter().any(|held| held.key() == group.key()) {
                return Ok(());
            }
            if worker.groups.len() >= limit::WORKER_GROUPS {
                let (name, most) = (computer.name(), limit::WORKER_GROUPS);
                let message =
                    format!("`{name}` is in {most} groups, as many as may be (WORKER_GROUPS)");
                return Err(Failure::new(Code::LimitExceeded, message));
            }
            worker.groups.push(group.clone());
            Ok(())
        };
        let worker = self.change_worker(&worker, add).await?;
        self.wake(peer_of(&worker));
        Ok(worker)
    }

    /// Takes a computer out of a group. Jobs of the group that it has stay with it.
    pub(crate) async fn remove_from_group(
        &self,
        account: &Name,
        group: &Name,
        computer: &str,
    ) -> Result<(), Failure> {
        let computer = self.computer(computer).await?;
        let none = || {
            let message = format!("computer `{}` is not in group `{group}`", computer.name());
            Failure::new(Code::NotFound, message)
        };
        let worker = self.worker_of(account, &computer).await?.ok_or_else(none)?;
        let remove = |worker: &mut Worker| {
            let before = worker.groups.len();
            worker.groups.retain(|held| held.key() != group.key());
            if worker.groups.len() == before { Err(none()) } else { Ok(()) }
        };
        self.change_worker(&worker, remove).await.map(drop)
    }

    /// Refuses a name that is that of one worker alone.
    async fn check_group(&self, account: &Name, group: &Name) -> Result<(), Failure> {
        let own = |worker: &&Worker| worker.group.key() == group.key();
        if !self.workers(account).await?.iter().any(|worker| own(&worker)) {
            return Ok(());
        }
        let message =
            format!("`{group}` is the own group of one worker: no other can be put into it");
        Err(Failure::new(Code::NameTaken, message))
    }

    async fn worker_of(
        &self,
        account: &Name,
        computer: &Computer,
    ) -> Result<Option<Worker>, Failure> {
        match &computer.worker {
            Some((name, worker)) if name.key() == account.key() => self.worker(*worker).await,
            _ => Ok(None),
        }
    }

    async fn made_worker(&self, account: &Name, computer: &Computer) -> Result<Worker, Failure> {
        let Configured { reason, .. } = self.configure(account, computer.id).await?;
        if let Some(reason) = reason {
            let name = computer.name();
            let message = format!("`{name}` cannot be made a worker: {}", reason.message);
            return Err(Failure { message, ..reason });
        }
        let made = self.computer(&computer.id.to_string()).await?;
        self.worker_of(account, &made).await?.ok_or_else(|| {
            Failure::new(Code::Conflict, format!("`{}` works for another account", made.name()))
        })
    }

    async fn change_worker(
        &self,
        worker: &Worker,
        change: impl FnMut(&mut Worker) -> Result<(), Failure> + Send,
    ) -> Result<Worker, Failure> {
        let id = worker.id.to_string();
        let changed = self.repository.change(WORKERS, &id, "worker", worker_indexes, change);
        Ok(changed.await?.0)
    }
}
