//! The sweep: every case is killed at every entry of its journal, around it in every way, and begun
//! again as a worker's recovery does. It must end as the run that nobody disturbed.

use crate::{
    apt,
    cases::{CASES, Case, World, facts, job},
    fault::{self, Fault, POINTS, Place},
    lab::{Attempt, in_a_process},
    torn::Disk,
};
use bindery_core::{
    job::Outcome,
    operation::{JOB_REMAINING, JOBS_START, POWER_REBOOT, UPDATES_INSTALL},
};
use bindery_journal::entry::{Body, Entry};
use bindery_sandbox::journal::Journal as _;
use bindery_simulator::{
    clock::Alarm,
    crash::{CrashJournal, Point},
    recovery,
};
use jiff::Timestamp;
use serde_json::{Value, json};
use std::{
    env,
    panic::{AssertUnwindSafe, catch_unwind},
    sync::Arc,
    time::Duration,
};

/// Failures that are shown of a sweep.
const SHOWN: usize = 10;
/// How long the worker of a series is gone each time.
const AWAY: Duration = Duration::from_secs(7 * 60);
/// `CASE:SEQUENCE:POINT`, or `CASE:SEQUENCE:POINT+SEQUENCE:POINT...`: this run alone.
const REPLAY: &str = "BINDERY_FAULT";

/// A run from its beginning to its end, through all its deaths.
pub(crate) struct Run {
    /// The journal as it was in the end.
    pub(crate) entries: Vec<Entry>,
    /// What must be as in the run that nobody disturbed.
    pub(crate) account: Value,
    /// Faults that the run came to.
    pub(crate) deaths: usize,
}

/// Runs `case` and kills it at each of `faults`, one in each attempt; after each death `away` passes.
fn run(case: &Case, faults: &[Fault], away: Duration) -> Run {
    let world = (case.world)();
    let (mut kept, mut disk) = (vec![], None);
    for (deaths, fault) in faults.iter().copied().map(Some).chain([None]).enumerate() {
        let journal = fault::journal(kept, fault);
        let journal = match &disk {
            Some(disk) => journal.beside(Arc::new(Disk::clone(disk))),
            None => journal,
        };
        if let Some(outcome) = attempt(case, &world, &journal, deaths) {
            disk.iter().for_each(|disk: &Disk| disk.check(&journal.entries()));
            return ended(&world, journal.entries(), outcome, deaths);
        }
        world.clock().advance(away);
        kept = journal.survivors().expect("a death at its fault");
        disk = match fault {
            Some(Fault { point: Point::Torn, .. }) => Some(Disk::torn(&mut kept)),
            _ => None,
        };
        if let Some(Entry { body: Body::End(outcome), .. }) = kept.last() {
            let outcome = outcome.clone();
            return ended(&world, kept, outcome, deaths + 1);
        }
    }
    unreachable!("the last attempt has no fault")
}

/// One attempt: with a new journal, or on from the one that survived.
fn attempt(case: &Case, world: &World, journal: &CrashJournal, number: usize) -> Option<Outcome> {
    in_a_process(async {
        note_restart(journal, world);
        let attempt = Attempt {
            guest: case.guest,
            facts: facts(job(), case.guest, (case.parameters)(), world.computer()),
            // A job that has nothing of its journal left begins anew, with another seed.
            seed: [u8::try_from(number).expect("few attempts"); 32],
            capabilities: world.capabilities(),
            journal: Arc::new(journal.clone()),
            clock: Arc::new(Alarm(world.clock().clone())),
            replay: journal.entries(),
        };
        attempt.run().await
    })
}

/// What a worker writes that takes a job up again.
fn note_restart(journal: &CrashJournal, world: &World) {
    if let Some(note) = recovery::note(&journal.entries(), world.clock().now()) {
        journal.append(&note).expect("a place in the journal");
    }
}

fn ended(world: &World, entries: Vec<Entry>, outcome: Outcome, deaths: usize) -> Run {
    let asked: Vec<_> = entries.iter().filter_map(asked).collect();
    let account = json!({
        "outcome": outcome,
        "world": world.evidence(),
        "asked": if world.answers_alike() { asked } else { vec![] },
    });
    Run { entries, account, deaths }
}

/// What the guest asked for and was answered. What the host said beside differs, and so does when
/// it was: what failed before a death is tried again.
fn asked(entry: &Entry) -> Option<Value> {
    let mut asked = match &entry.body {
        Body::Operation { operation, arguments, .. } if *operation == JOB_REMAINING.name => {
            json!({ "asked": operation, "of": arguments })
        }
        Body::Operation { operation, arguments, reply } => {
            json!({ "asked": operation, "of": arguments, "was": reply })
        }
        Body::Intent { operation, arguments } => json!({ "intends": operation, "of": arguments }),
        Body::Outcome { reply, .. } => json!({ "was": reply }),
        Body::End(outcome) => json!({ "ended": outcome }),
        Body::Header(_) | Body::Note { .. } | Body::Order(_) => return None,
    };
    forget_times(&mut asked);
    Some(asked)
}

/// Replaces every time, also in the JSON texts of rows.
fn forget_times(value: &mut Value) {
    match value {
        Value::Array(list) => list.iter_mut().for_each(forget_times),
        Value::Object(fields) => fields.values_mut().for_each(forget_times),
        Value::String(text) if text.parse::<Timestamp>().is_ok() => *text = "a time".into(),
        Value::String(text) if text.starts_with('{') => {
            if let Ok(mut within) = serde_json::from_str(text) {
                forget_times(&mut within);
                *value = within;
            }
        }
        _ => {}
    }
}

