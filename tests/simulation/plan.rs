//! The plan of a seed: what is started, what goes wrong, and when.

use std::fmt;

/// Numbers that a seed determines (SplitMix64).
#[derive(Debug, Clone)]
pub(crate) struct Dice(u64);

impl Dice {
    pub(crate) fn of(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9E37_79B9_7F4A_7C15);
        let mut bits = self.0;
        bits = (bits ^ (bits >> 30)).wrapping_mul(0xBF58_476D_1CE4_E5B9);
        bits = (bits ^ (bits >> 27)).wrapping_mul(0x94D0_49BB_1331_11EB);
        bits ^ (bits >> 31)
    }

    /// A number below `end`.
    pub(crate) fn below(&mut self, end: usize) -> usize {
        (self.next() % end.max(1) as u64) as usize
    }

    pub(crate) fn one_in(&mut self, chances: usize) -> bool {
        self.below(chances) == 0
    }

    pub(crate) fn pick<T: Copy>(&mut self, of: &[T]) -> T {
        of[self.below(of.len())]
    }
}

/// The workers: two agents whose computers are one group, and the sandbox worker.
pub(crate) const AGENTS: usize = 2;
pub(crate) const SANDBOX: usize = AGENTS;
pub(crate) const WORKERS: usize = AGENTS + 1;

/// One direction of a session.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Way {
    Up,
    Down,
}

/// What an operator asks of a job.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Wish {
    Suspend,
    Resume,
    Stop,
}

/// Something that goes wrong, or that somebody does in the middle of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The sessions of a worker break: of what is on its way the first `arrives` messages still
    /// arrive, and the control plane notices so many steps after the worker (or before it).
    Cut { worker: usize, arrives: usize, lag: isize },
    /// One direction of a worker's sessions swallows everything from now on.
    HalfOpen { worker: usize, way: Way },
    /// A worker cannot connect, and its sessions are cut.
    Part { worker: usize },
    /// It can again.
    Join { worker: usize },
    /// A worker is killed, and started again so many steps later.
    Kill { worker: usize, away: usize },
    /// A worker is asked to end, and started again.
    Drain { worker: usize },
    /// The control plane is killed, and opened again so many steps later.
    KillPlane { away: usize },
    /// The clock of a worker jumps by so many seconds.
    Jump { worker: usize, seconds: i64 },
    /// The clock of the control plane does.
    JumpPlane { seconds: i64 },
    /// An operator asks something of a job.
    Ask { job: usize, wish: Wish },
}

/// A fault, and how many messages the network has carried when it strikes.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Strike {
    pub(crate) at: usize,
    pub(crate) fault: Fault,
}

/// What a seed decides.
#[derive(Debug, Clone)]
pub(crate) struct Plan {
    pub(crate) seed: u64,
    /// Jobs that are started at once: whether each starts two others.
    pub(crate) jobs: Vec<bool>,
    /// The longest that a message takes, in steps.
    pub(crate) slowest: usize,
    pub(crate) strikes: Vec<Strike>,
}

/// Messages within which faults strike; most jobs have ended then.
const WITHIN: usize = 160;
const FAULTS: usize = 10;
/// Kills of one worker: a job that restarts more often is failed.
const KILLS: usize = bindery_core::limit::JOB_RESTARTS as usize;
/// Within the skew that is allowed, the silence that is waited for, and beyond both.
const JUMPS: [i64; 6] = [-10, 10, -200, 200, -1_000, 1_000];

impl Plan {
    pub(crate) fn of(seed: u64) -> Self {
        let mut dice = Dice::of(seed);
        let jobs: Vec<_> = (0..1 + dice.below(3)).map(|_| dice.one_in(2)).collect();
        let slowest = dice.pick(&[1, 3, 10, 40]);
        let mut kills = [0; WORKERS];
        let mut strikes: Vec<_> = (0..1 + dice.below(FAULTS))
            .flat_map(|_| {
                let at = dice.below(WITHIN);
                let fault = fault(&mut dice, jobs.len(), &mut kills);
                let heals = match fault {
                    Fault::Part { worker } => Some(Fault::Join { worker }),
                    Fault::Ask { job, wish: Wish::Suspend } if dice.one_in(2) => {
                        Some(Fault::Ask { job, wish: Wish::Resume })
                    }
                    _ => None,
                };
                let after = at + 1 + dice.below(40);
                let heals = heals.map(|fault| Strike { at: after, fault });
                [Some(Strike { at, fault }), heals].into_iter().flatten()
            })
            .collect();
        strikes.sort_by_key(|strike| strike.at);
        Self { seed, jobs, slowest, strikes }
    }

    /// Whether a clock is so wrong at some time that orders may be out of date.
    pub(crate) fn leaves_the_skew(&self) -> bool {
        self.strikes
            .iter()
            .any(|strike| matches!(strike.fault, Fault::Jump { .. } | Fault::JumpPlane { .. }))
    }
}

fn fault(dice: &mut Dice, jobs: usize, kills: &mut [usize; WORKERS]) -> Fault {
    let worker = dice.below(WORKERS);
    let away = dice.below(60);
    let cut = Fault::Cut { worker, arrives: dice.below(6), lag: dice.below(60) as isize - 20 };
    match dice.below(16) {
        0..4 => cut,
        4 => Fault::HalfOpen { worker, way: dice.pick(&[Way::Up, Way::Down]) },
        5 => Fault::Part { worker },
        6 | 7 if kills[worker] < KILLS => {
            kills[worker] += 1;
            Fault::Kill { worker, away }
        }
        8 => Fault::Drain { worker },
        9 | 10 => Fault::KillPlane { away },
        11 => Fault::Jump { worker, seconds: dice.pick(&JUMPS) },
        12 => Fault::JumpPlane { seconds: dice.pick(&JUMPS) },
        13 | 14 => Fault::Ask { job: dice.below(jobs), wish: Wish::Suspend },
        15 => Fault::Ask { job: dice.below(jobs), wish: Wish::Stop },
        _ => cut,
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(f, "  jobs that start others: {:?}; slowest: {}", self.jobs, self.slowest)?;
        for Strike { at, fault } in &self.strikes {
            writeln!(f, "  after {at} messages: {fault:?}")?;
        }
        Ok(())
    }
}
