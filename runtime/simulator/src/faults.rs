//! The faults of a script while it runs: which of them strike where, and which have.
//!
//! Calls are counted by the journal, so that a call which a restarted worker makes again is the
//! same one. A fault strikes once, unless it is meant for every call.

use crate::{
    computer::Computer,
    crash::{Deaths, Point},
    script::{
        fault::{Fault, Place, What, When},
        word::MaskText,
    },
};
use bindery_core::operation::{Class, Operation};
use bindery_journal::entry::{Body, Entry};
use parking_lot::Mutex;
use serde_json::Value;
use std::sync::Arc;

/// The faults of a test.
pub(crate) struct Faults {
    list: Vec<Fault>,
    computer: Option<Arc<Computer>>,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    /// Of each fault, the entries that it struck at.
    struck: Vec<Vec<u64>>,
    /// The fault that ended the attempt.
    ended_by: Option<usize>,
}

/// A call that reached the host.
pub(crate) struct Asked<'a> {
    pub(crate) operation: &'static Operation,
    pub(crate) arguments: &'a Value,
    pub(crate) sequence: u64,
    /// In a dry run nothing is written as intent before.
    pub(crate) intended: bool,
}

impl Faults {
    pub(crate) fn new(list: Vec<Fault>, computer: Option<Arc<Computer>>) -> Self {
        let state = State { struck: vec![vec![]; list.len()], ended_by: None };
        Self { list, computer, state: Mutex::new(state) }
    }

    /// The fault that ended the last attempt, and its place in the script.
    pub(crate) fn take_end(&self) -> Option<(usize, &What)> {
        let at = self.state.lock().ended_by.take()?;
        self.list.get(at).map(|fault| (at, &fault.what))
    }

    /// Each fault, and how often it struck.
    pub(crate) fn account(&self) -> Vec<(Fault, usize)> {
        let state = self.state.lock();
        self.list.iter().cloned().zip(state.struck.iter().map(Vec::len)).collect()
    }

    /// What strikes at a call, before it is carried out.
    pub(crate) fn at_call(&self, asked: &Asked<'_>, before: &[Entry]) -> Vec<(usize, What)> {
        let before = &before[..before.len().min(asked.sequence as usize)];
        let mut whats = vec![];
        for (at, fault) in self.list.iter().enumerate() {
            let here = match &fault.place {
                Place::Entry(sequence) => asked.sequence == *sequence,
                Place::Call { .. } => {
                    self.is_call(fault, asked.operation.name, asked.arguments, before)
                }
            };
            if here && happens_at_call(fault, asked) && self.strike(at, asked.sequence) {
                whats.push((at, fault.what.clone()));
            }
        }
        whats
    }

    /// The words with which updates fail in the call with this sequence.
    pub(crate) fn updates(&self, sequence: u64) -> Vec<(&MaskText, &str)> {
        let state = self.state.lock();
        let here = |(_, struck): &(&Fault, &Vec<u64>)| struck.contains(&sequence);
        self.list
            .iter()
            .zip(&state.struck)
            .filter(here)
            .filter_map(|(fault, _)| match (&fault.place, &fault.what) {
                (Place::Call { update: Some(mask), .. }, What::Update(words)) => {
                    Some((mask, words.as_str()))
                }
                _ => None,
            })
            .collect()
    }

    /// Marks a fault as struck; false if it has struck already. What fails fails again where a
    /// restarted worker carries out the same call.
    fn strike(&self, at: usize, sequence: u64) -> bool {
        let state = &mut *self.state.lock();
        let (fault, struck) = (&self.list[at], &mut state.struck[at]);
        if struck.contains(&sequence) {
            return matches!(fault.what, What::Fails(_) | What::Update(_));
        }
        if !struck.is_empty() && !fault.every {
            return false;
        }
        struck.push(sequence);
        if let What::Crash(..) | What::Reboot(_) | What::Suspend(_) | What::Terminate = fault.what {
            state.ended_by = Some(at);
        }
        true
    }

