//! Measures what a runbook costs in each language:
//! `cargo bench --profile dev --workspace --bench languages`.
//!
//! Each is the project that `bindery runbook new` makes: it asks which updates are missing and writes a
//! line for each. The host answers at once and keeps its journal in memory. A language whose toolchain
//! is not there (`cargo xtask toolchains`) has an empty row. Nothing here passes or fails.

#[path = "../fuzz/valid.rs"]
#[expect(dead_code, reason = "only replies are needed here")]
mod valid;

use bindery_core::{
    code::Failure,
    digest::Digest,
    id::{JobId, WorkerId},
    job::{Outcome, Trigger},
    operation::{self, JOB_PARAMETERS, Operation, STREAM_WRITE, UPDATES_ASSESS},
    runbook::Limits,
};
use bindery_inspect::inspect;
use bindery_sandbox::{
    capability::{Call, Capabilities, Capability, JobFacts},
    clock::{Clock as _, SystemClock},
    compile::{CompileIn, Compiler},
    engine::SandboxEngine,
    gate::{Config, Gate, Mode},
    journal::MemoryJournal,
    run::{Prepared, Sandbox},
};
use bindery_testkit::wait::wait_until;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::{
    env, fs,
    io::{Write as _, stdout},
    path::{Path, PathBuf},
    process::Command,
    sync::{
        Arc, OnceLock,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, Instant},
};
use tokio::{sync::Semaphore, task::JoinSet};

const BINDERY: &str = env!("CARGO_BIN_EXE_bindery");
const LANGUAGES: [&str; 7] = ["rust", "go", "c", "zig", "assemblyscript", "javascript", "python"];
/// Lines that a job writes, and so operations whose round trips are measured.
const LINES: usize = 200;
const WARM: usize = 20;
/// Jobs that stand still together while memory is measured.
const STANDING: usize = 20;
const PATIENCE: Duration = Duration::from_secs(120);

/// Answers at once, or when it may, and notes when the guest asked for something first and when each
/// line came.
#[derive(Clone)]
struct Host {
    first: Arc<OnceLock<Instant>>,
    lines: Arc<Mutex<Vec<Instant>>>,
    /// How many jobs have asked for updates, and how many of them may go on.
    asked: Arc<AtomicUsize>,
    may: Arc<Semaphore>,
}

#[async_trait::async_trait]
impl Capability for Host {
    fn operations(&self) -> Vec<&'static Operation> {
        operation::ALL.to_vec()
    }

    async fn perform(&self, call: &Call<'_>) -> Result<Value, Failure> {
        self.first.get_or_init(Instant::now);
        let mut reply = valid::reply(call.operation);
        if *call.operation == STREAM_WRITE {
            self.lines.lock().push(Instant::now());
        }
        if *call.operation == JOB_PARAMETERS {
            reply = call.job.parameters.to_string().into();
        }
        if *call.operation == UPDATES_ASSESS {
            let update = reply["missing"][0].clone();
            reply["missing"] = vec![update; LINES].into();
            self.asked.fetch_add(1, Ordering::Relaxed);
            let may = self.may.acquire().await;
            drop(may);
        }
        Ok(reply)
    }

    fn time_limit(&self, _operation: &'static Operation) -> Option<Duration> {
        None
    }
}

impl Host {
    fn new(may: usize) -> Self {
        let may = Arc::new(Semaphore::new(may));
        Self { first: Arc::default(), lines: Arc::default(), asked: Arc::default(), may }
    }

    fn gate(&self, language: &str) -> Arc<Gate> {
        // These write ten lines where nothing is said.
        let parameters = match language {
            "rust" | "javascript" | "python" => json!({ "most": LINES }),
            _ => json!({}),
        };
        let gate = Gate::new(Config {
            facts: JobFacts {
                id: JobId::from_bytes([1; 16]),
                account: "Fleet".parse().expect("a name"),
                runbook: "Measured".parse().expect("a name"),
                digest: Digest::from_bytes([7; 32]),
                parameters,
                worker: WorkerId::from_bytes([2; 16]),
                computer: None,
                run: None,
                trigger: Trigger::Manual,
                deadline: None,
                dry_run: false,
                started_at: SystemClock.now(),
            },
            grants: vec!["updates.read".parse().expect("a grant")],
            withheld: vec![],
            limits: Limits::default(),
            seed: [7; 32],
            capabilities: Capabilities::default().with(self.clone()),
            journal: Arc::new(MemoryJournal::default()),
            clock: Arc::new(SystemClock),
            replay: vec![],
            mode: Mode::Live,
        });
        gate.expect("a gate")
    }
}

/// A project in a scratch folder, as its author makes it.
struct Project {
    folder: PathBuf,
}

impl Project {
    fn new(language: &str, folder: &Path) -> Result<Self, String> {
        let folder = folder.join(language);
        bindery(&["runbook", "new", "--lang", language, "Measured", "--to", text(&folder)])?;
        Ok(Self { folder })
    }

    /// Builds it; its Wasm file and how long that took.
    fn build(&self) -> Result<(Vec<u8>, Duration), String> {
        let (began, wasm) = (Instant::now(), self.folder.join("made.wasm"));
        bindery(&["runbook", "build", text(&self.folder), "--to", text(&wasm)])?;
        let took = began.elapsed();
        Ok((fs::read(wasm).expect("a Wasm file"), took))
    }

