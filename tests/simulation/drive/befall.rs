//! What befalls the machines, the network and the jobs.

use super::{SILENCE, Simulation};
use crate::{
    ledger::Changes,
    plan::{Fault, SANDBOX, TWIN, Voice, WORKERS, Wish},
    witness::journals,
};
use bindery_core::{
    code::{Code, Failure},
    id::JobId,
    job::{Lease, Outcome},
    operation::{JOBS_START, RECORDS_APPEND},
    stream::StreamKind,
};
use bindery_journal::entry::{Body, Entry};
use bindery_protocol::{
    bytes::Base64,
    message::{ToControl, ToWorker},
};
use jiff::Timestamp;
use serde_json::json;
use std::{
    collections::{BTreeSet, HashSet},
    fs,
    path::Path,
};
use tempfile::TempDir;

/// A machine as it was at some time.
pub(super) struct Snapshot {
    folder: TempDir,
    world: Changes,
}

/// What became of jobs whose worker's disk is not what it was.
#[derive(Default)]
pub(crate) struct Fates {
    /// Two machines may have had them, each in a world of its own.
    pub(crate) forked: BTreeSet<JobId>,
    /// Their journal was lost, or an older one came back: they may end for that reason.
    pub(crate) lost: BTreeSet<JobId>,
    /// All of them that was written under their last lease was lost: nobody can know that they were
    /// begun.
    pub(crate) unknown: BTreeSet<JobId>,
}

/// The sequence of an entry that no journal has.
const NOWHERE: u64 = 1_000;
/// What is said late; it must come to nothing.
const LATE: &str = "late";

