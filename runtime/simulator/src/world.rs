//! The simulated host of one test, and the job on it, through every death of its worker.
//!
//! ```text
//!   attempt --ends--> report
//!      ^   \--suspended--> time passes --> resumed --+
//!      |    \--dies--> what survives, time passes ---+--> journal, replayed
//!      +---------------------------------------------+
//! ```

use crate::{
    children::Scripted,
    clock::{Alarm, Jumping, VirtualClock},
    computer::Computer,
    crash::{CrashJournal, Killed},
    faults::Faults,
    http,
    network::Network,
    plane::Plane,
    recovery,
    script::fault::What,
    simulation::{Test, common},
    story::{Happening, Story},
    watch::Watched,
};
use bindery_capability_assets::Assets;
use bindery_capability_children::Children;
use bindery_capability_fleet::Fleet;
use bindery_core::{
    account,
    code::{Code, Failure},
    digest::Digest,
    id::{JobId, RunId, WorkerId},
    job::{Outcome, Trigger},
    name::Name,
};
use bindery_journal::entry::{Body, Entry};
use bindery_sandbox::{
    capability::{Capabilities, JobFacts},
    gate::{Config, Gate, Mode},
    journal::Journal as _,
    run::{Prepared, Sandbox},
};
use futures::FutureExt as _;
use std::{
    panic::{AssertUnwindSafe, resume_unwind},
    pin::pin,
    sync::{Arc, OnceLock, Weak},
    time::Duration,
};
use tempfile::TempDir;
use tokio::time::Instant;

/// The simulated host, and the job on it.
pub(crate) struct World<'a> {
    pub(crate) test: &'a Test,
    pub(crate) clock: VirtualClock,
    pub(crate) computer: Option<Arc<Computer>>,
    pub(crate) plane: Arc<Plane>,
    pub(crate) faults: Arc<Faults>,
    pub(crate) story: Story,
    network: Arc<Network>,
    account: Name,
    seed: [u8; 32],
}

/// A folder that goes with the test; in memory where there is such a place, since a simulated
/// computer syncs each of its changes.
fn folder() -> Result<TempDir, Failure> {
    let memory = tempfile::tempdir_in("/dev/shm");
    memory.or_else(|_| tempfile::tempdir()).map_err(|error| {
        let message = format!("no folder for the simulated computer: {error}");
        Failure::new(Code::Internal, message)
    })
}

/// How an attempt begins.
#[derive(Clone, Copy, PartialEq)]
enum Begins {
    First,
    /// On a worker that was restarted.
    Restarted,
    /// After the job was suspended.
    Resumed,
}

/// How a job came to its end.
pub(crate) struct Ended {
    pub(crate) outcome: Outcome,
    pub(crate) entries: Vec<Entry>,
    pub(crate) attempts: u64,
}

impl<'a> World<'a> {
    pub(crate) fn new(test: &'a Test) -> Result<Self, Failure> {
        let script = &test.script;
        let clock = VirtualClock::at(script.start);
        let computer = match &script.computer {
            None => None,
            Some(computer) => {
                let model = computer.model(script.seed);
                Some(Arc::new(Computer::new(model, clock.clone(), folder()?)?))
            }
        };
        let network = Arc::new(Network::new(clock.clone()));
        let members = script.fleet.iter().enumerate();
        let members = members.map(|(at, member)| member.member(at)).collect();
        let children = Box::new(Scripted(script.children.clone()));
        let plane = Plane::new(network.clone(), clock.clone(), members, children, test.dry_run)
            .with_assets(&script.assets);
        let faults = Arc::new(Faults::new(script.faults.clone(), computer.clone()));
        let seed = *Digest::of(&script.seed.to_le_bytes()).as_bytes();
        let (plane, story) = (Arc::new(plane), Story::default());
        let account = account::DEFAULT.parse().map_err(|error| {
            Failure::new(Code::Internal, format!("the default account: {error}"))
        })?;
        Ok(Self { test, clock, computer, plane, faults, story, network, account, seed })
    }

    /// From the beginning to the end.
    pub(crate) async fn live(
        &self,
        sandbox: &Sandbox,
        prepared: &Prepared,
    ) -> Result<Ended, Failure> {
        let until = Instant::now() + self.test.really;
        let (mut kept, mut attempts, mut begins) = (vec![], 0, Begins::First);
        loop {
            attempts += 1;
            let story = self.story.clone();
            let journal =
                CrashJournal::holding(kept, self.faults.clone()).telling(Arc::new(move |entry| {
                    story.tell(entry.time, Happening::Entry(Box::new(entry.clone())))
                }));
            let attempt = self.attempt(sandbox, prepared, &journal, begins, until);
            let outcome = match AssertUnwindSafe(attempt).catch_unwind().await {
                Ok(outcome) => {
                    kept = journal.entries();
                    Some(outcome?)
                }
                Err(payload) if payload.is::<Killed>() => {
                    kept = self.bury(&journal).await?;
                    kept.last().and_then(end)
                }
                Err(payload) => resume_unwind(payload),
            };
            begins = match outcome {
                None => Begins::Restarted,
                Some(Outcome::Suspended(_)) if self.resumes(&mut kept) => Begins::Resumed,
                Some(outcome) => return Ok(Ended { outcome, entries: kept, attempts }),
            };
        }
    }

