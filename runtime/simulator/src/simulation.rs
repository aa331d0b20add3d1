//! A test: one job of a module on a simulated host.
//!
//! It is checked as an import and a start would check it, and run from its beginning to its end.
//! Nothing is changed but in a folder that goes with the test. The same module, script, parameters
//! and seed give the same report.

use crate::{
    clock::{Jumping, VirtualClock},
    report::Report,
    script::{
        Invalid, Script,
        fault::{Fault, What},
        host::ComputerScript,
    },
    world::World,
};
use bindery_capability_job::Job;
use bindery_capability_records::Records;
use bindery_capability_streams::Streams;
use bindery_capability_timers::Timers;
use bindery_core::{
    code::{Code, Failure},
    grant::Grant,
    limit,
    runbook::Manifest,
};
use bindery_inspect::{
    Module,
    grants::check_grants,
    parameters::{check_defaults, job_parameters},
};
use bindery_sandbox::{capability::Capabilities, run::Sandbox};
use jiff::Timestamp;
use serde_json::{Map, Value};
use std::{sync::Arc, time::Duration};

/// Why a test was not run.
#[derive(Debug, thiserror::Error)]
pub enum Refused {
    /// The script cannot be meant for this module.
    #[error(transparent)]
    Script(#[from] Invalid),
    /// The module, its parameters, or the simulated host.
    #[error(transparent)]
    Module(#[from] Failure),
}

/// What is tested, and on what.
#[derive(Debug)]
pub struct Test {
    wasm: Vec<u8>,
    pub(crate) module: Module,
    pub(crate) manifest: Manifest,
    pub(crate) script: Script,
    pub(crate) parameters: Value,
    pub(crate) dry_run: bool,
    pub(crate) really: Duration,
}

impl Test {
    /// The test of `wasm`, checked as an import and a start check it. `parameters` come before those
    /// of the script.
    pub fn new(
        wasm: Vec<u8>,
        mut script: Script,
        parameters: Map<String, Value>,
        dry_run: bool,
    ) -> Result<Self, Refused> {
        let module = bindery_inspect::inspect(&wasm)?;
        let manifest = module.manifest.clone().ok_or_else(|| {
            let message = "the module has no manifest: give its runbook.toml with `--manifest`";
            let advice = "`bindery runbook build` writes a file NAME.wasm with its manifest in it: \
                          test that one.";
            Failure::new(Code::InvalidManifest, message).advising(advice)
        })?;
        check_grants(&module, &manifest)?;
        manifest.parameters.as_ref().map_or(Ok(()), check_defaults)?;
        check_given(script.grants.as_deref().unwrap_or_default(), &manifest)?;
        let mut all = std::mem::take(&mut script.parameters);
        all.extend(parameters);
        let parameters = job_parameters(manifest.parameters.as_ref(), &Value::Object(all))?;
        let on_a_computer = |grant: &Grant| grant.power().is_of_a_computer();
        if script.computer.is_none() && manifest.grants.iter().any(on_a_computer) {
            script.computer = Some(ComputerScript::default());
        }
        if script.computer.is_none() {
            script.faults.iter().enumerate().try_for_each(|(at, fault)| nowhere(at, fault))?;
        }
        let really = limit::TEST_TIME;
        Ok(Self { wasm, module, manifest, script, parameters, dry_run, really })
    }

    /// The same that may really take `time` at most.
    #[must_use]
    pub fn within(self, time: Duration) -> Self {
        Self { really: time.min(limit::TEST_TIME), ..self }
    }

    pub(crate) fn grants(&self) -> &[Grant] {
        self.script.grants.as_deref().unwrap_or(&self.manifest.grants)
    }

    pub(crate) fn deadline(&self) -> Option<Timestamp> {
        let window = self.script.window?.0;
        Some(VirtualClock::at(self.script.start).after(window))
    }

    /// Runs it. The module is compiled by `sandbox`; nothing of it goes on when this returns.
    pub async fn run(self, sandbox: &Sandbox) -> Result<Report, Refused> {
        let prepared = sandbox.prepare(&self.wasm, self.module.level).await?;
        let world = World::new(&self)?;
        let ended = world.live(sandbox, &prepared).await?;
        Ok(Report::new(&world, ended)?)
    }
}

/// No job is given what its runbook does not ask for; less is what a computer may allow.
fn check_given(given: &[Grant], manifest: &Manifest) -> Result<(), Invalid> {
    let asked = |grant: &Grant| manifest.grants.iter().any(|asked| asked.contains(grant));
    let Some(at) = given.iter().position(|grant| !asked(grant)) else { return Ok(()) };
    let reason = format!("the manifest does not ask for `{}`", given[at]);
    Err(Invalid::new(format!("grants[{at}]"), reason, "Ask for it in runbook.toml."))
}

/// A job in the sandbox of the control plane has no computer that could go down.
fn nowhere(at: usize, fault: &Fault) -> Result<(), Invalid> {
    if !matches!(fault.what, What::Reboot(_)) {
        return Ok(());
    }
    let reason = "the job runs on no computer: its manifest asks for no power over one";
    Err(Invalid::new(format!("fault[{at}].reboot"), reason, "Add a `[computer]` to the script."))
}

/// The capabilities of `own`, and those that every worker has alone.
pub fn common(own: Capabilities, clock: &VirtualClock) -> Capabilities {
    let timers = Timers::new(Arc::new(Jumping(clock.clone())));
    own.with(Job).with(Streams).with(timers).with(Records)
}
