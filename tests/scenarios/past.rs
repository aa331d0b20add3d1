//! What was, and what would be: replays of jobs, and dry runs. Neither changes anything.

use crate::support::{ACCOUNT, PATIENCE, Site, deploy, ended, reported};
use bindery_api::{
    computers::ListComputers,
    deployments::{NewDeployment, Targets},
    jobs::{Job, ListJobs, NewJob},
    journal::{ReplayEnd, ReplayJob},
    log::SearchLog,
    runbooks::{ImportRunbook, PublishRunbook},
    runs::ListRuns,
};
use bindery_capability_updates::scratch::Package;
use bindery_client::Client;
use bindery_core::{
    code::Code,
    job::{JobStatus, Outcome, Placement},
    schedule::Schedule,
};
use bindery_testkit::wait::wait_for;
use serde_json::json;
use std::fs;

/// A site with one simulated computer that a deployment has patched.
async fn patched() -> (Site, Client, Vec<Job>) {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    let further =
        ["--provider", "simulated", "--simulated", "linux", "--seed", "5", "--updates", "3"];
    site.start_agent(&client, "sim", &further).await;
    reported(&client, 1).await;
    let run = deploy(&client, "Past", json!({ "rebootSetting": "Never" })).await;
    ended(&client, &run).await;
    let jobs = client.list_jobs(ACCOUNT, &ListJobs::default()).await.expect("jobs").items;
    (site, client, jobs)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_jobs_of_a_computer_are_replayed_elsewhere_to_the_same_end_without_an_effect() {
    let (mut site, client, jobs) = patched().await;
    assert_eq!(jobs.len(), 2);
    // Nobody is there who could do anything.
    site.kill_agent("sim");
    for job in &jobs {
        let id = job.id.to_string();
        let how = ReplayJob::default();
        let replay = client.replay_job(ACCOUNT, &id, &how, None).await.expect("a replay");
        assert_eq!((replay.end, replay.counterfactual), (ReplayEnd::Ended, false), "{replay:?}");
        assert_eq!(replay.outcome, Some(Outcome::Completed(job.result.clone())));
        let shown = site.run(&format!("job replay {id}"));
        assert_eq!(shown.code, Some(0), "{}", shown.stderr);
        assert!(shown.stdout.contains("to its end, as the job did"), "{}", shown.stdout);
    }
    let wasm = wat::parse_str(r#"(module (memory (export "memory") 1) (func (export "_start")))"#);
    fs::write(site.path("other.wasm"), wasm.expect("a module")).expect("written");
    let other = site.run(&format!("job replay {} --with SITE/other.wasm", jobs[0].id));
    assert_eq!(other.code, Some(1), "{}", other.stdout);
    assert!(other.stdout.contains("The journal has:"), "{}", other.stdout);
    let broken = site.path("broken.wasm");
    fs::write(&broken, b"\0asm").expect("written");
    let refused = site.run(&format!("job replay {} --with SITE/broken.wasm", jobs[0].id));
    assert!(refused.stderr.contains("WebAssembly"), "{}", refused.stderr);
    let computers = client.list_computers(&ListComputers::default()).await.expect("computers");
    assert_eq!(computers.items.len(), 1);
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_reads_for_real_and_lists_what_it_would_change() {
    let (site, client, _) = patched().await;
    let file = fs::read_to_string("../../tests/fixtures/reboot-runbook.wat").expect("a fixture");
    let import = ImportRunbook { name: Some("Reboots".parse().expect("a name")), replace: false };
    let wasm = wat::parse_str(file).expect("a module");
    client.import_runbook(ACCOUNT, &import, wasm.into()).await.expect("imported");
    let grants = vec!["power.reboot".parse().expect("a grant")];
    client
        .publish_runbook(ACCOUNT, "Reboots", &PublishRunbook { grants })
        .await
        .expect("published");
    let computers = client.list_computers(&ListComputers::default()).await.expect("computers");
    let computer = &computers.items[0];
    let new = NewJob {
        runbook: "Reboots".parse().expect("a name"),
        parameters: Default::default(),
        placement: Some(Placement::Computer(computer.id)),
        dry_run: true,
    };
    let job = completed(&client, &new).await;
    let changes: Vec<_> = job.changes.iter().map(|change| change.operation.as_str()).collect();
    assert_eq!(changes, ["power.reboot"]);
    assert_eq!(job.changes[0].arguments["reason"], "new kernel");
    let rebooted = client.list_journal(ACCOUNT, &job.id.to_string(), &Default::default()).await;
    let result = rebooted.expect("journal").items.into_iter().find_map(|entry| entry.result);
    let result = result.expect("what the reboot answered");
    assert_eq!(result["bootBefore"], result["bootAfter"], "the computer is in its old boot");
    let shown = site.run(&format!("job show {}", job.id));
    assert!(shown.stdout.contains("The dry run changed nothing."), "{}", shown.stdout);

    let sealed = NewJob {
        runbook: "Patch-MicrosoftOMSComputer".parse().expect("a name"),
        parameters: Default::default(),
        ..new
    };
    let real = NewJob { dry_run: false, ..sealed.clone() };
    let refused = client.start_job(ACCOUNT, &real).await.expect_err("its seal forbids it");
    assert_eq!(refused.code(), Code::RunbookSealed);
    let asked = client.start_job(ACCOUNT, &sealed).await.expect_err("it lacks its parameters");
    assert_eq!(asked.code(), Code::InvalidParameters, "the seal allows a dry run");
}

async fn completed(client: &Client, new: &NewJob) -> Job {
    let id = client.start_job(ACCOUNT, new).await.expect("a job").id.to_string();
    wait_for("the job to end", PATIENCE, async || {
        let job = client.job(ACCOUNT, &id).await.map_err(|error| error.to_string())?;
        match job.status {
            JobStatus::Completed => Ok(job),
            status => Err(format!("{status:?} {:?}", job.error)),
        }
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dry_run_of_a_deployment_becomes_the_real_run_of_exactly_its_list() {
    let mut site = Site::new();
    let packages = [
        Package::new("alpha", "1.0", "2.0").security(),
        Package::new("beta", "1.0", "2.0").security().depends("helper"),
        Package::new("gamma", "1.0", "2.0"),
        Package::only_in_repository("helper", "1.0"),
    ];
    let (world, root) = site.apt("dry", &packages);
    let client = site.start_control_plane().await;
    site.start_agent(&client, "debian", &["--provider", "apt", "--root", &root]).await;
    reported(&client, 1).await;
    let options = json!({ "rebootSetting": "Never", "include": ["gamma"] });
    ended(&client, &deploy(&client, "Onboard", options).await).await;
    let versions = || world.installed().expect("dpkg answers");
    let before = versions();
    assert_eq!((before["gamma"].as_str(), before["alpha"].as_str()), ("2.0", "1.0"));

    let options = json!({ "rebootSetting": "Never", "classifications": ["Security"] });
    let create = NewDeployment {
        name: "Monthly".parse().expect("a name"),
        account: None,
        schedule: Schedule::Once { at: "2099-01-01T00:00:00Z".parse().expect("a time") },
        duration_minutes: Some(60),
        targets: Targets { all: true, computers: vec![] },
        options: options.as_object().cloned().expect("an object"),
    };
    client.create_deployment(&create).await.expect("a deployment");
    let dry = site.run("deployment run Monthly --dry-run --watch");
    assert_eq!(dry.code, Some(0), "{}", dry.stderr);
    assert_eq!(versions(), before, "nothing was changed");
    let which = ListRuns { deployment: Some("Monthly".into()), ..ListRuns::default() };
    let runs = client.list_runs(&which).await.expect("runs").items;
    let run = &runs[0];
    assert!(run.dry_run);
    let shown = site.run(&format!("run show {}", run.id));
    assert!(
        shown.stdout.contains("alpha:all=2.0") && !shown.stdout.contains("gamma:"),
        "{shown:?}"
    );
    let log = client.search_log("UpdateRunProgress", &by_run(&run.name)).await.expect("rows");
    assert!(log.items.is_empty(), "a dry run writes no rows: {:?}", log.items);

    let applied = site.run(&format!("run apply {} --watch", run.id));
    assert_eq!(applied.code, Some(0), "{}\n{}", applied.stderr, site.logs());
    let after = versions();
    for (package, version) in [("alpha", "2.0"), ("beta", "2.0"), ("helper", "1.0")] {
        assert_eq!(after.get(package).map(String::as_str), Some(version));
    }
    let found = site.run("log search --package helper");
    assert!(found.stdout.contains("Succeeded"), "what an update brings along: {found:?}");
    let found = site.run("log search --package alpha --status Succeeded");
    assert!(found.stdout.contains("alpha"), "{found:?}");
}

fn by_run(name: &str) -> SearchLog {
    SearchLog { run: Some(name.to_owned()), ..SearchLog::default() }
}
