//! Faults by their names: the entry at which a job is killed, and the point around it.

use bindery_journal::entry::{Body, Entry};
use bindery_simulator::crash::{CrashJournal, Deaths, Point};
use std::{fmt, str::FromStr, sync::Arc};

/// Every point.
pub(crate) const POINTS: [Point; 6] = [
    Point::Unwritten,
    Point::UnwrittenKept,
    Point::Unsynced,
    Point::UnsyncedKept,
    Point::Synced,
    Point::Torn,
];

fn name(point: Point) -> &'static str {
    match point {
        Point::Unwritten => "unwritten",
        Point::UnwrittenKept => "unwritten-kept",
        Point::Unsynced => "unsynced",
        Point::UnsyncedKept => "unsynced-kept",
        Point::Synced => "synced",
        Point::Torn => "torn",
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
            Place::Sequence(sequence) => write!(f, "{sequence}:{}", name(self.point)),
            Place::Outcome => write!(f, "{OUTCOME}:{}", name(self.point)),
        }
    }
}

const OUTCOME: &str = "outcome";

impl FromStr for Fault {
    type Err = String;

    fn from_str(text: &str) -> Result<Self, String> {
        let (place, wanted) = text.split_once(':').ok_or_else(|| format!("no point: `{text}`"))?;
        let place = match place {
            OUTCOME => Place::Outcome,
            _ => Place::Sequence(place.parse().map_err(|_| format!("no sequence: `{place}`"))?),
        };
        let point = POINTS.into_iter().find(|point| name(*point) == wanted);
        Ok(Self { place, point: point.ok_or_else(|| format!("no point is called `{wanted}`"))? })
    }
}

/// One fault, or none.
struct Once(Option<Fault>);

impl Deaths for Once {
    fn at(&self, _before: &[Entry], entry: &Entry) -> Option<Point> {
        self.0.filter(|fault| fault.place.is(entry)).map(|fault| fault.point)
    }
}

/// A journal that holds `entries`, all of them read from the disk, and is killed at `fault`.
pub(crate) fn journal(entries: Vec<Entry>, fault: Option<Fault>) -> CrashJournal {
    CrashJournal::holding(entries, Arc::new(Once(fault)))
}
