//! Update deployments: created, previewed, run, cancelled.

use crate::{
    app::{
        jobs::{Begin, Wanted},
        tokens::Caller,
    },
    documents::{
        DEPLOYMENTS, Items, MACHINES, RUNS, SNAPSHOTS, machine_indexes, machine_key, missing,
    },
    entropy,
    events::Event,
    plane::ControlPlane,
};
use bindery_core::{
    account,
    code::{Code, Failure},
    deployment::{self, Deployment, DeploymentEvent, DeploymentState, Targets},
    fleet::{Compliance, Computer},
    id::{DeploymentId, JobId, RunId, SnapshotId},
    job::{Placement, Trigger},
    limit,
    name::Name,
    run::{MachineRun, MachineStatus, Run, RunStatus},
    schedule::Schedule,
    seal::Starter,
};
use bindery_inspect::parameters::validate_parameters;
use bindery_store::{
    batch::{Batch, Expect, IndexEntry},
    documents::Range,
};
use jiff::{SignedDuration, Timestamp};
use serde_json::{Map, Value, json};
use std::collections::HashSet;

/// The runbook that carries out a deployment.
const MASTER: &str = "Patch-MicrosoftOMSComputers";
/// Machine runs that are stored at once.
const MACHINES_AT_ONCE: usize = 1_000;

/// A deployment that somebody wants.
pub(crate) struct New {
    pub(crate) name: Name,
    pub(crate) account: Option<Name>,
    pub(crate) schedule: Schedule,
    pub(crate) duration_minutes: Option<u32>,
    pub(crate) all: bool,
    pub(crate) computers: Vec<String>,
    pub(crate) options: Map<String, Value>,
}

/// How a deployment is run now.
#[derive(Default)]
pub(crate) struct How {
    pub(crate) dry_run: bool,
    /// Only these of its targets.
    pub(crate) computers: Option<Vec<String>>,
    /// Options in place of its own.
    pub(crate) options: Map<String, Value>,
}

/// A run that is to begin.
pub(crate) struct Start<'a> {
    pub(crate) deployment: &'a Deployment,
    pub(crate) computers: Vec<Computer>,
    pub(crate) retry_of: Option<RunId>,
    pub(crate) dry_run: bool,
    pub(crate) by: String,
}

/// What a deployment would mean for one computer.
pub(crate) struct Preview {
    pub(crate) computer: Computer,
    pub(crate) reachable: bool,
    pub(crate) targeted: bool,
    pub(crate) will_be_configured: bool,
    pub(crate) reason: Option<Failure>,
}

impl ControlPlane {
    /// Makes a deployment. The first one makes its account, with the sealed runbooks in it.
    pub(crate) async fn create_deployment(
        &self,
        new: New,
        caller: &Caller,
    ) -> Result<Deployment, Failure> {
        let duration = new.duration_minutes.unwrap_or(limit::WINDOW_MINUTES_DEFAULT);
        deployment::check_window(duration)?;
        self.check_options(&new.options)?;
        let now = self.clock.now();
        check_time(&new.schedule, now)?;
        let targets = self.targets(&new).await?;
        let account = account_of(new.account)?;
        self.check_name(&new.name).await?;
        self.linked_account(&account, &format!("deployment {}", new.name)).await?;
        let deployment = Deployment {
            id: DeploymentId::new(now, entropy::id()),
            name: new.name.clone(),
            account,
            schedule: new.schedule,
            duration_minutes: duration,
            targets,
            options: Value::Object(new.options),
            state: DeploymentState::Scheduled,
            created_at: now,
            created_by: caller.name.clone(),
            last_occurrence: None,
        };
        let key = new.name.key();
        let indexes = deployment_indexes(&deployment);
        let batch = Batch::new().put(DEPLOYMENTS, key, &deployment, Expect::Absent, indexes);
        self.repository.create(batch, taken(&new.name)).await?;
        self.events.say(Event::Deployment(deployment.id));
        self.scheduled.notify_one();
        Ok(deployment)
    }

    async fn check_name(&self, name: &Name) -> Result<(), Failure> {
        match self.repository.get::<Deployment>(DEPLOYMENTS, &name.key()).await? {
            Some(_) => Err(taken(name)),
            None => Ok(()),
        }
    }

