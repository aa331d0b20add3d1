//! A session: the conversation with one worker, from its first word to its last.

pub(crate) mod reconcile;

use crate::{
    documents::COMPUTERS,
    entropy,
    events::Event,
    hub::{Over, Peer},
    intake::{self, Shipment},
    plane::ControlPlane,
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    fleet::Computer,
    id::ComputerId,
    job::{JobEvent, Outcome},
    limit,
    worker::Departure,
};
use bindery_protocol::{
    VERSION,
    bytes::Base64,
    hello::{Challenge, PROOF, Proof},
    link::ControlEnd,
    message::{Held, ToControl, ToWorker},
    pace::Pace,
};
use bindery_seal::{envelope::Envelope, key::PublicKey};
use std::{pin::pin, sync::Arc, time::Duration};
use tokio::{
    sync::{Semaphore, mpsc, oneshot},
    time::{interval, timeout},
};

/// How long a session waits for its worker.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Patience {
    /// Between two signs of life of our own.
    pub(crate) heartbeat: Duration,
    /// For a word of the worker, and for a place in what it still has to hear.
    pub(crate) silence: Duration,
    /// Before the next job, once it could not take one.
    pub(crate) rest: Duration,
}

impl Patience {
    pub(crate) fn at(pace: Pace) -> Self {
        Self {
            heartbeat: pace.of(limit::HEARTBEAT),
            silence: pace.of(limit::WORKER_SILENCE),
            rest: pace.of(limit::WORKER_REST),
        }
    }
}

/// How often we look whether a worker has heard everything.
const QUIET: Duration = Duration::from_millis(100);

/// What a session works with.
struct Talk<'a> {
    peer: Peer,
    session: u64,
    say: &'a mpsc::Sender<ToWorker>,
    shipments: mpsc::Sender<Shipment>,
    fetches: mpsc::Sender<Digest>,
    /// A place for each call that is being carried out.
    calls: Arc<Semaphore>,
}

impl ControlPlane {
    /// Talks with the sandbox worker of this process, which needs no proof.
    pub async fn serve_sandbox(&self, link: ControlEnd) {
        if let Err(failure) = self.converse(Peer::Sandbox, link, 0).await {
            tracing::error!(%failure, "the session of the sandbox worker ended");
        }
    }

    /// Talks with an agent: it must prove who it is first.
    pub async fn serve_agent(&self, mut link: ControlEnd) {
        match self.admit(&mut link).await {
            Ok((computer, continuation)) => {
                let peer = Peer::Computer(computer);
                if let Err(failure) = self.converse(peer, link, continuation).await {
                    tracing::warn!(%computer, %failure, "the session of an agent ended");
                }
            }
            Err(error) => {
                tracing::warn!(%error, code = %error.code, "an agent was rejected");
                // It may have gone already.
                let _ = link.say.send(ToWorker::Rejected { error }).await;
            }
        }
    }

    async fn admit(&self, link: &mut ControlEnd) -> Result<(ComputerId, u64), Failure> {
        let question = self.hub.question();
        let challenge = Challenge {
            nonce: Digest::from_bytes(entropy::bytes()),
            time: self.clock.now(),
            protocol: VERSION,
        };
        link.say.send(ToWorker::Challenge(challenge.clone())).await.map_err(|_| gone())?;
        let hello = timeout(self.patience.silence, link.hear.recv()).await;
        let Ok(Some(ToControl::Hello { proof })) = hello else {
            return Err(Failure::new(Code::Unauthenticated, "the agent did not say who it is"));
        };
        self.check_proof(question, &challenge, &proof).await
    }

