//! The laboratory: the guests, compiled once, and what runs one attempt of a job up to its end or
//! its death.

use bindery_core::{digest::Digest, grant::Grant, job::Outcome, name::Name, runbook::Limits};
use bindery_inspect::manifest::read_manifest_toml;
use bindery_journal::entry::Entry;
use bindery_sandbox::{
    capability::{Capabilities, JobFacts},
    clock::Clock,
    compile::{CompileIn, Compiler},
    engine::SandboxEngine,
    gate::{Config, Gate, Mode},
    journal::Journal,
    run::{Prepared, Sandbox},
};
use bindery_seal::bundle::Bundle;
use bindery_simulator::crash::Killed;
use std::{
    fs,
    future::Future,
    panic::{AssertUnwindSafe, catch_unwind, resume_unwind},
    path::{Path, PathBuf},
    sync::{Arc, LazyLock, OnceLock},
    time::Duration,
};
use tempfile::TempDir;
use tokio::runtime;

/// How long one attempt may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(120);

/// The root of the workspace.
pub(crate) fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("../..")
}

/// A guest of the workspace, as `build.rs` left it.
pub(crate) struct Guest {
    /// Its folder, from the root of the workspace.
    pub(crate) folder: &'static str,
    built: &'static [u8],
    ready: OnceLock<Ready>,
}

/// A guest that can be run.
pub(crate) struct Ready {
    pub(crate) name: Name,
    pub(crate) digest: Digest,
    pub(crate) grants: Vec<Grant>,
    pub(crate) prepared: Prepared,
}

macro_rules! guests {
    ($($id:ident: $folder:literal $built:literal;)*) => {
        $(
            #[doc = concat!("`", $folder, "`.")]
            pub(crate) static $id: Guest = Guest {
                folder: $folder,
                built: include_bytes!(concat!(env!("OUT_DIR"), "/", $built)),
                ready: OnceLock::new(),
            };
        )*
        /// Every guest that the suite knows.
        pub(crate) static GUESTS: &[&Guest] = &[$(&$id,)*];
    };
}

guests! {
    FLEET: "builtin-runbooks/patch-microsoftomscomputers" "patch-microsoftomscomputers.bundle";
    COMPUTER: "builtin-runbooks/patch-microsoftomscomputer" "patch-microsoftomscomputer.bundle";
    REPORT: "guest-examples/patch-report-rust" "patch-report-rust.wasm";
    CALENDAR: "guest-examples/maintenance-calendar-l0" "maintenance-calendar-l0.wasm";
}

struct Lab {
    sandbox: Sandbox,
    _cache: TempDir,
}

static LAB: LazyLock<Lab> = LazyLock::new(|| {
    let cache = scratch();
    let engine = SandboxEngine::new().expect("an engine");
    let compiler = Compiler::new(&engine, CompileIn::ThisProcess, cache.path());
    let sandbox = Sandbox::new(engine.engine(), compiler.expect("a compiler"));
    Lab { sandbox: sandbox.expect("a sandbox"), _cache: cache }
});

/// A folder that goes with the test, in memory where there is such a place: nothing here asks what
/// a disk takes.
pub(crate) fn scratch() -> TempDir {
    let memory = Path::new("/dev/shm");
    let made = if memory.is_dir() { tempfile::tempdir_in(memory) } else { tempfile::tempdir() };
    made.expect("a folder")
}

impl Guest {
    /// The guest, compiled at the first call.
    pub(crate) fn ready(&self) -> &Ready {
        self.ready.get_or_init(|| {
            let wasm = match Bundle::is_bundle(self.built) {
                true => Bundle::parse(self.built).expect("a bundle").wasm,
                false => self.built.to_vec(),
            };
            let level = bindery_inspect::inspect(&wasm).expect("a runbook").level;
            let toml = fs::read_to_string(workspace().join(self.folder).join("runbook.toml"));
            let manifest = read_manifest_toml(&toml.expect("a manifest")).expect("a manifest");
            let prepared = block_on(LAB.sandbox.prepare(&wasm, level)).expect("it compiles");
            let (name, grants) = (manifest.name, manifest.grants);
            Ready { name, digest: Digest::of(&wasm), grants, prepared }
        })
    }
}

/// One attempt of a job.
pub(crate) struct Attempt {
    pub(crate) guest: &'static Guest,
    pub(crate) facts: JobFacts,
    pub(crate) seed: [u8; 32],
    pub(crate) capabilities: Capabilities,
    pub(crate) journal: Arc<dyn Journal>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) replay: Vec<Entry>,
}

impl Attempt {
    /// Runs the job to its end, in a process.
    pub(crate) async fn run(self) -> Outcome {
        let ready = self.guest.ready();
        let gate = Gate::new(Config {
            facts: self.facts,
            grants: ready.grants.clone(),
            withheld: vec![],
            limits: Limits::default(),
            seed: self.seed,
            capabilities: self.capabilities,
            journal: self.journal,
            clock: self.clock,
            replay: self.replay,
            mode: Mode::Live,
        });
        let gate = gate.expect("a gate");
        LAB.sandbox.run(&ready.prepared, &gate).await.expect("an end in the journal")
    }
}

/// Does `work` as a process would that may be killed; none if it was. Every guest is ready in it.
pub(crate) fn in_a_process<T>(work: impl Future<Output = T>) -> Option<T> {
    GUESTS.iter().for_each(|guest| _ = guest.ready());
    match catch_unwind(AssertUnwindSafe(|| block_on(work))) {
        Ok(done) => Some(done),
        Err(payload) if payload.is::<Killed>() => None,
        Err(payload) => resume_unwind(payload),
    }
}

/// Nothing of a runtime survives this: neither tasks nor timers.
fn block_on<T>(work: impl Future<Output = T>) -> T {
    let runtime = runtime::Builder::new_current_thread().enable_all().build().expect("a runtime");
    let bounded = async { tokio::time::timeout(PATIENCE, work).await };
    runtime.block_on(bounded).expect("an attempt that ends in time")
}
