//! The network: carries messages between links, late, and not always.
//!
//! Each direction of a session is a stream: what arrives, arrives once and in its order, up to some
//! message. A session is over for its two sides at different times.

use crate::{
    plan::{Dice, MACHINES, Way},
    witness::{Speaker, Witness},
};
use bindery_protocol::{
    link::{ControlEnd, WorkerEnd, pair},
    message::{Held, ToControl, ToWorker},
};
use bindery_worker::connector::{ConnectError, Connector};
use parking_lot::Mutex;
use std::{collections::VecDeque, sync::Arc};
use tokio::sync::mpsc::{
    Receiver, Sender,
    error::{TryRecvError, TrySendError},
};

/// One direction of a session.
struct Lane<T> {
    from: Option<Receiver<T>>,
    to: Option<Sender<T>>,
    /// What is on its way, and the step at which it arrives.
    way: VecDeque<(usize, T)>,
    swallows: bool,
    /// Nothing more is said; the end arrives behind everything else.
    ended: bool,
}

impl<T> Lane<T> {
    fn new(from: Receiver<T>, to: Sender<T>) -> Self {
        Self { from: Some(from), to: Some(to), way: VecDeque::new(), swallows: false, ended: false }
    }

    /// Takes what was said, and shows it to `hears`.
    fn take(&mut self, (step, late): (usize, usize), dice: &mut Dice, mut hears: impl FnMut(&T)) {
        while let Some(from) = &mut self.from {
            match from.try_recv() {
                Ok(message) => {
                    hears(&message);
                    let last = self.way.back().map_or(0, |(due, _)| *due);
                    if !self.swallows {
                        self.way.push_back((last.max(step + dice.below(late)), message));
                    }
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.from = None;
                    self.ended = true;
                }
            }
        }
    }

    /// Delivers what is due; the number of messages for which `counts` is true.
    fn deliver(&mut self, step: usize, mut counts: impl FnMut(&T) -> bool) -> usize {
        let mut carried = 0;
        while let (Some(to), Some((due, _))) = (&self.to, self.way.front()) {
            if *due > step {
                break;
            }
            let Some((due, message)) = self.way.pop_front() else { break };
            let counted = counts(&message);
            match to.try_send(message) {
                Ok(()) => carried += usize::from(counted),
                Err(TrySendError::Full(message)) => {
                    self.way.push_front((due, message));
                    break;
                }
                Err(TrySendError::Closed(_)) => self.to = None,
            }
        }
        if self.ended && !self.swallows && self.way.is_empty() {
            self.to = None;
        }
        carried
    }

    /// Puts a message behind all that is on its way.
    fn slip_in(&mut self, message: T) {
        let due = self.way.back().map_or(0, |(due, _)| *due);
        self.way.push_back((due, message));
    }

    fn is_over(&self) -> bool {
        self.to.as_ref().is_none_or(Sender::is_closed)
    }
}

struct Session {
    speaker: Speaker,
    up: Lane<ToControl>,
    down: Lane<ToWorker>,
    /// The steps at which the worker and the control plane notice that it was cut.
    cut: Option<(usize, usize)>,
    dice: Dice,
}

impl Session {
    fn take(&mut self, at: (usize, usize), witness: &Witness) {
        let Self { speaker, up, down, dice, .. } = self;
        up.take(at, dice, |message| witness.hears(speaker, message));
        down.take(at, dice, |_| {});
    }

    fn step(&mut self, at: (usize, usize), witness: &Witness, holding: &mut Holding) -> usize {
        self.take(at, witness);
        let Self { speaker, up, down, .. } = self;
        let hears = |message: &ToControl| {
            if let ToControl::Holding { jobs } = message {
                holding[speaker.machine] = Some(jobs.clone());
            }
            *message != ToControl::Alive
        };
        let tells = |message: &ToWorker| {
            witness.tells(speaker, message);
            *message != ToWorker::Alive
        };
        let (step, _) = at;
        let carried = up.deliver(step, hears) + down.deliver(step, tells);
        if let Some((worker, plane)) = self.cut {
            if step >= worker {
                (self.up.from, self.down.to) = (None, None);
            }
            if step >= plane {
                (self.down.from, self.up.to) = (None, None);
            }
        }
        // A side that is gone hears nothing and says nothing.
        if self.down.is_over() && !self.up.swallows {
            self.up.from = None;
            self.up.ended = true;
        }
        if self.up.is_over() && !self.down.swallows {
            self.down.from = None;
            self.down.ended = true;
        }
        carried
    }

    fn is_over(&self) -> bool {
        self.up.is_over() && self.down.is_over()
    }
}

/// What each machine last said that it has.
pub(crate) type Holding = [Option<Vec<Held>>; MACHINES];

struct State {
    holding: Holding,
    dice: Dice,
    late: usize,
    step: usize,
    parted: [bool; MACHINES],
    plane_is_up: bool,
    witness: Witness,
    sessions: Vec<Session>,
    arrivals: Vec<(usize, ControlEnd)>,
}

impl State {
    /// The newest session of a machine, if it is whole.
    fn session(&mut self, machine: usize) -> Option<&mut Session> {
        let session = self.sessions.iter_mut().rfind(|it| it.speaker.machine == machine)?;
        let whole = session.cut.is_none() && !session.up.swallows && !session.down.swallows;
        whole.then_some(session)
    }

