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
/// The machines: one for each worker, and one for a copy of an agent.
pub(crate) const TWIN: usize = WORKERS;
pub(crate) const MACHINES: usize = WORKERS + 1;

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

/// What somebody says late who had a job before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Voice {
    /// The worker ships entries under leases that are over: a line, a row, an end.
    Journal,
    /// The same under leases that other workers have.
    Stranger,
    /// It refuses their orders; another attempt may do, or not.
    Refused { retry: bool },
    /// It starts children for jobs that it does not have.
    Call,
    /// The network delivers to the worker once more all orders that it ever got.
    Order,
}

/// Something that goes wrong, or that somebody does in the middle of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Fault {
    /// The sessions of a machine break: of what is on its way the first `arrives` messages still
    /// arrive, and the control plane notices so many steps after the worker (or before it).
    Cut { machine: usize, arrives: usize, lag: isize },
    /// One direction of a machine's sessions swallows everything from now on.
    HalfOpen { machine: usize, way: Way },
    /// A machine cannot connect, and its sessions are cut.
    Part { machine: usize },
    /// It can again.
    Join { machine: usize },
    /// All wait for longer than a silent worker is waited for.
    Wait,
    /// A machine is killed, and started again so many steps later.
    Kill { machine: usize, away: usize },
    /// A worker is asked to end, and started again.
    Drain { machine: usize },
    /// The control plane is killed, and opened again so many steps later.
    KillPlane { away: usize },
    /// The clock of a machine jumps by so many seconds.
    Jump { machine: usize, seconds: i64 },
    /// The clock of the control plane does.
    JumpPlane { seconds: i64 },
    /// An operator asks something of a job.
    Ask { job: usize, wish: Wish },
    /// Somebody speaks late in the session of a machine.
    Haunt { machine: usize, voice: Voice },
    /// A snapshot is taken of an agent's machine.
    Save { agent: usize },
    /// The machine is what it was at its snapshot; it is started so many steps later.
    Restore { agent: usize, away: usize },
    /// An agent's machine is copied, and both run.
    Copy { agent: usize, away: usize },
    /// A machine loses its journal.
    Wipe { worker: usize, away: usize },
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
    /// The longest that the store takes, in turns of the control plane.
    pub(crate) slow: usize,
    pub(crate) strikes: Vec<Strike>,
}

/// Messages within which faults strike; most jobs have ended then.
const WITHIN: usize = 200;
const FAULTS: usize = 12;
/// Kills of machines: a job that restarts more often is failed.
const KILLS: usize = bindery_core::limit::JOB_RESTARTS as usize;
/// How often somebody speaks late while a job goes on elsewhere.
const LATE: usize = 8;
/// How often sessions are cut while a job is given away.
const CUTS: usize = 8;
/// Within the skew that is allowed, the silence that is waited for, and beyond both.
const JUMPS: [i64; 6] = [-10, 10, -200, 200, -1_000, 1_000];

const VOICES: [Voice; 6] = [
    Voice::Journal,
    Voice::Stranger,
    Voice::Refused { retry: true },
    Voice::Refused { retry: false },
    Voice::Call,
    Voice::Order,
];

