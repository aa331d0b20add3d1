//! The hub: which workers are connected now, and how to say something to them.

use bindery_core::{
    code::{Code, Failure},
    fleet::ConfigureStatus,
    id::{ComputerId, JobId},
    limit,
    profile::Profile,
    worker::{self, Departure, Presence, WorkerEvent},
};
use bindery_protocol::message::ToWorker;
use jiff::Timestamp;
use parking_lot::Mutex;
use std::collections::HashMap;
use tokio::sync::{
    Notify,
    mpsc::{self, error::TrySendError},
    oneshot,
};

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
    /// Dropped with the session, which tells whoever converses in it.
    _over: oneshot::Sender<Over>,
    /// The jobs that have a place here, and whether they wait for their children.
    jobs: HashMap<JobId, bool>,
    /// Whether it takes jobs now.
    open: bool,
}

impl Session {
    fn has_place(&self) -> bool {
        let busy = self.jobs.values().filter(|waits| !**waits).count();
        self.open && busy < limit::WORKER_JOBS && self.jobs.len() < limit::WORKER_HELD_JOBS
    }
}

/// Never said: its sender is dropped when a session is replaced or cut off.
pub(crate) enum Over {}

#[derive(Default)]
struct State {
    sessions: HashMap<Peer, Session>,
    presence: HashMap<Peer, Presence>,
    /// What the engine of each peer has, by its last connection.
    profiles: HashMap<Peer, Profile>,
    /// The newest question about its identity that each peer has answered.
    proved: HashMap<Peer, u64>,
    asked: HashMap<(Peer, u64), oneshot::Sender<Result<(), Failure>>>,
    last: u64,
}

/// The sessions, and who may have a free place now.
pub(crate) struct Hub {
    state: Mutex<State>,
    arrived: Notify,
    free: mpsc::UnboundedSender<Peer>,
    freed: Mutex<Option<mpsc::UnboundedReceiver<Peer>>>,
}

impl Default for Hub {
    fn default() -> Self {
        let (free, freed) = mpsc::unbounded_channel();
        let (state, arrived) = (Mutex::default(), Notify::new());
        Self { state, arrived, free, freed: Mutex::new(Some(freed)) }
    }
}

impl Hub {
    /// The number of a question that is about to be asked: later ones are greater.
    pub(crate) fn question(&self) -> u64 {
        let mut state = self.state.lock();
        state.last += 1;
        state.last
    }

    /// Whether `peer` has answered no question later than this one, which it has answered now.
    pub(crate) fn proves(&self, peer: Peer, question: u64) -> bool {
        let mut state = self.state.lock();
        let newest = state.proved.entry(peer).or_default();
        *newest = question.max(*newest);
        *newest == question
    }

    /// A new session of `peer`, and what ends when it is over; an older one of it is cut off. It
    /// takes no jobs before it is opened.
    pub(crate) fn connect(
        &self,
        peer: Peer,
        say: mpsc::Sender<ToWorker>,
    ) -> Result<(u64, oneshot::Receiver<Over>), Failure> {
        let mut state = self.state.lock();
        state.last += 1;
        let number = state.last;
        let held = state.presence.get(&peer).copied().unwrap_or(Presence::Registered);
        let presence = worker::next(held, WorkerEvent::Connect { session: number })?;
        state.presence.insert(peer, presence);
        let (_over, over) = oneshot::channel();
        let session = Session { number, say, _over, jobs: HashMap::new(), open: false };
        state.sessions.insert(peer, session);
        self.arrived.notify_waiters();
        Ok((number, over))
    }

    /// What the engine of `peer` has, as it says.
    pub(crate) fn keep_profile(&self, peer: Peer, profile: Profile) {
        self.state.lock().profiles.insert(peer, profile);
    }

    /// What the engine of `peer` had when it last connected.
    pub(crate) fn profile_of(&self, peer: Peer) -> Profile {
        self.state.lock().profiles.get(&peer).copied().unwrap_or_default()
    }

    /// The end of a session. An older one than the current changes nothing.
    pub(crate) fn disconnect(&self, peer: Peer, session: u64, at: Timestamp, how: Departure) {
        let mut state = self.state.lock();
        if state.sessions.get(&peer).is_some_and(|held| held.number == session) {
            state.sessions.remove(&peer);
        }
        let held = state.presence.get(&peer).copied().unwrap_or(Presence::Registered);
        if let Ok(presence) = worker::next(held, WorkerEvent::Disconnect { session, at, how }) {
            state.presence.insert(peer, presence);
        }
    }

    /// Forgets that `peer` was ever here, as a control plane does that starts anew.
    #[cfg(test)]
    pub(crate) fn forget(&self, peer: Peer) {
        self.state.lock().presence.remove(&peer);
    }

    pub(crate) fn presence(&self, peer: Peer) -> Presence {
        self.state.lock().presence.get(&peer).copied().unwrap_or(Presence::Registered)
    }

    pub(crate) fn connected(&self, peer: Peer) -> bool {
        self.state.lock().sessions.contains_key(&peer)
    }

