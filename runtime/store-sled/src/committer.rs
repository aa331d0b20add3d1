//! The committing thread: gathers the writes that wait, applies them as one batch, flushes once,
//! then answers each.
//!
//! It is the only writer, which is what makes preconditions atomic and a flush cheap. After a
//! failed write it stops: nobody knows what is on the disk, so nothing more is accepted.

use crate::{
    failure,
    pending::{Pending, PreparedChange, PreparedRow},
};
use bindery_store::{
    batch::{CommitError, Committed},
    error::StoreError,
};
use std::{io, sync::Arc, thread};
use tokio::sync::{RwLock, mpsc, oneshot};

/// Writes that share one flush.
const GROUP: usize = 512;
/// Writes that wait for their group; more callers wait to be accepted.
const QUEUE: usize = 1_024;

type Reply<T, E> = oneshot::Sender<Result<T, E>>;

pub(crate) enum Write {
    Commit(Vec<PreparedChange>, Reply<Committed, CommitError>),
    Append(Vec<PreparedRow>, Reply<usize, StoreError>),
}

/// An answer that waits until its group is durable.
enum Answer {
    Commit(Result<Committed, CommitError>, Reply<Committed, CommitError>),
    Append(Result<usize, StoreError>, Reply<usize, StoreError>),
}

/// The handle of the thread; dropping it waits until what was accepted is written.
#[derive(Debug)]
pub(crate) struct Committer {
    queue: Option<mpsc::Sender<Write>>,
    thread: Option<thread::JoinHandle<()>>,
}

impl Committer {
    pub(crate) fn start(db: sled::Db, visible: Arc<RwLock<bool>>) -> io::Result<Self> {
        let (queue, writes) = mpsc::channel(QUEUE);
        let thread = thread::Builder::new()
            .name("store-committer".into())
            .spawn(move || run(&db, &visible, writes))?;
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

fn run(db: &sled::Db, visible: &RwLock<bool>, mut writes: mpsc::Receiver<Write>) {
    while let Some(first) = writes.blocking_recv() {
        let mut group = vec![first];
        while group.len() < GROUP
            && let Ok(next) = writes.try_recv()
        {
            group.push(next);
        }
        if let Err(error) = settle(db, visible, group) {
            tracing::error!(%error, "the store stops: a write failed");
            return;
        }
    }
}

fn settle(db: &sled::Db, visible: &RwLock<bool>, group: Vec<Write>) -> sled::Result<()> {
    let mut pending = Pending::new(db);
    let stage = |write| match write {
        Write::Commit(batch, reply) => Answer::Commit(pending.commit(batch), reply),
        Write::Append(rows, reply) => Answer::Append(pending.append(rows), reply),
    };
    let answers: Vec<Answer> = group.into_iter().map(stage).collect();
    let mut hidden = visible.blocking_write();
    let written = pending.write();
    *hidden = written.is_ok();
    drop(hidden);
    match &written {
        Ok(()) => answers.into_iter().for_each(Answer::give),
        Err(error) => answers.into_iter().for_each(|answer| answer.fail(error)),
    }
    written
}

impl Answer {
    /// A caller that has gone away does not want it any more.
    fn give(self) {
        match self {
            Self::Commit(answer, reply) => drop(reply.send(answer)),
            Self::Append(answer, reply) => drop(reply.send(answer)),
        }
    }

    fn fail(self, error: &sled::Error) {
        let error = failure("write", error);
        match self {
            Self::Commit(_, reply) => drop(reply.send(Err(error.into()))),
            Self::Append(_, reply) => drop(reply.send(Err(error))),
        }
    }
}
