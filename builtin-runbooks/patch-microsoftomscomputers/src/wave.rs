//! Starts children as others end, within the budget.
//!
//! Waiting goes in pages, so that one answer of the host stays small whatever the size of the
//! fleet. While many are at work it breathes between two questions: a run of 50,000 computers must
//! not fill its journal with them.

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
use patch_policy::parameters::{ComputerList, Parameters};
use std::{collections::VecDeque, time::Duration};

/// Jobs that are waited for in one question.
const WAIT_PAGE: usize = 100;
/// How long one page is waited for while there are others.
const TURN: Duration = Duration::from_secs(30);
/// From so many at work on, it breathes.
const MANY: usize = 50;
/// The pause between two questions then.
const BREATH: Duration = Duration::from_secs(10);

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
        loop {
            let count = self.budget.room(self.running.len()).min(self.queue.len()).min(PAGE);
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
            for (computer, answer) in batch.into_iter().zip(answers) {
                self.started(computer, answer);
            }
        }
    }

    fn child(&self, computer: &Computer) -> (Target, Parameters) {
        let computers = ComputerList::Ids(vec![computer.id.clone()]);
        let parameters = Parameters { computers, ..self.parameters.clone() };
        (Target::Computer(computer.id.clone()), parameters)
    }

    fn started(&mut self, computer: Computer, answer: Result<String, Error>) {
        match answer {
            Ok(job) => {
                self.host.say(Kind::Verbose, &format!("{}: started as job {job}", computer.name));
                self.running.push_back((job, computer));
            }
            Err(error) => {
                if error.is("RunCancelled") {
                    self.cancelled = true;
                    self.budget.stop("the run was cancelled");
                } else {
                    self.budget.error();
                }
                self.finish(Machine::not_started(computer, error.to_string()));
            }
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
        if self.running.len() > MANY {
            self.host.sleep(BREATH)?;
        }
        let others = self.running.len() > page;
        let children = self.host.wait_any(&jobs, others.then_some(TURN))?;
        // The next question is about the next page.
        self.running.rotate_left(page);
        Ok(children)
    }

    fn settle(&mut self, children: Vec<Child>) {
        for child in children.into_iter().filter(|child| child.ended) {
            let Some(at) = self.running.iter().position(|(job, _)| *job == child.job) else {
                continue;
            };
            let Some((_, computer)) = self.running.remove(at) else { continue };
            let machine = Machine::ended(computer, child);
            if machine.status == Status::Failed {
                self.budget.error();
            }
            self.finish(machine);
        }
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
        let activity = format!("{} of {} computers", self.done.len(), self.total);
        self.host.progress(&activity, u8::try_from(percent.min(100)).unwrap_or(100));
    }
}
