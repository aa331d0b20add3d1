//! The simulation: a control plane, two agents, a sandbox worker and the network between them, all of
//! production code, under faults that a seed decides: what breaks, and whoever had a job before and
//! speaks late.
//!
//! ```text
//!   seed -> plan -> machines and network, step by step -> heal -> all ends -> what always holds
//! ```
//! Each machine has a runtime of its own on the thread of its seed, which runs them in turns and
//! carries their messages in between; to kill a machine is to drop its runtime. A seed fixes the plan:
//! jobs, delays, faults, and the message or the quiet at which each strikes. It does not fix the
//! schedule of threads: journals are written by their own, and the waits of sessions are real, though
//! a thousand times shorter ([`Pace`]). So a seed replays its decisions and very nearly what
//! follows from them.
//!
//! What is not simulated: disks that lose what was written (`tests/faults` does that), and sessions
//! that deliver a message twice or out of order, which the stream under them cannot.
//!
//! [`Pace`]: bindery_protocol::pace::Pace

mod check;
mod clock;
mod drive;
mod ledger;
mod machines;
mod network;
mod operator;
mod plan;
mod stores;
mod witness;

use crate::{drive::simulate, plan::Plan};
use std::{
    env,
    io::{self, Write as _},
    panic,
    sync::atomic::{AtomicU64, AtomicUsize, Ordering},
    thread,
    time::Instant,
};
use tracing::Level;

/// How many seeds CI runs.
const SEEDS: u64 = 300;
/// One seed, alone.
const SEED: &str = "BINDERY_SEED";
/// How many seeds.
const COUNT: &str = "BINDERY_SEEDS";

/// Tasks and threads that panicked, of any seed.
static PANICS: AtomicUsize = AtomicUsize::new(0);

fn variable(name: &str) -> Option<u64> {
    let text = env::var(name).ok()?;
    Some(text.parse().unwrap_or_else(|_| panic!("`{name}={text}` is no number")))
}

/// Tells whoever waits, while the others go on.
fn say(text: &str) {
    let _unheard = writeln!(io::stderr(), "{text}");
}

/// Runs a seed; what went wrong, with what is needed to see it again.
fn run(seed: u64) -> Result<(), String> {
    let plan = Plan::of(seed);
    let before = PANICS.load(Ordering::SeqCst);
    let ended = panic::catch_unwind(|| simulate(&plan));
    let mut ended = ended.unwrap_or_else(|_| Err("the simulation itself panicked".into()));
    if PANICS.load(Ordering::SeqCst) != before {
        ended = ended.and(Err("a task panicked: its message is above".into()));
    }
    ended.map_err(|wrong| {
        format!(
            "seed {seed}: {wrong}\n{plan}\nalone: {SEED}={seed} cargo test --workspace --test \
             simulation -- every_seed_ends_as_if_nothing_had_happened --nocapture\n"
        )
    })
}

#[test]
fn every_seed_ends_as_if_nothing_had_happened() {
    let hook = panic::take_hook();
    panic::set_hook(Box::new(move |info| {
        PANICS.fetch_add(1, Ordering::SeqCst);
        hook(info);
    }));
    let seeds = match variable(SEED) {
        Some(seed) => seed..seed + 1,
        None => 0..variable(COUNT).unwrap_or(SEEDS),
    };
    if variable(SEED).is_some() {
        tracing_subscriber::fmt().with_max_level(Level::DEBUG).with_writer(io::stderr).init();
    }
    let (began, next) = (Instant::now(), AtomicU64::new(seeds.start));
    let work = || {
        let mut wrong = vec![];
        loop {
            let seed = next.fetch_add(1, Ordering::SeqCst);
            if seed >= seeds.end {
                return wrong;
            }
            wrong.extend(run(seed).inspect_err(|wrong| say(wrong)).err());
        }
    };
    let threads = thread::available_parallelism().map_or(1, usize::from).min(4);
    let wrong: Vec<String> = thread::scope(|scope| {
        let workers: Vec<_> = (0..threads).map(|_| scope.spawn(work)).collect();
        workers.into_iter().flat_map(|worker| worker.join().expect("no panic")).collect()
    });
    let count = seeds.end - seeds.start;
    say(&format!("{count} seeds in {:.1?}, {} failed", began.elapsed(), wrong.len()));
    assert!(wrong.is_empty(), "{} of {count} seeds failed; they are above", wrong.len());
}
