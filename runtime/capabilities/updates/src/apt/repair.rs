//! Finishing what a transaction that was cut off left half-configured.
//!
//! The repair is a transaction itself, so that the end of the agent does not cut it off as well. It
//! is done once: the next repair of the same transaction begins only where the last one was cut
//! off, too, or found the lock taken.

use super::{Apt, failure, install::unreadable};
use crate::{
    provider::TransactionKey,
    transaction::{Folder, Spec},
};
use bindery_core::{
    code::{Code, Failure},
    update::Plan,
};
use bindery_detached::follow::Ending;
use std::time::Duration;

/// Repairs that one question begins at most; together they wait as long as for a lock.
const REPAIRS: u32 = 10;

/// How one repair ended.
enum Repair {
    Done,
    /// Another one may do better.
    Again(Failure),
}

impl Apt {
    /// Repairs what the transaction of `key` left, unless that was done.
    pub(super) async fn repair(&self, key: &TransactionKey, plan: &Plan) -> Result<(), Failure> {
        self.guard_root().await?;
        let first = Folder::last_repair(&self.config.state_dir, key).max(1);
        let mut last = failure::broken(format!("transaction {key} could not be repaired"));
        let pause = (self.config.lock_timeout / REPAIRS).max(Duration::from_millis(1));
        let mut turns = tokio::time::interval(pause);
        for number in first..=first + REPAIRS {
            turns.tick().await;
            match self.repair_once(key, plan, number).await? {
                Repair::Done => return Ok(()),
                Repair::Again(failure) => last = failure,
            }
        }
        Err(last)
    }

    async fn repair_once(
        &self,
        key: &TransactionKey,
        plan: &Plan,
        number: u32,
    ) -> Result<Repair, Failure> {
        let folder = Folder::of_repair(&self.config.state_dir, key, number);
        if folder.spec().map_err(unreadable)?.is_none() {
            let mut argv = vec!["dpkg".to_owned()];
            argv.extend(self.config.dpkg_options());
            let finish = ["--force-confold", "--force-confdef", "--configure", "-a"];
            argv.extend(finish.map(str::to_owned));
            let env = self.config.environment();
            let spec = Spec { argv, env, plan: plan.clone(), asked_at: self.clock.now() };
            self.start(&folder, &spec).await?;
        }
        let ending = folder.follow(self.config.patience, &|_| ()).await.map_err(unreadable)?;
        match ending {
            Ending::Finished(outcome) if outcome.exit_code == 0 => Ok(Repair::Done),
            Ending::Finished(_) => judged(&Folder::text(&folder.output())),
            Ending::CutOff => {
                let message = format!("the repair of transaction {key} was cut off, too");
                Ok(Repair::Again(failure::broken(message)))
            }
            Ending::StillRunning => {
                let waited = self.config.patience;
                let message =
                    format!("the repair of transaction {key} still runs after {waited:?}");
                Err(Failure::new(Code::OutcomeUnknown, message))
            }
        }
    }
}

/// What a repair that failed means, by its words.
fn judged(words: &str) -> Result<Repair, Failure> {
    let failure = failure::from_words(words);
    match failure.code {
        Code::PackageManagerLocked => Ok(Repair::Again(failure)),
        // A package that cannot be configured is told per update, by its state.
        Code::PackageManagerBroken => {
            tracing::warn!(%failure, "not everything could be configured");
            Ok(Repair::Done)
        }
        _ => Err(failure),
    }
}