    /// The schema of `AdditionalOptions`: that of the runbook that will get them.
    pub(crate) fn options_schema(&self) -> Result<Value, Failure> {
        let master = self.builtins.iter().find_map(|bundle| {
            let manifest = bindery_inspect::manifest::read_manifest(&bundle.wasm).ok()??;
            (manifest.name.as_str() == MASTER).then_some(manifest)
        });
        let missing = || {
            let message = format!("this build does not come with `{MASTER}`");
            Failure::new(Code::NotFound, message)
        };
        let schema = master.ok_or_else(missing)?.parameters.ok_or_else(missing)?;
        Ok(schema["properties"]["AdditionalOptions"].clone())
    }

    fn check_options(&self, options: &Map<String, Value>) -> Result<(), Failure> {
        let schema = self.options_schema()?;
        let value = Value::Object(options.clone());
        validate_parameters(Some(&schema), &value)
            .map_err(|failure| Failure { code: Code::InvalidOptions, ..failure })
    }

    /// The targets, with names resolved to ids.
    async fn targets(&self, new: &New) -> Result<Targets, Failure> {
        if new.all != new.computers.is_empty() {
            let message = "say either that all computers are targets, or which ones";
            return Err(Failure::new(Code::InvalidRequest, message));
        }
        if new.all {
            return Ok(Targets::All);
        }
        let most = limit::DEPLOYMENT_COMPUTERS;
        if new.computers.len() > most {
            let message =
                format!("{} computers in one deployment: at most {most}", new.computers.len());
            return Err(Failure::new(Code::TooLarge, message));
        }
        let (mut ids, mut seen) = (vec![], HashSet::new());
        for computer in &new.computers {
            let id = self.computer(computer).await?.id;
            if seen.insert(id) {
                ids.push(id);
            }
        }
        Ok(Targets::Computers(ids))
    }

    /// What a deployment would mean for each computer, without making it.
    pub(crate) async fn preview_deployment(&self, new: New) -> Result<Vec<Preview>, Failure> {
        deployment::check_window(new.duration_minutes.unwrap_or(limit::WINDOW_MINUTES_DEFAULT))?;
        self.check_options(&new.options)?;
        let targets = self.targets(&new).await?;
        let account = account_of(new.account)?;
        let onboard_all = new.options.get("onboard").and_then(Value::as_str) == Some("all");
        let mut previews = vec![];
        let targeted = is_target(&targets);
        for computer in self.all_computers().await? {
            let targeted = targeted(&computer);
            if !targeted && !onboard_all {
                continue;
            }
            let works =
                computer.worker.as_ref().is_some_and(|(name, _)| name.key() == account.key());
            let reachable = self.reachable(computer.id);
            let reason = why_not(&computer, reachable);
            previews.push(Preview {
                targeted,
                reachable,
                will_be_configured: !works && reason.is_none(),
                reason,
                computer,
            });
        }
        Ok(previews)
    }

    /// A deployment by its id or name.
    pub(crate) async fn deployment(&self, id_or_name: &str) -> Result<Deployment, Failure> {
        let shown: String = id_or_name.chars().take(80).flat_map(char::escape_default).collect();
        let what = format!("deployment `{shown}`");
        if id_or_name.parse::<DeploymentId>().is_ok() {
            let range = Range::first(1);
            let found = self.repository.find(DEPLOYMENTS, "id", id_or_name, range).await?;
            return found.0.into_iter().next().ok_or_else(|| missing(&what));
        }
        let key = id_or_name.to_ascii_lowercase();
        Ok(self.repository.need(DEPLOYMENTS, &key, &what).await?.value)
    }

    pub(crate) async fn list_deployments(
        &self,
        range: Range,
    ) -> Result<Items<Deployment>, Failure> {
        self.repository.list(DEPLOYMENTS, range).await
    }

    /// Lets a deployment not run again. What runs goes on; its run is cancelled by itself.
    pub(crate) async fn cancel_deployment(
        &self,
        id_or_name: &str,
        caller: &Caller,
    ) -> Result<Deployment, Failure> {
        let key = self.deployment(id_or_name).await?.name.key();
        let cancel = |deployment: &mut Deployment| {
            deployment.state = deployment::next(deployment.state, DeploymentEvent::Cancel)?;
            Ok(())
        };
        let indexes = deployment_indexes;
        let change = self.repository.change(DEPLOYMENTS, &key, "deployment", indexes, cancel);
        let (deployment, ()) = change.await?;
        tracing::info!(deployment = %deployment.name, by = caller.name, "deployment cancelled");
        self.events.say(Event::Deployment(deployment.id));
        Ok(deployment)
    }