    /// Waits until `peer` is connected.
    pub(crate) async fn arrival(&self, peer: Peer) {
        loop {
            let arrived = self.arrived.notified();
            if self.connected(peer) {
                return;
            }
            arrived.await;
        }
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

    /// Says something to `peer`; it may be gone before it hears it. One that does not listen is cut
    /// off: it hears what matters when it comes back.
    pub(crate) fn say(&self, peer: Peer, message: ToWorker) -> Result<(), Failure> {
        self.said(peer, message, None)
    }

    /// Says something that can be said again later to `peer`, if it listens, and in this session
    /// alone: in a later one the worker may have said already what it has.
    pub(crate) fn offer(&self, peer: Peer, session: u64, message: ToWorker) -> Result<(), Failure> {
        self.said(peer, message, Some(session))
    }

    /// Whether a session of `peer` is its current one.
    pub(crate) fn is_current(&self, peer: Peer, session: u64) -> bool {
        self.state.lock().sessions.get(&peer).is_some_and(|held| held.number == session)
    }

    fn said(&self, peer: Peer, message: ToWorker, only: Option<u64>) -> Result<(), Failure> {
        let unreachable =
            |what: &str| Err(Failure::new(Code::Unreachable, format!("the worker {what}")));
        let mut state = self.state.lock();
        let Some(session) = state.sessions.get(&peer) else {
            return unreachable("is not connected");
        };
        if only.is_some_and(|only| only != session.number) {
            return unreachable("has connected anew");
        }
        match session.say.try_send(message) {
            Ok(()) => Ok(()),
            Err(TrySendError::Closed(_)) => unreachable("is not connected"),
            Err(TrySendError::Full(_)) => {
                if only.is_none() {
                    state.sessions.remove(&peer);
                }
                unreachable("does not listen")
            }
        }
    }

    /// Says something to every agent that is connected.
    pub(crate) fn say_to_all(&self, message: &ToWorker) {
        let peers: Vec<_> = self.state.lock().sessions.keys().copied().collect();
        for peer in peers {
            // Whoever is gone hears it when it is welcomed again.
            let _gone = self.say(peer, message.clone());
        }
    }

    /// Takes a place for `job` at `peer`, if it is connected and has one free; the session in which it
    /// has it.
    pub(crate) fn take_place(&self, peer: Peer, job: JobId) -> Option<u64> {
        let mut state = self.state.lock();
        let session = state.sessions.get_mut(&peer)?;
        if !session.jobs.contains_key(&job) && !session.has_place() {
            return None;
        }
        session.jobs.insert(job, false);
        Some(session.number)
    }

    /// The session in which `job` has its place at `peer`, if it is the current one.
    pub(crate) fn place_of(&self, peer: Peer, job: JobId) -> Option<u64> {
        let state = self.state.lock();
        let session = state.sessions.get(&peer)?;
        session.jobs.contains_key(&job).then_some(session.number)
    }

    /// Notes a job that the worker behind `peer` has, whether there is a place for it or not.
    pub(crate) fn hold_place(&self, peer: Peer, job: JobId) {
        if let Some(session) = self.state.lock().sessions.get_mut(&peer) {
            session.jobs.insert(job, false);
        }
    }

    /// Says whether a job waits for its children: then others may have its place.
    pub(crate) fn job_waits(&self, peer: Peer, job: JobId, waits: bool) {
        let mut state = self.state.lock();
        let session = state.sessions.get_mut(&peer);
        if let Some(held) = session.and_then(|session| session.jobs.get_mut(&job)) {
            *held = waits;
        }
    }

    /// Lets jobs be given to the worker behind `session`, or not for a while.
    pub(crate) fn open(&self, peer: Peer, session: u64, open: bool) {
        if let Some(held) = self.state.lock().sessions.get_mut(&peer)
            && held.number == session
        {
            held.open = open;
        }
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
            state.asked.insert((peer, id), answer);
            id
        };
        let said = self.say(peer, message(id));
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
        self.state.lock().asked.remove(&(peer, id));
        match answer {
            Ok(()) => (ConfigureStatus::Configured, None),
            Err((status, failure)) => (status, Some(failure)),
        }
    }

    /// The answer of `peer` to an earlier question.
    pub(crate) fn answered(&self, peer: Peer, id: u64, answer: Result<(), Failure>) {
        if let Some(waiting) = self.state.lock().asked.remove(&(peer, id)) {
            // Whoever asked may have lost patience.
            let _ = waiting.send(answer);
        }
    }
}

/// Where a worker is to be found.
pub(crate) fn peer_of(worker: &worker::Worker) -> Peer {
    worker.computer.map_or(Peer::Sandbox, Peer::Computer)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_that_comes_behind_a_later_one_proves_nothing() {
        let (hub, peer) = (Hub::default(), Peer::Computer(ComputerId::from_bytes([1; 16])));
        let (first, second) = (hub.question(), hub.question());
        assert!(hub.proves(peer, first), "it is the only one");
        assert!(hub.proves(peer, second));
        assert!(hub.proves(peer, second), "it is asked again before it counts");
        assert!(!hub.proves(peer, first));
    }
}