    fn sessions_of(&mut self, machine: usize) -> impl Iterator<Item = &mut Session> {
        self.sessions.iter_mut().filter(move |session| session.speaker.machine == machine)
    }
}

/// The network of a simulation.
#[derive(Clone)]
pub(crate) struct Network(Arc<Mutex<State>>);

impl Network {
    /// One whose messages take up to `late` steps.
    pub(crate) fn new(seed: u64, late: usize, witness: Witness) -> Self {
        Self(Arc::new(Mutex::new(State {
            holding: Holding::default(),
            dice: Dice::of(!seed),
            late,
            step: 0,
            parted: [false; MACHINES],
            plane_is_up: true,
            witness,
            sessions: vec![],
            arrivals: vec![],
        })))
    }

    /// From now on messages take up to `late` steps.
    pub(crate) fn be_late(&self, late: usize) {
        self.0.lock().late = late;
    }

    /// Carries messages; how many arrived, without signs of life.
    pub(crate) fn step(&self) -> usize {
        let state = &mut *self.0.lock();
        state.step += 1;
        let at = (state.step, state.late);
        let sessions = state.sessions.iter_mut();
        let carried = sessions.map(|it| it.step(at, &state.witness, &mut state.holding)).sum();
        state.sessions.retain(|session| !session.is_over());
        carried
    }

    /// Takes what was said so far: whoever said it may be gone with its disk before the next step.
    pub(crate) fn listen(&self) {
        let state = &mut *self.0.lock();
        let at = (state.step, state.late);
        state.sessions.iter_mut().for_each(|session| session.take(at, &state.witness));
    }

    /// Says something in the session of a machine, as if its worker had.
    pub(crate) fn say(&self, machine: usize, message: ToControl) {
        if let Some(session) = self.0.lock().session(machine) {
            session.up.slip_in(message);
        }
    }

    /// The process of a machine that has a session.
    pub(crate) fn process(&self, machine: usize) -> Option<usize> {
        self.0.lock().session(machine).map(|session| session.speaker.process)
    }

    /// Tells a worker something, as if the control plane had.
    pub(crate) fn tell(&self, machine: usize, message: ToWorker) {
        if let Some(session) = self.0.lock().session(machine) {
            session.down.slip_in(message);
        }
    }

    /// Sessions that reached the control plane since the last call.
    pub(crate) fn arrivals(&self) -> Vec<(usize, ControlEnd)> {
        std::mem::take(&mut self.0.lock().arrivals)
    }

    /// Cuts the sessions of a machine. The first `arrives` messages of each direction still arrive;
    /// the control plane notices `lag` steps after the worker, or before it.
    pub(crate) fn cut(&self, machine: usize, arrives: usize, lag: isize) {
        let state = &mut *self.0.lock();
        let noticed = |lag: isize| state.step + lag.max(0).unsigned_abs();
        let cut = (noticed(-lag), noticed(lag));
        for session in state.sessions_of(machine) {
            (session.up.swallows, session.down.swallows) = (true, true);
            session.up.way.truncate(arrives);
            session.down.way.truncate(arrives);
            session.cut.get_or_insert(cut);
        }
    }

    pub(crate) fn swallow(&self, machine: usize, way: Way) {
        let state = &mut *self.0.lock();
        for session in state.sessions_of(machine) {
            match way {
                Way::Up => session.up.swallows = true,
                Way::Down => session.down.swallows = true,
            }
        }
    }

    pub(crate) fn part(&self, machine: usize, parted: bool) {
        self.0.lock().parted[machine] = parted;
    }

    /// The control plane is gone, with its side of all sessions, or there again.
    pub(crate) fn plane_is_up(&self, up: bool) {
        let state = &mut *self.0.lock();
        state.plane_is_up = up;
        if !up {
            state.arrivals.clear();
        }
    }

    /// What each machine has said that it has since the last call.
    pub(crate) fn holding(&self) -> Holding {
        std::mem::take(&mut self.0.lock().holding)
    }

    /// From now on nothing is late and nothing is lost.
    pub(crate) fn heal(&self) {
        let state = &mut *self.0.lock();
        (state.late, state.parted) = (1, [false; MACHINES]);
        let broken = |session: &&mut Session| session.up.swallows || session.down.swallows;
        for session in state.sessions.iter_mut().filter(broken) {
            session.cut = Some((0, 0));
        }
    }

    fn connect(&self, speaker: &Speaker) -> Result<WorkerEnd, ConnectError> {
        let state = &mut *self.0.lock();
        if state.parted[speaker.machine] || !state.plane_is_up {
            return Err(ConnectError::TimedOut { url: "sim://plane".into() });
        }
        let (end, near) = pair();
        let (far, control) = pair();
        let dice = Dice::of(state.dice.below(usize::MAX) as u64);
        let up = Lane::new(near.hear, far.say);
        let down = Lane::new(far.hear, near.say);
        state.sessions.push(Session { speaker: speaker.clone(), up, down, cut: None, dice });
        state.arrivals.push((speaker.machine, control));
        Ok(end)
    }
}

/// The way of one process of a worker to the control plane.
pub(crate) struct Line {
    pub(crate) network: Network,
    pub(crate) speaker: Speaker,
}

#[async_trait::async_trait]
impl Connector for Line {
    async fn connect(&self) -> Result<WorkerEnd, ConnectError> {
        self.network.connect(&self.speaker)
    }
}