    /// Runs a deployment now, whatever its schedule, unless it was cancelled.
    pub(crate) async fn run_deployment(
        &self,
        id_or_name: &str,
        how: How,
        caller: &Caller,
    ) -> Result<Run, Failure> {
        let mut deployment = self.deployment(id_or_name).await?;
        if deployment.state == DeploymentState::Cancelled {
            let message =
                format!("deployment `{}` is cancelled: make another one", deployment.name);
            return Err(Failure::new(Code::Conflict, message));
        }
        if let Some(options) = deployment.options.as_object_mut() {
            options.extend(how.options);
            self.check_options(&options.clone())?;
        }
        let mut computers = self.computers_of(&deployment.targets).await?;
        if let Some(only) = &how.computers {
            let mut wanted = HashSet::new();
            for name in only {
                let id = self.computer(name).await?.id;
                if !computers.iter().any(|computer| computer.id == id) {
                    let message =
                        format!("`{name}` is no target of deployment `{}`", deployment.name);
                    return Err(Failure::new(Code::InvalidRequest, message));
                }
                wanted.insert(id);
            }
            computers.retain(|computer| wanted.contains(&computer.id));
        }
        let (dry_run, by) = (how.dry_run, caller.name.clone());
        let start = Start { deployment: &deployment, computers, retry_of: None, dry_run, by };
        self.start_run(start, Batch::new()).await
    }

    /// The occurrence of a deployment whose time has come: its state and its run change together.
    pub(crate) async fn occur(
        &self,
        deployment: &Deployment,
        at: Timestamp,
    ) -> Result<(), Failure> {
        let key = deployment.name.key();
        let held = self.repository.need::<Deployment>(DEPLOYMENTS, &key, "deployment").await?;
        let mut next = held.value.clone();
        if next.next_occurrence() != Some(at) {
            return Ok(());
        }
        next.last_occurrence = Some(at);
        let more = next.schedule.next(next.created_at, next.last_occurrence).is_some();
        next.state = deployment::next(next.state, DeploymentEvent::Occur { more })?;
        let expect = Expect::Revision(held.revision);
        let batch = Batch::new().put(DEPLOYMENTS, key, &next, expect, deployment_indexes(&next));
        let computers = self.computers_of(&next.targets).await?;
        let by = format!("deployment {}", next.name);
        let start = Start { deployment: &next, computers, retry_of: None, dry_run: false, by };
        self.start_run(start, batch).await?;
        self.events.say(Event::Deployment(next.id));
        Ok(())
    }

    async fn computers_of(&self, targets: &Targets) -> Result<Vec<Computer>, Failure> {
        let targeted = is_target(targets);
        Ok(self.all_computers().await?.into_iter().filter(targeted).collect())
    }

    /// Starts the job that carries out a deployment, together with `batch`.
    pub(crate) async fn start_run(&self, start: Start<'_>, batch: Batch) -> Result<Run, Failure> {
        let Start { deployment, computers, retry_of, dry_run, by } = start;
        let now = self.clock.now();
        let (id, window) = (RunId::new(now, entropy::id()), i64::from(deployment.duration_minutes));
        let deadline = now.checked_add(SignedDuration::from_mins(window)).unwrap_or(now);
        self.install_builtins(&deployment.account).await?;
        let master: Name = MASTER.parse().map_err(|error: bindery_core::name::InvalidName| {
            Failure::new(Code::Internal, error.to_string())
        })?;
        let runbook = self.runbook(&deployment.account, &master).await?;
        if let Some(seal) = &runbook.seal {
            seal.check_start(&Starter::Deployment)?;
        }
        let (list, batch) = computer_list(&computers, now, batch);
        let wanted = Wanted {
            parameters: json!({
                "WorkspaceID": self.workspace.id,
                "Duration": deployment.duration_minutes,
                "ScheduleName": deployment.name,
                "ComputerIDList": list,
                "AdditionalOptions": deployment.options,
            }),
            placement: Placement::Sandbox,
            trigger: Trigger::Scheduled,
            started_by: by,
            parent: None,
            run: Some(id),
            deadline: Some(deadline),
            dry_run,
        };
        let job = self.new_job(&Begin { runbook: &runbook, wanted })?;
        let run = Run { dry_run, ..new_run(id, deployment, job.id, (now, deadline), retry_of) };
        self.store_machines(id, &computers).await?;
        let indexes = run_indexes(&run);
        let batch = batch.put(RUNS, id.to_string(), &run, Expect::Absent, indexes);
        self.launch(job, batch).await?;
        tracing::info!(run = %run.name, computers = computers.len(), "update run started");
        self.events.say(Event::Run(id));
        self.run(id).await
    }

