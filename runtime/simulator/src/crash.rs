//! The death of a worker: where a job is killed, and what of its journal survives.
//!
//! ```text
//!   append(entry) ............ sync() ............ answer to the guest
//!   ^ unwritten   ^ unsynced         ^ synced
//! ```
//! Unless `-kept`, only what was synced survives, as when the power is cut; with it everything that
//! was written before, as when the process is killed.
//!
//! A death unwinds through everything, so that nothing at all is done after it; whoever runs the
//! job catches a [`Killed`].

use bindery_core::code::{Code, Failure};
use bindery_journal::entry::{Body, Entry};
use bindery_sandbox::journal::Journal;
use parking_lot::Mutex;
use std::{panic::resume_unwind, sync::Arc};

#[cfg(not(panic = "unwind"))]
compile_error!("a simulated worker dies by unwinding: build with `panic = \"unwind\"`");

/// The death of a process.
#[derive(Debug)]
pub struct Killed;

/// Ends this process, as it were.
pub fn kill() -> ! {
    resume_unwind(Box::new(Killed))
}

/// Where around an entry a process is killed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Point {
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
    /// After it was written and before it is synced, and the disk has a part of it. All of it
    /// survives here: whoever has a disk tears it there.
    Torn,
}

/// Decides where a job is killed.
pub trait Deaths: Send + Sync + 'static {
    /// Whether it is killed at `entry`, which is about to be written behind `before`.
    fn at(&self, before: &[Entry], entry: &Entry) -> Option<Point>;
}

/// Hears of every entry that is written.
pub type OnEntry = Arc<dyn Fn(&Entry) + Send + Sync>;

/// A journal whose process is killed by [`Deaths`], and which knows what survives.
#[derive(Clone)]
pub struct CrashJournal {
    deaths: Arc<dyn Deaths>,
    state: Arc<Mutex<State>>,
    on_entry: Option<OnEntry>,
    /// Where the entries are written, too.
    beside: Option<Arc<dyn Journal>>,
}

struct State {
    entries: Vec<Entry>,
    /// How many of them are synced.
    synced: usize,
    /// It is killed once it has synced.
    doomed: bool,
    /// How many survive, once the process was killed.
    survivors: Option<usize>,
}

impl CrashJournal {
    /// A journal that holds `entries`, all of them read from the disk.
    pub fn holding(entries: Vec<Entry>, deaths: Arc<dyn Deaths>) -> Self {
        let synced = entries.len();
        let state = State { entries, synced, doomed: false, survivors: None };
        Self { deaths, state: Arc::new(Mutex::new(state)), on_entry: None, beside: None }
    }

    /// The same that writes to `journal`, too.
    #[must_use]
    pub fn beside(self, journal: Arc<dyn Journal>) -> Self {
        Self { beside: Some(journal), ..self }
    }

    /// The same that tells of every entry.
    #[must_use]
    pub fn telling(self, on_entry: OnEntry) -> Self {
        Self { on_entry: Some(on_entry), ..self }
    }

    /// The entries that the process wrote, and what it had before.
    pub fn entries(&self) -> Vec<Entry> {
        self.look(<[Entry]>::to_vec)
    }

    /// Looks at the entries.
    pub fn look<T>(&self, at: impl FnOnce(&[Entry]) -> T) -> T {
        at(&self.state.lock().entries)
    }

    /// What survives the death of the process; none if it was not killed.
    pub fn survivors(&self) -> Option<Vec<Entry>> {
        let state = self.state.lock();
        state.survivors.map(|kept| state.entries[..kept].to_vec())
    }

    /// Kills the process between two entries: what was synced survives.
    pub fn die(&self) -> ! {
        let state = &mut *self.state.lock();
        let synced = state.synced;
        die(state, synced)
    }
}

/// Kills the process: the first `kept` entries survive.
fn die(state: &mut State, kept: usize) -> ! {
    state.survivors = Some(kept);
    kill()
}

/// Whether the gate must sync behind it before it goes on: what happens once, and the end.
fn is_synced_at_once(entry: &Entry) -> bool {
    matches!(entry.body, Body::Intent { .. } | Body::Outcome { .. } | Body::End(_))
}

#[async_trait::async_trait]
impl Journal for CrashJournal {
    fn append(&self, entry: &Entry) -> Result<(), Failure> {
        let state = &mut *self.state.lock();
        let (next, synced) = (state.entries.len(), state.synced);
        if state.survivors.is_some() || entry.sequence != next as u64 {
            let message = format!("entry {} after {next}, or after its death", entry.sequence);
            return Err(Failure::new(Code::Internal, message));
        }
        let point = self.deaths.at(&state.entries, entry);
        match point {
            Some(Point::Unwritten) => die(state, synced),
            Some(Point::UnwrittenKept) => die(state, next),
            _ => {}
        }
        state.entries.push(entry.clone());
        if let Some(on_entry) = &self.on_entry {
            on_entry(entry);
        }
        if let Some(journal) = &self.beside {
            journal.append(entry)?;
        }
        match point {
            Some(Point::Unsynced) => die(state, synced),
            Some(Point::UnsyncedKept | Point::Torn) => die(state, next + 1),
            Some(Point::Synced) if is_synced_at_once(entry) => state.doomed = true,
            Some(Point::Synced) => die(state, next + 1),
            _ => {}
        }
        Ok(())
    }

    async fn sync(&self) -> Result<(), Failure> {
        if let Some(journal) = &self.beside {
            journal.sync().await?;
        }
        let state = &mut *self.state.lock();
        state.synced = state.entries.len();
        if state.doomed {
            let synced = state.synced;
            die(state, synced);
        }
        Ok(())
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        Ok(self.entries())
    }
}
