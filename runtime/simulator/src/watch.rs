//! What stands between the gate and the capabilities of a test: here the faults strike.

use crate::{
    clock::{Alarm, VirtualClock},
    crash::CrashJournal,
    faults::{Asked, Faults},
    network::Network,
    programs::SimulatedPrograms,
    script::fault::{What, When},
    story::{Happening, Story},
};
use bindery_capability_updates::simulated::{Simulated, UpdateFault};
use bindery_core::{
    code::{Code, Failure},
    limit,
    operation::{
        self, CLOCK_SLEEP, Class, Operation, POWER_REBOOT, PROCESS_RUN, UPDATES_ASSESS,
        UPDATES_DOWNLOAD, UPDATES_INSTALL,
    },
};
use bindery_sandbox::{
    capability::{Call, Capabilities, Capability, Reconciled},
    clock::Clock as _,
    gate::Gate,
};
use serde_json::Value;
use std::{
    sync::{Arc, OnceLock, Weak},
    time::Duration,
};

/// The capabilities of one attempt, with the faults before them.
pub(crate) struct Watched {
    pub(crate) inner: Capabilities,
    pub(crate) faults: Arc<Faults>,
    pub(crate) journal: CrashJournal,
    pub(crate) clock: VirtualClock,
    pub(crate) network: Arc<Network>,
    pub(crate) story: Story,
    /// The package manager of the computer, if the job runs on one; how long an update takes there,
    /// and a reboot.
    pub(crate) computer: Option<(Arc<Simulated>, Duration, Duration)>,
    /// Its programs.
    pub(crate) programs: Option<Arc<SimulatedPrograms>>,
    /// The gate of the job, once there is one.
    pub(crate) gate: Arc<OnceLock<Weak<Gate>>>,
}

/// What strikes at one call.
#[derive(Default)]
struct Strikes {
    refusal: Option<Failure>,
    dies_during: bool,
    ends: bool,
}

impl Watched {
    async fn carry_out(&self, call: &Call<'_>, rehearsed: bool) -> Result<Value, Failure> {
        let asked = Asked {
            operation: call.operation,
            arguments: call.arguments,
            sequence: call.sequence,
            intended: !rehearsed,
        };
        let whats = self.journal.look(|entries| self.faults.at_call(&asked, entries));
        let strikes = self.strike(whats);
        if strikes.ends && (call.operation.class != Class::WriteOnce || rehearsed) {
            // The gate gives it up; what happens once ends first.
            std::future::pending::<()>().await;
        }
        if let Some(refusal) = strikes.refusal {
            return Err(refusal);
        }
        if [&UPDATES_ASSESS, &UPDATES_DOWNLOAD].contains(&call.operation) {
            self.network.check_repositories()?;
        }
        self.let_updates_fail(call);
        let Some(capability) = self.inner.get(call.operation) else { return Err(absent(call)) };
        let work = async {
            match rehearsed {
                true => capability.rehearse(call).await,
                false => capability.perform(call).await,
            }
        };
        if !strikes.dies_during {
            return work.await;
        }
        let (half, alarm) = (self.duration(call) / 2, Alarm(self.clock.clone()));
        tokio::select! {
            biased;
            _done_at_once = work => {}
            () = alarm.sleep_until(self.clock.after(half)) => {}
        }
        self.journal.die()
    }

    fn strike(&self, whats: Vec<(usize, What)>) -> Strikes {
        let mut strikes = Strikes::default();
        for (fault, what) in whats {
            if !matches!(what, What::Crash(..) | What::Reboot(_)) {
                self.story.tell(self.clock.now(), Happening::Struck(fault));
            }
            match what {
                What::Fails(failure) => strikes.refusal = Some(failure),
                What::Network(gone) => self.network.lose(gone),
                What::Crash(When::During, _) | What::Reboot(When::During) => {
                    strikes.dies_during = true;
                }
                What::Crash(..) | What::Reboot(_) => self.journal.die(),
                What::Suspend(_) => {
                    strikes.ends = true;
                    self.end(Failure::new(Code::JobSuspended, "the test suspends the job"));
                }
                What::Stop => self.stop(Failure::new(Code::Cancelled, "the test stops the job")),
                What::Terminate => {
                    strikes.ends = true;
                    self.end(Failure::new(Code::Cancelled, "the test terminates the job"));
                }
                What::Update(_) => {}
            }
        }
        strikes
    }

    fn end(&self, reason: Failure) {
        if let Some(gate) = self.gate.get().and_then(Weak::upgrade) {
            gate.cancel().cancel(reason);
        }
    }

    fn stop(&self, reason: Failure) {
        if let Some(gate) = self.gate.get().and_then(Weak::upgrade) {
            gate.stop(self.clock.after(limit::STOP_GRACE_DEFAULT), reason);
        }
    }

    /// Lets those updates of an installation fail that faults are about, also when a restarted
    /// worker finds out what became of it.
    fn let_updates_fail(&self, call: &Call<'_>) {
        let Some((updates, ..)) = &self.computer else { return };
        if *call.operation != UPDATES_INSTALL {
            return;
        }
        let failures = self.faults.updates(call.sequence).into_iter().flat_map(|(mask, words)| {
            let meant = self.faults.meant(mask, call.arguments).into_iter();
            meant.map(|update| UpdateFault { update, error: words.to_owned() })
        });
        updates.fail(failures.collect());
    }

    /// About how long the operation takes.
    fn duration(&self, call: &Call<'_>) -> Duration {
        const SOME: Duration = Duration::from_secs(2);
        match (&self.computer, call.operation) {
            (Some((_, install, _)), it) if *it == UPDATES_INSTALL => {
                let updates = call.arguments["plan"]["updates"].as_array().map_or(1, Vec::len);
                install.saturating_mul(u32::try_from(updates).unwrap_or(u32::MAX))
            }
            (Some((_, _, reboot)), it) if *it == POWER_REBOOT => *reboot,
            (_, it) if *it == PROCESS_RUN => {
                let programs = self.programs.as_ref();
                programs.and_then(|programs| programs.takes(call.arguments)).unwrap_or(SOME)
            }
            (_, it) if *it == CLOCK_SLEEP => {
                Duration::from_millis(call.arguments["duration"].as_u64().unwrap_or(0))
            }
            _ => SOME,
        }
    }
}

fn absent(call: &Call<'_>) -> Failure {
    let message = format!("`{}` is not there", call.operation.name);
    Failure::new(Code::UnknownOperation, message)
}

#[async_trait::async_trait]
impl Capability for Watched {
    fn operations(&self) -> Vec<&'static Operation> {
        let there = |it: &&'static Operation| self.inner.get(it).is_some();
        operation::ALL.iter().copied().filter(there).collect()
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.carry_out(call, false).await
    }

    async fn rehearse(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.carry_out(call, true).await
    }

    async fn reconcile(&self, call: &Call<'_>) -> Reconciled {
        self.let_updates_fail(call);
        match self.inner.get(call.operation) {
            Some(capability) => capability.reconcile(call).await,
            None => Reconciled::Unknown(absent(call).message),
        }
    }

    fn puts_secrets_in(&self, operation: &'static Operation) -> bool {
        self.inner.get(operation).is_some_and(|capability| capability.puts_secrets_in(operation))
    }

    fn time_limit(&self, operation: &'static Operation) -> Option<Duration> {
        self.inner.get(operation).and_then(|capability| capability.time_limit(operation))
    }
}