    /// Whether `fault` is meant for this call of `operation`, behind the entries `before`.
    fn is_call(&self, fault: &Fault, name: &str, arguments: &Value, before: &[Entry]) -> bool {
        let Place::Call { operation, nth, update } = &fault.place else { return false };
        if operation.name != name || !self.is_about(update.as_ref(), arguments) {
            return false;
        }
        let earlier = before.iter().filter(|entry| match &entry.body {
            Body::Operation { operation, arguments, .. }
            | Body::Intent { operation, arguments } => {
                operation == name && self.is_about(update.as_ref(), arguments)
            }
            _ => false,
        });
        let number = earlier.count() as u64 + 1;
        number == *nth || (fault.every && number > *nth)
    }

    /// Whether arguments name an update that fits.
    fn is_about(&self, update: Option<&MaskText>, arguments: &Value) -> bool {
        update.is_none_or(|update| !self.meant(update, arguments).is_empty())
    }

    /// The updates of the arguments that fit.
    pub(crate) fn meant(&self, update: &MaskText, arguments: &Value) -> Vec<String> {
        let ids = [&arguments["updates"], &arguments["plan"]["updates"]];
        let ids = ids.into_iter().filter_map(Value::as_array).flatten().filter_map(Value::as_str);
        let computer = self.computer.as_ref();
        let named = computer.and_then(|it| it.named(&update.mask).ok()).unwrap_or_default();
        let fits = |id: &&str| named.contains(*id) || update.mask.fits(id);
        ids.filter(fits).map(str::to_owned).collect()
    }
}

/// Whether a fault happens before its operation is carried out; others happen as it is written.
fn happens_at_call(fault: &Fault, asked: &Asked<'_>) -> bool {
    let intended = asked.operation.class == Class::WriteOnce && asked.intended;
    match (&fault.what, &fault.place) {
        (What::Crash(when, _) | What::Reboot(when), place) => match when {
            When::Begun | When::During => true,
            // Where there is an intent, its place is before that.
            When::Before => !intended && matches!(place, Place::Call { .. }),
            When::Done | When::Unsynced | When::Synced => false,
        },
        _ => true,
    }
}

/// Which part of an operation an entry is.
enum Part {
    Intent,
    End,
}

impl Faults {
    /// Where a fault kills at `entry`, if it is meant for it.
    fn point(&self, fault: &Fault, before: &[Entry], entry: &Entry) -> Option<Point> {
        let (What::Crash(when, _) | What::Reboot(when)) = &fault.what else { return None };
        if let Place::Entry(sequence) = fault.place {
            let point = match when {
                When::Before | When::Done => Some(Point::Unwritten),
                When::Unsynced => Some(Point::Unsynced),
                When::Synced => Some(Point::Synced),
                When::Begun | When::During => None,
            };
            return point.filter(|_| entry.sequence == sequence);
        }
        let (operation, arguments, at, part) = match &entry.body {
            Body::Operation { operation, arguments, .. } => {
                (operation, arguments, before.len(), Part::End)
            }
            Body::Intent { operation, arguments } => {
                (operation, arguments, before.len(), Part::Intent)
            }
            Body::Outcome { intent, .. } => match &before.get(*intent as usize)?.body {
                Body::Intent { operation, arguments } => {
                    (operation, arguments, *intent as usize, Part::End)
                }
                _ => return None,
            },
            _ => return None,
        };
        let point = match (when, part) {
            (When::Before, Part::Intent) | (When::Done, Part::End) => Point::Unwritten,
            (When::Unsynced, Part::End) => Point::Unsynced,
            (When::Synced, Part::End) => Point::Synced,
            _ => return None,
        };
        self.is_call(fault, operation, arguments, &before[..at]).then_some(point)
    }
}

impl Deaths for Faults {
    fn at(&self, before: &[Entry], entry: &Entry) -> Option<Point> {
        self.list.iter().enumerate().find_map(|(at, fault)| {
            let point = self.point(fault, before, entry)?;
            self.strike(at, entry.sequence).then_some(point)
        })
    }
}
