//! One session, from the welcome to its end: several loops over the same link, over as soon as one
//! of them is.
//!
//! A session holds no state that matters: what was not kept or answered is said again on the next
//! one.

use crate::{
    accounts::Accounts,
    agent::identity::Identity,
    allow::Allow,
    config::Reporter,
    hello::hello,
    history::Histories,
    orders,
    runner::{Refusal, Runner},
    spool::Kept,
    trust::Trust,
    upstream::Calls,
};
use bindery_core::{
    code::{Code, Failure},
    limit,
};
use bindery_journal::log::Broken;
use bindery_protocol::{
    link::WorkerEnd,
    message::{ToControl, ToWorker},
    pace::Pace,
};
use bindery_sandbox::clock::Clock;
use bindery_seal::{envelope::Envelope, key::PublicKey};
use std::{sync::Arc, time::Duration};
use tokio::{
    sync::{Notify, mpsc, watch},
    time::{interval, timeout},
};

/// How a session ended.
#[derive(Debug)]
pub(crate) enum Ended {
    /// The link is gone.
    Lost(String),
    /// The control plane does not want it, or it cannot be believed.
    Rejected(Failure),
    /// The worker's own journal cannot be written.
    Broken(Broken),
}

impl Ended {
    pub(crate) fn lost(reason: impl Into<String>) -> Self {
        Self::Lost(reason.into())
    }
}

/// What a session works with; it outlives them all.
pub(crate) struct Desk {
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) pace: Pace,
    pub(crate) workspace_key: PublicKey,
    pub(crate) allow: Allow,
    pub(crate) identity: Option<Identity>,
    pub(crate) reporter: Option<Arc<dyn Reporter>>,
    pub(crate) accounts: Accounts,
    pub(crate) trust: Arc<Trust>,
    pub(crate) runner: Arc<Runner>,
    pub(crate) calls: Arc<Calls>,
    /// Told when there is a question to ask.
    pub(crate) questions: Arc<Notify>,
    /// What came of the journals of jobs that are about to go on here.
    pub(crate) histories: Histories,
    /// Told when somebody wants a report.
    pub(crate) assess: Notify,
    pub(crate) drain: crate::drain::Drain,
    /// Whether there is a session now.
    pub(crate) talks: watch::Sender<bool>,
}

type Say = mpsc::Sender<ToControl>;

impl Desk {
    /// Goes through one session. Returns only with the reason of its end.
    pub(crate) async fn session(&self, mut link: WorkerEnd) -> Ended {
        let clock = self.clock.as_ref();
        let identity = self.identity.as_ref();
        if let Err(ended) = hello(&mut link, identity, &self.trust, (clock, self.pace)).await {
            return ended;
        }
        let _talks = Talks::begin(&self.talks);
        let WorkerEnd { say, hear } = link;
        let jobs = self.runner.spool.holding();
        if let Err(ended) = send(&say, ToControl::Holding { jobs }).await {
            return ended;
        }
        self.histories.clear();
        self.runner.spool.rewind();
        self.calls.questions.rewind();
        self.calls.secrets.rewind();
        self.runner.modules.fetches.rewind();
        let ended = tokio::select! {
            ended = self.listen(hear, &say) => ended,
            ended = self.ship(&say) => ended,
            ended = self.ask(&say) => ended,
            ended = beat(&say, self.pace) => ended,
            ended = self.report(&say) => ended,
            ended = self.leave(&say) => ended,
        };
        ended.err().unwrap_or_else(|| Ended::lost("the link ended"))
    }

    /// Does what the control plane says, until it is silent for too long.
    async fn listen(&self, mut hear: mpsc::Receiver<ToWorker>, say: &Say) -> Result<(), Ended> {
        loop {
            let heard = timeout(self.pace.of(limit::WORKER_SILENCE), hear.recv()).await;
            let heard = heard.map_err(|_| Ended::lost("the control plane is silent"))?;
            let message = heard.ok_or_else(|| Ended::lost("the control plane ended the link"))?;
            if let Some(answer) = self.obey(message)? {
                send(say, answer).await?;
            }
        }
    }

    fn obey(&self, message: ToWorker) -> Result<Option<ToControl>, Ended> {
        let runner = &self.runner;
        match message {
            ToWorker::History { job, lease, first, entries } => {
                self.histories.add(job, lease, first, &entries);
            }
            ToWorker::Order { order } => return Ok(self.take(&order)),
            ToWorker::Configure { id, order } => {
                let (workspace, allow) = (&self.workspace_key, &self.allow);
                let answer = self.accounts.configure(&order, workspace, allow);
                return Ok(Some(ToControl::Configured { id, answer }));
            }
            ToWorker::Cancel { job, lease, reason, grace } => {
                let grace = grace.map(Duration::from_millis);
                runner.cancel(job, lease, reason, grace);
            }
            ToWorker::Kept { job, below } => {
                if let Kept::Lost(lease) = runner.spool.keep(job, below).map_err(Ended::Broken)? {
                    runner.fence(job, lease);
                    let message = "the control plane has entries that this worker lost";
                    let error = Failure::new(Code::JournalDamaged, message);
                    return Ok(Some(ToControl::Refused { job, lease, error, retry: false }));
                }
            }
            ToWorker::Fenced { job, lease } => runner.fence(job, lease),
            ToWorker::Reply { id, reply } => self.calls.questions.answer(id, reply),
            ToWorker::Revealed { id, reply } => self.calls.secrets.answer(id, reply),
            ToWorker::Module { digest, wasm } => {
                runner.modules.fetches.answer(digest, wasm.map(|bytes| bytes.0));
            }
            ToWorker::Trust { trust } => self.trust.take(&trust).map_err(Ended::Rejected)?,
            ToWorker::Assess => self.assess.notify_one(),
            ToWorker::Rejected { error } => return Err(Ended::Rejected(error)),
            ToWorker::Alive => {}
            ToWorker::Challenge(_) | ToWorker::Welcome { .. } => {
                return Err(Ended::lost("it began a session within a session"));
            }
        }
        Ok(None)
    }

