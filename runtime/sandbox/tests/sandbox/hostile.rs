//! All hostile guests side by side on one worker and in one log, beside a job that means well: each
//! ends with its own reason, and nobody else notices.

use crate::support::{Job, NOON, StandingClock, Worker, fixture, rebooted};
use bindery_core::{
    code::{Code, Failure},
    id::JobId,
    job::Outcome,
    limit,
    runbook::{Level, Limits},
    text::obeyed,
};
use bindery_journal::{
    entry::{Body, Entry},
    log::Log,
};
use bindery_sandbox::journal::Journal;
use serde_json::json;
use std::sync::Arc;
use tokio::task::JoinSet;

/// How a guest must end.
#[derive(Clone, Copy)]
enum Ends {
    Well,
    /// With a code and words of its reason.
    With(Code, &'static str),
    /// Because somebody cancels it once it has said or done something.
    Cancelled,
}
use Ends::{Cancelled, Well, With};

struct Guest {
    name: &'static str,
    wasm: Vec<u8>,
    level: Level,
    limits: Limits,
    ends: Ends,
}

fn guest(name: &'static str, level: Level, ends: Ends) -> Guest {
    let limits = Limits { memory_bytes: 64 << 20, ..Limits::default() };
    Guest { name, wasm: fixture(name), level, limits, ends }
}

impl Guest {
    fn operations(mut self, operations: u64) -> Self {
        self.limits.operations = operations;
        self
    }

    fn seconds(mut self, seconds: u64) -> Self {
        self.limits.seconds = Some(seconds);
        self
    }

    fn memory(mut self, bytes: usize) -> Self {
        self.limits.memory_bytes = bytes;
        self
    }
}

fn guests() -> Vec<Guest> {
    use Level::{L0, L1, L2};
    let limited = |words| With(Code::LimitExceeded, words);
    let failed = |words| With(Code::GuestFailed, words);
    let largest = Guest { wasm: padded(limit::MODULE_BYTES), ..guest("lines.wat", L0, Well) };
    vec![
        guest("endless-loop.wat", L0, limited("longer than 3600 s")).seconds(3_600),
        guest("endless-loop.wat", L0, Cancelled),
        guest("memory-bomb.wat", L0, limited("memory would exceed")),
        guest("three-memories.wat", L0, limited("memory would exceed")),
        guest("table-bomb.wat", L0, limited("memory would exceed 1048576")).memory(1 << 20),
        guest("handle-bomb.wat", L2, failed("no free keys")),
        guest("stack-overflow.wat", L0, limited("its stack")),
        guest("log-flood.wat", L0, limited("100 calls")).operations(100),
        guest("endless-line.wat", L0, limited("20 calls")).operations(20),
        guest("bad-text.wat", L0, Well),
        guest("control-names.wat", L0, failed(r"\u{1b}[31m")),
        guest("huge-strings.wat", L1, failed("exit code 4")),
        guest("huge-strings-runbook.wat", L2, failed("fuel")),
        guest("lies.wat", L1, failed("exit code 9")),
        guest("slow-drip.wat", L1, limited("1000 calls")).operations(1_000),
        guest("slow-drip.wat", L1, limited("longer than 60 s")).seconds(60),
        guest("slow-drip.wat", L1, Cancelled),
        guest("free-calls.wat", L0, limited("longer than 60 s")).seconds(60),
        guest("free-calls.wat", L0, Cancelled),
        Guest { ends: failed("exit code 3"), ..largest },
    ]
}

/// The Wasm of a program, made so large by a section that nobody reads.
fn padded(bytes: usize) -> Vec<u8> {
    let mut wasm = fixture("lines.wat");
    let head = 1 + 5;
    let body = bytes - wasm.len() - head;
    wasm.push(0);
    let group = |shift: usize| u8::try_from(body >> shift & 0x7f).expect("seven bits");
    wasm.extend([0, 7, 14, 21].map(|shift| group(shift) | 0x80));
    wasm.push(group(28));
    // The section has a name without letters.
    wasm.resize(bytes, 0);
    wasm
}

/// One log for all jobs of a worker.
struct Share(Log, JobId);

#[async_trait::async_trait]
impl Journal for Share {
    fn append(&self, entry: &Entry) -> Result<(), Failure> {
        let broken = |error| Failure::new(Code::DiskFull, format!("{error}"));
        self.0.append(self.1, &entry.encode()).map_err(broken)
    }

    async fn sync(&self) -> Result<(), Failure> {
        self.0.sync().await.map_err(|error| Failure::new(Code::DiskFull, error.to_string()))
    }

