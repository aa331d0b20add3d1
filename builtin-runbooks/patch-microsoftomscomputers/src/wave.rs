//! Starts children as others end, within the budget.
//!
//! Waiting goes in pages, so that one answer of the host stays small whatever the size of the
//! fleet: it holds what each job of the page returned. While many are at work, and in a large run
//! always, it breathes between two questions: a run of 50,000 computers must fill neither its
//! journal nor its number of operations with them.

use crate::{
    budget::Budget,
    host::Host,
    outcome::{Computer, Machine, Status},
};
use bindery_sdk::{
    Error,
    children::{Child, PAGE, Target},
    streams::Kind,
};
use patch_policy::{
    parameters::{ComputerList, Parameters},
    text::RESULT_BYTES,
};
use std::{collections::VecDeque, time::Duration};

/// Jobs that are waited for in one question. A child's result is bounded so that a page of them
/// stays below what the host may answer.
const WAIT_PAGE: usize = 100;
const _: () = assert!(WAIT_PAGE * RESULT_BYTES <= 1 << 20, "an answer may have 4 MiB");
/// The parameters of the children that one question starts, in bytes of JSON; it may have 4 MiB.
const START_BYTES: usize = 1 << 20;
/// How long one page is waited for while there are others.
const TURN: Duration = Duration::from_secs(30);
/// From so many at work on, it breathes.
const MANY: usize = 50;
/// The pause between two questions then.
const BREATH: Duration = Duration::from_secs(10);
/// A run over more computers than this breathes always, and longer.
const LARGE: usize = 1_000;
/// The pause between two questions of a large run.
const LONG_BREATH: Duration = Duration::from_secs(20);

/// A run that goes on.
pub(crate) struct Wave<'a, H> {
    pub(crate) host: &'a mut H,
    pub(crate) parameters: &'a Parameters,
    pub(crate) budget: Budget,
    pub(crate) queue: VecDeque<Computer>,
    pub(crate) running: VecDeque<(String, Computer)>,
    pub(crate) done: Vec<Machine>,
    pub(crate) cancelled: bool,
    pub(crate) total: usize,
    /// What was last said of the progress.
    pub(crate) percent: Option<u8>,
}

