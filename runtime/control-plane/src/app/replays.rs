//! Replays of jobs from their journals, here and without effect on anything.

use crate::{
    plane::ControlPlane,
    replay::{Past, Replayed},
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    id::JobId,
    job::Job,
    limit,
    name::Name,
    runbook::Level,
    seal::Verb,
};
use bindery_inspect::inspect;
use bindery_journal::entry::Entry;
use bytes::Bytes;

/// Which module is tried.
pub(crate) enum Try {
    /// The one that the job ran.
    Same,
    /// A version that the account has.
    Version(Digest),
    /// A file that is not stored.
    File(Bytes),
}

/// A replay, and the module that it tried.
pub(crate) struct Tried {
    pub(crate) digest: Digest,
    pub(crate) counterfactual: bool,
    pub(crate) replayed: Replayed,
}

impl ControlPlane {
    /// Runs a job again from its journal, if its seal allows that and that of the version to try.
    pub(crate) async fn replay_job(
        &self,
        account: &Name,
        id: JobId,
        which: Try,
    ) -> Result<Tried, Failure> {
        let job = self.job(account, id).await?;
        self.check_verb(&job, Verb::Replay).await?;
        let replayer = self.replayer.as_ref().ok_or_else(|| {
            Failure::new(Code::NotYet, "this control plane has no sandbox to replay jobs in")
        })?;
        let (digest, level, wasm) = self.to_try(&job, which).await?;
        let _place = self.replays.acquire().await.map_err(|_| {
            Failure::new(Code::Internal, "replays have ended with the control plane")
        })?;
        let entries = self.whole_journal(&job).await?;
        let counterfactual = digest != job.digest;
        let past = Past { job, entries, wasm, level, counterfactual };
        Ok(Tried { digest, counterfactual, replayed: replayer.replay(past).await? })
    }

    async fn to_try(&self, job: &Job, which: Try) -> Result<(Digest, Level, Bytes), Failure> {
        let digest = match which {
            Try::File(wasm) => {
                let module = inspect(&wasm)?;
                return Ok((module.digest, module.level, wasm));
            }
            Try::Same => job.digest,
            Try::Version(digest) => digest,
        };
        let stored = self.version(&job.account, &job.runbook, digest).await?;
        if let Some(seal) = &stored.seal {
            seal.check(Verb::Replay)?;
        }
        Ok((digest, stored.version.level, self.content(&digest).await?))
    }

    /// All that has been shipped of a job's journal.
    async fn whole_journal(&self, job: &Job) -> Result<Vec<Entry>, Failure> {
        let mut entries: Vec<Entry> = vec![];
        loop {
            let after = entries.last().map(|entry| entry.sequence);
            let page = self.journal(job.id, after, limit::PAGE_ITEMS).await?;
            let more = page.len() == limit::PAGE_ITEMS;
            entries.extend(page);
            if !more {
                break;
            }
        }
        if entries.is_empty() {
            let message = format!("job {} has no journal yet: no worker has begun it", job.id);
            return Err(Failure::new(Code::Conflict, message));
        }
        Ok(entries)
    }
}
