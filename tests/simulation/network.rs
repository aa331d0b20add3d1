//! The network: carries messages between links, late, and not always.
//!
//! Each direction of a session is a stream: what arrives, arrives once and in its order, up to some
//! message. A session is over for its two sides at different times.

use crate::plan::{Dice, WORKERS, Way};
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

    /// Takes what was said and delivers what is due; the number of messages for which `counts` is
    /// true.
    fn step(
        &mut self,
        (step, late): (usize, usize),
        dice: &mut Dice,
        mut counts: impl FnMut(&T) -> bool,
    ) -> usize {
        while let Some(from) = &mut self.from {
            match from.try_recv() {
                Ok(_) if self.swallows => {}
                Ok(message) => {
                    let last = self.way.back().map_or(0, |(due, _)| *due);
                    self.way.push_back((last.max(step + dice.below(late)), message));
                }
                Err(TryRecvError::Empty) => break,
                Err(TryRecvError::Disconnected) => {
                    self.from = None;
                    self.ended = true;
                }
            }
        }
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

    fn is_over(&self) -> bool {
        self.to.as_ref().is_none_or(Sender::is_closed)
    }
}

struct Session {
    worker: usize,
    up: Lane<ToControl>,
    down: Lane<ToWorker>,
    /// The steps at which the worker and the control plane notice that it was cut.
    cut: Option<(usize, usize)>,
    dice: Dice,
}

impl Session {
    fn step(&mut self, (step, late): (usize, usize), holding: &mut Holding) -> usize {
        let Self { worker, up, down, dice, .. } = self;
        let hears = |message: &ToControl| {
            if let ToControl::Holding { jobs } = message {
                holding[*worker] = Some(jobs.clone());
            }
            *message != ToControl::Alive
        };
        let carried = up.step((step, late), dice, hears)
            + down.step((step, late), dice, |message| *message != ToWorker::Alive);
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

/// What each worker last said that it has.
pub(crate) type Holding = [Option<Vec<Held>>; WORKERS];

struct State {
    holding: Holding,
    dice: Dice,
    late: usize,
    step: usize,
    parted: [bool; WORKERS],
    plane_is_up: bool,
    sessions: Vec<Session>,
    arrivals: Vec<(usize, ControlEnd)>,
}

/// The network of a simulation.
#[derive(Clone)]
pub(crate) struct Network(Arc<Mutex<State>>);

impl Network {
    /// One whose messages take up to `late` steps.
    pub(crate) fn new(seed: u64, late: usize) -> Self {
        Self(Arc::new(Mutex::new(State {
            holding: Holding::default(),
            dice: Dice::of(!seed),
            late,
            step: 0,
            parted: [false; WORKERS],
            plane_is_up: true,
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
        let sessions = state.sessions.iter_mut();
        let carried = sessions
            .map(|session| session.step((state.step, state.late), &mut state.holding))
            .sum();
        state.sessions.retain(|session| !session.is_over());
        carried
    }

    /// Sessions that reached the control plane since the last call.
    pub(crate) fn arrivals(&self) -> Vec<(usize, ControlEnd)> {
        std::mem::take(&mut self.0.lock().arrivals)
    }

    /// Cuts the sessions of a worker. The first `arrives` messages of each direction still arrive;
    /// the control plane notices `lag` steps after the worker, or before it.
    pub(crate) fn cut(&self, worker: usize, arrives: usize, lag: isize) {
        let state = &mut *self.0.lock();
        let noticed = |lag: isize| state.step + lag.max(0).unsigned_abs();
        let cut = (noticed(-lag), noticed(lag));
        for session in state.sessions.iter_mut().filter(|session| session.worker == worker) {
            (session.up.swallows, session.down.swallows) = (true, true);
            session.up.way.truncate(arrives);
            session.down.way.truncate(arrives);
            session.cut.get_or_insert(cut);
        }
    }

    pub(crate) fn swallow(&self, worker: usize, way: Way) {
        let state = &mut *self.0.lock();
        for session in state.sessions.iter_mut().filter(|session| session.worker == worker) {
            match way {
                Way::Up => session.up.swallows = true,
                Way::Down => session.down.swallows = true,
            }
        }
    }

    pub(crate) fn part(&self, worker: usize, parted: bool) {
        self.0.lock().parted[worker] = parted;
    }

    /// The control plane is gone, with its side of all sessions, or there again.
    pub(crate) fn plane_is_up(&self, up: bool) {
        let state = &mut *self.0.lock();
        state.plane_is_up = up;
        if !up {
            state.arrivals.clear();
        }
    }

    /// What each worker has said that it has since the last call.
    pub(crate) fn holding(&self) -> Holding {
        std::mem::take(&mut self.0.lock().holding)
    }

    /// From now on nothing is late and nothing is lost.
    pub(crate) fn heal(&self) {
        let state = &mut *self.0.lock();
        (state.late, state.parted) = (1, [false; WORKERS]);
        let broken = |session: &&mut Session| session.up.swallows || session.down.swallows;
        for session in state.sessions.iter_mut().filter(broken) {
            session.cut = Some((0, 0));
        }
    }

    fn connect(&self, worker: usize) -> Result<WorkerEnd, ConnectError> {
        let state = &mut *self.0.lock();
        if state.parted[worker] || !state.plane_is_up {
            return Err(ConnectError::TimedOut { url: "sim://plane".into() });
        }
        let (end, near) = pair();
        let (far, control) = pair();
        let dice = Dice::of(state.dice.below(usize::MAX) as u64);
        let up = Lane::new(near.hear, far.say);
        let down = Lane::new(far.hear, near.say);
        state.sessions.push(Session { worker, up, down, cut: None, dice });
        state.arrivals.push((worker, control));
        Ok(end)
    }
}

/// The way of one worker to the control plane.
pub(crate) struct Line {
    pub(crate) network: Network,
    pub(crate) worker: usize,
}

#[async_trait::async_trait]
impl Connector for Line {
    async fn connect(&self) -> Result<WorkerEnd, ConnectError> {
        self.network.connect(self.worker)
    }
}