impl Simulation<'_> {
    pub(super) fn befall(&mut self, fault: Fault) -> Result<(), String> {
        match fault {
            Fault::Cut { machine, arrives, lag } => self.network.cut(machine, arrives, lag),
            Fault::HalfOpen { machine, way } => self.network.swallow(machine, way),
            Fault::Part { machine } => {
                self.network.part(machine, true);
                self.network.cut(machine, 0, 0);
            }
            Fault::Join { machine } => self.network.part(machine, false),
            Fault::Wait => self.pass(SILENCE)?,
            Fault::Kill { machine, away } => self.kill(machine, away),
            Fault::Drain { machine } => self.machines[machine].drain(),
            Fault::KillPlane { away } => {
                self.plane.kill();
                self.network.plane_is_up(false);
                self.plane_away = away;
            }
            Fault::Jump { machine, seconds } => self.machines[machine].clock.jump(seconds),
            Fault::JumpPlane { seconds } => self.plane.clock.jump(seconds),
            Fault::Ask { job, wish } => self.wish(self.jobs[job], wish),
            Fault::Haunt { machine, voice } => self.haunt(machine, voice),
            Fault::Save { agent } => self.save(agent),
            Fault::Restore { agent, away } => self.restore(agent, away),
            Fault::Copy { agent, away } => self.copy(agent, away),
            Fault::Wipe { worker, away } => self.wipe(worker, away),
        }
        Ok(())
    }

    fn kill(&mut self, machine: usize, away: usize) {
        self.machines[machine].kill();
        self.away[machine] = away;
    }

    /// Asks for what may be refused: the job may have ended, or the control plane may be away.
    fn wish(&mut self, job: JobId, wish: Wish) {
        if !self.plane.is_up() {
            return;
        }
        let verb = match wish {
            Wish::Suspend => "suspend",
            Wish::Resume => "resume",
            Wish::Stop => "stop",
        };
        let asked = self.plane.ask("POST", &format!("/v1/accounts/A/jobs/{job}/{verb}"), "");
        if asked.is_ok() && wish == Wish::Stop {
            self.stopped.insert(job);
        }
    }

    fn save(&mut self, agent: usize) {
        let (folder, world) = (crate::machines::scratch(), self.ledger.world(agent));
        copy(&self.machines[agent].folder, folder.path());
        self.saved[agent] = Some(Snapshot { folder, world });
    }

    /// Its identity goes on: that one is older is found out when it connects, and nothing is left to
    /// be seen.
    fn restore(&mut self, agent: usize, away: usize) {
        let Some(Snapshot { folder, world }) = self.saved[agent].take() else { return };
        self.kill(agent, away);
        let now = self.machines[agent].folder.clone();
        fs::copy(now.join("identity.json"), folder.path().join("identity.json")).expect("copied");
        let (had, has) = (journals(&now), journals(folder.path()));
        self.fates.lost.extend(had.keys().chain(has.keys()));
        self.fates.forked.extend(has.keys());
        fs::remove_dir_all(&now).expect("removed");
        copy(folder.path(), &now);
        self.ledger.put(agent, world);
        self.witness.forget(agent);
    }

    fn copy(&mut self, agent: usize, away: usize) {
        self.kill(agent, 0);
        let (from, to) = (self.machines[agent].folder.clone(), self.machines[TWIN].folder.clone());
        copy(&from, &to);
        self.ledger.put(TWIN, self.ledger.world(agent));
        (self.twin_of, self.machines[TWIN].began, self.away[TWIN]) = (Some(agent), true, away);
    }

    /// Its world stays as it is.
    fn wipe(&mut self, worker: usize, away: usize) {
        self.kill(worker, away);
        let folder = &self.machines[worker].folder;
        for (id, entries) in journals(folder) {
            self.fates.lost.insert(id);
            let begins = entries.iter().rposition(|bytes| {
                let body = Entry::decode(bytes).map(|entry| entry.body);
                matches!(body, Ok(Body::Header(_) | Body::Order(_)))
            });
            let shipped = self.plane.stored(id).map_or(0, |job| job.shipped as usize);
            if begins.is_none_or(|begins| shipped <= begins) {
                self.fates.unknown.insert(id);
            }
        }
        // It may be away, and have lost it already.
        let _gone = fs::remove_dir_all(folder.join("journal"));
        self.witness.forget(worker);
    }

    /// Lets somebody speak late: what is said must come to nothing.
    fn haunt(&mut self, machine: usize, voice: Voice) {
        if !self.plane.is_up() || self.network.process(machine).is_none() {
            return;
        }
        match voice {
            Voice::Call => self.jobs.clone().into_iter().for_each(|job| self.call(machine, job)),
            Voice::Order => self.order_again(machine),
            Voice::Journal | Voice::Stranger | Voice::Refused { .. } => {
                for (job, lease) in self.leases(machine, voice) {
                    let message = match voice {
                        Voice::Refused { retry } => {
                            let error = Failure::new(Code::Internal, LATE);
                            ToControl::Refused { job, lease, error, retry }
                        }
                        _ => self.late_entries(job, lease),
                    };
                    self.network.say(machine, message);
                }
            }
        }
    }

    /// The leases that a voice speaks of: those of a machine's worker that are over, or those that others
    /// have.
    fn leases(&self, machine: usize, voice: Voice) -> HashSet<(JobId, Lease)> {
        let told = self.witness.told().into_iter();
        let leases = told.filter_map(|told| {
            let job = self.plane.stored(told.job)?;
            let its = self.number(told.machine) == self.number(machine);
            let holds = job.phase.lease() == Some(told.lease);
            let evidence = job.phase.ended() && job.epoch == told.lease.epoch;
            let spoken_of = match voice {
                Voice::Stranger => !its && holds,
                _ => its && !holds && !evidence,
            };
            spoken_of.then_some((told.job, told.lease))
        });
        leases.collect()
    }

    /// What a worker that was fenced off might have done since: a line, a row, a result.
    fn late_entries(&self, job: JobId, lease: Lease) -> ToControl {
        let first = self.plane.stored(job).map_or(0, |job| job.shipped);
        let row = json!({ "round": LATE }).to_string();
        let bodies = [
            Body::Note { kind: StreamKind::Output, text: LATE.into(), value: None },
            Body::Operation {
                operation: RECORDS_APPEND.name.into(),
                arguments: json!({ "table": "Rounds", "rows": [row] }),
                reply: Ok(json!(null)),
            },
            Body::End(Outcome::Completed(Some(json!(LATE)))),
        ];
        let time = Timestamp::UNIX_EPOCH;
        let entries = bodies.into_iter().zip(first..);
        let entries = entries.map(|(body, sequence)| Entry { sequence, time, body }.encode());
        ToControl::Journal { job, lease, first, entries: entries.map(Base64).collect() }
    }

    /// An agent starts children for a job that is the sandbox worker's.
    fn call(&self, machine: usize, job: JobId) {
        if machine == SANDBOX {
            return;
        }
        let child = json!({ "target": { "group": "pair" }, "parameters": "{}" });
        let arguments = json!({ "runbook": "Leaf", "children": [child] });
        let operation = JOBS_START.name.to_owned();
        let call = ToControl::Call { id: u64::MAX, job, sequence: NOWHERE, operation, arguments };
        self.network.say(machine, call);
    }

    /// What a process was told once, it is told once more. (An order is good for one process and ten
    /// minutes: clocks that jump make it good for longer.)
    fn order_again(&self, machine: usize) {
        if self.plan.leaves_the_skew() {
            return;
        }
        let process = self.network.process(machine);
        for told in self.witness.told() {
            if told.machine == machine && Some(told.process) == process {
                self.network.tell(machine, ToWorker::Order { order: told.order });
            }
        }
    }

    /// The worker that a machine is.
    fn number(&self, machine: usize) -> usize {
        self.twin_of.filter(|_| machine >= WORKERS).unwrap_or(machine)
    }
}

/// Copies a folder as it lies there: its journal may be written meanwhile.
fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).expect("a folder");
    for file in fs::read_dir(from).expect("a folder").flatten() {
        let (path, to) = (file.path(), to.join(file.file_name()));
        if path.is_dir() {
            copy(&path, &to);
        } else {
            // A segment that nobody needs any more may have gone just now.
            let _gone = fs::copy(path, to);
        }
    }
}