    /// Takes an order, or says why not.
    fn take(&self, envelope: &Envelope) -> Option<ToControl> {
        let refusal = match self.accept(envelope) {
            Ok(()) => return None,
            Err(refusal) => refusal,
        };
        let Refusal { error, retry } = refusal;
        // Only to say which order it was: nothing is done that it says.
        let Some(order) = orders::unverified(envelope) else {
            tracing::error!(%error, "an order that cannot be read is refused");
            return None;
        };
        let (job, lease) = (order.job, order.lease);
        if self.runner.spool.held(job).is_some_and(|(held, _)| held == lease) {
            // It came twice: what was begun is not refused.
            return None;
        }
        tracing::warn!(%job, code = %error.code, %error, "an order is refused");
        Some(ToControl::Refused { job, lease, error: *error, retry })
    }

    fn accept(&self, envelope: &Envelope) -> Result<(), Refusal> {
        if self.drain.is_draining() {
            let error = Failure::new(Code::NoWorker, "this worker is about to end");
            return Err(Refusal { error: error.into(), retry: true });
        }
        let now = self.clock.now();
        let accepted = orders::accept(envelope, &self.accounts, &self.allow, now)
            .map_err(|error| Refusal { error: error.into(), retry: false })?;
        let history = self.histories.take(accepted.order.job, accepted.order.lease);
        self.runner.take(accepted, history)
    }

    /// Says entries once they are synced.
    async fn ship(&self, say: &Say) -> Result<(), Ended> {
        let spool = &self.runner.spool;
        loop {
            spool.sync().await.map_err(Ended::Broken)?;
            while let Some(batch) = spool.batch() {
                send(say, batch).await?;
            }
            spool.news.notified().await;
        }
    }

    /// Takes leave once the worker is to end and has said all: the control plane ends the session.
    async fn leave(&self, say: &Say) -> Result<(), Ended> {
        self.drain.drained().await;
        self.runner.spool.emptied().await;
        send(say, ToControl::Leaving).await?;
        std::future::pending().await
    }

    /// Returns once a worker that is to end has nothing more to say, and nobody to say it to.
    pub(crate) async fn left(&self) {
        self.runner.spool.emptied().await;
        // The sender lives as long as `self`.
        let _ = self.talks.subscribe().wait_for(|talks| !talks).await;
    }

    /// Asks what jobs wait for: calls, modules.
    async fn ask(&self, say: &Say) -> Result<(), Ended> {
        loop {
            for question in self.calls.questions.unsaid() {
                send(say, question).await?;
            }
            for question in self.calls.secrets.unsaid() {
                send(say, question).await?;
            }
            for question in self.runner.modules.fetches.unsaid() {
                send(say, question).await?;
            }
            self.questions.notified().await;
        }
    }

    /// Reports the computer: now, after each job, when asked, and now and then.
    async fn report(&self, say: &Say) -> Result<(), Ended> {
        let Some(reporter) = &self.reporter else {
            return std::future::pending().await;
        };
        loop {
            let report = assess(reporter.as_ref()).await;
            send(say, report).await?;
            tokio::select! {
                () = self.assess.notified() => {}
                () = self.runner.ended.notified() => {}
                () = tokio::time::sleep(limit::ASSESS_EVERY) => {}
            }
        }
    }
}

/// Says that there is a session, for as long as it lives.
struct Talks<'a>(&'a watch::Sender<bool>);

impl<'a> Talks<'a> {
    fn begin(talks: &'a watch::Sender<bool>) -> Self {
        talks.send_replace(true);
        Self(talks)
    }
}

impl Drop for Talks<'_> {
    fn drop(&mut self) {
        self.0.send_replace(false);
    }
}

async fn assess(reporter: &dyn Reporter) -> ToControl {
    ToControl::Report { report: Box::new(reporter.report().await) }
}

async fn beat(say: &Say, pace: Pace) -> Result<(), Ended> {
    let mut interval = interval(pace.of(limit::HEARTBEAT));
    loop {
        interval.tick().await;
        send(say, ToControl::Alive).await?;
    }
}

async fn send(say: &Say, message: ToControl) -> Result<(), Ended> {
    say.send(message).await.map_err(|_| Ended::lost("the link ended"))
}
