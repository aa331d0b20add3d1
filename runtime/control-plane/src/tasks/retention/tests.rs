//! Retention over stores that outlive their control plane, at times that the test chooses.

use super::*;
use crate::{
    documents::{child_key, job_indexes, machine_indexes, machine_key},
    intake::record_row,
    plane::Config,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use bindery_core::{
    job::Phase,
    record::{Record, UPDATE_RUN_PROGRESS},
    run::{MachineRun, RunStatus},
};
use bindery_journal::entry::Body;
use bindery_store::{
    Stores,
    batch::{CommitError, Committed},
    documents::{Document, Documents, Page},
    error::StoreError,
    log::Row,
};
use jiff::SignedDuration;
use parking_lot::Mutex;
use serde_json::{Value, json};
use std::sync::{
    Arc,
    atomic::{AtomicUsize, Ordering},
};

/// A time by its day.
fn day(day: i64) -> Timestamp {
    Timestamp::UNIX_EPOCH + SignedDuration::from_hours(20_000 * 24 + day * 24)
}

/// A control plane that can be dropped and opened again over what it left.
struct World {
    folder: tempfile::TempDir,
    stores: Stores,
    now: Arc<Mutex<Timestamp>>,
    plane: ControlPlane,
}

async fn open(
    folder: &tempfile::TempDir,
    stores: &Stores,
    now: &Arc<Mutex<Timestamp>>,
) -> ControlPlane {
    let now = Arc::clone(now);
    let config = Config {
        folder: folder.path().to_owned(),
        stores: stores.clone(),
        clock: Arc::new(move || *now.lock()),
        name: "test".into(),
        builtins: vec![],
        publishers: vec![],
        modules: vec![],
        replayer: None,
        fingerprint: None,
    };
    ControlPlane::open(config).await.expect("a control plane")
}

impl World {
    async fn build() -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let (stores, now) = (Stores::memory(), Arc::new(Mutex::new(day(0))));
        let plane = open(&folder, &stores, &now).await;
        Self { folder, stores, now, plane }
    }

    async fn look(&self, at: Timestamp) {
        *self.now.lock() = at;
        look(&self.plane, Retention::default()).await.expect("a look");
    }

    async fn store(&self, job: &Job) {
        let batch = Batch::new().put(JOBS, job.id.to_string(), job, Expect::Any, job_indexes(job));
        self.stores.documents.commit(batch).await.expect("stored");
    }

    async fn store_run(&self, run: &Run) {
        let batch = Batch::new().put(RUNS, run.id.to_string(), run, Expect::Any, vec![]);
        self.stores.documents.commit(batch).await.expect("stored");
    }

    /// A journal in which every third entry appends two rows.
    async fn write(&self, job: &Job, entries: u64) {
        for sequence in 0..entries {
            let body = match sequence % 3 {
                0 => appends(),
                _ => Body::Order("{}".into()),
            };
            let entry = Entry { sequence, time: job.created_at, body };
            let journal = Row {
                partition: job.id.to_string(),
                key: journal_key(sequence),
                time: entry.time,
                fields: vec![],
                value: BASE64_STANDARD.encode(entry.encode()).into(),
            };
            let appended = entry.appends().map_or(0, |(_, rows)| rows.len()) as u32;
            let rows = (0..appended).map(|index| {
                let record = record(Some(job.id), sequence, index, job.created_at);
                record_row(&record).expect("a row")
            });
            let batch = Batch::new()
                .append(JOURNAL, vec![journal])
                .append(UPDATE_RUN_PROGRESS, rows.collect());
            self.stores.documents.commit(batch).await.expect("stored");
        }
    }

    async fn store_children(&self, parent: JobId, children: u64) {
        for sequence in 0..children {
            let key = child_key(parent, sequence, 0);
            let batch = Batch::new().put(CHILDREN, key, &parent, Expect::Absent, vec![]);
            self.stores.documents.commit(batch).await.expect("stored");
        }
    }

    async fn store_machines(&self, run: RunId, machines: u8) {
        for number in 0..machines {
            let machine: MachineRun = serde_json::from_value(json!({
                "run": run, "computer": id(2, number.into()), "computerName": "c",
                "status": "Succeeded",
            }))
            .expect("a machine run");
            let key = machine_key(run, machine.computer);
            let indexes = machine_indexes(&machine);
            let batch = Batch::new().put(MACHINES, key, &machine, Expect::Absent, indexes);
            self.stores.documents.commit(batch).await.expect("stored");
        }
    }

    async fn ids(&self, collection: Collection) -> Vec<String> {
        let page = self.stores.documents.list(collection, &Range::first(9_999)).await;
        page.expect("a list").documents.into_iter().map(|document| document.id).collect()
    }

    async fn rows(&self, table: &str) -> Vec<Row> {
        self.stores.log.query(table, &Query::newest(9_999)).await.expect("rows").rows
    }

    /// How much there is in all, removals included.
    async fn left(&self) -> usize {
        let mut left = 0;
        for collection in [JOBS, RUNS, MACHINES, CHILDREN, SNAPSHOTS, REMOVALS] {
            left += self.ids(collection).await.len();
        }
        for table in [JOURNAL, UPDATE_RUN_PROGRESS, UPDATE_SUMMARY] {
            left += self.rows(table).await.len();
        }
        left
    }
}