    async fn read(&self) -> Result<Vec<Entry>, Failure> {
        let damaged = |error| Failure::new(Code::JournalDamaged, format!("{error}"));
        self.0.read(self.1).await.map_err(damaged)
    }
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn none_of_all_hostile_guests_harms_its_worker_another_job_or_the_log() {
    let folder = tempfile::tempdir().expect("a folder");
    let (log, _) = Log::open(folder.path()).expect("a log");
    let worker = Worker::new();
    let guests = guests();
    let mut running = JoinSet::new();
    for (number, guest) in guests.iter().enumerate() {
        let prepared = worker.sandbox.prepare(&guest.wasm, guest.level).await;
        let prepared = prepared.unwrap_or_else(|refused| panic!("{}: {refused}", guest.name));
        let job = match guest.ends {
            // Time stands still, so that nothing but the cancellation ends it.
            Cancelled => Job::on(Arc::new(StandingClock(NOON.parse().expect("a time")))),
            _ => Job::new(),
        };
        let job = Job { limits: guest.limits.clone(), ..job };
        let gate = job.gate_on(Arc::new(Share(log.clone(), id(number)))).expect("a gate");
        let (sandbox, cancelled) = (worker.sandbox.clone(), matches!(guest.ends, Cancelled));
        running.spawn(async move {
            let run = sandbox.run(&prepared, &gate);
            let cancel = async {
                // Its store holds the gate, too: the guest is there.
                while cancelled && Arc::strong_count(&gate) < 4 {
                    tokio::task::yield_now().await;
                }
                if cancelled {
                    gate.cancel().cancel(Failure::new(Code::Cancelled, "somebody asked for it"));
                }
            };
            let (outcome, ()) = tokio::join!(run, cancel);
            (number, outcome.expect("an outcome"))
        });
    }
    let good = Job::new().granted(&["power.reboot"]);
    let prepared = worker.prepare("changing-runbook.wat").await;
    let gate = good.gate_on(Arc::new(Share(log.clone(), id(guests.len())))).expect("a gate");
    let outcome = worker.sandbox.run(&prepared, &gate).await.expect("an outcome");
    assert_eq!(outcome, Outcome::Completed(Some(json!("done"))));

    while let Some(ended) = running.join_next().await {
        let (number, outcome) = ended.expect("no panic");
        let guest = &guests[number];
        check(guest, &outcome);
        let entries = entries(&log, number).await;
        assert_eq!(entries.last().map(|it| &it.body), Some(&Body::End(outcome)), "{}", guest.name);
    }
    let entries = entries(&log, guests.len()).await;
    let reboots = entries
        .iter()
        .filter(|it| matches!(&it.body, Body::Outcome { reply, .. } if *reply == Ok(rebooted())));
    assert_eq!(reboots.count(), 3, "the journal of the job that means well is whole");
    let next = worker.run("own-maximum.wat", &Job::new()).await;
    assert_eq!(next, Outcome::Completed(None), "the worker goes on");
}

fn id(number: usize) -> JobId {
    JobId::from_bytes([u8::try_from(number + 1).expect("few"); 16])
}

async fn entries(log: &Log, number: usize) -> Vec<Entry> {
    log.read(id(number)).await.expect("the log is sound")
}

/// It ended as it must, for a reason that a terminal may show.
fn check(guest: &Guest, outcome: &Outcome) {
    let name = guest.name;
    match (guest.ends, outcome) {
        (Well, Outcome::Completed(None)) | (Cancelled, Outcome::Stopped) => {}
        (With(code, words), Outcome::Failed(failure)) => {
            assert_eq!(failure.code, code, "{name}: {failure}");
            assert!(failure.message.contains(words), "{name}: {failure}");
            let odd = failure.message.chars().find(|&c| c != '\n' && obeyed(c));
            assert_eq!(odd, None, "{name}: {failure:?}");
        }
        _ => panic!("{name}: {outcome:?}"),
    }
}

#[tokio::test]
async fn text_that_is_none_is_made_text_and_nothing_of_it_is_lost() {
    let job = Job::new();
    assert_eq!(Worker::new().run("bad-text.wat", &job).await, Outcome::Completed(None));
    // How lines of stdout and stderr stand to each other is not told.
    let (mut said, errors): (Vec<_>, Vec<_>) =
        job.said().into_iter().partition(|line| line.starts_with("Output"));
    said.extend(errors);
    let lines = [
        "\u{fffd}\u{fffd}",
        "\u{fffd}\u{fffd}",
        "\u{fffd}\u{fffd}\u{fffd}",
        "is €",
        "\u{1b}]0;owned\u{7}",
        "\u{9b}2J\0\u{202e}txt.exe",
    ];
    let expected = ["Output", "Error"].map(|kind| lines.map(|line| format!("{kind}: {line}")));
    assert_eq!(said, expected.concat());
}

#[tokio::test]
async fn imports_that_nobody_provides_are_named_so_that_a_terminal_may_show_them() {
    let worker = Worker::new();
    for import in [r#""\1b]0;owned\07" "f""#, r#""env" "\c2\9b31m\e2\80\ae""#] {
        let text = format!(r#"(module (import {import} (func)) (func (export "_start")))"#);
        let wasm = wat::parse_str(text).expect("WAT");
        let refused = worker.sandbox.prepare(&wasm, Level::L0).await.err().expect("refused");
        assert_eq!(refused.code, Code::UnknownImports, "{refused}");
        assert!(!refused.message.chars().any(obeyed), "{refused:?}");
    }
}
