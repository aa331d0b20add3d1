//! Replays a job from its journal, without an effect on anything: for debugging, for audits, and to
//! try another version of its module against what happened.
//!
//! There is no capability behind its gate and no journal, and where the entries end it ends, too.

use crate::{
    capability::{Capabilities, JobFacts},
    clock::Clock,
    gate::{Config, Gate, Mode, Trace, by_host, mismatched_end},
    journal::Journal,
    run::{Prepared, Sandbox},
};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
    limit,
};
use bindery_journal::entry::{Body, Entry};
use std::sync::Arc;

/// What is replayed.
pub struct Past {
    /// The job, with the digest of the module that it ran.
    pub facts: JobFacts,
    /// Its journal.
    pub entries: Vec<Entry>,
    /// Whether the module is another version: then what it says is not compared.
    pub counterfactual: bool,
}

/// How a replay ended.
#[derive(Debug)]
pub struct Replayed {
    /// How far it came.
    pub trace: Trace,
    /// How the module ended; none where the journal ends before it does.
    pub outcome: Option<Outcome>,
    /// Where it went another way, with both sides.
    pub mismatch: Option<Failure>,
}

/// Replays `past` with a module, for at most `REPLAY_TIME`.
pub async fn replay(
    sandbox: &Sandbox,
    prepared: &Prepared,
    clock: Arc<dyn Clock>,
    past: Past,
) -> Result<Replayed, Failure> {
    let Some(Body::Header(header)) = past.entries.first().map(|entry| &entry.body) else {
        return Err(Failure::new(Code::JournalDamaged, "it has no header"));
    };
    // Its time is that of the replay: the window and the time of the job are long over.
    let limits = bindery_core::runbook::Limits { seconds: None, ..header.limits.clone() };
    let facts = JobFacts { deadline: None, started_at: clock.now(), ..past.facts };
    let then = past.entries.last().and_then(|entry| match &entry.body {
        Body::End(outcome) => Some((entry.sequence, outcome.clone())),
        _ => None,
    });
    let gate = Gate::new(Config {
        facts,
        grants: vec![],
        withheld: vec![],
        limits,
        seed: header.seed,
        capabilities: Capabilities::default(),
        journal: Arc::new(Nowhere),
        clock,
        replay: past.entries,
        mode: if past.counterfactual { Mode::Counterfactual } else { Mode::Replay },
    })?;
    let outcome = tokio::time::timeout(limit::REPLAY_TIME, sandbox.run(prepared, &gate)).await;
    let outcome = outcome.map_err(|_| {
        let seconds = limit::REPLAY_TIME.as_secs();
        let message = format!("the replay took longer than {seconds} s (REPLAY_TIME)");
        Failure::new(Code::TimedOut, message)
    })??;
    let trace = gate.trace().await;
    if trace.next.is_some() {
        return Ok(Replayed { trace, outcome: None, mismatch: None });
    }
    let mismatch = match (&outcome, then) {
        (Outcome::Failed(failure), _) if failure.code == Code::JournalMismatch => {
            Some(failure.clone())
        }
        (_, Some((sequence, then))) if then != outcome && !by_host(&then) => {
            Some(mismatched_end(sequence, &then, &outcome))
        }
        _ => None,
    };
    Ok(Replayed { trace, outcome: Some(outcome), mismatch })
}

/// A journal that is not kept.
struct Nowhere;

#[async_trait::async_trait]
impl Journal for Nowhere {
    fn append(&self, _entry: &Entry) -> Result<(), Failure> {
        Ok(())
    }

    async fn sync(&self) -> Result<(), Failure> {
        Ok(())
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        Err(Failure::new(Code::Internal, "the journal of a replay is not kept"))
    }
}
