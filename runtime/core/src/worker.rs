//! Workers: who runs jobs, and whether they are there.
//!
//! ```text
//!   Registered --Connect--> Online --Disconnect--> Offline --Connect--> Online
//!                              |  --Connect (a newer session)--> Online, the older session is fenced off
//!   any --Remove--> Removed
//! ```

use crate::{
    code::{Code, Failure},
    id::{ComputerId, WorkerId},
    name::Name,
    profile::Profile,
};
use jiff::Timestamp;
use serde::{Deserialize, Serialize};

/// Where a worker runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum WorkerKind {
    /// Inside the control plane.
    Sandbox,
    /// The agent of a computer, configured for an account.
    Hybrid,
}

/// Whether a worker is there. A session is one connection of it; sessions grow.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "presence", rename_all = "camelCase")]
pub enum Presence {
    /// It never connected.
    Registered,
    /// It is connected.
    Online { session: u64 },
    /// It was connected.
    Offline { session: u64, since: Timestamp, how: Departure },
    /// It was removed and may not come back.
    Removed,
}

/// How a worker went away.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub enum Departure {
    /// It said that it ends.
    Left,
    /// Its connection broke.
    Broke,
    /// It said nothing any more.
    Silent,
}

/// What may happen to a worker.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum WorkerEvent {
    /// A connection, with its session.
    Connect { session: u64 },
    /// The end of a connection.
    Disconnect { session: u64, at: Timestamp, how: Departure },
    /// Somebody removes it.
    Remove,
}

/// The presence after `event`; an event of an older session changes nothing.
pub fn next(presence: Presence, event: WorkerEvent) -> Result<Presence, Failure> {
    use Presence as P;
    use WorkerEvent as E;
    match (presence, event) {
        (P::Removed, _) => Err(Failure::new(Code::Forbidden, "this worker was removed")),
        (_, E::Remove) => Ok(P::Removed),
        (P::Registered, E::Connect { session }) => Ok(P::Online { session }),
        (
            P::Online { session: held } | P::Offline { session: held, .. },
            E::Connect { session },
        ) => {
            if session > held {
                return Ok(P::Online { session });
            }
            Err(Failure::new(Code::WrongWorker, format!("session {session} is older than {held}")))
        }
        (P::Online { session: held }, E::Disconnect { session, at, how }) if session == held => {
            Ok(P::Offline { session, since: at, how })
        }
        (presence, E::Disconnect { .. }) => Ok(presence),
    }
}

/// A worker of an account.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Worker {
    /// Its id.
    pub id: WorkerId,
    /// The account that it works for.
    pub account: Name,
    /// Where it runs.
    pub kind: WorkerKind,
    /// The computer whose agent it is.
    pub computer: Option<ComputerId>,
    /// Its own group.
    pub group: Name,
    /// The groups that it was put into: at most `WORKER_GROUPS`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub groups: Vec<Name>,
    /// What its engine has, by its last connection.
    #[serde(default)]
    pub profile: Profile,
    /// When it was made.
    pub created_at: Timestamp,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_transition_of_a_workers_presence() {
        let at = Timestamp::UNIX_EPOCH;
        let (on, off) = (
            |session| Presence::Online { session },
            |session| Presence::Offline { session, since: at, how: Departure::Broke },
        );
        let connect = |session| WorkerEvent::Connect { session };
        let leave = |session| WorkerEvent::Disconnect { session, at, how: Departure::Broke };
        let rows = [
            (Presence::Registered, connect(1), Some(on(1))),
            (Presence::Registered, leave(1), Some(Presence::Registered)),
            (Presence::Registered, WorkerEvent::Remove, Some(Presence::Removed)),
            (on(1), connect(2), Some(on(2))),
            (on(2), connect(2), None),
            (on(2), connect(1), None),
            (on(2), leave(1), Some(on(2))),
            (on(2), leave(2), Some(off(2))),
            (on(2), WorkerEvent::Remove, Some(Presence::Removed)),
            (off(2), connect(3), Some(on(3))),
            (off(2), connect(2), None),
            (off(2), leave(2), Some(off(2))),
            (off(2), WorkerEvent::Remove, Some(Presence::Removed)),
            (Presence::Removed, connect(9), None),
            (Presence::Removed, leave(9), None),
            (Presence::Removed, WorkerEvent::Remove, None),
        ];
        for (presence, event, expected) in rows {
            assert_eq!(next(presence, event).ok(), expected, "{presence:?} {event:?}");
        }
    }
}