    /// Changes its sources a little, as whoever builds again has done.
    fn edit(&self) {
        let sources = ["rs", "go", "c", "zig", "ts", "js", "py"];
        for folder in [self.folder.clone(), self.folder.join("src")] {
            let Ok(entries) = fs::read_dir(folder) else { continue };
            for path in entries.flatten().map(|entry| entry.path()) {
                let ends = path.extension().and_then(|end| end.to_str());
                if ends.is_some_and(|end| sources.contains(&end)) {
                    let source = fs::read_to_string(&path).expect("a source");
                    fs::write(path, source + "\n").expect("written");
                }
            }
        }
    }
}

fn bindery(arguments: &[&str]) -> Result<(), String> {
    let target = Path::new(BINDERY).ancestors().nth(2).expect("a target folder");
    let path = env::var("PATH").unwrap_or_default();
    let output = Command::new(BINDERY)
        .args(arguments)
        .env("PATH", format!("{}:{path}", target.join("toolchains/bin").display()))
        .output()
        .expect("it runs");
    match output.status.success() {
        true => Ok(()),
        false => Err(String::from_utf8_lossy(&output.stderr).into_owned()),
    }
}

fn text(path: &Path) -> &str {
    path.to_str().expect("a path that is text")
}

struct Lab {
    sandbox: Sandbox,
    _engine: SandboxEngine,
}

impl Lab {
    fn new(folder: &Path) -> Self {
        let engine = SandboxEngine::new().expect("an engine");
        let compiler = Compiler::new(&engine, CompileIn::Child(BINDERY.into()), folder);
        let sandbox = Sandbox::new(engine.engine(), compiler.expect("a compiler"));
        Self { sandbox: sandbox.expect("a sandbox"), _engine: engine }
    }

    /// From a file to the end of its first job, and what later jobs of it take.
    async fn runs(&self, language: &str, wasm: &[u8]) -> (Prepared, [Duration; 3]) {
        let level = inspect(wasm).expect("a runbook").level;
        let began = Instant::now();
        let prepared = self.sandbox.prepare(wasm, level).await.expect("compiled");
        self.run(language, &prepared).await;
        let cold = began.elapsed();
        let (mut warm, mut trips) = (vec![], vec![]);
        for _ in 0..WARM {
            let began = Instant::now();
            let (first, lines) = self.run(language, &prepared).await;
            warm.push(first - began);
            trips.extend(lines.windows(2).map(|two| two[1] - two[0]));
        }
        (prepared, [cold, median(warm), median(trips)])
    }

    /// When a job asked for something first, and when each of its lines came.
    async fn run(&self, language: &str, prepared: &Prepared) -> (Instant, Vec<Instant>) {
        let host = Host::new(1);
        let ended = self.sandbox.run(prepared, &host.gate(language)).await;
        assert!(matches!(ended, Ok(Outcome::Completed(_))), "{language}: {ended:?}");
        let lines = host.lines.lock().clone();
        assert!(lines.len() >= LINES, "{language}: {} lines", lines.len());
        (*host.first.get().expect("it asked"), lines)
    }

    /// What a job takes of this process's memory while it waits for an answer, in bytes.
    async fn memory(&self, language: &str, prepared: &Prepared) -> u64 {
        let (host, before) = (Host::new(0), resident());
        let mut jobs = JoinSet::new();
        for _ in 0..STANDING {
            let (sandbox, prepared, gate) =
                (self.sandbox.clone(), prepared.clone(), host.gate(language));
            jobs.spawn(async move { sandbox.run(&prepared, &gate).await });
        }
        let all = async || host.asked.load(Ordering::Relaxed) == STANDING;
        wait_until("all jobs wait", PATIENCE, all).await;
        let taken = resident().saturating_sub(before) / STANDING as u64;
        host.may.add_permits(STANDING);
        while let Some(ended) = jobs.join_next().await {
            let ended = ended.expect("no panic");
            assert!(matches!(ended, Ok(Outcome::Completed(_))), "{language}: {ended:?}");
        }
        taken
    }
}

fn median(mut times: Vec<Duration>) -> Duration {
    times.sort();
    times[times.len() / 2]
}

/// Resident memory of this process, in bytes.
fn resident() -> u64 {
    let status = fs::read_to_string("/proc/self/status").expect("a process");
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).expect("a figure");
    line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") << 10
}

async fn measured(language: &str, folder: &Path) -> Result<[String; 6], String> {
    let project = Project::new(language, folder)?;
    project.build()?;
    project.edit();
    let (wasm, build) = project.build()?;
    // A sandbox of its own: nothing is compiled before, and no slot of its pool was used.
    let lab = Lab::new(&folder.join(format!("{language}-compiled")));
    let (prepared, [cold, warm, trip]) = lab.runs(language, &wasm).await;
    let memory = lab.memory(language, &prepared).await;
    let mib = |bytes: u64| format!("{:.2} MiB", bytes as f64 / f64::from(1 << 20));
    let time = |time: Duration| format!("{time:.2?}");
    Ok([mib(wasm.len() as u64), time(build), time(cold), time(warm), time(trip), mib(memory)])
}

fn say(line: &str) {
    writeln!(stdout(), "{line}").expect("somebody reads");
}

#[tokio::main]
async fn main() {
    let folder = tempfile::tempdir().expect("a folder");
    say("| language | module | warm build | cold start | warm start | one operation | memory |");
    say("|---|---|---|---|---|---|---|");
    for language in LANGUAGES {
        match measured(language, folder.path()).await {
            Ok(figures) => say(&format!("| {language} | {} |", figures.join(" | "))),
            Err(why) => say(&format!("| {language} | | | | | | | {}", why.trim())),
        }
    }
}
