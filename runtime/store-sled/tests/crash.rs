//! What was acknowledged survives a process that is killed in the middle of its work.
//!
//! The test runs itself as a child that commits without end and writes each acknowledged id on its
//! standard output; the parent kills it and looks for the ids.

use bindery_store::{
    Stores,
    batch::{Batch, Expect},
    documents::{Collection, Range},
    log::Row,
};
use bindery_store_sled::open::SledStore;
use std::{
    io::{self, BufRead as _, BufReader, Write as _},
    path::Path,
    process::{Command, Stdio},
};

const TEST: &str = "every_acknowledged_write_survives_a_kill";
const FOLDER: &str = "BINDERY_CRASH_FOLDER";
const ROUND: &str = "BINDERY_CRASH_ROUND";
const STORM: Collection = Collection("storm");
const CALLERS: usize = 32;
const ACKNOWLEDGED: usize = 1_500;

#[test]
fn every_acknowledged_write_survives_a_kill() {
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    if let Ok(folder) = std::env::var(FOLDER) {
        return runtime.block_on(storm(Path::new(&folder)));
    }
    let folder = tempfile::tempdir().expect("a folder");
    for round in 0..3 {
        let acknowledged = kill_in_the_storm(folder.path(), round);
        assert!(acknowledged.len() >= ACKNOWLEDGED, "{}", acknowledged.len());
        runtime.block_on(look_for(&acknowledged, folder.path()));
    }
}

/// The child: many callers, small values and large ones, documents and rows.
async fn storm(folder: &Path) {
    let stores = SledStore::open(folder).expect("opens");
    let round = std::env::var(ROUND).expect("the round");
    let mut tasks = tokio::task::JoinSet::new();
    for caller in 0..CALLERS {
        tasks.spawn(write_for_ever(stores.clone(), format!("{round}-{caller}")));
    }
    tasks.join_all().await;
}

async fn write_for_ever(stores: Stores, caller: String) {
    for number in 0_u64.. {
        let id = format!("{caller}-{number}");
        let text = "x".repeat(if number % 50 == 49 { 200_000 } else { 300 });
        let indexes = vec![("caller", caller.clone())];
        let batch = Batch::new().put(STORM, &id, &text, Expect::Absent, indexes);
        stores.documents.commit(batch).await.expect("commit");
        let fields = vec![("caller".to_owned(), caller.clone())];
        let (partition, key) = (caller.clone(), id.clone());
        let time = jiff::Timestamp::UNIX_EPOCH;
        let row = Row { partition, key, time, fields, value: text.into() };
        stores.log.append("storm", vec![row]).await.expect("append");
        writeln!(io::stdout(), "ack {id}").expect("the parent reads");
    }
}

fn kill_in_the_storm(folder: &Path, round: u32) -> Vec<String> {
    let mut child = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", TEST, "--nocapture"])
        .env(FOLDER, folder)
        .env(ROUND, round.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .expect("starts");
    let lines = BufReader::new(child.stdout.take().expect("its output")).lines();
    let mut acknowledged = Vec::new();
    for line in lines.map_while(Result::ok) {
        if let Some(id) = line.strip_prefix("ack ") {
            acknowledged.push(id.to_owned());
        }
        if acknowledged.len() == ACKNOWLEDGED {
            // SIGKILL; what is still in the pipe was acknowledged, too.
            child.kill().expect("kill");
        }
    }
    child.wait().expect("ends");
    acknowledged
}

async fn look_for(acknowledged: &[String], folder: &Path) {
    let stores = SledStore::open(folder).expect("opens after a kill");
    for id in acknowledged {
        let (caller, _) = id.rsplit_once('-').expect("caller and number");
        let document = stores.documents.get(STORM, id).await.expect("get");
        assert_eq!(document.map(|document| document.revision), Some(1), "{id}");
        let row = stores.log.get("storm", caller, id).await.expect("get");
        assert!(row.is_some(), "row {id}");
        let range = Range::first(1).prefix(id);
        let page = stores.documents.find(STORM, "caller", caller, &range).await.expect("find");
        assert_eq!(page.documents.len(), 1, "index entry of {id}");
    }
}
