//! A control plane in miniature, whose child jobs are the real runbook on simulated computers.
//!
//! A child job runs to its end while it is started.

use crate::{
    cases::{common, facts},
    computer::evidence,
    lab::{Attempt, COMPUTER},
};
use bindery_core::{code::Failure, fleet::ConfigureStatus, id::JobId, job::Outcome};
use bindery_sandbox::journal::MemoryJournal;
use bindery_simulator::{
    clock::Alarm,
    computer::Computer,
    network::Network,
    plane::{Children, Member, NewChild, Plane},
};
use serde_json::{Value, json};
use std::{sync::Arc, time::Duration};

/// A workspace with its control plane.
pub(crate) struct Workspace {
    pub(crate) plane: Arc<Plane>,
    computers: Arc<Vec<Computer>>,
}

impl Workspace {
    /// The workspace of these computers; with each, whether its agent is connected.
    pub(crate) fn new(members: Vec<(Computer, bool)>) -> Self {
        let clock = crate::computer::clock();
        let member = |(computer, connected): &(Computer, bool)| Member {
            id: computer.model.id,
            name: computer.model.name.clone(),
            os: None,
            connected: *connected,
            // Else a second question would be answered otherwise than the first.
            worker: true,
            configure: (ConfigureStatus::Configured, None),
        };
        let listed = members.iter().map(member).collect();
        let computers = Arc::new(members.into_iter().map(|(computer, _)| computer).collect());
        let children = Box::new(Real(Arc::clone(&computers)));
        let network = Arc::new(Network::new(clock.clone()));
        let plane = Plane::new(network, clock, listed, children, false);
        Self { plane: Arc::new(plane), computers }
    }

    /// What became of every computer, and how many jobs each had.
    pub(crate) fn evidence(&self) -> Value {
        let children = self.plane.started();
        let one = |computer: &Computer| {
            let id = computer.model.id;
            let jobs = children.iter().filter(|child| child.computer == Some(id)).count();
            (computer.model.name.clone(), json!({ "jobs": jobs, "is": evidence(computer) }))
        };
        Value::Object(self.computers.iter().map(one).collect())
    }
}

/// Children that really run.
struct Real(Arc<Vec<Computer>>);

#[async_trait::async_trait]
impl Children for Real {
    fn knows(&self, _runbook: &str) -> bool {
        true
    }

    async fn start(&self, child: NewChild<'_>) -> Result<(Outcome, Duration), Failure> {
        let wanted = child.computer.expect("a computer").id;
        let computer = self.0.iter().find(|computer| computer.model.id == wanted);
        let outcome = run(child.job, computer.expect("a computer"), child.parameters).await;
        Ok((outcome, Duration::ZERO))
    }
}

/// Runs the runbook of one computer on `computer`.
async fn run(id: JobId, computer: &Computer, parameters: Value) -> Outcome {
    let model = &computer.model;
    let own = computer.start().expect("a worker").capabilities;
    let attempt = Attempt {
        guest: &COMPUTER,
        facts: facts(id, &COMPUTER, parameters, Some((model.id, model.name.clone()))),
        seed: [0; 32],
        capabilities: common(own, &computer.clock, None),
        journal: Arc::new(MemoryJournal::default()),
        clock: Arc::new(Alarm(computer.clock.clone())),
        replay: vec![],
    };
    attempt.run().await
}
