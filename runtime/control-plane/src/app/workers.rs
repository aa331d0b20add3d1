//! Workers and their groups, and how a computer becomes one.

use crate::{
    app::computers::computer_name,
    dispatch::PATIENCE,
    documents::{COMPUTERS, WORKERS, worker_indexes},
    hub::{Peer, peer_of},
    plane::ControlPlane,
    session::computer_indexes,
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    fleet::{Computer, ConfigureStatus},
    grant::{Grant, Power},
    id::{ComputerId, WorkerId},
    name::Name,
    profile::Profile,
    worker::{Presence, Worker, WorkerKind},
};
use bindery_protocol::{
    message::ToWorker,
    order::{CONFIGURE_ORDER, ConfigureOrder},
};
use bindery_seal::envelope::Envelope;
use bindery_store::batch::{Batch, Expect};

/// How an attempt to configure one computer ended.
pub(crate) struct Configured {
    pub(crate) status: ConfigureStatus,
    pub(crate) reason: Option<Failure>,
    pub(crate) group: Option<Name>,
}

impl ControlPlane {
    pub(crate) async fn worker(&self, id: WorkerId) -> Result<Option<Worker>, Failure> {
        Ok(self.repository.get(WORKERS, &id.to_string()).await?.map(|held| held.value))
    }

    pub(crate) fn presence_of(&self, worker: &Worker) -> Presence {
        self.hub.presence(peer_of(worker))
    }

    /// The workers of an account with the names of their computers.
    pub(crate) async fn list_workers(
        &self,
        account: &Name,
    ) -> Result<Vec<(Worker, Option<String>)>, Failure> {
        self.account(account).await?;
        let mut listed = vec![];
        for worker in self.workers(account).await? {
            let name = match worker.computer {
                None => None,
                Some(id) => {
                    let held = self.repository.get::<Computer>(COMPUTERS, &id.to_string()).await?;
                    held.map(|held| held.value.name())
                }
            };
            listed.push((worker, name));
        }
        Ok(listed)
    }

    /// Makes a computer a Hybrid Runbook Worker of `account`. Doing it twice is the same as once.
    ///
    /// It counts as configured when its agent has durably acknowledged; only then the worker is
    /// known here.
    pub(crate) async fn configure(
        &self,
        account: &Name,
        id: ComputerId,
    ) -> Result<Configured, Failure> {
        let Some(held) = self.repository.get::<Computer>(COMPUTERS, &id.to_string()).await? else {
            let reason = Failure::new(Code::NotFound, format!("there is no computer {id}"));
            return Ok(Configured::not(ConfigureStatus::Refused, reason));
        };
        let computer = held.value;
        let worker = match &computer.worker {
            Some((name, worker)) if name.key() == account.key() => self.worker(*worker).await?,
            _ => None,
        };
        let worker = match worker {
            Some(worker) => worker,
            None => self.new_worker(account, &computer).await?,
        };
        let worker = Worker { profile: self.hub.profile_of(Peer::Computer(id)), ..worker };
        let order = self.configure_order(&worker)?;
        let message = |id| ToWorker::Configure { id, order };
        self.await_return(&computer).await;
        let (status, reason) =
            self.hub.ask(Peer::Computer(id), message, self.pace.of(PATIENCE)).await;
        if let (ConfigureStatus::Unreachable | ConfigureStatus::Refused, Some(reason)) =
            (status, reason)
        {
            return Ok(Configured::not(status, reason));
        }
        self.keep_worker(&worker, id).await?;
        Ok(Configured { status, reason: None, group: Some(worker.group) })
    }

    /// Just after a start the agents are still on their way back, and their absence says nothing.
    async fn await_return(&self, computer: &Computer) {
        let since = self.clock.now().duration_since(self.opened_at).unsigned_abs();
        if computer.enrolled_at < self.opened_at {
            let arrival = self.hub.arrival(Peer::Computer(computer.id));
            let _in_time =
                tokio::time::timeout(self.pace.of(PATIENCE.saturating_sub(since)), arrival).await;
        }
    }

