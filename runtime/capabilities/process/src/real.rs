//! The programs of this computer: started outside of the agent, and followed by what is on disk.

use crate::{
    evidence::{Evidence, LINES, Outcome, Spec},
    programs::{Finished, Key, OnLine, Programs, Settled, timed_out},
    request::Request,
};
use bindery_core::{
    code::{Code, Failure},
    limit,
    text::shown,
};
use bindery_detached::{
    claim::Claim,
    follow::{Ending, Followed, follow},
    start::{Runner, start},
};
use jiff::{SignedDuration, Timestamp};
use std::{
    fs, io,
    os::unix::fs::PermissionsExt as _,
    path::{Path, PathBuf},
    time::Duration,
};

/// Where a name is looked up: also the PATH that programs get.
pub(crate) const FOLDERS: &str = "/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin";
/// How long a run is waited for beyond its time.
const PATIENCE: Duration = Duration::from_secs(60);
/// How long a run is kept that no later one of its job made superfluous: longer than any job may be
/// in doubt about it, and longer than any program may run.
const KEPT: SignedDuration = SignedDuration::from_hours(24 * 90);

/// The programs of this computer.
pub struct Real {
    /// Where the evidence is.
    pub state_dir: PathBuf,
    /// The executable whose subcommand is `run-process <folder>`.
    pub runner: PathBuf,
    /// Whether it is started in a transient unit of systemd, or else in a session of its own.
    pub systemd: bool,
    /// What time it is.
    pub now: fn() -> Timestamp,
}

/// How a run came to its end.
enum End {
    Known(Result<Finished, Failure>),
    /// Nobody took it up, and nobody will.
    NeverBegun,
    Unknown(String),
}

#[async_trait::async_trait]
impl Programs for Real {
    fn find(&self, program: &str) -> Result<(), Failure> {
        look_up(program).map(drop)
    }

    async fn run(&self, asked: &Request, key: Key, line: OnLine<'_>) -> Result<Finished, Failure> {
        let evidence = Evidence::of(&self.state_dir, key);
        let spec = Spec {
            program: look_up(&asked.program)?,
            arguments: asked.arguments.clone(),
            stdin: asked.stdin.clone(),
            timeout_millis: u64::try_from(asked.timeout.as_millis()).unwrap_or(u64::MAX),
            asked_at: (self.now)(),
        };
        if evidence.create(&spec).map_err(unusable)? {
            self.prune(key);
            self.start(&evidence).await?;
        }
        let end = self.wait(&evidence, asked, line).await.map_err(unusable)?;
        // Told, and of no use to anybody.
        let _removed = fs::remove_file(evidence.lines());
        match end {
            End::Known(ended) => ended,
            End::NeverBegun => {
                let message = format!("`{}`: its runner never came", shown(&asked.program));
                Err(Failure::new(Code::Internal, message))
            }
            End::Unknown(reason) => Err(Failure::new(Code::OutcomeUnknown, reason)),
        }
    }

    async fn settle(&self, asked: &Request, key: Key) -> Settled {
        match self.settled(asked, key).await {
            Ok(settled) => settled,
            Err(error) => Settled::Unknown(unusable(error).message),
        }
    }
}

impl Real {
    async fn settled(&self, asked: &Request, key: Key) -> io::Result<Settled> {
        let evidence = Evidence::of(&self.state_dir, key);
        if evidence.spec()?.is_none() {
            return Ok(Settled::NotBegun);
        }
        Ok(match self.wait(&evidence, asked, &|_| ()).await? {
            End::Known(ended) => Settled::Ended(ended),
            End::NeverBegun => {
                evidence.remove()?;
                Settled::NotBegun
            }
            End::Unknown(reason) => Settled::Unknown(reason),
        })
    }

    async fn start(&self, evidence: &Evidence) -> Result<(), Failure> {
        let (program, systemd) = (&self.runner, self.systemd);
        let runner = Runner { program, verb: "run-process", systemd, leaves: true };
        let Err(error) = start(runner, evidence.path()).await else { return Ok(()) };
        // Whoever asks later need not wait for a runner that never comes.
        Claim::GivenUp.take(evidence.path()).map_err(unusable)?;
        let program = self.runner.display();
        let message = format!("cannot start the runner `{program}`: {error}");
        Err(Failure::new(Code::Internal, message))
    }

    async fn wait(
        &self,
        evidence: &Evidence,
        asked: &Request,
        line: OnLine<'_>,
    ) -> io::Result<End> {
        let (folder, patience) = (evidence.path(), Some(asked.timeout + PATIENCE));
        // A program whose runner is gone has nobody who could tell of its end.
        let followed = Followed { folder, lines: LINES, counts: &|_| false, patience };
        let program = shown(&asked.program);
        Ok(match follow(followed, line).await? {
            Ending::Finished(Outcome::Ended(finished)) => End::Known(Ok(finished)),
            Ending::Finished(Outcome::TimedOut(written)) => {
                End::Known(Err(timed_out(asked, &written)))
            }
            Ending::Finished(Outcome::NotStarted(code, reason)) => {
                End::Known(Err(Failure::new(code, format!("`{program}`: {reason}"))))
            }
            Ending::CutOff => match Claim::of(folder)? {
                Some(Claim::GivenUp) | None => End::NeverBegun,
                Some(Claim::Runner(_)) => {
                    let what = "and whoever ran it was ended before it could say how it went";
                    End::Unknown(format!("`{program}` was started, {what}"))
                }
            },
            Ending::StillRunning => {
                End::Unknown(format!("`{program}` should have ended, and cannot be ended"))
            }
        })
    }

    /// Forgets runs of before. That it fails is no reason not to run another.
    fn prune(&self, key: Key) {
        let before = (self.now)().checked_sub(KEPT).unwrap_or(Timestamp::MIN);
        if let Err(error) = Evidence::prune(&self.state_dir, key, before) {
            tracing::warn!(%error, "old runs of programs could not be removed");
        }
    }
}

// What still runs is never removed.
const _: () = assert!(limit::PROCESS_TIME.as_secs() < KEPT.as_secs() as u64);

/// Where `program` is.
fn look_up(program: &str) -> Result<PathBuf, Failure> {
    let folders = FOLDERS.split(':').map(|folder| Path::new(folder).join(program));
    let mut places: Vec<_> = match program.starts_with('/') {
        true => vec![PathBuf::from(program)],
        false => folders.collect(),
    };
    let there = |path: &PathBuf| fs::metadata(path).is_ok_and(|about| about.is_file());
    let runs = |path: &PathBuf| {
        fs::metadata(path).is_ok_and(|about| about.permissions().mode() & 0o111 != 0)
    };
    places.retain(there);
    if let Some(path) = places.iter().find(|path| runs(path)) {
        return Ok(path.clone());
    }
    let shown = shown(program);
    Err(match places.is_empty() {
        true if program.starts_with('/') => {
            Failure::new(Code::NotFound, format!("there is no program `{shown}`"))
        }
        true => Failure::new(Code::NotFound, format!("there is no program `{shown}` in {FOLDERS}")),
        false => {
            let message = format!("`{shown}` is no program: it may not be executed");
            Failure::new(Code::RefusedByComputer, message)
        }
    })
}

fn unusable(error: io::Error) -> Failure {
    let message = format!("the agent cannot read or write what it knows of programs: {error}");
    Failure::new(Code::Internal, message)
}