impl<H: Host> Wave<'_, H> {
    /// Runs until every computer has ended or cannot start.
    ///
    /// # Errors
    /// Those of waiting, but for the deadline: what goes on then is written down as such.
    pub(crate) fn run(&mut self) -> Result<(), Error> {
        loop {
            self.start();
            if self.running.is_empty() {
                break;
            }
            match self.wait() {
                Ok(children) => self.settle(children),
                Err(error) if error.is("DeadlinePassed") => self.abandon(),
                Err(error) => return Err(error),
            }
        }
        let reason = self.budget.stopped().unwrap_or("the run ended first").to_owned();
        for computer in std::mem::take(&mut self.queue) {
            self.done.push(Machine::not_started(computer, &reason));
        }
        Ok(())
    }

    /// Starts as many as the budget has room for.
    fn start(&mut self) {
        let page = self.start_page();
        loop {
            let count = self.budget.room(self.running.len()).min(self.queue.len()).min(page);
            if count == 0 {
                return;
            }
            let batch: Vec<Computer> = self.queue.drain(..count).collect();
            let children: Vec<_> = batch.iter().map(|computer| self.child(computer)).collect();
            let answers = self.host.start(&children).unwrap_or_else(|error| {
                // Nobody can say what a second attempt would start: nothing further is started.
                self.budget.stop(&format!("children cannot be started: {error}"));
                vec![Err(error); count]
            });
            self.started(batch, answers);
        }
    }

    /// Children of one question: each carries the options, which may be long.
    fn start_page(&self) -> usize {
        let Some(first) = self.queue.front() else { return PAGE };
        let (_, parameters) = self.child(first);
        let bytes = serde_json::to_string(&parameters).map_or(START_BYTES, |text| text.len());
        (START_BYTES / bytes.max(1)).clamp(1, PAGE)
    }

    fn child(&self, computer: &Computer) -> (Target, Parameters) {
        // Field by field: a copy of the whole would copy the list of all computers for each.
        let Parameters { workspace, duration, schedule, computers: _, options } = self.parameters;
        let parameters = Parameters {
            workspace: workspace.clone(),
            duration: *duration,
            schedule: schedule.clone(),
            computers: ComputerList::Ids(vec![computer.id.clone()]),
            options: options.of(&computer.id),
        };
        (Target::Computer(computer.id.clone()), parameters)
    }

    fn started(&mut self, batch: Vec<Computer>, answers: Vec<Result<String, Error>>) {
        let (mut lines, mut refused) = (Vec::new(), Vec::new());
        for (computer, answer) in batch.into_iter().zip(answers) {
            match answer {
                Ok(job) => {
                    lines.push(format!("{} as job {job}", computer.name));
                    self.running.push_back((job, computer));
                }
                Err(error) => refused.push((computer, error)),
            }
        }
        if !lines.is_empty() {
            self.host.say(Kind::Verbose, &format!("started: {}", lines.join(", ")));
        }
        for (computer, error) in refused {
            if error.is("RunCancelled") {
                self.cancelled = true;
                self.budget.stop("the run was cancelled");
            } else {
                self.budget.error();
            }
            self.finish(Machine::not_started(computer, error.to_string()));
        }
    }

    /// Waits for the next page: for all of it if nothing more is to start, else for any.
    fn wait(&mut self) -> Result<Vec<Child>, Error> {
        let page = self.running.len().min(WAIT_PAGE);
        let jobs: Vec<String> =
            self.running.iter().take(page).map(|(job, _)| job.clone()).collect();
        if self.queue.is_empty() || self.budget.stopped().is_some() {
            return self.host.wait_all(&jobs);
        }
        if let Some(breath) = breath(self.running.len(), self.total) {
            self.host.sleep(breath)?;
        }
        let others = self.running.len() > page;
        self.host.wait_any(&jobs, others.then_some(TURN))
    }

    /// Takes those that have ended out of the page that was asked for; the rest of it goes to the
    /// end, so that the next question is about the next page.
    fn settle(&mut self, children: Vec<Child>) {
        let page = children.len().min(self.running.len());
        let mut left = page;
        for child in children.into_iter().filter(|child| child.ended) {
            let Some(at) = self.running.iter().position(|(job, _)| *job == child.job) else {
                continue;
            };
            let Some((_, computer)) = self.running.remove(at) else { continue };
            left -= 1;
            let machine = Machine::ended(computer, child);
            if machine.status == Status::Failed {
                self.budget.error();
            }
            self.finish(machine);
        }
        self.running.rotate_left(left.min(self.running.len()));
    }

    /// The deadline has passed: what is still at work is not waited for.
    fn abandon(&mut self) {
        self.budget.stop("the window of the run is over");
        for (job, computer) in std::mem::take(&mut self.running) {
            let reason = "its job had not ended when the window of the run was over";
            self.finish(Machine::unknown(computer, job, reason));
        }
    }

    fn finish(&mut self, machine: Machine) {
        let kind = match machine.status {
            Status::Succeeded => Kind::Output,
            Status::MaintenanceWindowExceeded => Kind::Warning,
            Status::Failed | Status::FailedToStart => Kind::Error,
        };
        let reason = machine.reason.as_ref().map(|text| format!(": {text}")).unwrap_or_default();
        self.host.say(kind, &format!("{}: {:?}{reason}", machine.name, machine.status));
        self.done.push(machine);
        let percent = self.done.len() * 100 / self.total.max(1);
        let percent = u8::try_from(percent.min(100)).unwrap_or(100);
        if self.percent.replace(percent) != Some(percent) {
            let activity = format!("{} of {} computers", self.done.len(), self.total);
            self.host.progress(&activity, percent);
        }
    }
}

/// How long to wait before a question while `running` of `total` computers are at work. Pure.
fn breath(running: usize, total: usize) -> Option<Duration> {
    if total > LARGE {
        return Some(LONG_BREATH);
    }
    (running > MANY).then_some(BREATH)
}
