//! Every command against a live control plane and a simulated computer: exit codes, JSON for
//! programs, and words for people.

mod kept;

use crate::support::{Outcome, Site, reported};
use bindery_cli::Command;
use bindery_core::text::obeyed;
use clap::Subcommand as _;
use serde_json::{Value, json};
use std::{cell::RefCell, collections::BTreeSet, fs};

const NOBODY: &str = "01990000-0000-7000-8000-000000000001";

/// The command line, and which commands were run.
struct Cli<'a> {
    site: &'a Site,
    ran: RefCell<BTreeSet<String>>,
}

impl Cli<'_> {
    fn run(&self, line: &str) -> Outcome {
        let path: Vec<_> = line.split_whitespace().take(2).collect();
        self.ran.borrow_mut().insert(path.join(" "));
        self.harmless(line, self.site.run(line))
    }

    /// It reads `stdin`, ends well, and tells people `words`.
    fn feeds(&self, line: &str, stdin: &str, words: &str) {
        let path: Vec<_> = line.split_whitespace().take(2).collect();
        self.ran.borrow_mut().insert(path.join(" "));
        let outcome = self.harmless(line, self.site.run_with(line, stdin));
        assert_eq!(outcome.code, Some(0), "{line}: {outcome:?}");
        assert!(outcome.stdout.contains(words), "{line}: {words}: {outcome:?}");
    }

    fn harmless(&self, line: &str, outcome: Outcome) -> Outcome {
        // An export is the file itself; it goes to no terminal.
        if !line.starts_with("runbook export") {
            let all = outcome.stdout.chars().chain(outcome.stderr.chars());
            let odd = all.filter(|c| !matches!(c, '\n' | '\t')).find(|&c| obeyed(c));
            assert_eq!(odd, None, "{line}: {outcome:?}");
        }
        outcome
    }

    /// It ends well and tells people `words`.
    fn says(&self, line: &str, words: &str) {
        let outcome = self.run(line);
        assert_eq!(outcome.code, Some(0), "{line}: {outcome:?}");
        let all = outcome.stdout.clone() + &outcome.stderr;
        assert!(all.contains(words), "{line}: {words}: {outcome:?}");
    }

    /// It ends well and prints JSON.
    fn json(&self, line: &str) -> Value {
        let outcome = self.run(&format!("{line} --output json"));
        assert_eq!(outcome.code, Some(0), "{line}: {outcome:?}");
        serde_json::from_str(&outcome.stdout).unwrap_or_else(|error| panic!("{line}: {error}"))
    }

    /// Something that only reads, asked for in both forms.
    fn shows(&self, line: &str, words: &str) -> Value {
        self.says(line, words);
        self.json(line)
    }

    /// It prints a line of JSON for each event; the last one.
    fn follows(&self, line: &str) -> Value {
        let outcome = self.run(&format!("{line} --output json"));
        assert_eq!(outcome.code, Some(0), "{line}: {outcome:?}");
        let events = outcome.stdout.lines().map(serde_json::from_str);
        let events: Result<Vec<Value>, _> = events.collect();
        events.expect("JSON").pop().expect("an event")
    }

    /// It ends with this code, says why with `words`, and prints no data.
    fn refuses(&self, line: &str, code: i32, words: &str) {
        let outcome = self.run(line);
        assert_eq!((outcome.code, &*outcome.stdout), (Some(code), ""), "{line}: {outcome:?}");
        assert!(outcome.stderr.starts_with("error: "), "{line}: {outcome:?}");
        assert!(outcome.stderr.contains(words), "{line}: {words}: {outcome:?}");
    }
}

