//! The operation `power.reboot`.
//!
//! ```text
//!   mark on disk (boot before, time) -> reboot -> ... this process ends ... -> reconcile
//!   reconcile:  no mark                   -> not begun
//!               mark, and the same boot   -> not begun: doing it (again) is what was asked for
//!               mark, and another boot    -> done
//! ```

use crate::{
    marks::{Mark, Marks},
    provider::PowerProvider,
};
use async_trait::async_trait;
use bindery_core::{
    code::{Code, Failure},
    id::JobId,
    limit,
    operation::{self, Operation},
    stream::StreamKind,
};
use bindery_sandbox::{
    capability::{Call, Capability, Reconciled},
    clock::Clock,
};
use serde_json::{Value, json};
use std::{io, path::PathBuf, sync::Arc, time::Duration};

/// The longest reason that is handed on, in characters.
const REASON_CHARS: usize = 200;

/// The power of this computer.
pub struct Power {
    provider: Arc<dyn PowerProvider>,
    clock: Arc<dyn Clock>,
    marks: Marks,
    changes: bool,
}

impl Power {
    /// The power that `provider` has, remembering reboots in `folder`, which must survive them.
    /// Without `changes` a reboot is answered by `ChangesNotAllowed`.
    pub fn open(
        provider: Arc<dyn PowerProvider>,
        clock: Arc<dyn Clock>,
        folder: PathBuf,
        changes: bool,
    ) -> io::Result<Self> {
        Ok(Self { provider, clock, marks: Marks::open(folder)?, changes })
    }

    async fn reboot(&self, call: &Call<'_>) -> Result<Value, Failure> {
        if !self.changes {
            let message = format!("`{}`: this agent only reports", call.operation.name);
            return Err(Failure::new(Code::ChangesNotAllowed, message));
        }
        let _reserve: u64 = call.argument("reserve")?;
        let reason = plain(&call.argument::<String>("reason")?);
        self.check_count(call.job.id, call.sequence)?;
        let boot_before = self.provider.boot_id().await?;
        let mark = Mark { sequence: call.sequence, boot_before, at: self.clock.now() };
        self.marks.put(call.job.id, mark.clone()).map_err(|error| unmarked(&error))?;
        (call.say)(StreamKind::Progress, format!("Rebooting: {reason}"), None);
        self.provider.reboot(&reason).await?;
        let boot_after = self.provider.boot_id().await?;
        if boot_after == mark.boot_before {
            let message = format!("the computer is still in its boot {boot_after}");
            return Err(Failure::new(Code::OutcomeUnknown, message));
        }
        Ok(self.result(&mark, &boot_after))
    }

    /// Refuses one reboot more than a job may have.
    fn check_count(&self, job: JobId, sequence: u64) -> Result<(), Failure> {
        let marks = self.marks.of(job).map_err(|error| unmarked(&error))?;
        let earlier = marks.iter().filter(|mark| mark.sequence != sequence).count();
        if earlier < limit::JOB_REBOOTS as usize {
            return Ok(());
        }
        let message =
            format!("the job has rebooted {earlier} times, as often as it may (JOB_REBOOTS)");
        Err(Failure::new(Code::LimitExceeded, message))
    }

    /// The answer if the computer was rebooted since the call; `None` if it was not.
    async fn outcome(&self, call: &Call<'_>) -> Result<Option<Value>, Failure> {
        let marks = self.marks.of(call.job.id).map_err(|error| unmarked(&error))?;
        let Some(mark) = marks.iter().find(|mark| mark.sequence == call.sequence) else {
            return Ok(None);
        };
        let boot_after = self.provider.boot_id().await?;
        Ok((boot_after != mark.boot_before).then(|| self.result(mark, &boot_after)))
    }

    fn result(&self, mark: &Mark, boot_after: &str) -> Value {
        let took = self.clock.now().duration_since(mark.at);
        let took = Duration::try_from(took).unwrap_or_default();
        json!({
            "took": u64::try_from(took.as_millis()).unwrap_or(u64::MAX),
            "bootBefore": mark.boot_before,
            "bootAfter": boot_after,
        })
    }
}

#[async_trait]
impl Capability for Power {
    fn operations(&self) -> Vec<&'static Operation> {
        vec![&operation::POWER_REBOOT]
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.reboot(call).await
    }

    /// As if the computer had been away for no time.
    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        let _reserve: u64 = call.argument("reserve")?;
        let _reason: String = call.argument("reason")?;
        let boot = self.provider.boot_id().await?;
        Ok(json!({ "took": 0, "bootBefore": boot, "bootAfter": boot }))
    }

    async fn reconcile(&self, call: &Call<'_>) -> Reconciled {
        match self.outcome(call).await {
            Ok(Some(answer)) => Reconciled::Done(Ok(answer)),
            Ok(None) => Reconciled::NotBegun,
            Err(failure) => Reconciled::Unknown(failure.message),
        }
    }

    /// A computer is away for as long as it is.
    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        None
    }
}

/// The reason as a terminal and a log may show it.
fn plain(reason: &str) -> String {
    let spaced = reason.chars().map(|c| if c.is_control() { ' ' } else { c });
    spaced.take(REASON_CHARS).collect()
}

fn unmarked(error: &io::Error) -> Failure {
    Failure::new(Code::Internal, format!("a reboot cannot be remembered: {error}"))
}
