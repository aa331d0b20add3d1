//! The whole table of a job's transitions.

use super::*;
use JobStatus as S;

fn lease(epoch: u64) -> Lease {
    Lease { worker: WorkerId::from_bytes([1; 16]), epoch }
}

fn failure() -> Failure {
    Failure::new(Code::GuestFailed, "it failed")
}

fn at(second: i64) -> Timestamp {
    Timestamp::from_second(second).expect("in range")
}

fn phases() -> Vec<Phase> {
    let lease = lease(1);
    vec![
        Phase::New,
        Phase::Activating { lease },
        Phase::Running { lease },
        Phase::Disconnected { lease },
        Phase::Stopping { lease, until: at(60) },
        Phase::Suspending { lease, reason: failure() },
        Phase::Suspended { reason: failure() },
        Phase::Resuming,
        Phase::Completed { result: None },
        Phase::Failed { error: failure() },
        Phase::Stopped,
    ]
}

fn events(epoch: u64) -> Vec<JobEvent> {
    let lease = lease(epoch);
    vec![
        JobEvent::Activate(lease),
        JobEvent::Start(lease),
        JobEvent::Release(lease),
        JobEvent::Finish(lease, Outcome::Completed(None)),
        JobEvent::Lose(lease),
        JobEvent::Return(lease),
        JobEvent::Fail(failure()),
        JobEvent::AskStop(at(30)),
        JobEvent::AskSuspend(failure()),
        JobEvent::AskResume,
        JobEvent::Terminate,
    ]
}

/// The whole table: a row per phase, a column per event of `events`.
const TABLE: [[Option<JobStatus>; 11]; 11] = {
    const O: Option<JobStatus> = None;
    const ACT: Option<JobStatus> = Some(S::Activating);
    const RUN: Option<JobStatus> = Some(S::Running);
    const NEW: Option<JobStatus> = Some(S::New);
    const DON: Option<JobStatus> = Some(S::Completed);
    const FAI: Option<JobStatus> = Some(S::Failed);
    const DIS: Option<JobStatus> = Some(S::Disconnected);
    const STO: Option<JobStatus> = Some(S::Stopped);
    const STG: Option<JobStatus> = Some(S::Stopping);
    const SUS: Option<JobStatus> = Some(S::Suspended);
    const SUG: Option<JobStatus> = Some(S::Suspending);
    const RES: Option<JobStatus> = Some(S::Resuming);
    [
        //  activate start release finish lose return fail stop suspend resume terminate
        [ACT, O, O, O, O, O, FAI, STO, SUS, O, STO], // New
        [O, RUN, NEW, DON, DIS, O, FAI, STG, SUG, O, STO], // Activating
        [O, O, NEW, DON, DIS, O, FAI, STG, SUG, O, STO], // Running
        [O, O, NEW, DON, O, RUN, FAI, STG, O, O, STO], // Disconnected
        [O, O, STO, DON, STO, O, FAI, STG, O, O, STO], // Stopping
        [O, O, SUS, DON, DIS, O, FAI, STG, O, O, STO], // Suspending
        [O, O, O, O, O, O, FAI, STO, O, RES, STO],   // Suspended
        [ACT, O, O, O, O, O, FAI, STO, SUS, O, STO], // Resuming
        [O, O, O, O, O, O, O, O, O, O, O],           // Completed
        [O, O, O, O, O, O, O, O, O, O, O],           // Failed
        [O, O, O, O, O, O, O, O, O, O, O],           // Stopped
    ]
};

#[test]
fn every_transition_of_a_job() {
    for (phase, row) in phases().iter().zip(TABLE) {
        for (event, expected) in events(1).into_iter().zip(row) {
            let got = next(phase, event.clone()).ok().map(|phase| phase.status());
            assert_eq!(got, expected, "{:?} {event:?}", phase.status());
        }
    }
}

#[test]
fn a_stale_lease_never_changes_a_job() {
    for phase in phases().iter().filter(|phase| phase.lease().is_some()) {
        for event in events(0).into_iter().filter(|event| event.lease().is_some()) {
            let refusal = next(phase, event).expect_err("an old lease");
            assert_eq!(refusal.code, Code::WrongWorker);
        }
    }
}

#[test]
fn an_ended_job_stays_ended() {
    for phase in phases().iter().filter(|phase| phase.ended()) {
        assert!(events(1).into_iter().all(|event| next(phase, event).is_err()));
    }
}

#[test]
fn a_grace_can_be_made_shorter_and_not_longer() {
    let stopping = Phase::Stopping { lease: lease(1), until: at(60) };
    for (asked, held) in [(30, 30), (90, 60)] {
        let next = next(&stopping, JobEvent::AskStop(at(asked)));
        assert_eq!(next, Ok(Phase::Stopping { lease: lease(1), until: at(held) }));
    }
}

#[test]
fn a_job_that_is_being_stopped_is_not_suspended_by_an_earlier_wish() {
    let stopping = Phase::Stopping { lease: lease(1), until: at(60) };
    let suspended = JobEvent::Finish(lease(1), Outcome::Suspended(failure()));
    assert_eq!(next(&stopping, suspended), Ok(Phase::Stopped));
}