/// An id of the given day; `number` tells those of one day apart.
fn id(on: i64, number: u32) -> String {
    let mut entropy = [0; 10];
    entropy[6..].copy_from_slice(&number.to_be_bytes());
    JobId::new(day(on), entropy).to_string()
}

fn appends() -> Body {
    let arguments = json!({ "table": UPDATE_RUN_PROGRESS, "rows": ["{}", "{}"] });
    Body::Operation { operation: "records.append".into(), arguments, reply: Ok(Value::Null) }
}

fn record(job: Option<JobId>, sequence: u64, index: u32, time: Timestamp) -> Record {
    let computer = Some(id(0, 7).parse().expect("an id"));
    let (table, row) = (UPDATE_SUMMARY.to_owned(), serde_json::Map::new());
    Record { table, time, job, sequence, index, computer, row }
}

fn job(on: i64, number: u32, phase: Value) -> Job {
    let ended = ["Completed", "Failed", "Stopped"].map(Value::from).contains(&phase["status"]);
    serde_json::from_value(json!({
        "id": id(on, number), "account": "A", "runbook": "R",
        "digest": bindery_core::digest::Digest::of(b""), "parameters": {}, "grants": [],
        "limits": {}, "placement": "sandbox", "trigger": "Manual", "startedBy": "x",
        "createdAt": day(on), "endedAt": ended.then_some(day(on)), "phase": phase, "epoch": 1,
        "shipped": 0,
    }))
    .expect("a job")
}

fn completed(on: i64, number: u32) -> Job {
    job(on, number, json!({ "status": "Completed", "result": null }))
}

fn running(on: i64, number: u32) -> Job {
    let lease = json!({ "worker": id(0, 9), "epoch": 1 });
    job(on, number, json!({ "status": "Running", "lease": lease }))
}

fn child(on: i64, number: u32, parent: &Job) -> Job {
    let of = json!({ "job": parent.id, "sequence": 1, "index": number });
    Job { parent: serde_json::from_value(of).expect("a parent"), ..completed(on, number) }
}

fn run(on: i64, number: u32, master: &Job, ended: Option<i64>) -> Run {
    serde_json::from_value(json!({
        "id": id(on, number), "name": "Night", "deployment": id(0, 8), "deploymentName": "Night",
        "account": "A", "masterJob": master.id, "status": RunStatus::Succeeded,
        "startedAt": day(on), "deadline": day(on), "endedAt": ended.map(day), "cancelledAt": null,
        "reason": null, "retryOf": null,
    }))
    .expect("a run")
}

#[test]
fn an_ended_job_waits_for_its_run_and_its_parent() {
    let (old, since) = (completed(0, 1), day(1));
    let stopped = job(0, 1, json!({ "status": "Stopped" }));
    let (open, ended) = (running(0, 2), completed(0, 2));
    let its_run = run(0, 3, &old, Some(0));
    let rows = [
        (&old, None, None, day(1), true),
        (&stopped, None, None, day(1), true),
        (&old, None, None, day(0), false),
        (&open, None, None, since, false),
        (&old, Some(&its_run), None, since, false),
        (&old, None, Some(&open), since, false),
        (&old, None, Some(&ended), since, true),
    ];
    for (number, (job, run, parent, since, over)) in rows.into_iter().enumerate() {
        assert_eq!(job_is_over(job, run, parent, since), over, "row {number}");
    }
    for (ended, over) in [(None, false), (Some(0), true), (Some(1), false)] {
        assert_eq!(run_is_over(&run(0, 3, &old, ended), since), over, "{ended:?}");
    }
}

