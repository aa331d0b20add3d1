//! Tests of runbooks: brings `bindery runbook test` the sandbox and the simulated host.
//!
//! Modules are compiled in a child, as for a worker, and kept below `BINDERY_HOME` for the next test.

use crate::{builtins, sandbox};
use bindery_cli::{
    context::home,
    failure::{CliFailure, Exit},
    tester::{Test, Tested},
};
use bindery_core::{
    code::{Code, Failure},
    job::Outcome,
    text::shown,
};
use bindery_inspect::inspect_unlinked;
use bindery_link::{Part, link};
use bindery_sandbox::run::Sandbox;
use bindery_simulator::{
    report::Report,
    script::{Invalid, Script},
    simulation::{self, Refused},
    view,
};
use futures::{FutureExt as _, future::BoxFuture};
use std::path::Path;

/// Where compiled code is kept, in `BINDERY_HOME`.
const COMPILED: &str = "compiled";

/// Runs tests, one after the other.
pub(crate) fn test(tests: Vec<Test>) -> BoxFuture<'static, Result<Vec<Tested>, CliFailure>> {
    all(tests).boxed()
}

async fn all(tests: Vec<Test>) -> Result<Vec<Tested>, CliFailure> {
    let sandbox = sandbox::open(&home()?.join(COMPILED))?;
    let mut tested = vec![];
    for test in tests {
        tested.push(run(test, &sandbox).await?);
    }
    Ok(tested)
}

async fn run(test: Test, sandbox: &Sandbox) -> Result<Tested, CliFailure> {
    let (path, text) = test.script.unzip();
    let refused = |error| match error {
        Refused::Script(invalid) => meant_nothing(path.as_deref(), &invalid),
        Refused::Module(failure) => failure.into(),
    };
    let script = text.map(|text| Script::parse(&text)).transpose();
    let script = script.map_err(|invalid| refused(invalid.into()))?.unwrap_or_default();
    let wasm = whole(test.wasm, test.modules)?;
    let test = simulation::Test::new(wasm, script, test.parameters, test.dry_run);
    let test = test.map_err(refused)?;
    told(&test.run(sandbox).await.map_err(refused)?)
}

/// A runbook with the modules that it needs: of `modules`, and of those that come with every account.
fn whole(wasm: Vec<u8>, modules: Vec<Vec<u8>>) -> Result<Vec<u8>, Failure> {
    let module = inspect_unlinked(&wasm)?;
    let Some(manifest) = module.manifest.filter(|_| !module.from_modules.is_empty()) else {
        return Ok(wasm);
    };
    let preloaded = builtins::modules()?.into_iter().map(|bundle| bundle.wasm);
    let parts = modules.into_iter().chain(preloaded).map(|wasm| Part::new(wasm, None));
    let parts = parts.collect::<Result<Vec<_>, _>>()?;
    Ok(link(&wasm, manifest, &parts)?.wasm)
}

fn meant_nothing(path: Option<&Path>, invalid: &Invalid) -> CliFailure {
    let path = path.map(|path| format!("`{}`: ", path.display())).unwrap_or_default();
    CliFailure::new(Exit::Usage, format!("{path}{invalid}")).hint(invalid.remedy.clone())
}

fn told(report: &Report) -> Result<Tested, CliFailure> {
    let json = serde_json::to_value(report).map_err(|error| {
        CliFailure::new(Exit::Internal, "the report cannot be written").because(&error)
    })?;
    let (text, unmet, hint) = (view::text(report), report.unmet(), hint(report));
    Ok(Tested { report: json, text, unmet, hint })
}

/// A grant that the runbook lacks is its author's to ask for.
fn hint(report: &Report) -> Option<String> {
    let Outcome::Failed(failure) = &report.outcome else { return None };
    let grant = failure.details.as_ref().and_then(|details| details["grant"].as_str());
    let grant = grant.filter(|_| failure.code == Code::GrantDenied)?;
    Some(format!(
        "Ask for it: add `{}` to `grants` in runbook.toml, and build it again.",
        shown(grant)
    ))
}