    async fn check_proof(
        &self,
        question: u64,
        challenge: &Challenge,
        envelope: &Envelope,
    ) -> Result<(ComputerId, u64), Failure> {
        // The proof names the computer whose key must have signed it: both are checked together.
        let computer = self.computer_by_key(envelope.key_id()).await?;
        let key: PublicKey = computer.agent_key.parse().map_err(|_| {
            Failure::new(Code::Internal, format!("the key of computer {} is damaged", computer.id))
        })?;
        let proof: Proof = envelope.open(PROOF, &key)?;
        if proof.protocol != VERSION {
            let message = format!("the agent speaks protocol {}, we {VERSION}", proof.protocol);
            return Err(Failure::new(Code::ProtocolMismatch, message));
        }
        if proof.nonce != challenge.nonce || proof.computer != computer.id {
            return Err(Failure::new(Code::Unauthenticated, "the proof is not for this session"));
        }
        check_skew(proof.time, self.clock.now())?;
        // An agent connects once at a time: what comes late from a session that it gave up must not
        // use up the continuation that it got in a later one.
        let peer = Peer::Computer(computer.id);
        let newest = || match self.hub.proves(peer, question) {
            true => Ok(()),
            false => Err(Failure::new(Code::Unreachable, "the agent has connected anew since")),
        };
        newest()?;
        if !computer.continuation.accepts(proof.continuation) {
            return Err(Failure::new(
                Code::IdentityCopied,
                format!(
                    "another machine has connected as computer {} ({})",
                    computer.id,
                    computer.name()
                ),
            ));
        }
        let fresh = u64::from_le_bytes(entropy::bytes()) >> 11;
        let id = computer.id.to_string();
        let change = |computer: &mut Computer| {
            newest()?;
            computer.continuation = computer.continuation.advance(proof.continuation, fresh);
            Ok(())
        };
        self.repository.change(COMPUTERS, &id, "computer", computer_indexes, change).await?;
        Ok((computer.id, fresh))
    }

    async fn computer_by_key(&self, key_id: Digest) -> Result<Computer, Failure> {
        let range = bindery_store::documents::Range::first(1);
        let found = self.repository.find(COMPUTERS, "key", &key_id.to_string(), range).await?;
        found.0.into_iter().next().ok_or_else(|| {
            Failure::new(Code::Unauthenticated, "no computer of this workspace has the agent's key")
        })
    }

    async fn converse(
        &self,
        peer: Peer,
        link: ControlEnd,
        continuation: u64,
    ) -> Result<(), Failure> {
        let ControlEnd { say, mut hear } = link;
        let (session, over) = self.hub.connect(peer, say.clone())?;
        let welcome = ToWorker::Welcome {
            session,
            continuation,
            trust: self.signed_trust(),
            time: self.clock.now(),
        };
        // Whoever does not hear it has gone already, as the conversation finds out.
        let _gone = say.send(welcome).await;
        if let Peer::Computer(id) = peer {
            tracing::info!(computer = %id, session, "agent connected");
            self.events.say(Event::Computer(id));
        }
        let (shipments, shipped) = mpsc::channel(intake::WAITING);
        let (fetches, fetched) = mpsc::channel(limit::WORKER_HELD_JOBS);
        let calls = Arc::new(Semaphore::new(limit::WORKER_HELD_JOBS));
        let talk = Talk { peer, session, say: &say, shipments, fetches, calls };
        let mut take_in = pin!(self.take_in_all(peer, shipped, &say));
        let talk = async {
            tokio::select! {
                ended = self.listen(talk, &mut hear, over) => ended,
                failed = self.hand_out(peer, fetched, &say) => failed.map(|()| Departure::Broke),
            }
        };
        let (ended, failed) = tokio::select! {
            ended = talk => (ended, None),
            failed = &mut take_in => (Ok(Departure::Broke), Some(failed)),
        };
        let how = match &ended {
            Ok(how) => *how,
            Err(failure) if failure.code == Code::Unreachable => Departure::Silent,
            Err(_) => Departure::Broke,
        };
        self.hub.disconnect(peer, session, self.clock.now(), how);
        let taken_in = match failed {
            Some(failed) => failed,
            // What was shipped is taken in to its end.
            None => take_in.await,
        };
        if let Peer::Computer(id) = peer {
            self.events.say(Event::Computer(id));
        }
        ended.map(drop).and(taken_in)
    }