#[tokio::test]
async fn a_job_is_kept_up_to_the_limit_and_goes_past_it_with_all_that_is_its() {
    let world = World::build().await;
    let (old, young) = (completed(0, 1), completed(1, 1));
    for job in [&old, &young] {
        world.store(job).await;
        world.write(job, 10).await;
        world.store_children(job.id, 2).await;
    }
    let limit = i64::from(limit::RETENTION_DAYS_DEFAULT);
    let all = world.left().await;
    world.look(day(limit)).await;
    assert_eq!(world.left().await, all);
    world.look(day(limit) + SignedDuration::from_nanos(1)).await;
    assert_eq!(world.left().await, all / 2);
    assert_eq!(world.ids(JOBS).await, [young.id.to_string()]);
    let whose = young.id.to_string();
    for table in [JOURNAL, UPDATE_RUN_PROGRESS] {
        assert!(world.rows(table).await.iter().all(|row| row.partition == whose), "{table}");
    }
}

#[tokio::test]
async fn what_is_open_is_kept_with_all_that_belongs_to_it_until_it_ends() {
    let world = World::build().await;
    let suspended = job(
        0,
        1,
        json!({ "status": "Suspended", "reason": { "code": "JobSuspended", "message": "x" } }),
    );
    let mut parent = running(0, 2);
    let children = [child(0, 3, &parent), child(0, 4, &suspended)];
    let mut master = completed(0, 5);
    let mut open_run = run(0, 6, &master, None);
    master.run = Some(open_run.id);
    let mut late = running(0, 7);
    let with_open_job = run(0, 8, &late, Some(0));
    late.run = Some(with_open_job.id);
    for job in children.iter().chain([&suspended, &parent, &master, &late]) {
        world.store(job).await;
        world.write(job, 3).await;
    }
    for run in [&open_run, &with_open_job] {
        world.store_run(run).await;
        world.store_machines(run.id, 2).await;
    }
    let all = world.left().await;
    world.look(day(365)).await;
    assert_eq!(world.left().await, all);

    open_run.ended_at = Some(day(365));
    world.store_run(&open_run).await;
    for open in [&mut late, &mut parent] {
        open.phase = Phase::Stopped;
        open.ended_at = Some(day(365));
        world.store(open).await;
    }
    world.look(day(366)).await;
    let kept = [&suspended, &parent, &children[1], &master, &late].map(|job| job.id.to_string());
    assert_eq!(world.ids(JOBS).await, kept, "its parent has ended");
    assert_eq!(world.ids(RUNS).await.len(), 2);
    world.look(day(396)).await;
    assert_eq!(world.ids(JOBS).await, [&suspended, &children[1]].map(|job| job.id.to_string()));
    assert_eq!((world.ids(RUNS).await, world.ids(MACHINES).await), (vec![], vec![]));
}

#[tokio::test]
async fn reports_of_agents_go_by_their_time_and_rows_of_jobs_stay() {
    let world = World::build().await;
    let open = running(0, 1);
    world.store(&open).await;
    let rows = |job, days: std::ops::Range<i64>| {
        let one = |on| record_row(&record(job, on as u64, 0, day(on))).expect("a row");
        days.map(one).collect::<Vec<_>>()
    };
    let log = &world.stores.log;
    log.append(UPDATE_SUMMARY, rows(Some(open.id), 0..5)).await.expect("appended");
    log.append(UPDATE_SUMMARY, rows(None, 0..500)).await.expect("appended");
    world.look(day(480)).await;
    let left = world.rows(UPDATE_SUMMARY).await;
    let of_job = left.iter().filter(|row| row.partition == open.id.to_string()).count();
    assert_eq!((left.len(), of_job), (50 + 5, 5));
    assert_eq!(left[49].time, day(450), "the oldest report is as old as may be");
}

/// Documents of a control plane that dies after so many commits.
struct Dying {
    documents: Arc<dyn Documents>,
    commits: AtomicUsize,
}

#[async_trait::async_trait]
impl Documents for Dying {
    async fn get(&self, collection: Collection, id: &str) -> Result<Option<Document>, StoreError> {
        self.documents.get(collection, id).await
    }

