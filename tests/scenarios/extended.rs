//! The extended profile: an agent that runs the executable with garbage collection and exceptions,
//! beside one that does not, at a control plane of the standard build.

use crate::support::{BINDERY, Outcome, PATIENCE, Site, reported};
use bindery_testkit::wait::wait_for;
use std::{
    env, fs,
    io::{self, Write as _},
    path::{Path, PathBuf},
    process::Command,
};

/// The executable, if it was built; else it is said that the test is skipped.
fn program() -> Option<PathBuf> {
    let program = Path::new(BINDERY).with_file_name("bindery-extended");
    if program.is_file() {
        return Some(program);
    }
    let text =
        format!("extended: skipped: no `{}`; `cargo xtask extended` builds it", program.display());
    assert!(env::var_os("BINDERY_TEST_EXTENDED").is_none_or(|it| it != "required"), "{text}");
    // Past the capture of the test's output: whoever reads the run sees what did not run.
    writeln!(io::stderr(), "{text}").expect("stderr");
    None
}

/// A runbook of this name and fixture, with 64 MiB for a job of it.
fn runbook(site: &Site, name: &str, fixture: &str) {
    let wasm = wat::parse_str(fixture).expect("a module");
    fs::write(site.path(&format!("{name}.wasm")), wasm).expect("written");
    let manifest =
        format!("name = '{name}'\nversion = '1'\ngrants = []\n[limits]\nmemoryBytes = 67108864\n");
    fs::write(site.path(&format!("{name}.toml")), manifest).expect("written");
}

fn import(name: &str) -> String {
    format!("runbook import SITE/{name}.wasm --manifest SITE/{name}.toml")
}

fn said(outcome: &Outcome, code: i32, words: &[&str]) {
    let all = outcome.stdout.clone() + &outcome.stderr;
    assert_eq!(outcome.code, Some(code), "{outcome:?}");
    for words in words {
        assert!(all.contains(words), "{words}: {outcome:?}");
    }
}

const RUNBOOKS: [(&str, &str); 4] = [
    ("Catches", include_str!("../fixtures/exceptions.wat")),
    ("Throws", include_str!("../fixtures/uncaught.wat")),
    ("Rounds", include_str!("../fixtures/gc-rounds.wat")),
    ("Bomb", include_str!("../fixtures/gc-bomb.wat")),
];

#[tokio::test(flavor = "multi_thread")]
async fn what_needs_more_than_every_engine_has_runs_where_it_is_there() {
    let Some(program) = program() else { return };
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    site.start_agent(&client, "plain", &["--simulated", "linux"]).await;
    site.start_agent_of(&program, &client, "wide", &["--simulated", "linux"]).await;
    reported(&client, 2).await;
    RUNBOOKS.iter().for_each(|(name, fixture)| runbook(&site, name, fixture));
    said(&site.run("account create Automation"), 0, &["Profile:", "standard"]);
    for name in ["plain", "wide"] {
        said(&site.run(&format!("group add {name}-group {name}")), 0, &[name]);
    }

    let refused = site.run(&import("Catches"));
    said(&refused, 3, &["needs exceptions", "account change NAME --profile extended"]);
    said(&site.run("account change Automation --profile extended"), 0, &["extended"]);
    for (name, needs) in [
        ("Catches", "the extended profile (exceptions)"),
        ("Throws", "the extended profile (exceptions)"),
        ("Rounds", "the extended profile (garbage collection by the engine)"),
        ("Bomb", "the extended profile (garbage collection by the engine)"),
    ] {
        said(&site.run(&import(name)), 0, &[needs]);
        said(&site.run(&format!("runbook publish {name}")), 0, &[needs]);
    }

    let job = |name: &str, place: &str| site.run(&format!("job start {name} --watch {place}"));
    for place in ["", "--group plain-group"] {
        said(&job("Catches", place), 5, &["has the extended profile, which the runbook needs"]);
    }
    said(&job("Catches", "--group wide-group"), 0, &["Completed"]);
    said(&job("Throws", "--group wide-group"), 1, &["threw an exception that nobody caught"]);
    said(&job("Bomb", "--group wide-group"), 1, &["the job's memory would exceed 67108864 bytes"]);
    said(&job("Rounds", "--group wide-group"), 0, &["round", "Completed"]);
    let listed = site.run("worker list").stdout;
    let line = |name: &str| listed.lines().find(|line| line.starts_with(name)).unwrap_or_default();
    assert!(line("wide").contains("extended") && line("plain").contains("standard"), "{listed}");

    // An agent whose program was changed has what that program has, and compiles for it anew.
    site.kill_agent("plain");
    site.restart_agent_as(&program, "plain");
    wait_for("the agent to come back with more", PATIENCE, async || {
        let ended = site.run("job start Catches --watch --group plain-group");
        if ended.code == Some(0) { Ok(()) } else { Err(format!("{ended:?}")) }
    })
    .await;
    let compiled = fs::read_dir(site.path("plain").join("compiled")).expect("a cache").flatten();
    let engines = compiled.filter(|entry| entry.path().is_dir()).count();
    assert_eq!(engines, 2, "each engine keeps what it compiled by itself");
}

#[test]
fn a_test_of_a_runbook_needs_the_program_of_its_profile() {
    let Some(program) = program() else { return };
    let site = Site::new();
    RUNBOOKS.iter().for_each(|(name, fixture)| runbook(&site, name, fixture));
    // The worker dies in the second sleep, and another goes on from the journal: the list of the first
    // round is made again.
    let script = "[[fault]]\noperation = 'clock.sleep'\nnth = 2\ncrash = 'during'\n\
                  [expect]\nsaid = ['round']\n";
    fs::write(site.path("script.toml"), script).expect("written");
    let line =
        "runbook test SITE/Rounds.wasm --manifest SITE/Rounds.toml --script SITE/script.toml";
    said(&site.run(line), 2, &["needs garbage collection by the engine", "--features extended"]);
    let folder = site.path("").display().to_string();
    let words = line.split_whitespace().map(|word| word.replace("SITE/", &folder));
    let output = Command::new(&program)
        .args(words)
        .env("BINDERY_HOME", site.path(""))
        .output()
        .expect("it runs");
    let told = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{told}{}", String::from_utf8_lossy(&output.stderr));
    assert_eq!(told.matches("Output: round").count().min(3), 3, "{told}");
    let version = Command::new(&program).arg("--version").output().expect("it runs").stdout;
    assert!(String::from_utf8_lossy(&version).contains("(extended profile)"));
}