    async fn listen(
        &self,
        talk: Talk<'_>,
        hear: &mut mpsc::Receiver<ToControl>,
        mut over: oneshot::Receiver<Over>,
    ) -> Result<Departure, Failure> {
        let mut alive = pin!(self.say_alive(talk.say));
        loop {
            let heard = tokio::select! {
                heard = timeout(self.patience.silence, hear.recv()) => heard,
                unheard = &mut alive => return unheard.map(|()| Departure::Silent),
                _ = &mut over => return Err(self.cut_off(talk.peer)),
            };
            let silent = |_| Failure::new(Code::Unreachable, "the worker is silent");
            let Some(message) = heard.map_err(silent)? else { return Ok(Departure::Broke) };
            if message == ToControl::Leaving {
                return Ok(Departure::Left);
            }
            self.hear(&talk, message).await?;
        }
    }

    /// Says that we are there, now and then, for as long as the worker listens.
    async fn say_alive(&self, say: &mpsc::Sender<ToWorker>) -> Result<(), Failure> {
        let mut alive = interval(self.patience.heartbeat);
        loop {
            alive.tick().await;
            self.answered(say, ToWorker::Alive).await?;
        }
    }

    /// Why a session ends that is not the peer's current one.
    fn cut_off(&self, peer: Peer) -> Failure {
        if self.hub.connected(peer) {
            return Failure::new(Code::WrongWorker, "a newer session took over");
        }
        Failure::new(Code::Unreachable, "the worker does not listen")
    }

    /// Answers a worker, which must listen before long.
    pub(crate) async fn answered(
        &self,
        say: &mpsc::Sender<ToWorker>,
        answer: ToWorker,
    ) -> Result<(), Failure> {
        let unheard = |_| Failure::new(Code::Unreachable, "the worker does not listen");
        let said = timeout(self.patience.silence, say.send(answer)).await.map_err(unheard)?;
        said.map_err(|_| gone())
    }

    async fn hear(&self, talk: &Talk<'_>, message: ToControl) -> Result<(), Failure> {
        let Talk { peer, session, say, .. } = *talk;
        match message {
            ToControl::Hello { .. } => Err(Failure::new(Code::ProtocolMismatch, "a second hello")),
            ToControl::Alive | ToControl::ContinuationKept | ToControl::Leaving => Ok(()),
            ToControl::Holding { jobs } => {
                self.reconcile(peer, session, &jobs).await?;
                self.welcome_back(peer, session);
                Ok(())
            }
            ToControl::Report { report } => match peer {
                Peer::Computer(id) => self.report(id, *report).await,
                Peer::Sandbox => Ok(()),
            },
            ToControl::Configured { id, answer } => {
                self.hub.answered(peer, id, answer);
                Ok(())
            }
            ToControl::Journal { job, lease, first, entries } => {
                let shipment = Shipment { job, lease, first, entries };
                talk.shipments.send(shipment).await.map_err(|_| gone())
            }
            ToControl::Refused { job, lease, error, retry } => {
                self.own(peer, lease.worker).await?;
                self.refused((peer, session), Held { job, lease }, error, retry).await
            }
            ToControl::Call { id, job, sequence, operation, arguments } => {
                let (plane, say) = (self.clone(), say.clone());
                let place = talk.calls.clone().try_acquire_owned().map_err(|_| {
                    Failure::new(Code::LimitExceeded, "the worker asks more than its jobs can")
                })?;
                // A call may wait for hours (`jobs.wait`); the conversation goes on meanwhile.
                tokio::spawn(async move {
                    let reply = plane.carry_out(peer, job, sequence, &operation, arguments).await;
                    // A worker that went away asks again.
                    let _ = say.send(ToWorker::Reply { id, reply }).await;
                    drop(place);
                });
                Ok(())
            }
            ToControl::Reveal { id, job, secret } => {
                let reply = self.reveal(peer, job, &secret).await;
                self.answered(say, ToWorker::Revealed { id, reply }).await
            }
            ToControl::Fetch { digest } => talk.fetches.try_send(digest).map_err(|_| {
                Failure::new(Code::LimitExceeded, "the worker fetches more than its jobs need")
            }),
        }
    }

