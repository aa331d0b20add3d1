//! The hub: which workers are connected now, and how to say something to them.

use bindery_core::{
    code::{Code, Failure},
    fleet::ConfigureStatus,
    id::{ComputerId, JobId},
    worker::{self, Presence, WorkerEvent},
};
use bindery_protocol::message::ToWorker;
use jiff::Timestamp;
use parking_lot::Mutex;
use std::collections::{HashMap, HashSet};
use tokio::sync::{mpsc, oneshot};

/// Who is at the other end of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Peer {
    /// The sandbox worker of this control plane.
    Sandbox,
    /// The agent of a computer.
    Computer(ComputerId),
}

struct Session {
    number: u64,
    say: mpsc::Sender<ToWorker>,
    jobs: HashSet<JobId>,
}

#[derive(Default)]
struct State {
    sessions: HashMap<Peer, Session>,
    presence: HashMap<Peer, Presence>,
    asked: HashMap<u64, oneshot::Sender<Result<(), Failure>>>,
    last: u64,
}

/// The sessions, and who may have a free place now.
pub(crate) struct Hub {
    state: Mutex<State>,
    free: mpsc::UnboundedSender<Peer>,
    freed: Mutex<Option<mpsc::UnboundedReceiver<Peer>>>,
}

impl Default for Hub {
    fn default() -> Self {
        let (free, freed) = mpsc::unbounded_channel();
        Self { state: Mutex::default(), free, freed: Mutex::new(Some(freed)) }
    }
}

impl Hub {
    /// A new session of `peer`; an older one of it is cut off.
    pub(crate) fn connect(&self, peer: Peer, say: mpsc::Sender<ToWorker>) -> Result<u64, Failure> {
        let mut state = self.state.lock();
        state.last += 1;
        let number = state.last;
        let held = state.presence.get(&peer).copied().unwrap_or(Presence::Registered);
        let presence = worker::next(held, WorkerEvent::Connect { session: number })?;
        state.presence.insert(peer, presence);
        state.sessions.insert(peer, Session { number, say, jobs: HashSet::new() });
        Ok(number)
    }

    /// The end of a session. An older one than the current changes nothing.
    pub(crate) fn disconnect(&self, peer: Peer, session: u64, at: Timestamp) {
        let mut state = self.state.lock();
        if state.sessions.get(&peer).is_some_and(|held| held.number == session) {
            state.sessions.remove(&peer);
        }
        let held = state.presence.get(&peer).copied().unwrap_or(Presence::Registered);
        if let Ok(presence) = worker::next(held, WorkerEvent::Disconnect { session, at }) {
            state.presence.insert(peer, presence);
        }
    }

    pub(crate) fn presence(&self, peer: Peer) -> Presence {
        self.state.lock().presence.get(&peer).copied().unwrap_or(Presence::Registered)
    }

    pub(crate) fn connected(&self, peer: Peer) -> bool {
        self.state.lock().sessions.contains_key(&peer)
    }

    /// Whether this session is still the peer's current one.
    pub(crate) fn current(&self, peer: Peer, session: u64) -> bool {
        self.state.lock().sessions.get(&peer).is_some_and(|held| held.number == session)
    }

    /// Says that `peer` may have a free place. The queue is bounded by the jobs that can end at
    /// once.
    pub(crate) fn wake(&self, peer: Peer) {
        // After the dispatcher has ended nobody needs to know.
        let _ = self.free.send(peer);
    }

    /// The dispatcher's end of it; it can be taken once.
    pub(crate) fn freed(&self) -> Option<mpsc::UnboundedReceiver<Peer>> {
        self.freed.lock().take()
    }

    fn sender(&self, peer: Peer) -> Option<mpsc::Sender<ToWorker>> {
        self.state.lock().sessions.get(&peer).map(|session| session.say.clone())
    }

    /// Says something to `peer`; it may be gone before it hears it.
    pub(crate) async fn say(&self, peer: Peer, message: ToWorker) -> Result<(), Failure> {
        let unreachable = || Failure::new(Code::Unreachable, "the worker is not connected");
        let sender = self.sender(peer).ok_or_else(unreachable)?;
        sender.send(message).await.map_err(|_| unreachable())
    }

    /// Says something to every agent that is connected.
    pub(crate) async fn say_to_all(&self, message: &ToWorker) {
        let peers: Vec<_> = self.state.lock().sessions.keys().copied().collect();
        for peer in peers {
            // Whoever is gone hears it when it is welcomed again.
            let _gone = self.say(peer, message.clone()).await;
        }
    }

    /// Takes a place for `job` at `peer`, if it is connected and has one free.
    pub(crate) fn take_place(&self, peer: Peer, job: JobId) -> bool {
        let mut state = self.state.lock();
        let Some(session) = state.sessions.get_mut(&peer) else {
            return false;
        };
        if !session.jobs.contains(&job) && session.jobs.len() >= places(peer) {
            return false;
        }
        session.jobs.insert(job);
        true
    }

    /// Gives the place of `job` at `peer` back.
    pub(crate) fn free_place(&self, peer: Peer, job: JobId) {
        if let Some(session) = self.state.lock().sessions.get_mut(&peer) {
            session.jobs.remove(&job);
        }
    }

    /// Asks an agent something that it answers with `Configured`; the answer, or that it is
    /// unreachable.
    pub(crate) async fn ask(
        &self,
        peer: Peer,
        message: impl FnOnce(u64) -> ToWorker,
        patience: std::time::Duration,
    ) -> (ConfigureStatus, Option<Failure>) {
        let (answer, wait) = oneshot::channel();
        let id = {
            let mut state = self.state.lock();
            state.last += 1;
            let id = state.last;
            state.asked.insert(id, answer);
            id
        };
        let said = self.say(peer, message(id)).await;
        let answer = match said {
            Err(failure) => Err((ConfigureStatus::Unreachable, failure)),
            Ok(()) => match tokio::time::timeout(patience, wait).await {
                Ok(Ok(Ok(()))) => Ok(()),
                Ok(Ok(Err(refusal))) => Err((ConfigureStatus::Refused, refusal)),
                _ => Err((
                    ConfigureStatus::Unreachable,
                    Failure::new(Code::Unreachable, "the agent did not answer in time"),
                )),
            },
        };
        self.state.lock().asked.remove(&id);
        match answer {
            Ok(()) => (ConfigureStatus::Configured, None),
            Err((status, failure)) => (status, Some(failure)),
        }
    }

    /// The answer to an earlier question.
    pub(crate) fn answered(&self, id: u64, answer: Result<(), Failure>) {
        if let Some(waiting) = self.state.lock().asked.remove(&id) {
            // Whoever asked may have lost patience.
            let _ = waiting.send(answer);
        }
    }
}

/// Jobs that a worker runs at once. Parents wait in the sandbox, so it has room for many.
fn places(_peer: Peer) -> usize {
    bindery_core::limit::WORKER_JOBS
}

/// Where a worker is to be found.
pub(crate) fn peer_of(worker: &worker::Worker) -> Peer {
    worker.computer.map_or(Peer::Sandbox, Peer::Computer)
}
