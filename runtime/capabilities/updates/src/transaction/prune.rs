//! Removing transactions that ended long ago, so that the folder does not grow for ever.

use super::{Folder, manages, parent};
use bindery_detached::{claim::Claim, prune::prune};
use jiff::Timestamp;
use std::{io, path::Path};

impl Folder {
    /// Removes every transaction below `state_dir` that ended before `time`.
    pub(crate) fn prune(state_dir: &Path, time: Timestamp) -> io::Result<()> {
        prune(&parent(state_dir), |path| Folder::at(path).ended_before(time))
    }

    /// Whether it ended, or was cut off, and that before `time`; of one that was cut off only its
    /// beginning is known.
    fn ended_before(&self, time: Timestamp) -> io::Result<bool> {
        let Some(spec) = self.spec()? else { return Ok(false) };
        if let Some(outcome) = self.outcome()? {
            return Ok(outcome.ended_at < time);
        }
        let works = match self.claimed()? {
            Some(Claim::Runner(identity)) => identity.works(&manages),
            Some(Claim::GivenUp) | None => false,
        };
        Ok(!works && spec.asked_at < time)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transaction::{Outcome, Spec};
    use bindery_core::update::Plan;
    use bindery_detached::identity::Identity;
    use std::fs;

    fn at(second: i64) -> Timestamp {
        Timestamp::from_second(second).expect("a time")
    }

    fn transaction(state_dir: &Path, name: &str, asked: i64, ended: Option<i64>) -> Folder {
        let folder = Folder::at(&parent(state_dir).join(name));
        let plan = Plan::new(vec![], vec![]);
        let spec = Spec { argv: vec![], env: [].into(), plan, asked_at: at(asked) };
        assert!(folder.create(&spec).expect("created"));
        if let Some(ended) = ended {
            let outcome = Outcome { exit_code: 0, started_at: at(asked), ended_at: at(ended) };
            folder.finish(&outcome).expect("finished");
        }
        folder
    }

    #[test]
    fn what_ended_long_ago_is_removed_and_what_works_or_is_recent_is_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let state_dir = folder.path();
        transaction(state_dir, "old", 1, Some(5));
        transaction(state_dir, "cut-off", 1, None).claim(&Claim::GivenUp).expect("claimed");
        transaction(state_dir, ".removed-before", 50, None);
        let own = Identity::own().expect("a process");
        transaction(state_dir, "works", 1, None).claim(&Claim::Runner(own)).expect("claimed");
        transaction(state_dir, "recent", 1, Some(20));
        transaction(state_dir, "begins", 20, None);
        fs::create_dir(parent(state_dir).join("no-spec-yet")).expect("made");
        Folder::prune(state_dir, at(10)).expect("pruned");
        let entries = fs::read_dir(parent(state_dir)).expect("a folder").flatten();
        let mut left: Vec<_> =
            entries.map(|e| e.file_name().into_string().expect("text")).collect();
        left.sort();
        assert_eq!(left, ["begins", "no-spec-yet", "recent", "works"]);
    }
}
