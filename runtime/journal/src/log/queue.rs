//! What waits for the log's thread, and when that is woken.
//!
//! Whoever appends does not wait for it, so an append wakes nobody: it is written together with
//! what comes after it, when somebody waits, when it has become much, or a moment later. A thread
//! that is woken for each entry costs more than the entry.

use super::{Broken, Command, gone};
use bindery_core::id::JobId;
use parking_lot::{Condvar, Mutex};
use std::{mem, time::Duration};

/// How long an entry may lie in memory when nobody waits for it.
const LINGER: Duration = Duration::from_millis(10);
/// Bytes of entries that do not linger.
pub(super) const MUCH: usize = 256 << 10;
/// Bytes of entries behind which those who append more wait.
const FULL: usize = 8 << 20;

/// What the thread has to do, in order.
#[derive(Debug, Default)]
pub(super) struct Work {
    pub(super) commands: Vec<Command>,
    /// The entries of the appends, one behind the other: they are copied here so that each is freed
    /// by the thread that made it.
    pub(super) entries: Vec<u8>,
}

/// Commands on their way to the thread.
#[derive(Debug, Default)]
pub(super) struct Queue {
    state: Mutex<State>,
    work: Condvar,
    room: Condvar,
}

#[derive(Debug, Default)]
struct State {
    work: Work,
    /// Whether the thread is to take them at once.
    urgent: bool,
    /// Whether the thread sleeps until it is woken.
    asleep: bool,
    /// Nobody will ask for more.
    closed: bool,
    /// The thread takes no more.
    ended: bool,
}

impl Queue {
    /// Adds an entry. Waits while too much is there already.
    pub(super) fn append(&self, job: JobId, entry: &[u8]) -> Result<(), Broken> {
        self.push(|work| {
            work.entries.extend_from_slice(entry);
            work.commands.push(Command::Append(job, entry.len()));
            work.entries.len() >= MUCH
        })
    }

    /// Adds anything else, for which somebody waits.
    pub(super) fn ask(&self, command: Command) -> Result<(), Broken> {
        self.push(|work| {
            work.commands.push(command);
            true
        })
    }

    /// Adds what `add` says, and whether that is urgent.
    fn push(&self, add: impl FnOnce(&mut Work) -> bool) -> Result<(), Broken> {
        let mut state = self.state.lock();
        while state.work.entries.len() >= FULL && !state.ended {
            self.room.wait(&mut state);
        }
        if state.ended {
            return Err(gone());
        }
        state.urgent |= add(&mut state.work);
        if state.urgent || state.asleep {
            self.work.notify_one();
        }
        Ok(())
    }

    /// Nobody will push any more.
    pub(super) fn close(&self) {
        self.state.lock().closed = true;
        self.work.notify_one();
    }

    /// Takes everything that is there, into `work`, which is empty; waits until there is something.
    /// False once the queue is closed and empty.
    pub(super) fn take(&self, work: &mut Work) -> bool {
        let mut state = self.state.lock();
        while !state.urgent && !state.closed {
            if state.asleep {
                self.work.wait(&mut state);
                state.asleep = false;
            } else if self.work.wait_for(&mut state, LINGER).timed_out() {
                if !state.work.commands.is_empty() {
                    break;
                }
                state.asleep = true;
            }
        }
        mem::swap(&mut state.work, work);
        (state.urgent, state.asleep) = (false, false);
        self.room.notify_all();
        !(work.commands.is_empty() && state.closed)
    }

    /// The thread ends, whatever the reason: nobody waits for it any more.
    pub(super) fn end(&self) {
        let mut state = self.state.lock();
        state.ended = true;
        // Whoever waits for an answer learns it so.
        state.work = Work::default();
        self.room.notify_all();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{sync::Arc, thread, time::Instant};

    fn append(queue: &Queue, bytes: usize) -> Result<(), Broken> {
        queue.append(JobId::from_bytes([1; 16]), &vec![0; bytes])
    }

    fn taken(queue: &Queue) -> usize {
        let mut work = Work::default();
        queue.take(&mut work);
        work.commands.len()
    }

    #[test]
    fn an_entry_that_nobody_waits_for_is_taken_a_moment_later() {
        let queue = Queue::default();
        let began = Instant::now();
        append(&queue, 1).expect("room");
        assert_eq!(taken(&queue), 1);
        assert!(began.elapsed() >= LINGER);
    }

    #[test]
    fn a_thread_that_sleeps_wakes_for_an_entry() {
        let queue = Arc::new(Queue::default());
        let thread = thread::spawn({
            let queue = queue.clone();
            move || taken(&queue)
        });
        while !queue.state.lock().asleep {
            thread::yield_now();
        }
        append(&queue, 1).expect("room");
        assert_eq!(thread.join().expect("no panic"), 1);
    }

    #[test]
    fn much_is_taken_at_once_and_too_much_waits_until_it_is() {
        let queue = Arc::new(Queue::default());
        append(&queue, FULL).expect("room");
        let pusher = thread::spawn({
            let queue = queue.clone();
            move || append(&queue, 1)
        });
        assert_eq!(taken(&queue), 1, "the second has no room");
        pusher.join().expect("no panic").expect("room");
        assert_eq!(taken(&queue), 1);
    }

    #[test]
    fn whoever_waits_for_room_learns_that_the_thread_has_ended() {
        let queue = Arc::new(Queue::default());
        append(&queue, FULL).expect("room");
        let pusher = thread::spawn({
            let queue = queue.clone();
            move || append(&queue, 1)
        });
        queue.end();
        assert!(pusher.join().expect("no panic").is_err());
    }
}
