//! The operations of `update-inventory` and `update-installer`, carried out by one [`Provider`].
//!
//! It turns arguments into calls and answers into JSON, and tells of progress. It chooses no
//! update, and knows no window: the gate has checked deadline and reserve before.

mod throttle;

use crate::provider::{Progress, Provider, TransactionKey};
use async_trait::async_trait;
use bindery_core::{
    code::{Code, Failure},
    limit,
    operation::{self, Class, Operation},
    stream::StreamKind,
    update::{InstallResult, InstallStatus, Plan, UpdateResult},
};
use bindery_sandbox::capability::{Call, Capability, Reconciled};
use parking_lot::Mutex;
use serde::Serialize;
use serde_json::Value;
use std::{sync::Arc, time::Duration};
use throttle::Throttle;

/// How long a package manager may think about what is missing, or about a plan.
const THINKING: Duration = Duration::from_secs(15 * 60);

/// The updates of this computer.
pub struct Updates {
    provider: Arc<dyn Provider>,
    changes: bool,
}

impl Updates {
    /// The updates that `provider` looks after. Without `changes` a download or an install is
    /// answered by `ChangesNotAllowed`.
    pub fn new(provider: Arc<dyn Provider>, changes: bool) -> Self {
        Self { provider, changes }
    }

    async fn download(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.provider.download(&whole_plan(call)?).await?;
        Ok(Value::Null)
    }

    async fn install(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let plan = whole_plan(call)?;
        let throttle = Mutex::new(Throttle::default());
        let told = |progress: Progress| {
            if throttle.lock().admits(&progress) {
                let percent = progress.percent.map(Value::from);
                (call.say)(StreamKind::Progress, progress.activity, percent);
            }
        };
        to_json(self.provider.install(&plan, &key(call), &told).await?)
    }
}

#[async_trait]
impl Capability for Updates {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![
            &operation::UPDATES_ASSESS,
            &operation::UPDATES_HISTORY,
            &operation::UPDATES_PLAN,
            &operation::POWER_PENDING,
            &operation::UPDATES_DOWNLOAD,
            &operation::UPDATES_INSTALL,
        ]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let asked = call.operation;
        if asked.class != Class::Read && !self.changes {
            let message = format!("`{}`: this agent only reports", asked.name);
            return Err(Failure::new(Code::ChangesNotAllowed, message));
        }
        match asked {
            it if *it == operation::UPDATES_ASSESS => to_json(self.provider.assess().await?),
            it if *it == operation::UPDATES_HISTORY => {
                let entries = call.argument::<u32>("limit")? as usize;
                to_json(self.provider.history(entries.min(limit::PAGE_ITEMS)).await?)
            }
            it if *it == operation::UPDATES_PLAN => {
                let updates: Vec<String> = call.argument("updates")?;
                to_json(self.provider.plan(&updates).await?)
            }
            it if *it == operation::POWER_PENDING => to_json(self.provider.pending_reboot().await?),
            it if *it == operation::UPDATES_DOWNLOAD => self.download(call).await,
            _ => self.install(call).await,
        }
    }

    /// As if all of the plan had gone well.
    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let plan = whole_plan(call)?;
        if *call.operation == operation::UPDATES_DOWNLOAD {
            return Ok(Value::Null);
        }
        let succeeded = |update: &String| UpdateResult {
            update: update.clone(),
            status: InstallStatus::Succeeded,
            error: None,
        };
        to_json(InstallResult {
            started_at: call.now,
            ended_at: call.now,
            results: plan.updates.iter().map(succeeded).collect(),
            reboot: self.provider.pending_reboot().await?,
        })
    }

    async fn reconcile(&self, call: &Call<'_>) -> Reconciled {
        match self.provider.reconcile(&key(call)).await {
            Ok(Some(result)) => Reconciled::Done(to_json(result)),
            Ok(None) => Reconciled::NotBegun,
            Err(failure) => Reconciled::Unknown(failure.message),
        }
    }

    fn time_limit(&self, operation: &'static Operation) -> Option<Duration> {
        let thinks = [&operation::UPDATES_ASSESS, &operation::UPDATES_PLAN].contains(&operation);
        match operation.class {
            Class::Read if thinks => Some(THINKING),
            Class::Read => Some(limit::HOST_CALL),
            // A package manager that is stopped half way leaves the computer worse than a slow one.
            Class::Idempotent | Class::WriteOnce => None,
        }
    }
}

fn key(call: &Call<'_>) -> TransactionKey {
    TransactionKey { job: call.job.id, sequence: call.sequence }
}

/// The plan of the call, if its digest is that of its content.
fn whole_plan(call: &Call<'_>) -> Result<Plan, Failure> {
    let plan: Plan = call.argument("plan")?;
    if plan.is_whole() {
        return Ok(plan);
    }
    let message = format!(
        "`plan` of `{}`: its digest {} is not that of its updates and actions",
        call.operation.name, plan.digest
    );
    Err(Failure::new(Code::InvalidArguments, message))
}

fn to_json(answer: impl Serialize) -> Result<Value, Failure> {
    serde_json::to_value(answer)
        .map_err(|error| Failure::new(Code::Internal, format!("an answer has no JSON: {error}")))
}