impl Plan {
    pub(crate) fn of(seed: u64) -> Self {
        let mut dice = Dice::of(seed);
        let jobs: Vec<_> = (0..1 + dice.below(3)).map(|_| dice.one_in(2)).collect();
        let (slowest, slow) = (dice.pick(&[1, 3, 10, 40]), dice.pick(&[1, 4, 12, 24]));
        let (mut kills, mut copies) = (KILLS, 1);
        let mut strikes: Vec<_> = (0..1 + dice.below(FAULTS))
            .flat_map(|_| {
                let at = dice.below(WITHIN);
                let fault = fault(&mut dice, jobs.len(), (&mut kills, &mut copies));
                let heals = match fault {
                    Fault::Part { machine } => Some(Fault::Join { machine }),
                    Fault::Save { agent } => Some(Fault::Restore { agent, away: dice.below(60) }),
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
        let job = dice.below(jobs.len());
        match dice.below(3) {
            0 => strikes.extend(goes_on_elsewhere(&mut dice, job)),
            1 => strikes.extend(comes_back_often(&mut dice, job)),
            _ => {}
        }
        strikes.sort_by_key(|strike| strike.at);
        Self { seed, jobs, slowest, slow, strikes }
    }

    /// Whether a clock is so wrong at some time that orders may be out of date.
    pub(crate) fn leaves_the_skew(&self) -> bool {
        self.strikes
            .iter()
            .any(|strike| matches!(strike.fault, Fault::Jump { .. } | Fault::JumpPlane { .. }))
    }
}

/// A job goes on under another lease, while those that had it before speak.
fn goes_on_elsewhere(dice: &mut Dice, job: usize) -> Vec<Strike> {
    let at = dice.below(60);
    let asked = |at, wish| Strike { at, fault: Fault::Ask { job, wish } };
    let resumed = at + 4 + dice.below(8);
    let mut strikes = vec![asked(at, Wish::Suspend), asked(resumed, Wish::Resume)];
    strikes.extend((0..LATE).map(|number| {
        let fault = Fault::Haunt { machine: dice.below(WORKERS), voice: dice.pick(&VOICES) };
        Strike { at: resumed + 4 * number + dice.below(6), fault }
    }));
    strikes
}

/// The workers' sessions are followed by others, while a job is given away.
fn comes_back_often(dice: &mut Dice, job: usize) -> Vec<Strike> {
    let at = dice.below(40);
    let cuts = (0..CUTS).flat_map(|number| {
        let at = at + 3 * number;
        let (machine, lag) = (dice.below(AGENTS), dice.below(30) as isize);
        let wish = if number % 2 == 0 { Wish::Suspend } else { Wish::Resume };
        let cut = Fault::Cut { machine, arrives: 6, lag };
        [cut, Fault::Ask { job, wish }].map(|fault| Strike { at, fault })
    });
    cuts.collect()
}

fn fault(dice: &mut Dice, jobs: usize, (kills, copies): (&mut usize, &mut usize)) -> Fault {
    let (machine, agent, away) = (dice.below(MACHINES), dice.below(AGENTS), dice.below(60));
    let cut = Fault::Cut { machine, arrives: dice.below(6), lag: dice.below(60) as isize - 20 };
    let left = |of: &mut usize| of.checked_sub(1).map(|less| *of = less).is_some();
    match dice.below(28) {
        0..4 => cut,
        4 => Fault::HalfOpen { machine, way: dice.pick(&[Way::Up, Way::Down]) },
        5 | 6 => Fault::Part { machine },
        7 => Fault::Wait,
        8 | 9 if left(kills) => Fault::Kill { machine, away },
        10 => Fault::Drain { machine },
        11 | 12 => Fault::KillPlane { away },
        13 => Fault::Jump { machine, seconds: dice.pick(&JUMPS) },
        14 => Fault::JumpPlane { seconds: dice.pick(&JUMPS) },
        15..18 => Fault::Ask { job: dice.below(jobs), wish: Wish::Suspend },
        18 => Fault::Ask { job: dice.below(jobs), wish: Wish::Stop },
        19..25 => Fault::Haunt { machine, voice: dice.pick(&VOICES) },
        25 if left(kills) => Fault::Save { agent },
        26 if *copies > 0 && left(kills) && left(copies) => Fault::Copy { agent, away },
        27 if left(kills) => Fault::Wipe { worker: machine % WORKERS, away },
        _ => cut,
    }
}

impl fmt::Display for Plan {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { jobs, slowest, slow, .. } = self;
        writeln!(f, "  jobs that start others: {jobs:?}; slowest: {slowest}, {slow}")?;
        for Strike { at, fault } in &self.strikes {
            writeln!(f, "  after {at} messages: {fault:?}")?;
        }
        Ok(())
    }
}
