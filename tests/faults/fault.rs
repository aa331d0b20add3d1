//! Faults: where a job is killed, what of its journal survives, and how it is written down.
//!
//! ```text
//!   append(entry) ............ sync() ............ answer to the guest
//!   ^ unwritten   ^ unsynced         ^ synced
//! ```
//! Unless `-kept`, only what was synced survives; with it everything that was written before.

use crate::torn::Disk;
use bindery_core::code::{Code, Failure};
use bindery_journal::entry::{Body, Entry};
use bindery_sandbox::journal::Journal;
use parking_lot::Mutex;
use std::{fmt, panic::resume_unwind, str::FromStr, sync::Arc};

/// The death of a process: it unwinds through everything, and nothing is done after it.
pub(crate) struct Killed;

/// Ends this process, as it were.
pub(crate) fn kill() -> ! {
    resume_unwind(Box::new(Killed))
}

/// Where around an entry a process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Point {
    /// Before it is written; of what was written before, only what was synced survives.
    Unwritten,
    /// Before it is written; all that was written before survives.
    UnwrittenKept,
    /// After it was written and before it is synced: lost with all that was not synced.
    Unsynced,
    /// The same, and the disk happens to have all of it.
    UnsyncedKept,
    /// After it was synced (if not for this job, then for another one) and before the guest has its
    /// answer.
    Synced,
    /// After it was written and before it is synced, and the disk has a part of it: read back from a
    /// real log, in which the job then goes on.
    Torn,
}

/// Every point.
pub(crate) const POINTS: [Point; 6] = [
    Point::Unwritten,
    Point::UnwrittenKept,
    Point::Unsynced,
    Point::UnsyncedKept,
    Point::Synced,
    Point::Torn,
];

impl Point {
    fn name(self) -> &'static str {
        match self {
            Point::Unwritten => "unwritten",
            Point::UnwrittenKept => "unwritten-kept",
            Point::Unsynced => "unsynced",
            Point::UnsyncedKept => "unsynced-kept",
            Point::Synced => "synced",
            Point::Torn => "torn",
        }
    }
}

/// The entry at which a process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Place {
    /// The one with this sequence.
    Sequence(u64),
    /// The first outcome of an operation that happens once.
    Outcome,
}

impl Place {
    fn is(self, entry: &Entry) -> bool {
        match self {
            Place::Sequence(sequence) => entry.sequence == sequence,
            Place::Outcome => matches!(entry.body, Body::Outcome { .. }),
        }
    }
}

/// A kill: `SEQUENCE:POINT` or `outcome:POINT`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) place: Place,
    pub(crate) point: Point,
}

impl fmt::Display for Fault {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.place {
            Place::Sequence(sequence) => write!(f, "{sequence}:{}", self.point.name()),
            Place::Outcome => write!(f, "{OUTCOME}:{}", self.point.name()),
        }
    }
}

const OUTCOME: &str = "outcome";

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (place, name) = text.split_once(':').ok_or_else(|| format!("no point: `{text}`"))?;
        let place = match place {
            OUTCOME => Place::Outcome,
            _ => Place::Sequence(place.parse().map_err(|_| format!("no sequence: `{place}`"))?),
        };
        let point = POINTS.into_iter().find(|point| point.name() == name);
        Ok(Self { place, point: point.ok_or_else(|| format!("no point is called `{name}`"))? })
    }
}

/// A journal whose process is killed at a fault, and which knows what survives it.
#[derive(Clone)]
pub(crate) struct FaultJournal {
    fault: Option<Fault>,
    state: Arc<Mutex<State>>,
    /// Where the entries are written, too.
    disk: Option<Disk>,
}

struct State {
    entries: Vec<Entry>,
    /// How many of them are synced.
    synced: usize,
    /// What survives, once the process was killed.
    survivors: Option<Vec<Entry>>,
}

impl FaultJournal {
    /// A journal that holds `entries`, all of them read from the disk.
    pub(crate) fn holding(entries: Vec<Entry>, disk: Option<Disk>, fault: Option<Fault>) -> Self {
        let synced = entries.len();
        let state = State { entries, synced, survivors: None };
        Self { fault, state: Arc::new(Mutex::new(state)), disk }
    }

    /// The entries that the process wrote.
    pub(crate) fn entries(&self) -> Vec<Entry> {
        self.state.lock().entries.clone()
    }

    /// What survives the death of the process; none if it was not killed.
    pub(crate) fn survivors(&self) -> Option<Vec<Entry>> {
        self.state.lock().survivors.clone()
    }

    fn is_at(&self, entry: &Entry, points: &[Point]) -> bool {
        self.fault.is_some_and(|it| it.place.is(entry) && points.contains(&it.point))
    }

    /// Kills the process: the first `kept` entries survive.
    fn die(state: &mut State, kept: usize) -> ! {
        state.survivors = Some(state.entries[..kept].to_vec());
        kill()
    }
}

/// Whether the gate must sync behind it before it goes on: what happens once, and the end.
fn is_synced_at_once(entry: &Entry) -> bool {
    matches!(entry.body, Body::Intent { .. } | Body::Outcome { .. } | Body::End(_))
}

#[async_trait::async_trait]
impl Journal for FaultJournal {
    fn append(&self, entry: &Entry) -> Result<(), Failure> {
        let state = &mut *self.state.lock();
        let next = state.entries.len();
        if state.survivors.is_some() || entry.sequence != next as u64 {
            let message = format!("entry {} after {next}, or after its death", entry.sequence);
            return Err(Failure::new(Code::Internal, message));
        }
        let at = |points| self.is_at(entry, points);
        if at(&[Point::Unwritten]) {
            let synced = state.synced;
            Self::die(state, synced);
        }
        if at(&[Point::UnwrittenKept]) {
            Self::die(state, next);
        }
        state.entries.push(entry.clone());
        if let Some(disk) = &self.disk {
            disk.append(entry);
        }
        if at(&[Point::Unsynced]) {
            let synced = state.synced;
            Self::die(state, synced);
        }
        if at(&[Point::UnsyncedKept, Point::Torn]) {
            Self::die(state, next + 1);
        }
        if at(&[Point::Synced]) && !is_synced_at_once(entry) {
            Self::die(state, next + 1);
        }
        Ok(())
    }

    async fn sync(&self) -> Result<(), Failure> {
        if let Some(disk) = &self.disk {
            disk.sync().await;
        }
        let state = &mut *self.state.lock();
        state.synced = state.entries.len();
        match state.entries.last() {
            Some(last) if self.is_at(last, &[Point::Synced]) => {
                let synced = state.synced;
                Self::die(state, synced)
            }
            _ => Ok(()),
        }
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        Ok(self.entries())
    }
}
