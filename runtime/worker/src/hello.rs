//! The first words of a session: who the worker is, and what it is told before it goes on.
//!
//! ```text
//!   Challenge -> Hello -> Welcome -> continuation and trust list on the disk -> ContinuationKept
//! ```
//! In the process of the control plane nobody asks who it is: there the session begins with
//! Welcome.

use crate::{agent::identity::Identity, session::Ended, trust::Trust};
use bindery_core::{
    code::{Code, Failure},
    limit,
};
use bindery_protocol::{
    VERSION,
    hello::{Challenge, PROOF, Proof},
    link::WorkerEnd,
    message::{ToControl, ToWorker},
    pace::Pace,
};
use bindery_sandbox::{clock::Clock, engine::PROFILE};
use bindery_seal::envelope::Envelope;

/// Says hello on a new link, if asked to, and returns once the worker is welcome.
pub(crate) async fn hello(
    link: &mut WorkerEnd,
    identity: Option<&Identity>,
    trust: &Trust,
    (clock, pace): (&dyn Clock, Pace),
) -> Result<(), Ended> {
    let mut challenged = None;
    loop {
        match hear(link, pace).await? {
            ToWorker::Challenge(challenge) if challenged.is_none() => {
                let identity = identity.ok_or_else(|| Ended::lost("it asks who this worker is"))?;
                let proof = prove(&challenge, identity, clock)?;
                say(link, ToControl::Hello { proof }).await?;
                challenged = Some(identity);
            }
            ToWorker::Welcome { continuation, trust: list, .. } => {
                trust.take(&list).map_err(Ended::Rejected)?;
                if let Some(identity) = challenged {
                    identity.keep(continuation).map_err(|error| Ended::lost(error.to_string()))?;
                    say(link, ToControl::ContinuationKept).await?;
                }
                return Ok(());
            }
            ToWorker::Rejected { error } => return Err(Ended::Rejected(error)),
            ToWorker::Alive => {}
            _ => return Err(Ended::lost("it did not begin with a welcome")),
        }
    }
}

fn prove(challenge: &Challenge, identity: &Identity, clock: &dyn Clock) -> Result<Envelope, Ended> {
    if challenge.protocol != VERSION {
        let theirs = challenge.protocol;
        let message = format!("the control plane speaks protocol {theirs}, this agent {VERSION}");
        return Err(Ended::Rejected(Failure::new(Code::ProtocolMismatch, message)));
    }
    let proof = Proof {
        nonce: challenge.nonce,
        computer: identity.computer(),
        continuation: identity.continuation(),
        time: clock.now(),
        protocol: VERSION,
        profile: PROFILE,
    };
    Envelope::sign(PROOF, &proof, identity.key()).map_err(Ended::Rejected)
}

async fn hear(link: &mut WorkerEnd, pace: Pace) -> Result<ToWorker, Ended> {
    let heard = tokio::time::timeout(pace.of(limit::WORKER_SILENCE), link.hear.recv()).await;
    heard.ok().flatten().ok_or_else(|| Ended::lost("no welcome came"))
}

async fn say(link: &WorkerEnd, message: ToControl) -> Result<(), Ended> {
    link.say.send(message).await.map_err(|_| Ended::lost("the link ended"))
}
