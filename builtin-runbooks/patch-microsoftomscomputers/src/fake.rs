//! A host for tests: a fleet in memory, whose children end when they are waited for.

use crate::host::Host;
use bindery_sdk::{
    Error,
    children::{Child, Status, Target},
    fleet::{Compliance, Computer, ConfigureStatus, Configured, Page, Selection},
    streams::Kind,
};
use patch_policy::{parameters::Parameters, progress::Row};
use std::{
    collections::{HashMap, HashSet},
    time::Duration,
};

/// The fleet.
#[derive(Default)]
pub(crate) struct Fake {
    pub(crate) fleet: Vec<String>,
    pub(crate) snapshot: Vec<String>,
    /// Computers that cannot be configured.
    pub(crate) configure: HashMap<String, (ConfigureStatus, &'static str)>,
    /// What the result of each child says; `Succeeded` if it is not here.
    pub(crate) results: HashMap<String, &'static str>,
    /// Starting on these is refused with this code.
    pub(crate) refused: HashMap<String, &'static str>,
    /// After so many children somebody cancels the run.
    pub(crate) cancelled_after: Option<usize>,
    /// Waiting finds the deadline passed.
    pub(crate) deadline_passed: bool,
    pub(crate) configured: Vec<String>,
    pub(crate) started: Vec<Parameters>,
    pub(crate) at_work: HashSet<String>,
    pub(crate) at_work_max: usize,
    pub(crate) sleeps: usize,
    /// Every call: a job has only so many operations.
    pub(crate) operations: usize,
    /// All answers about children together, and the largest, in bytes of JSON.
    pub(crate) answered: usize,
    pub(crate) largest_answer: usize,
    /// Children that end, beside one, until it is asked for any.
    pub(crate) more_end: usize,
    /// What a child returns beside its status.
    pub(crate) returned: String,
    pub(crate) rows: Vec<serde_json::Value>,
    pub(crate) said: Vec<(Kind, String)>,
}

impl Fake {
    /// A fleet of `count` computers, `c0` and so on.
    pub(crate) fn of(count: usize) -> Self {
        Self { fleet: (0..count).map(|i| format!("c{i}")).collect(), ..Self::default() }
    }

    pub(crate) fn has_said(&self, kind: Kind, part: &str) -> bool {
        self.said.iter().any(|(said, text)| *said == kind && text.contains(part))
    }

    fn page(&self, ids: &[String]) -> Page {
        let fleet: HashSet<&String> = self.fleet.iter().collect();
        let (known, unknown): (Vec<_>, Vec<_>) =
            ids.iter().cloned().partition(|id| fleet.contains(id));
        let computers = known.into_iter().map(|id| Computer {
            name: format!("{id}.example"),
            id,
            os_type: None,
            os_name: None,
            os_version: None,
            connected: true,
            worker: false,
            compliance: Compliance::NotAssessed,
            last_report: None,
        });
        Page { computers: computers.collect(), unknown, cursor: None }
    }

    fn begin(&mut self, target: &Target, parameters: &Parameters) -> Result<String, Error> {
        let Target::Computer(id) = target else { panic!("children run on computers") };
        if self.cancelled_after.is_some_and(|count| self.started.len() >= count) {
            return Err(Error::new("RunCancelled", "somebody cancelled it"));
        }
        if let Some(code) = self.refused.get(id) {
            return Err(Error::new(*code, "refused"));
        }
        self.started.push(parameters.clone());
        self.at_work.insert(id.clone());
        self.at_work_max = self.at_work_max.max(self.at_work.len());
        Ok(format!("job-{id}"))
    }

    fn child(&self, job: &str, ended: bool) -> Child {
        let id = job.trim_start_matches("job-");
        let result = self.results.get(id).copied().unwrap_or("Succeeded");
        Child {
            job: job.to_owned(),
            status: if ended { Status::Completed } else { Status::Running },
            ended,
            result: ended.then(|| serde_json::json!({ "status": result, "more": self.returned })),
            error: None,
        }
    }

    fn end(&mut self, jobs: &[String], count: usize) -> Result<Vec<Child>, Error> {
        if self.deadline_passed {
            return Err(Error::new("DeadlinePassed", "the window is over"));
        }
        let children: Vec<Child> =
            jobs.iter().enumerate().map(|(i, job)| self.child(job, i < count)).collect();
        for job in jobs.iter().take(count) {
            self.at_work.remove(job.trim_start_matches("job-"));
        }
        let size = |child: &Child| 100 + child.result.as_ref().map_or(0, |r| r.to_string().len());
        let bytes = children.iter().map(size).sum();
        self.operations += 1;
        self.answered += bytes;
        self.largest_answer = self.largest_answer.max(bytes);
        Ok(children)
    }
}

impl Host for Fake {
    fn facts(&mut self) -> Result<(String, Option<String>), Error> {
        Ok(("master".into(), Some("Patch Tuesday 2026-11".into())))
    }

    fn now(&mut self) -> String {
        "2026-11-22T12:00:00Z".into()
    }

    fn sleep(&mut self, _duration: Duration) -> Result<(), Error> {
        self.sleeps += 1;
        self.operations += 1;
        Ok(())
    }

    fn say(&mut self, kind: Kind, text: &str) {
        self.operations += 1;
        self.said.push((kind, text.to_owned()));
    }

    fn progress(&mut self, _activity: &str, percent: u8) {
        self.operations += 1;
        assert!(percent <= 100);
    }

    fn append(&mut self, rows: &[Row]) -> Result<(), Error> {
        self.rows.extend(rows.iter().filter_map(|row| serde_json::to_value(row).ok()));
        Ok(())
    }

    fn computers(
        &mut self,
        selection: Selection,
    ) -> Box<dyn Iterator<Item = Result<Page, Error>> + '_> {
        let ids = match selection {
            Selection::All => self.fleet.clone(),
            Selection::Ids(ids) => ids,
            Selection::Snapshot(_) => self.snapshot.clone(),
        };
        let pages: Vec<_> = ids.chunks(500).map(|ids| Ok(self.page(ids))).collect();
        Box::new(pages.into_iter())
    }

    fn configure(&mut self, computers: &[String]) -> Result<Vec<Configured>, Error> {
        assert!(computers.len() <= 500, "the host takes 500 at once");
        self.operations += 1;
        let answer = |id: &String| {
            let (status, reason) = match self.configure.get(id) {
                Some((status, reason)) => (*status, Some((*reason).to_owned())),
                None => (ConfigureStatus::Configured, None),
            };
            Configured { computer: id.clone(), status, reason, group: None }
        };
        let answers: Vec<_> = computers.iter().map(answer).collect();
        self.configured.extend(computers.iter().cloned());
        Ok(answers)
    }

    fn start(
        &mut self,
        children: &[(Target, Parameters)],
    ) -> Result<Vec<Result<String, Error>>, Error> {
        let parameters = children.iter().map(|(_, parameters)| parameters);
        let text = serde_json::to_string(&parameters.collect::<Vec<_>>()).expect("parameters");
        assert!(text.len() <= 4 << 20, "the host takes 4 MiB at once");
        self.operations += 1;
        Ok(children.iter().map(|(target, parameters)| self.begin(target, parameters)).collect())
    }

    fn wait_any(&mut self, jobs: &[String], _: Option<Duration>) -> Result<Vec<Child>, Error> {
        self.end(jobs, 1 + self.more_end)
    }

    fn wait_all(&mut self, jobs: &[String]) -> Result<Vec<Child>, Error> {
        self.end(jobs, jobs.len())
    }
}