/// The run that nobody disturbs.
pub(crate) fn undisturbed(case: &'static Case) -> &'static Run {
    case.undisturbed.get_or_init(|| run(case, &[], Duration::ZERO))
}

/// Runs `case` through `faults` and holds it against the run that nobody disturbed; how often it was
/// killed.
///
/// In a series time passes after each death: what the guest is answered may tell of it, the result
/// and the world never do.
pub(crate) fn check(case: &'static Case, faults: &[Fault]) -> Result<usize, String> {
    let expected = &undisturbed(case).account;
    let (away, parts) = match faults.len() {
        0 | 1 => (Duration::ZERO, &["outcome", "world", "asked"][..]),
        _ => (AWAY, &["outcome", "world"][..]),
    };
    let words = match catch_unwind(AssertUnwindSafe(|| run(case, faults, away))) {
        Ok(Run { account, deaths, .. }) => {
            let differs = |part: &&str| first_difference(part, &expected[*part], &account[*part]);
            match parts.iter().find_map(differs) {
                None => return Ok(deaths),
                Some(difference) => difference,
            }
        }
        Err(panic) => match panic.downcast::<String>() {
            Ok(text) => *text,
            Err(panic) => panic.downcast_ref::<&str>().map_or("a panic", |text| text).to_owned(),
        },
    };
    let faults: Vec<_> = faults.iter().map(Fault::to_string).collect();
    let name = format!("{}:{}", case.name, faults.join("+"));
    let again = format!("{REPLAY}={name} cargo test --workspace --test faults -- one_run_alone");
    Err(format!("{name}: {words}\n    again: {again}"))
}

/// Where two accounts differ first, in words.
fn first_difference(path: &str, expected: &Value, found: &Value) -> Option<String> {
    match (expected, found) {
        (Value::Object(one), Value::Object(other)) => {
            let keys = one.keys().chain(other.keys().filter(|key| !one.contains_key(*key)));
            keys.into_iter().find_map(|key| {
                first_difference(&format!("{path}/{key}"), &expected[key], &found[key])
            })
        }
        (Value::Array(one), Value::Array(other)) => (0..one.len().max(other.len()))
            .find_map(|at| first_difference(&format!("{path}/{at}"), &expected[at], &found[at])),
        _ if expected == found => None,
        _ => Some(format!("`{path}` is {found}, undisturbed {expected}")),
    }
}

/// Fails with the first of many failures.
pub(crate) fn assert_none(failures: &[String], of: usize) {
    let first: Vec<_> = failures.iter().take(SHOWN).map(String::as_str).collect();
    assert!(failures.is_empty(), "{} of {of} runs:\n{}", failures.len(), first.join("\n"));
}

fn find(name: &str) -> &'static Case {
    let all = CASES.iter().chain([&apt::CASE]);
    all.into_iter().find(|case| case.name == name).expect("the name of a case")
}

fn sweep(name: &str) {
    let case = find(name);
    let length = undisturbed(case).entries.len();
    let (mut deaths, mut failures) = (0, vec![]);
    for sequence in 0..length as u64 {
        for point in POINTS {
            match check(case, &[Fault { place: Place::Sequence(sequence), point }]) {
                Ok(killed) => deaths += killed,
                Err(failure) => failures.push(failure),
            }
        }
    }
    let all = length * POINTS.len();
    assert_none(&failures, all);
    assert_eq!(deaths, all, "{name}: some kills never came");
}

#[test]
fn a_computer_with_windows_is_patched_once_wherever_its_agent_is_killed() {
    sweep("computer-windows");
}

#[test]
fn a_computer_with_linux_is_patched_once_wherever_its_agent_is_killed() {
    sweep("computer-linux-with-a-failure");
}

#[test]
fn a_computer_is_rebooted_once_wherever_its_agent_is_killed() {
    sweep("computer-reboot-only");
}

#[test]
fn a_fleet_is_patched_once_wherever_the_sandbox_worker_is_killed() {
    sweep("fleet");
}

#[test]
fn a_report_is_the_same_wherever_its_agent_is_killed() {
    sweep("patch-report");
}

#[test]
fn a_plain_program_says_the_same_wherever_its_worker_is_killed() {
    sweep("maintenance-calendar");
}

/// Does nothing unless the environment names a run.
#[test]
fn one_run_alone() {
    let Ok(spec) = env::var(REPLAY) else { return };
    let (name, faults) = spec.split_once(':').expect("CASE:SEQUENCE:POINT");
    let case = find(name);
    let faults: Result<Vec<Fault>, _> = faults.split('+').map(str::parse).collect();
    if let Err(failure) = check(case, &faults.expect("faults")) {
        panic!("{failure}");
    }
}
#[test]
fn the_cases_do_once_what_the_suite_is_about() {
    let (install, reboot, start) = (UPDATES_INSTALL.name, POWER_REBOOT.name, JOBS_START.name);
    let rows = [
        ("computer-windows", vec![install, reboot]),
        ("computer-linux-with-a-failure", vec![install, install, reboot]),
        ("computer-reboot-only", vec![reboot]),
        ("fleet", vec![start, start]),
        ("patch-report", vec![]),
        ("maintenance-calendar", vec![]),
    ];
    let intent = |entry: &Entry| match &entry.body {
        Body::Intent { operation, .. } => Some(operation.clone()),
        _ => None,
    };
    assert_eq!(rows.len(), CASES.len());
    for (name, expected) in rows {
        let run = undisturbed(find(name));
        let done: Vec<_> = run.entries.iter().filter_map(intent).collect();
        assert_eq!(done, expected, "{name}");
        let outcome = &run.account["outcome"];
        assert!(outcome.get("completed").is_some(), "{name}: {outcome}");
    }
}
