//! Measures durable commits per second with 1, 16 and 256 callers: `cargo run --example
//! commit_storm`.

use bindery_store::{
    Stores,
    batch::{Batch, Expect},
    documents::Collection,
};
use bindery_store_sled::open::SledStore;
use std::{
    io::{self, Write as _},
    time::{Duration, Instant},
};

const STORM: Collection = Collection("storm");
const TIME: Duration = Duration::from_secs(2);

#[tokio::main]
async fn main() -> io::Result<()> {
    writeln!(io::stdout(), "callers   commits/s   mean latency")?;
    for callers in [1, 16, 256] {
        let folder = tempfile::tempdir()?;
        let stores = SledStore::open(folder.path()).map_err(io::Error::other)?;
        let started = Instant::now();
        let mut tasks = tokio::task::JoinSet::new();
        for caller in 0..callers {
            tasks.spawn(commit_until(started + TIME, stores.clone(), caller));
        }
        let commits: u32 = tasks.join_all().await.into_iter().sum();
        let elapsed = started.elapsed();
        let rate = f64::from(commits) / elapsed.as_secs_f64();
        let latency = elapsed * callers / commits.max(1);
        writeln!(io::stdout(), "{callers:>7}   {rate:>9.0}   {latency:>12.2?}")?;
    }
    Ok(())
}

/// Commits documents of 512 bytes with one index entry, and gives their number.
async fn commit_until(end: Instant, stores: Stores, caller: u32) -> u32 {
    let value = "x".repeat(512);
    let mut commits = 0;
    while Instant::now() < end {
        let id = format!("{caller}-{commits}");
        let indexes = vec![("caller", caller.to_string())];
        let batch = Batch::new().put(STORM, id, &value, Expect::Absent, indexes);
        if stores.documents.commit(batch).await.is_err() {
            break;
        }
        commits += 1;
    }
    commits
}
