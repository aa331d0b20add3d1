//! Waiting for the end of what runs in a folder, and telling of its lines meanwhile.

use crate::{claim::Claim, durable};
use serde::de::DeserializeOwned;
use std::{
    fs, io,
    io::{Read, Seek, SeekFrom},
    path::Path,
    time::Duration,
};
use tokio::time::Instant;

/// How often the folder is looked at.
const LOOK_EVERY: Duration = Duration::from_millis(50);
/// How long a runner may take to claim its folder.
const CLAIM_WITHIN: Duration = Duration::from_secs(15);

/// How it ended.
#[derive(Debug)]
pub enum Ending<O> {
    /// It wrote its outcome.
    Finished(O),
    /// Its runner and what helps it are gone without a word, or never came.
    CutOff,
    /// It still ran when the patience was over.
    StillRunning,
}

/// What is followed.
#[derive(Clone, Copy)]
pub struct Followed<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// The file in it that grows by lines.
    pub lines: &'a str,
    /// Whether a program of this name in the runner's session still works for it.
    pub counts: &'a (dyn Fn(&str) -> bool + Send + Sync),
    /// How long to wait; without end where there is none.
    pub patience: Option<Duration>,
}

/// Waits until what is followed has ended; each line goes to `line`.
pub async fn follow<O: DeserializeOwned>(
    followed: Followed<'_>,
    line: &(dyn Fn(&str) + Send + Sync),
) -> io::Result<Ending<O>> {
    let began = Instant::now();
    let mut tail = Tail::default();
    let mut look = tokio::time::interval(LOOK_EVERY);
    loop {
        look.tick().await;
        // Liveness is asked before the outcome: a runner that ends in between has written it.
        let working = is_working(followed, began)?;
        // And the outcome before the lines: by then all of them are written.
        let outcome = durable::read(&followed.folder.join("outcome.json"))?;
        tail.read(&followed.folder.join(followed.lines), line)?;
        if let Some(outcome) = outcome {
            return Ok(Ending::Finished(outcome));
        }
        if !working {
            return Ok(Ending::CutOff);
        }
        if followed.patience.is_some_and(|patience| began.elapsed() >= patience) {
            return Ok(Ending::StillRunning);
        }
    }
}

fn is_working(followed: Followed<'_>, began: Instant) -> io::Result<bool> {
    match Claim::of(followed.folder)? {
        Some(Claim::Runner(identity)) => Ok(identity.works(followed.counts)),
        Some(Claim::GivenUp) => Ok(false),
        None if began.elapsed() < CLAIM_WITHIN => Ok(true),
        // If the runner comes at this very moment, one of the two claims wins.
        None => Claim::GivenUp.take(followed.folder).map(|given_up| !given_up),
    }
}

/// The whole lines of a growing file, each told once.
#[derive(Default)]
struct Tail {
    offset: u64,
}

impl Tail {
    fn read(&mut self, path: &Path, line: &(dyn Fn(&str) + Send + Sync)) -> io::Result<()> {
        let mut file = match fs::File::open(path) {
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
