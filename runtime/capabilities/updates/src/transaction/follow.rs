//! Waiting for a transaction's end, and telling of its status lines while it runs.

use super::{Claim, Folder, Outcome};
use std::{
    fs, io,
    io::{Read, Seek, SeekFrom},
    time::Duration,
};
use tokio::time::Instant;

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long a runner may take to claim its transaction.
const CLAIM_WITHIN: Duration = Duration::from_secs(15);

/// How a transaction ended.
#[derive(Debug)]
pub(crate) enum Ending {
    /// It wrote its outcome.
    Finished(Outcome),
    /// Its runner and package manager are gone without a word, or never came.
    CutOff,
    /// It still ran when the patience was over.
    StillRunning,
}

/// Waits until the transaction in `folder` has ended, at most `patience`; each status line goes to
/// `line`.
pub(crate) async fn follow(
    folder: &Folder,
    patience: Duration,
    line: &(dyn Fn(&str) + Send + Sync),
) -> io::Result<Ending> {
    let began = Instant::now();
    let mut tail = Tail::default();
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        look.tick().await;
        // Liveness is asked before the outcome: a runner that ends in between has written it.
        let working = is_working(folder, began)?;
        tail.read(folder, line)?;
        if let Some(outcome) = folder.outcome()? {
            return Ok(Ending::Finished(outcome));
        }
        if !working {
            return Ok(Ending::CutOff);
        }
        if began.elapsed() >= patience {
            return Ok(Ending::StillRunning);
        }
    }
}

fn is_working(folder: &Folder, began: Instant) -> io::Result<bool> {
    match folder.claimed()? {
        Some(Claim::Runner(identity)) => Ok(identity.works()),
        Some(Claim::GivenUp) => Ok(false),
        None if began.elapsed() < CLAIM_WITHIN => Ok(true),
        // If the runner comes at this very moment, one of the two claims wins.
        None => folder.claim(&Claim::GivenUp).map(|given_up| !given_up),
    }
}

/// The whole lines of a growing file, each told once.
#[derive(Default)]
struct Tail {
    offset: u64,
}

impl Tail {
    fn read(&mut self, folder: &Folder, line: &(dyn Fn(&str) + Send + Sync)) -> io::Result<()> {
        let mut file = match fs::File::open(folder.status()) {
            Ok(file) => file,
            Err(error) if error.kind() == io::ErrorKind::NotFound => return Ok(()),
            Err(error) => return Err(error),
        };
        file.seek(SeekFrom::Start(self.offset))?;
        let mut bytes = Vec::new();
        file.read_to_end(&mut bytes)?;
        let whole = bytes.iter().rposition(|byte| *byte == b'\n').map_or(0, |at| at + 1);
        self.offset += whole as u64;
        String::from_utf8_lossy(&bytes[..whole]).lines().for_each(line);
        Ok(())
    }
}
