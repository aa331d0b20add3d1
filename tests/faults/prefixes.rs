//! Properties of journals: whatever survives of one, the guest comes to the same operation and goes
//! on to the same result, however often it is killed.

use crate::{
    cases::{CASES, Case, facts, job},
    fault::{Fault, POINTS, Place, journal},
    lab::{Attempt, in_a_process},
    sweep::{assert_none, check, undisturbed},
};
use bindery_core::{
    code::Failure,
    job::Outcome,
    operation::{self, Operation},
};
use bindery_journal::entry::{Body, Entry};
use bindery_sandbox::capability::{Call, Capabilities, Capability, Reconciled};
use bindery_simulator::{clock::Alarm, crash::kill};
use parking_lot::Mutex;
use serde_json::Value;
use std::sync::Arc;

/// Series of deaths that are tried.
const SERIES: u64 = 240;
/// Deaths in one series, at most as many as a worker may restart.
const DEATHS: u64 = bindery_core::limit::JOB_RESTARTS as u64;

/// What a guest asks for first that its journal does not answer.
#[derive(Debug, Clone, PartialEq)]
enum Asked {
    /// To be carried out.
    Perform(String, Value),
    /// To be found out.
    Reconcile(String, Value, u64),
    /// Nothing: it has ended.
    Nothing(Outcome),
}

/// Kills the process at the first question.
#[derive(Clone, Default)]
struct Listener(Arc<Mutex<Option<Asked>>>);

impl Listener {
    fn heard(&self, asked: Asked) -> ! {
        *self.0.lock() = Some(asked);
        kill()
    }
}

#[async_trait::async_trait]
impl Capability for Listener {
    fn operations(&self) -> Vec<&'static Operation> {
        operation::ALL.to_vec()
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.heard(Asked::Perform(call.operation.name.into(), call.arguments.clone()))
    }

    async fn reconcile(&self, call: &Call<'_>) -> Reconciled {
        let name = call.operation.name.into();
        self.heard(Asked::Reconcile(name, call.arguments.clone(), call.sequence))
    }
}

/// What the guest of `case` asks for behind `prefix`.
fn asked(case: &Case, prefix: &[Entry]) -> Asked {
    let world = (case.world)();
    let listener = Listener::default();
    let heard = listener.clone();
    let outcome = in_a_process(async {
        let attempt = Attempt {
            guest: case.guest,
            facts: facts(job(), case.guest, (case.parameters)(), world.computer()),
            seed: [0xee; 32],
            capabilities: Capabilities::default().with(listener),
            journal: Arc::new(journal(prefix.to_vec(), None)),
            clock: Arc::new(Alarm(world.clock().clone())),
            replay: prefix.to_vec(),
        };
        attempt.run().await
    });
    let heard = heard.0.lock().take();
    heard.or(outcome.map(Asked::Nothing)).expect("a question or an end")
}

/// What stands in the journal behind its first `length` entries.
fn stands(entries: &[Entry], length: usize) -> Asked {
    let of_guest = |entry: &&Entry| !matches!(entry.body, Body::Note { .. });
    match &entries[length..].iter().find(of_guest).expect("an end").body {
        Body::Operation { operation, arguments, .. } | Body::Intent { operation, arguments } => {
            Asked::Perform(operation.clone(), arguments.clone())
        }
        Body::Outcome { intent, .. } => match &entries[*intent as usize].body {
            Body::Intent { operation, arguments } => {
                Asked::Reconcile(operation.clone(), arguments.clone(), *intent)
            }
            other => panic!("an outcome of {other:?}"),
        },
        Body::End(outcome) => Asked::Nothing(outcome.clone()),
        other => panic!("{other:?} behind the header"),
    }
}

#[test]
fn every_prefix_of_a_journal_replays_to_the_operation_that_stands_behind_it() {
    let (mut failures, mut tried) = (vec![], 0);
    for case in &CASES {
        let entries = &undisturbed(case).entries;
        for length in 1..entries.len() {
            tried += 1;
            let (found, expected) = (asked(case, &entries[..length]), stands(entries, length));
            if found != expected {
                let name = case.name;
                failures.push(format!("{name}, {length} entries: {found:?}, not {expected:?}"));
            }
        }
    }
    assert_none(&failures, tried);
}

/// Numbers that follow from a seed: SplitMix64.
pub(crate) struct Numbers(pub(crate) u64);

impl Numbers {
    pub(crate) fn below(&mut self, end: u64) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)) % end
    }

    fn of<'a, T>(&mut self, list: &'a [T]) -> &'a T {
        &list[self.below(list.len() as u64) as usize]
    }
}

#[test]
fn a_job_that_is_killed_again_and_again_ends_as_if_nothing_had_been() {
    let (mut failures, mut deaths) = (vec![], 0);
    for seed in 0..SERIES {
        let mut numbers = Numbers(seed);
        let case = numbers.of(&CASES);
        // Each restart is an entry, too.
        let end = undisturbed(case).entries.len() as u64 + DEATHS;
        let faults: Vec<_> = (0..2 + numbers.below(DEATHS - 1))
            .map(|_| Fault {
                place: Place::Sequence(numbers.below(end)),
                point: *numbers.of(&POINTS),
            })
            .collect();
        match check(case, &faults) {
            Ok(killed) => deaths += killed as u64,
            Err(failure) => failures.push(failure),
        }
    }
    assert_none(&failures, SERIES as usize);
    assert!(deaths > SERIES, "{deaths} deaths: no series");
}
