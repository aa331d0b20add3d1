//! The agent goes while a program runs: what the next one finds out.

use crate::agent::{Lines, agent, folder, key, request, waiting};
use bindery_capability_process::{
    programs::{Programs as _, Settled},
    real::Real,
};
use std::{fs, path::Path, sync::Arc, time::Duration};
use tokio::sync::Notify;

/// Starts the waiting program with an agent that goes once its first line was told.
async fn started_by_an_agent_that_went(folder: &Path) {
    let (ready, asked) = (Arc::new(Notify::new()), waiting(&folder.join("gate")));
    let agent = agent(folder);
    let said = ready.clone();
    let line = move |_: &str| said.notify_one();
    tokio::select! {
        ended = agent.run(&asked, key(1), &line) => panic!("it ended: {ended:?}"),
        () = ready.notified() => {}
    }
}

#[tokio::test]
async fn a_program_goes_on_without_the_agent_and_its_end_is_found() {
    let folder = folder();
    started_by_an_agent_that_went(folder.path()).await;
    let gate = folder.path().join("gate");
    fs::write(&gate, "").expect("opened");
    let settled = agent(folder.path()).settle(&waiting(&gate), key(1)).await;
    let Settled::Ended(Ok(finished)) = settled else { panic!("{settled:?}") };
    assert_eq!((finished.code, finished.stdout.as_str()), (Some(0), "ready\ndone\n"));
    let again = agent(folder.path()).settle(&waiting(&gate), key(1)).await;
    assert!(matches!(again, Settled::Ended(Ok(same)) if same == finished));
}

#[tokio::test]
async fn the_next_agent_waits_for_a_program_that_still_runs_and_follows_it_once() {
    let folder = folder();
    started_by_an_agent_that_went(folder.path()).await;
    let (gate, lines) = (folder.path().join("gate"), Lines::default());
    let (line, asked) = (|line: &str| lines.add(line), waiting(&gate));
    let agent = agent(folder.path());
    let mut run = std::pin::pin!(agent.run(&asked, key(1), &line));
    let soon = tokio::time::timeout(Duration::from_millis(200), &mut run).await;
    assert!(soon.is_err(), "the program waits for its gate");
    fs::write(&gate, "").expect("opened");
    assert_eq!(run.await.expect("ran").stdout, "ready\ndone\n", "it was started once");
}

#[tokio::test]
async fn a_program_whose_runner_was_killed_is_unknown() {
    let folder = folder();
    started_by_an_agent_that_went(folder.path()).await;
    let claim = folder.path().join("processes").join(key(1).to_string()).join("claim.json");
    let claim: serde_json::Value =
        serde_json::from_slice(&fs::read(claim).expect("a claim")).expect("JSON");
    let (gate, other) = (folder.path().join("gate"), crate::agent::folder());
    let kill = request("kill", &["-9", &claim["pid"].to_string()]);
    agent(other.path()).run(&kill, key(2), &|_| ()).await.expect("killed");
    let settled = agent(folder.path()).settle(&waiting(&gate), key(1)).await;
    let Settled::Unknown(reason) = settled else { panic!("{settled:?}") };
    assert!(reason.starts_with("`sh` was started"), "{reason}");
    fs::write(&gate, "").expect("opened");
}

#[tokio::test]
async fn what_was_never_started_is_not_begun_and_can_be() {
    let folder = folder();
    let (asked, agent) = (request("true", &[]), agent(folder.path()));
    assert!(matches!(agent.settle(&asked, key(1)).await, Settled::NotBegun));
    let lame = Real { runner: "/no/such/runner".into(), ..self::agent(folder.path()) };
    let failure = lame.run(&asked, key(1), &|_| ()).await.expect_err("no runner");
    assert!(failure.message.contains("/no/such/runner"), "{failure}");
    assert!(matches!(agent.settle(&asked, key(1)).await, Settled::NotBegun));
    assert_eq!(agent.run(&asked, key(1), &|_| ()).await.expect("ran").code, Some(0));
}
