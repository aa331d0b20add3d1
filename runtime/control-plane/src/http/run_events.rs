//! Following an update run: the run and its machine runs as they are, then what changes, the ended
//! run last.
//!
//! A client that comes back gets the state anew, which is all that it missed.

use crate::{
    events::{Event, Listener},
    http::{
        extract::Path,
        problem::Refusal,
        runs::count,
        sse::{self, Watch},
    },
    plane::ControlPlane,
};
use axum::{extract::State, response::IntoResponse};
use bindery_api::{
    log::LogRecord,
    runs::{Run, RunEvent},
};
use bindery_core::{
    code::Failure,
    id::{ComputerId, JobId, RunId},
    record::UPDATE_RUN_PROGRESS,
    run::MachineRun,
};
use std::{collections::HashMap, time::Duration};

/// The shortest time between two looks: a fleet changes much at once, and one look sees all of it.
const BETWEEN: Duration = Duration::from_millis(200);

pub(super) async fn watch(
    State(plane): State<ControlPlane>,
    Path(run): Path<RunId>,
) -> Result<impl IntoResponse, Refusal> {
    let listener = plane.listen_to_changes();
    plane.run(run).await?;
    Ok(sse::reply(RunWatch {
        plane,
        run,
        listener,
        told: None,
        machines: HashMap::new(),
        rows: HashMap::new(),
        events: 0,
        waits: false,
        ended: false,
    }))
}

struct RunWatch {
    plane: ControlPlane,
    run: RunId,
    listener: Listener,
    told: Option<Run>,
    machines: HashMap<ComputerId, MachineRun>,
    /// The last row that was told of each job.
    rows: HashMap<JobId, String>,
    events: u64,
    waits: bool,
    ended: bool,
}

impl Watch for RunWatch {
    type Event = RunEvent;

    async fn next(&mut self) -> Result<Vec<RunEvent>, Failure> {
        while !self.ended {
            if std::mem::replace(&mut self.waits, true) {
                let run = self.run;
                self.listener.next(|event| about(event, run)).await;
                tokio::time::sleep(BETWEEN).await;
            }
            let events = self.look().await?;
            if !events.is_empty() {
                return Ok(events);
            }
        }
        Ok(vec![])
    }

    fn id(event: &RunEvent) -> &str {
        event.id()
    }
}

fn about(event: &Event, run: RunId) -> bool {
    matches!(event, Event::Run(id) | Event::Machine(id, _) if *id == run)
}

impl RunWatch {
    /// The run first, then its machine runs: of a run that has ended all of them are as they stay.
    async fn look(&mut self) -> Result<Vec<RunEvent>, Failure> {
        let run = self.plane.run(self.run).await?;
        let machines = self.plane.machines(self.run).await?;
        let run = Run::of(run, count(&machines));
        let (changed, over) = (self.told.as_ref() != Some(&run), run.ended());
        let mut events = vec![];
        if changed && !over {
            events.push(self.about_run(run.clone()));
        }
        for machine in machines {
            let news = self.machines.get(&machine.computer) != Some(&machine);
            if let (Some(job), true) = (machine.job, news || !machine.status.ended()) {
                self.tell_rows(job, &mut events).await?;
            }
            if news {
                self.machines.insert(machine.computer, machine.clone());
                events.push(RunEvent::Machine { id: self.id(), machine: Box::new(machine) });
            }
        }
        if over {
            self.ended = true;
            events.push(self.about_run(run.clone()));
        }
        self.told = Some(run);
        Ok(events)
    }

    /// The rows that a job has written since the last look. They come before its machine run's end.
    async fn tell_rows(&mut self, job: JobId, events: &mut Vec<RunEvent>) -> Result<(), Failure> {
        loop {
            let after = self.rows.get(&job).cloned();
            let rows = self.plane.rows_of(UPDATE_RUN_PROGRESS, job, after).await?;
            let Some((last, _, _)) = rows.last() else { return Ok(()) };
            self.rows.insert(job, last.clone());
            for (_, id, record) in rows {
                events.push(RunEvent::Log { id: self.id(), record: LogRecord { id, record } });
            }
        }
    }

    fn about_run(&mut self, run: Run) -> RunEvent {
        RunEvent::Run { id: self.id(), run: Box::new(run) }
    }

    fn id(&mut self) -> String {
        self.events += 1;
        format!("r{}", self.events)
    }
}