    /// A worker for a computer; each computer is its own group, named after it.
    async fn new_worker(&self, account: &Name, computer: &Computer) -> Result<Worker, Failure> {
        Ok(Worker {
            id: worker_id(account, computer.id),
            account: account.clone(),
            kind: WorkerKind::Hybrid,
            computer: Some(computer.id),
            group: self.own_group(account, computer).await?,
            groups: vec![],
            profile: self.hub.profile_of(Peer::Computer(computer.id)),
            created_at: self.clock.now(),
        })
    }

    /// The group that is a computer's own: named after it, or after its id where that name cannot be one
    /// or is taken.
    async fn own_group(&self, account: &Name, computer: &Computer) -> Result<Name, Failure> {
        let workers = self.workers(account).await?;
        let taken = |name: &Name| {
            let mut groups =
                workers.iter().flat_map(|worker| worker.groups.iter().chain([&worker.group]));
            groups.any(|group| group.key() == name.key())
        };
        match group_name(computer).filter(|name| !taken(name)) {
            Some(name) => Ok(name),
            None => format!("computer-{}", computer.id)
                .parse()
                .map_err(|error| Failure::new(Code::Internal, format!("a group's name: {error}"))),
        }
    }

    /// Keeps what the engine of `peer` has, with each of the workers behind it.
    pub(crate) async fn keep_profile(&self, peer: Peer, profile: Profile) -> Result<(), Failure> {
        self.hub.keep_profile(peer, profile);
        for worker in self.workers_behind(peer).await? {
            let change = |worker: &mut Worker| {
                worker.profile = profile;
                Ok(())
            };
            let id = worker.id.to_string();
            self.repository.change(WORKERS, &id, "worker", worker_indexes, change).await?;
        }
        Ok(())
    }

    async fn keep_worker(&self, worker: &Worker, computer: ComputerId) -> Result<(), Failure> {
        let indexes = worker_indexes(worker);
        let id = worker.id.to_string();
        let batch = Batch::new().put(WORKERS, id, worker, Expect::Any, indexes);
        self.repository.commit(batch).await?;
        let mark = |computer: &mut Computer| {
            computer.worker = Some((worker.account.clone(), worker.id));
            Ok(())
        };
        let id = computer.to_string();
        self.repository.change(COMPUTERS, &id, "computer", computer_indexes, mark).await?;
        self.wake(Peer::Computer(computer));
        Ok(())
    }

    /// The signed order by which a worker becomes one of its account.
    pub(crate) fn configure_order(&self, worker: &Worker) -> Result<Envelope, Failure> {
        let order = ConfigureOrder {
            account: worker.account.clone(),
            worker: worker.id,
            group: worker.group.clone(),
            order_key: self.keys.orders(&worker.account)?.public_key().to_string(),
            most: everything(),
            issued_at: self.clock.now(),
        };
        Envelope::sign(CONFIGURE_ORDER, &order, self.keys.workspace())
    }
}

impl Configured {
    fn not(status: ConfigureStatus, reason: Failure) -> Self {
        Self { status, reason: Some(reason), group: None }
    }
}

/// The id of a computer's worker in an account: always the same, so that two attempts to configure
/// it at once make one worker.
fn worker_id(account: &Name, computer: ComputerId) -> WorkerId {
    let digest = Digest::of(format!("worker {} {computer}", account.key()).as_bytes());
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&digest.as_bytes()[..16]);
    WorkerId::from_bytes(bytes)
}

/// The most that an account may grant: every power. The computer's own `allow` file caps it.
fn everything() -> Vec<Grant> {
    Power::ALL
        .iter()
        .filter_map(|power| {
            let mask = if power.masked() { ":*" } else { "" };
            format!("{}{mask}", power.as_str()).parse().ok()
        })
        .collect()
}

/// The computer's name as the name of a group, if it can be one.
fn group_name(computer: &Computer) -> Option<Name> {
    let text: String =
        computer_name(computer).chars().map(|c| if c == '.' { '-' } else { c }).collect();
    text.parse().ok()
}