    /// A worker has died: what survives of its journal. Time passes until another is there.
    async fn bury(&self, journal: &CrashJournal) -> Result<Vec<Entry>, Failure> {
        let survivors = journal.survivors().unwrap_or_default();
        let lost = journal.look(<[Entry]>::len) - survivors.len();
        self.story.lose(lost);
        let (fault, what) = self
            .faults
            .take_end()
            .ok_or_else(|| Failure::new(Code::Internal, "the simulated worker died of nothing"))?;
        self.story.tell(self.clock.now(), Happening::Struck(fault));
        let computer = matches!(what, What::Reboot(_));
        self.story.tell(self.clock.now(), Happening::Died { lost, computer });
        match (what, &self.computer) {
            (What::Crash(_, away), _) => self.clock.advance(*away),
            (_, Some(computer)) => computer.reboot().await?,
            _ => {}
        }
        Ok(survivors)
    }

    /// Resumes a job that a fault suspended for a while; one that is suspended for another reason
    /// stays so.
    fn resumes(&self, entries: &mut Vec<Entry>) -> bool {
        let Some((_, What::Suspend(away))) = self.faults.take_end() else { return false };
        self.clock.advance(*away);
        let order = recovery::behind(entries, self.clock.now(), Body::Order("{}".into()));
        self.story.tell(order.time, Happening::Entry(Box::new(order.clone())));
        entries.push(order);
        true
    }

    /// One attempt, on a worker that was started just now.
    async fn attempt(
        &self,
        sandbox: &Sandbox,
        prepared: &Prepared,
        journal: &CrashJournal,
        begins: Begins,
        until: Instant,
    ) -> Result<Outcome, Failure> {
        if begins != Begins::First {
            let replayed = journal.look(<[Entry]>::len);
            self.story.tell(self.clock.now(), Happening::Back { replayed });
        }
        if begins == Begins::Restarted
            && let Some(outcome) = self.take_up(journal).await?
        {
            return Ok(outcome);
        }
        let handle = Arc::new(OnceLock::new());
        let gate = Gate::new(Config {
            facts: self.facts(),
            grants: self.test.grants().to_vec(),
            withheld: vec![],
            limits: self.test.manifest.limits.clone(),
            seed: self.seed,
            capabilities: self.capabilities(journal, handle.clone())?,
            journal: Arc::new(journal.clone()),
            clock: Arc::new(Alarm(self.clock.clone())),
            replay: journal.entries(),
            mode: Mode::Live,
        })?;
        // It is set once: the handle is of this attempt.
        let _set = handle.set(Arc::downgrade(&gate));
        let mut run = pin!(sandbox.run(prepared, &gate));
        match tokio::time::timeout_at(until, &mut run).await {
            Ok(ended) => ended,
            Err(_) => {
                let seconds = self.test.really.as_secs();
                let message = format!("the test really took longer than {seconds} s (TEST_TIME)");
                gate.cancel().cancel(Failure::new(Code::TimedOut, message));
                run.await
            }
        }
    }

    /// What a worker does with a job that it finds; its end where it was restarted too often.
    async fn take_up(&self, journal: &CrashJournal) -> Result<Option<Outcome>, Failure> {
        if let Some(note) = journal.look(|entries| recovery::note(entries, self.clock.now())) {
            journal.append(&note)?;
            // A worker ships what it writes, and so syncs it.
            journal.sync().await?;
        }
        let entries = journal.entries();
        let Some(outcome) = recovery::gives_up(&entries) else { return Ok(None) };
        let end = recovery::behind(&entries, self.clock.now(), Body::End(outcome.clone()));
        journal.append(&end)?;
        journal.sync().await?;
        Ok(Some(outcome))
    }

    fn facts(&self) -> JobFacts {
        let (test, model) = (self.test, self.computer.as_ref().map(|computer| &computer.model));
        let id = |which: &[u8]| {
            let mut bytes = [0; 16];
            let digest = Digest::of(&[&self.seed[..], which].concat());
            bytes.copy_from_slice(&digest.as_bytes()[..16]);
            bytes
        };
        JobFacts {
            id: JobId::from_bytes(id(b"job")),
            account: self.account.clone(),
            runbook: test.manifest.name.clone(),
            digest: test.module.digest,
            parameters: test.parameters.clone(),
            worker: WorkerId::from_bytes(id(b"worker")),
            computer: model.map(|model| (model.id, model.name.clone())),
            run: test.script.run.clone().map(|name| (RunId::from_bytes(id(b"run")), name)),
            trigger: Trigger::TestDraft,
            deadline: test.deadline(),
            dry_run: test.dry_run,
            started_at: test.script.start,
        }
    }

    fn capabilities(
        &self,
        journal: &CrashJournal,
        gate: Arc<OnceLock<Weak<Gate>>>,
    ) -> Result<Capabilities, Failure> {
        let started = self.computer.as_ref().map(|computer| computer.start()).transpose()?;
        let durations: Option<(Duration, Duration)> =
            self.computer.as_ref().map(|it| (it.model.install, it.model.reboot));
        let updates = started.as_ref().map(|started| started.updates.clone());
        let own = started.map(|started| started.capabilities).unwrap_or_default();
        let watched = Watched {
            inner: common(own, &self.clock)
                .with(Fleet::new(self.plane.clone()))
                .with(Children::new(self.plane.clone()))
                .with(Assets::new(self.plane.clone()))
                .with(http::Scripted {
                    rules: self.test.script.http.clone(),
                    clock: Jumping(self.clock.clone()),
                }),
            faults: self.faults.clone(),
            journal: journal.clone(),
            clock: self.clock.clone(),
            network: self.network.clone(),
            story: self.story.clone(),
            programs: self.computer.as_ref().map(|computer| computer.programs.clone()),
            computer: updates.zip(durations).map(|(it, (install, reboot))| (it, install, reboot)),
            gate,
        };
        Ok(Capabilities::default().with(watched).with_secrets(self.plane.clone()))
    }
}

fn end(entry: &Entry) -> Option<Outcome> {
    match &entry.body {
        Body::End(outcome) => Some(outcome.clone()),
        _ => None,
    }
}