    /// Hands out the modules that a worker asks for and has jobs of, one at a time: the next one
    /// when it has heard everything before.
    async fn hand_out(
        &self,
        peer: Peer,
        mut fetches: mpsc::Receiver<Digest>,
        say: &mpsc::Sender<ToWorker>,
    ) -> Result<(), Failure> {
        while let Some(digest) = fetches.recv().await {
            let needed = self.jobs_behind(peer).await?.iter().any(|job| job.digest == digest);
            if !needed {
                // The job that needed it has ended or was suspended since. An answer would be taken
                // for one to whoever needs it next: that one asks anew.
                continue;
            }
            let wasm = self.stores.blobs.get(&digest).await?.map(|bytes| Base64(bytes.to_vec()));
            quiet(say).await?;
            self.answered(say, ToWorker::Module { digest, wasm }).await?;
        }
        std::future::pending().await
    }

    /// Gives a worker what waits for it, now that both sides know what it has; the sandbox must be
    /// told its accounts first.
    fn welcome_back(&self, peer: Peer, session: u64) {
        if peer != Peer::Sandbox {
            self.hub.open(peer, session, true);
            return self.wake(peer);
        }
        let plane = self.clone();
        // Its answers come through this conversation, which must go on meanwhile.
        tokio::spawn(async move {
            if let Err(failure) = plane.configure_sandboxes().await {
                tracing::error!(%failure, "the sandbox worker cannot be configured");
            }
            plane.hub.open(peer, session, true);
            plane.wake(peer);
        });
    }

    /// Gives a worker that could not take a job no other one for a while: it could not take that,
    /// either.
    pub(crate) fn let_rest(&self, peer: Peer, session: u64) {
        self.hub.open(peer, session, false);
        let plane = self.clone();
        tokio::spawn(async move {
            tokio::time::sleep(plane.patience.rest).await;
            plane.hub.open(peer, session, true);
            plane.wake(peer);
        });
    }

    async fn refused(
        &self,
        (peer, session): (Peer, u64),
        held: Held,
        error: Failure,
        retry: bool,
    ) -> Result<(), Failure> {
        tracing::warn!(job = %held.job, %error, retry, "a worker refused a job");
        if retry {
            self.let_rest(peer, session);
        }
        let event = if retry {
            JobEvent::Release(held.lease)
        } else {
            JobEvent::Finish(held.lease, Outcome::Failed(error))
        };
        match self.change_job(held.job, |_| Some(event.clone())).await {
            // It is another worker's, or it has ended meanwhile.
            Err(failure) if matches!(failure.code, Code::WrongWorker | Code::Conflict) => Ok(()),
            other => other.map(drop),
        }
    }
}

/// Waits until a worker has heard everything. To wait for every place of its queue would make that
/// look full to whoever has something else to say.
async fn quiet(say: &mpsc::Sender<ToWorker>) -> Result<(), Failure> {
    let mut look = interval(QUIET);
    while say.capacity() < say.max_capacity() {
        if say.is_closed() {
            return Err(gone());
        }
        look.tick().await;
    }
    Ok(())
}

fn gone() -> Failure {
    Failure::new(Code::Unreachable, "the worker went away")
}

pub(crate) fn check_skew(theirs: jiff::Timestamp, ours: jiff::Timestamp) -> Result<(), Failure> {
    let apart = theirs.duration_since(ours).unsigned_abs();
    if apart <= limit::CLOCK_SKEW {
        return Ok(());
    }
    let message =
        format!("the agent's clock says {theirs} and ours {ours}: {} s apart", apart.as_secs());
    Err(Failure::new(Code::ClockSkew, message))
}

pub(crate) fn computer_indexes(computer: &Computer) -> Vec<bindery_store::batch::IndexEntry> {
    let mut indexes = vec![("name", computer.name().to_lowercase())];
    if let Ok(key) = computer.agent_key.parse::<PublicKey>() {
        indexes.push(("key", key.key_id().to_string()));
    }
    indexes
}

#[cfg(test)]
mod tests;