    /// Machine runs come first: without their run nobody sees them.
    async fn store_machines(&self, run: RunId, computers: &[Computer]) -> Result<(), Failure> {
        for page in computers.chunks(MACHINES_AT_ONCE) {
            let mut batch = Batch::new();
            for computer in page {
                let machine = MachineRun {
                    run,
                    computer: computer.id,
                    computer_name: computer.name(),
                    status: MachineStatus::NotStarted,
                    job: None,
                    reason: None,
                    result: None,
                    started_at: None,
                    ended_at: None,
                };
                let indexes = machine_indexes(&machine);
                let key = machine_key(run, computer.id);
                batch = batch.put(MACHINES, key, &machine, Expect::Absent, indexes);
            }
            self.repository.commit(batch).await?;
        }
        Ok(())
    }
}

fn new_run(
    id: RunId,
    deployment: &Deployment,
    master_job: JobId,
    (started_at, deadline): (Timestamp, Timestamp),
    retry_of: Option<RunId>,
) -> Run {
    Run {
        id,
        name: format!("{} {}", deployment.name, started_at.strftime("%Y-%m-%dT%H:%M:%SZ")),
        deployment: deployment.id,
        deployment_name: deployment.name.clone(),
        account: deployment.account.clone(),
        master_job,
        status: RunStatus::NotStarted,
        started_at,
        deadline,
        ended_at: None,
        cancelled_at: None,
        reason: None,
        retry_of,
        dry_run: false,
    }
}

/// `ComputerIDList`: written out, or the id of a stored list where it is long.
fn computer_list(computers: &[Computer], now: Timestamp, batch: Batch) -> (Value, Batch) {
    let ids: Vec<_> = computers.iter().map(|computer| computer.id).collect();
    if ids.len() <= limit::INLINE_COMPUTERS {
        return (json!(ids), batch);
    }
    let snapshot = SnapshotId::new(now, entropy::id());
    let batch = batch.put(SNAPSHOTS, snapshot.to_string(), &ids, Expect::Absent, vec![]);
    (json!(format!("snapshot:{snapshot}")), batch)
}

fn why_not(computer: &Computer, reachable: bool) -> Option<Failure> {
    if !reachable {
        return Some(Failure::new(Code::Unreachable, "its agent is not connected"));
    }
    let (_, report) = computer.report.as_ref()?;
    if !report.allow_changes {
        return Some(Failure::new(Code::ChangesNotAllowed, "its agent only reports"));
    }
    match (&report.assessment, computer.compliance()) {
        (Err(failure), Compliance::NotAssessed) => Some(failure.clone()),
        _ => None,
    }
}

fn check_time(schedule: &Schedule, now: Timestamp) -> Result<(), Failure> {
    match schedule {
        Schedule::Once { at } if *at < now => Err(Failure::new(
            Code::InvalidRequest,
            format!("the deployment is to run at {at}, which has passed; it is {now}"),
        )),
        _ => Ok(()),
    }
}

fn account_of(account: Option<Name>) -> Result<Name, Failure> {
    let default = || account::DEFAULT.parse();
    account.map_or_else(default, Ok).map_err(|error: bindery_core::name::InvalidName| {
        Failure::new(Code::InvalidName, error.to_string())
    })
}

fn taken(name: &Name) -> Failure {
    Failure::new(Code::NameTaken, format!("there is a deployment `{name}` already"))
}

pub(crate) fn deployment_indexes(deployment: &Deployment) -> Vec<IndexEntry> {
    let state = format!("{:?}", deployment.state);
    vec![("id", deployment.id.to_string()), ("state", state)]
}

pub(crate) fn run_indexes(run: &Run) -> Vec<IndexEntry> {
    let open = matches!(run.status, RunStatus::NotStarted | RunStatus::InProgress);
    let mut indexes = vec![("deployment", run.deployment.to_string())];
    if open {
        indexes.push(("open", crate::documents::OPEN.to_owned()));
    }
    indexes
}

/// Whether a computer is among the targets.
fn is_target(targets: &Targets) -> impl Fn(&Computer) -> bool + use<> {
    let ids = match targets {
        Targets::All => None,
        Targets::Computers(ids) => Some(ids.iter().copied().collect::<HashSet<_>>()),
    };
    move |computer| ids.as_ref().is_none_or(|ids| ids.contains(&computer.id))
}