    async fn list(&self, collection: Collection, range: &Range) -> Result<Page, StoreError> {
        self.documents.list(collection, range).await
    }

    async fn find(
        &self,
        collection: Collection,
        index: &str,
        value: &str,
        range: &Range,
    ) -> Result<Page, StoreError> {
        self.documents.find(collection, index, value, range).await
    }

    async fn commit(&self, batch: Batch) -> Result<Committed, CommitError> {
        let left = |left: usize| left.checked_sub(1);
        match self.commits.fetch_update(Ordering::Relaxed, Ordering::Relaxed, left) {
            Ok(_) => self.documents.commit(batch).await,
            Err(_) => Err(StoreError::Closed.into()),
        }
    }
}

#[tokio::test]
async fn a_crash_between_any_two_batches_leaves_nothing_behind() {
    let batch = limit::RETENTION_BATCH as u64;
    let mut died = 0;
    loop {
        let world = World::build().await;
        let mut master = completed(0, 1);
        let run = run(0, 2, &master, Some(0));
        master.run = Some(run.id);
        master.parameters = json!({ "ComputerIDList": format!("snapshot:{}", id(0, 3)) });
        let list = Batch::new().put(SNAPSHOTS, id(0, 3), &"list", Expect::Absent, vec![]);
        world.stores.documents.commit(list).await.expect("stored");
        world.store(&master).await;
        world.store_run(&run).await;
        world.store_machines(run.id, u8::MAX).await;
        world.store_children(master.id, batch + 1).await;
        world.write(&master, 2 * batch).await;
        *world.now.lock() = day(31);

        let commits = AtomicUsize::new(died);
        let documents = Arc::clone(&world.stores.documents);
        let dying =
            Stores { documents: Arc::new(Dying { documents, commits }), ..world.stores.clone() };
        let plane = open(&world.folder, &dying, &world.now).await;
        drop(look(&plane, Retention::default()).await);
        drop(plane);
        let done = world.left().await == 0;
        let named = [world.ids(JOBS).await, world.ids(REMOVALS).await].concat().join(" ");
        for row in [world.rows(JOURNAL).await, world.rows(UPDATE_RUN_PROGRESS).await].concat() {
            assert!(named.contains(&row.partition), "an orphan after {died} commits");
        }

        let plane = open(&world.folder, &world.stores, &world.now).await;
        look(&plane, Retention::default()).await.expect("a look");
        assert_eq!(world.left().await, 0, "after {died} commits");
        if done {
            break;
        }
        died += 1;
    }
    assert!(died > 8, "{died} commits are too few for what there was");
}

#[tokio::test]
async fn a_year_of_windows_leaves_a_month_of_them() {
    let world = World::build().await;
    for today in 0..365_i64 {
        let mut master = completed(today, 1);
        let run = run(today, 2, &master, Some(today));
        master.run = Some(run.id);
        let child = Job { run: Some(run.id), ..child(today, 3, &master) };
        for job in [&master, &child] {
            world.store(job).await;
            world.write(job, 4).await;
        }
        world.store_run(&run).await;
        world.store_machines(run.id, 1).await;
        for hour in [0, 6, 12, 18] {
            world.look(day(today) + SignedDuration::from_hours(hour)).await;
        }
        let kept = today.min(limit::RETENTION_DAYS_DEFAULT.into()) + i64::from(today < 30);
        assert_eq!(world.ids(RUNS).await.len() as i64, kept, "day {today}");
        assert_eq!(world.ids(JOBS).await.len() as i64, 2 * kept, "day {today}");
    }
    world.look(day(365 + 30)).await;
    assert_eq!(world.left().await, 0);
}

#[tokio::test]
async fn the_task_looks_as_soon_as_it_starts() {
    let world = World::build().await;
    world.store(&completed(0, 1)).await;
    *world.now.lock() = day(31);
    let task = super::run(world.plane.clone(), Retention::default());
    let gone = async {
        while world.left().await > 0 {
            tokio::task::yield_now().await;
        }
    };
    let limit = std::time::Duration::from_secs(20);
    tokio::select! {
        () = task => panic!("it never ends"),
        gone = tokio::time::timeout(limit, gone) => gone.expect("the job is still there"),
    }
}