/// The commands below `command`, as people type them.
fn leaves(command: &clap::Command, path: &str, found: &mut BTreeSet<String>) {
    for inner in command.get_subcommands() {
        let path = format!("{path} {}", inner.get_name()).trim().to_owned();
        match inner.has_subcommands() {
            true => leaves(inner, &path, found),
            false => drop(found.insert(path)),
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_command_does_what_it_says_for_people_and_for_programs() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    site.start_agent(&client, "sim", &["--simulated", "linux", "--updates", "2"]).await;
    reported(&client, 1).await;
    let wasm = wat::parse_str(include_str!("../fixtures/echo.wat")).expect("a module");
    fs::write(site.path("echo.wasm"), wasm).expect("written");
    let cli = Cli { site: &site, ran: RefCell::default() };
    seals(&cli);
    runbooks(&cli);
    jobs(&cli);
    hostile(&cli);
    computers(&cli);
    let run = deployments(&cli);
    runs(&cli, &run);
    accounts(&cli);
    kept::assets(&cli);
    kept::modules(&cli);
    tokens(&cli);
    strays(&cli);
    let mut all = BTreeSet::new();
    leaves(&Command::augment_subcommands(clap::Command::new("bindery")), "", &mut all);
    let ran = cli.ran.borrow();
    let missed: Vec<_> = all.iter().filter(|path| !ran.contains(*path)).collect();
    // `completions bash` is a command and its argument.
    assert_eq!(missed, ["completions"], "commands that this test does not run");
}

#[test]
fn the_exit_code_stays_what_it_is_where_nobody_reads_stderr() {
    let site = Site::new();
    let broken = || {
        let (reader, writer) = std::io::pipe().expect("a pipe");
        drop(reader);
        writer
    };
    for (line, code) in
        [("store recover --data SITE/none", 4), ("account list", 2), ("seal keygen SITE/key", 0)]
    {
        assert_eq!(site.run_into(line, broken()).code, Some(code), "{line}");
    }
}

fn seals(cli: &Cli<'_>) {
    let made = cli.json("seal keygen SITE/key");
    let key = made["publicKey"].as_str().expect("a public key");
    cli.refuses("seal keygen SITE/key", 2, "never overwritten");
    cli.says(&format!("trust add Acme {key}"), "Acme");
    cli.refuses(&format!("trust add Acme {key}"), 1, "already");
    cli.shows("trust list", "Acme");
    let sign = "seal sign SITE/echo.wasm --key SITE/key --publisher Acme --name Sealed \
                --runbook-version 1 --allow replay";
    cli.says(sign, "Allowed verbs:   replay");
    let seal = cli.shows(&format!("seal verify SITE/echo.bundle --public-key {key}"), "Acme");
    let claims = cli.shows("seal show SITE/echo.bundle", "nothing of this was checked");
    assert_eq!(claims["predicate"], seal);
    cli.says("runbook import SITE/echo.bundle", "Name:            Sealed");
    cli.says("runbook show Sealed", "Sealed by:       Acme");
    cli.refuses("runbook export Sealed --draft", 3, "the seal of `Sealed` by Acme");
    cli.says("runbook publish Sealed", "Sealed by:       Acme");
}

fn runbooks(cli: &Cli<'_>) {
    cli.says("runbook import SITE/echo.wasm --name Echo", "New");
    cli.refuses("runbook import SITE/echo.wasm --name Echo", 1, "hint: ");
    cli.refuses("runbook import SITE/key --name Key", 2, "not a Wasm module");
    assert_eq!(cli.json("runbook publish Echo")["state"], "Published");
    cli.shows("runbook list", "Echo");
    cli.shows("runbook show Echo", "can: nothing");
    cli.says("runbook export Echo", "asm");
    let exported = cli.json("runbook export Echo --to SITE/out.wasm");
    let (out, wasm) = (cli.site.path("out.wasm"), cli.site.path("echo.wasm"));
    assert_eq!(fs::read(out).expect("a file"), fs::read(wasm).expect("a file"));
    assert_eq!(exported["runbook"], "Echo");
    let manifest = "name = \"Spare\"\ndescription = \"d\"\nversion = \"7\"\ngrants = []\n";
    fs::write(cli.site.path("runbook.toml"), manifest).expect("written");
    cli.refuses("runbook import SITE/echo.wasm", 2, "--manifest");
    let spare = "runbook import SITE/echo.wasm --manifest SITE/runbook.toml";
    cli.says(spare, "Version:         7");
    let test = "runbook test SITE/echo.wasm --manifest SITE/runbook.toml -p who=you";
    assert_eq!(cli.shows(test, "Completed")["passed"], true);
    cli.refuses("runbook test SITE/echo.wasm", 2, "--manifest");
    let none = "127.0.0.1:1/acme/echo:1";
    cli.refuses(&format!("runbook push SITE/echo.bundle {none}"), 5, "reach the registry");
    cli.refuses(&format!("runbook pull {none} --to SITE/pulled.wasm"), 5, "reach the registry");
    projects(cli);
    let deleted = cli.json("runbook delete Spare");
    assert_eq!(deleted, json!({ "runbook": "Spare", "deleted": true }));
    cli.refuses("runbook delete Spare", 4, "Spare");
}

fn jobs(cli: &Cli<'_>) {
    cli.says("job start Echo --parameter who=you --watch", r#"{"who":"you"}"#);
    let job = cli.json("job start Echo");
    let id = job["id"].as_str().expect("an id");
    cli.says(&format!("job watch {id}"), "Echo Completed");
    assert_eq!(cli.follows(&format!("job watch {id}"))["job"]["status"], "Completed");
    cli.shows("job list --runbook Echo", id);
    cli.shows(&format!("job show {id}"), "Status:       Completed");
    let journal = cli.shows(&format!("job journal {id}"), "header");
    assert_eq!(journal["items"][0]["step"], "header");
    let again = cli.json(&format!("job rerun {id}"));
    assert!(again["runbook"] == "Echo" && again["id"] != job["id"], "{again}");
    for verb in ["suspend", "resume", "terminate"] {
        cli.refuses(&format!("job {verb} {id}"), 1, "hint: ");
    }
    let replay = cli.shows(&format!("job replay {id}"), "to its end, as the job did");
    assert_eq!((&replay["end"], &replay["counterfactual"]), (&"ended".into(), &false.into()));
    cli.refuses(&format!("job stop {id}"), 1, "hint: ");
    cli.refuses(&format!("job show {NOBODY}"), 4, NOBODY);
    cli.refuses("job show seven", 2, "seven");
}

/// What a terminal would obey, in all that a runbook can say, is spelled out wherever it is shown.
fn hostile(cli: &Cli<'_>) {
    let fixture = |text: &str| wat::parse_str(text).expect("a module");
    let (owned, spelled) = (r"\u001b]0;owned\u0007", r"\u{1b}]0;owned\u{7}");
    let manifest = format!(
        "name = \"Hostile\"\ndescription = \"{owned}\"\nversion = \"{owned}\"\ngrants = []\n"
    );
    fs::write(cli.site.path("hostile.toml"), manifest).expect("written");
    let wasm = fixture(include_str!("../fixtures/bad-text.wat"));
    fs::write(cli.site.path("hostile.wasm"), wasm).expect("written");
    let file = "SITE/hostile.wasm --manifest SITE/hostile.toml";
    cli.shows(&format!("runbook test {file}"), spelled);
    cli.says(&format!("runbook import {file}"), spelled);
    cli.says("runbook publish Hostile", spelled);
    cli.shows("runbook list", "Hostile");
    cli.says("job start Hostile --watch", spelled);
    let job = cli.json("job start Hostile");
    let id = job["id"].as_str().expect("an id");
    cli.follows(&format!("job watch {id}"));
    cli.shows(&format!("job show {id}"), "Hostile");
    cli.shows(&format!("job journal {id}"), owned);

    let claims = "name = \"PATCH-MicrosoftOMSComputer\"\nversion = \"1\"\ngrants = []\n";
    fs::write(cli.site.path("claims.toml"), claims).expect("written");
    let claims = "runbook import SITE/echo.wasm --manifest SITE/claims.toml";
    for line in [claims.to_owned(), format!("{claims} --replace")] {
        cli.refuses(&line, 3, "the seal of `Patch-MicrosoftOMSComputer`");
    }
    let names = fixture(include_str!("../fixtures/control-names.wat"));
    fs::write(cli.site.path("names.wasm"), names).expect("written");
    cli.says("runbook import SITE/names.wasm --name Names", "New");
    cli.says("runbook publish Names", "Names");
    let failed = cli.run("job start Names --watch");
    assert_eq!(failed.code, Some(1), "{failed:?}");
    assert!(failed.stderr.contains(r"\u{1b}[31m"), "{failed:?}");
    cli.says("runbook delete Names", "Names");
    cli.says("runbook delete Hostile", "Hostile");
}

fn computers(cli: &Cli<'_>) {
    cli.shows("computer list", "sim");
    cli.shows("computer show sim", "Reachable:    yes");
    cli.says("computer assess sim", "sim was asked to assess itself");
    cli.shows("update list --computer sim", "sim");
    cli.refuses("computer show nobody", 4, "nobody");
}

/// The id of a run that has ended.
fn deployments(cli: &Cli<'_>) -> String {
    let preview = cli.shows("deployment preview --all", "sim");
    assert_eq!(preview["computers"][0]["name"], "sim");
    cli.says("deployment create Nightly --all --reboot Never --now --watch", "sim: Succeeded");
    cli.shows("deployment list", "Nightly");
    cli.shows("deployment show Nightly", "all computers");
    let run = cli.json("deployment run Nightly");
    let id = run["id"].as_str().expect("an id").to_owned();
    assert_eq!(cli.follows(&format!("run watch {id}"))["run"]["status"], "Succeeded");
    cli.refuses("deployment cancel Nightly", 1, "has already run");
    cli.says("deployment create Later --all --at 2099-01-01T00:00:00Z", "2099-01-01");
    cli.refuses("deployment create Soon --all --at 2099-01-01", 2, "a time with its zone, such as");
    cli.says("deployment cancel Later", "Cancelled");
    cli.refuses("deployment run Later", 1, "is cancelled");
    cli.refuses("deployment preview", 2, "--computer <COMPUTER>");
    id
}

fn runs(cli: &Cli<'_>, id: &str) {
    cli.shows("run list --deployment Nightly", id);
    // Who comes when all is over is told how it ended.
    cli.says(&format!("run watch {id}"), "sim: Succeeded");
    cli.shows(&format!("run show {id}"), "sim");
    let report = cli.shows(&format!("run report {id}"), "Signed by the workspace");
    assert_eq!(report["evidence"]["run"]["id"], id);
    cli.refuses(&format!("run retry {id} --failed"), 1, "hint: ");
    cli.refuses(&format!("run cancel {id}"), 1, "hint: ");
    cli.refuses(&format!("run apply {id}"), 1, "it is no dry run");
    cli.refuses(&format!("run show {NOBODY}"), 4, NOBODY);
    let found = cli.shows("log search --computer sim", "sim");
    let record = found["items"][0]["id"].as_str().expect("a record");
    assert_eq!(cli.shows(&format!("log show {record}"), "UpdateRunProgress")["id"], record);
}

/// Projects, versions and files, for which no control plane is needed.
fn projects(cli: &Cli<'_>) {
    cli.says("runbook new --lang rust Made --to SITE/made", "bindery runbook build");
    cli.refuses("runbook new --lang rust Made --to SITE/made", 2, "is there already");
    let project = cli.site.path("project");
    fs::create_dir(&project).expect("a folder");
    let toml = "name = \"Echo\"\nversion = \"8\"\n[parameters]\ntype = \"object\"\n\
                [build]\ncommand = [\"cp\", \"../echo.wasm\", \"out.wasm\"]\noutput = \"out.wasm\"\n";
    fs::write(project.join("runbook.toml"), toml).expect("written");
    let built = cli.json("runbook build SITE/project");
    assert_eq!((&built["level"], &built["manifest"]["version"]), (&json!("L0"), &json!("8")));
    cli.shows("runbook show SITE/project/Echo.wasm", "can: nothing");
    let schema = cli.shows("runbook show SITE/project/Echo.wasm --schema", "object");
    assert_eq!(schema, json!({ "type": "object" }));
    let differences = cli.shows("runbook diff Echo SITE/project/Echo.wasm", "version");
    let version = json!({ "what": "version", "before": null, "after": "8" });
    assert!(differences.as_array().expect("a list").contains(&version), "{differences}");
    cli.refuses("runbook diff Echo", 4, "has no draft");
    cli.refuses("runbook build SITE", 2, "no table `build`");
    cli.refuses("runbook conform SITE/project/Echo.wasm", 2, "the manifest does not ask for");
    cli.refuses("runbook conform SITE/project/Echo.wasm --only echo", 4, "no case has `echo`");
}

fn accounts(cli: &Cli<'_>) {
    cli.says("account create Other", "Name:      Other");
    cli.refuses("account create Other", 1, "hint: ");
    cli.shows("account list", "Other");
    let changed = cli.json("account change Other --profile extended");
    assert_eq!(changed["profile"], "extended");
    cli.refuses("account change Other --profile wide", 2, "one of standard, extended");
    cli.refuses("account change Nobody --profile standard", 4, "account `Nobody`");
    cli.shows("account show Other", "Created:");
    cli.shows("worker list", "sim");
    cli.says("group add web sim", "web");
    cli.refuses("group add sim sim", 1, "the own group of one worker");
    cli.refuses("group add web nobody", 4, "nobody");
    cli.shows("group list", "web");
    cli.says("group remove web sim", "sim is not in group web any more");
    cli.refuses("group remove web sim", 4, "is not in group");
}

fn tokens(cli: &Cli<'_>) {
    let made = cli.json("token create --role Reader --name looks");
    let secret = made["secret"].as_str().expect("a secret");
    let id = made["token"]["id"].as_str().expect("an id");
    cli.says("token create --enrol", "bnd-enrol.");
    cli.shows("token list", "looks");
    cli.refuses(&format!("account create Third --token {secret}"), 3, "hint: ");
    let revoked = cli.json(&format!("token revoke {id}"));
    assert_eq!(revoked, json!({ "token": id, "revoked": true }));
    cli.refuses(&format!("account list --token {secret}"), 3, "token");
}

/// What does not come to the control plane at all.
fn strays(cli: &Cli<'_>) {
    cli.says("completions bash", "complete -F");
    let elsewhere = "--url https://127.0.0.1:1 --ca SITE/control-plane/tls/ca.pem";
    cli.refuses(&format!("account list {elsewhere}"), 5, "127.0.0.1:1");
    cli.refuses("up --http --listen 127.0.0.1:0", 2, "Leave --http out");
    cli.refuses("agent run --seed 7 --state SITE/none", 2, "only for a simulated computer");
    cli.says("agent install --print --log-format json --state SITE/none", "--log-format=json");
}
