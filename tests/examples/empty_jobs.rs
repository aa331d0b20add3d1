//! Measures empty jobs from POST to Completed, through a running control plane and its sandbox.
//!
//! Start one (`cargo run -- serve`), then: `cargo run -p bindery-tests --example empty_jobs`. It
//! prints the round trip of one caller who asks until the job has ended, and the jobs per second that
//! sixteen callers who do not ask get through. Each job is durable.

use bindery_api::{
    jobs::{Job, NewJob},
    runbooks::{ImportRunbook, PublishRunbook},
};
use bindery_client::{Client, Config};
use bindery_core::account::DEFAULT;
use futures::{StreamExt as _, stream};
use std::{
    env, fs,
    io::{Write as _, stdout},
    path::Path,
    time::{Duration, Instant},
};

const ONE_BY_ONE: usize = 200;
const TOGETHER: usize = 2_000;
const CALLERS: usize = 16;

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let client = client()?;
    import(&client).await?;
    let mut times = vec![];
    for _ in 0..ONE_BY_ONE {
        times.push(job(&client).await?);
    }
    times.sort();
    let began = Instant::now();
    let jobs = stream::iter(0..TOGETHER).map(|_| start(&client)).buffer_unordered(CALLERS);
    let jobs = jobs.collect::<Vec<_>>().await.into_iter().collect::<Result<Vec<_>, _>>()?;
    let posted = began.elapsed();
    let mut look = tokio::time::interval(Duration::from_millis(5));
    for job in &jobs {
        while !client.job(DEFAULT, job).await?.ended() {
            look.tick().await;
        }
    }
    let rate = jobs.len() as f64 / began.elapsed().as_secs_f64();
    let taken = jobs.len() as f64 / posted.as_secs_f64();
    let at = |share: usize| times[times.len() * share / 100].as_secs_f64() * 1e3;
    writeln!(stdout(), "one caller:      p50 {:.2} ms, p95 {:.2} ms", at(50), at(95))?;
    writeln!(
        stdout(),
        "{CALLERS} callers:      {taken:.0} POSTs/s, {rate:.0} jobs/s to the last end"
    )?;
    Ok(())
}

fn client() -> Result<Client, Box<dyn std::error::Error>> {
    let home = env::var("BINDERY_HOME")?;
    let context: toml::Table =
        fs::read_to_string(Path::new(&home).join("context.toml"))?.parse()?;
    let text = |key: &str| context.get(key).and_then(|value| value.as_str()).map(str::to_owned);
    let ca_pem = text("ca").map(fs::read_to_string).transpose()?;
    let token = text("token").map(bindery_api::secret::Secret::new);
    Ok(Client::new(Config { url: text("url").ok_or("no address")?, token, ca_pem })?)
}

async fn import(client: &Client) -> Result<(), Box<dyn std::error::Error>> {
    let wasm = wat::parse_str("(module (func (export \"_start\")))")?;
    let import = ImportRunbook { name: Some("Empty".parse()?), replace: true };
    client.import_runbook(DEFAULT, &import, wasm.into()).await?;
    client.publish_runbook(DEFAULT, "Empty", &PublishRunbook::default()).await?;
    Ok(())
}

async fn start(client: &Client) -> Result<String, Box<dyn std::error::Error>> {
    let new = NewJob {
        runbook: "Empty".parse()?,
        parameters: Default::default(),
        placement: None,
        dry_run: false,
    };
    Ok(client.start_job(DEFAULT, &new).await?.id.to_string())
}

/// One job, from POST until its end is seen.
async fn job(client: &Client) -> Result<Duration, Box<dyn std::error::Error>> {
    let began = Instant::now();
    let id = start(client).await?;
    loop {
        let job = client.job(DEFAULT, &id).await?;
        if job.error.is_some() {
            return Err(format!("the job failed: {:?}", job.error).into());
        }
        if Job::ended(&job) {
            return Ok(began.elapsed());
        }
    }
}
