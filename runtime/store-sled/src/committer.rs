//! The committing thread: gathers the writes that wait, applies them as one batch, flushes once,
//! then answers each.
//!
//! It is the only writer, which is what makes preconditions atomic and a flush cheap. After a
//! failed write it stops: nobody knows what is on the disk, so nothing more is accepted.

use crate::{
    durable::Durability,
    failure,
    mark::Mark,
    pending::{Pending, PreparedChange, PreparedRow},
};
use bindery_store::{
    batch::{CommitError, Committed},
    error::StoreError,
};
use std::{io, sync::Arc, thread};
use tokio::sync::{mpsc, oneshot};

/// Writes that share one flush.
const GROUP: usize = 512;
/// Writes that wait for their group; more callers wait to be accepted.
const QUEUE: usize = 1_024;

type Answer = Result<Committed, CommitError>;

/// One batch, and where its answer goes.
pub(crate) struct Write {
    pub(crate) changes: Vec<PreparedChange>,
    pub(crate) rows: Vec<PreparedRow>,
    pub(crate) gone: Vec<PreparedRow>,
    pub(crate) reply: oneshot::Sender<Answer>,
}

/// The handle of the thread; dropping it waits until what was accepted is written.
#[derive(Debug)]
pub(crate) struct Committer {
    queue: Option<mpsc::Sender<Write>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Committer {
    pub(crate) fn start(db: sled::Db, durability: Arc<Durability>, mark: Mark) -> io::Result<Self> {
        let (queue, writes) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("store-committer".into())
            .spawn(move || run(&db, &durability, mark, writes))?;
        Ok(Self { queue: Some(queue), thread: Some(thread) })
    }

    /// Hands in a write; its answer comes when it is durable.
    pub(crate) async fn send(&self, write: Write) -> Result<(), StoreError> {
        let queue = self.queue.as_ref().ok_or(StoreError::Closed)?;
        queue.send(write).await.map_err(|_| StoreError::Closed)
    }
}

impl Drop for Committer {
    fn drop(&mut self) {
        self.queue = None;
        if let Some(thread) = self.thread.take()
            && thread.join().is_err()
        {
            tracing::error!("the committing thread of the store panicked");
        }
    }
}

fn run(db: &sled::Db, durability: &Durability, mut mark: Mark, mut writes: mpsc::Receiver<Write>) {
    while let Some(first) = writes.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = writes.try_recv()
        {
            group.push(next);
        }
        if let Err(error) = settle(db, durability, &mut mark, group) {
            tracing::error!(%error, "the store stops: a write failed");
            return;
        }
    }
    mark.write();
}

fn settle(
    db: &sled::Db,
    durability: &Durability,
    mark: &mut Mark,
    group: Vec<Write>,
) -> sled::Result<()> {
    let mut pending = Pending::new(db);
    let mut stage = |write: Write| {
        let Write { changes, rows, gone, reply } = write;
        (pending.commit(changes, rows, gone), reply)
    };
    let answers: Vec<_> = group.into_iter().map(&mut stage).collect();
    let written = pending.write(durability, mark);
    for (answer, reply) in answers {
        let answer = match &written {
            Ok(()) => answer,
            Err(error) => Err(failure("write", error).into()),
        };
        // A caller that has gone away does not want it any more.
        drop(reply.send(answer));
    }
    written
}
