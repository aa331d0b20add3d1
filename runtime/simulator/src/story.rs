//! What happens in a test, in its order: every entry of every attempt, and what befell them.

use bindery_journal::entry::Entry;
use jiff::Timestamp;
use parking_lot::Mutex;
use std::sync::Arc;

/// One thing that happened.
#[derive(Debug, Clone)]
pub(crate) struct Event {
    pub(crate) time: Timestamp,
    pub(crate) what: Happening,
    /// It is an entry that a death took away.
    pub(crate) lost: bool,
}

#[derive(Debug, Clone)]
pub(crate) enum Happening {
    /// An entry was written.
    Entry(Box<Entry>),
    /// A fault struck: its place in the script.
    Struck(usize),
    /// The worker died.
    Died {
        /// Entries that were lost.
        lost: usize,
        /// The computer went down with it.
        computer: bool,
    },
    /// The job goes on.
    Back {
        /// Entries that are answered from the journal; none if it begins anew.
        replayed: usize,
    },
}

/// The events so far; clones share them.
#[derive(Clone, Default)]
pub(crate) struct Story(Arc<Mutex<Vec<Event>>>);

impl Story {
    pub(crate) fn tell(&self, time: Timestamp, what: Happening) {
        self.0.lock().push(Event { time, what, lost: false });
    }

    /// The newest `count` entries are lost.
    pub(crate) fn lose(&self, count: usize) {
        let mut events = self.0.lock();
        let kept = |event: &&mut Event| matches!(event.what, Happening::Entry(_)) && !event.lost;
        events.iter_mut().rev().filter(kept).take(count).for_each(|event| event.lost = true);
    }

    pub(crate) fn events(&self) -> Vec<Event> {
        self.0.lock().clone()
    }
}
