//! Shared assets: a secret goes from whoever knows it to where it is needed, and is nowhere else.

use crate::support::{ACCOUNT, PATIENCE, Site};
use axum::{Router, http::HeaderMap, routing::post};
use bindery_api::jobs::NewJob;
use bindery_client::Client;
use bindery_core::job::JobStatus;
use bindery_testkit::wait::wait_for;
use std::{fs, path::Path};

const PASSWORD: &str = "correct-horse-battery";
/// Basic of `bot` with the password, as it goes over the wire.
const BASIC: &str = "Basic Ym90OmNvcnJlY3QtaG9yc2UtYmF0dGVyeQ==";

/// Sends a request, and says what it was answered.
const GUEST: &str = r#"
(module
  (import "bindery_v1" "call" (func $call (param i32 i32 i32 i32) (result i64)))
  (import "bindery_v1" "read" (func $read (param i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 2)
  (data (i32.const 64) "http.send")
  (data (i32.const 128) "ARGUMENTS")
  (func (export "run") (result i32)
    (local $length i64)
    (local.set $length (call $call (i32.const 64) (i32.const 9) (i32.const 128) (i32.const LENGTH)))
    (if (i64.lt_s (local.get $length) (i64.const 0))
      (then (local.set $length (i64.sub (i64.const 0) (local.get $length)))))
    (i32.store (i32.const 0) (i32.const 65536))
    (i32.store (i32.const 4)
      (call $read (i32.const 65536) (i32.const 0) (i32.wrap_i64 (local.get $length))))
    (drop (call $write (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 8)))
    (i32.const 0)))"#;

/// Publishes a runbook that sends `arguments`, runs it, and answers what it said and its journal.
async fn send(site: &Site, client: &Client, arguments: &str, grants: &[&str]) -> (String, String) {
    let text = GUEST
        .replace("ARGUMENTS", &arguments.replace('"', "\\22"))
        .replace("LENGTH", &arguments.len().to_string());
    let wasm = wat::parse_str(text).expect("a module");
    fs::write(site.path("sender.wasm"), wasm).expect("written");
    let manifest = format!("name = 'Sender'\nversion = '1.0.0'\ngrants = {grants:?}\n");
    fs::write(site.path("sender.toml"), manifest).expect("written");
    for line in [
        "runbook import SITE/sender.wasm --manifest SITE/sender.toml --replace",
        "runbook publish Sender --grant-all",
    ] {
        let outcome = site.run(line);
        assert_eq!(outcome.code, Some(0), "{line}: {}", outcome.stderr);
    }
    let runbook = "Sender".parse().expect("a name");
    let new = NewJob { runbook, parameters: Default::default(), placement: None, dry_run: false };
    let job = client.start_job(ACCOUNT, &new).await.expect("a job").id.to_string();
    wait_for("the job to end", PATIENCE, async || {
        let job = client.job(ACCOUNT, &job).await.map_err(|error| error.to_string())?;
        if job.status == JobStatus::Completed { Ok(()) } else { Err(format!("{:?}", job.status)) }
    })
    .await;
    let streams = client.list_streams(ACCOUNT, &job, &Default::default()).await.expect("streams");
    let said = streams.items.into_iter().map(|record| record.text).collect();
    let journal = site.run(&format!("job journal {job} --output json"));
    assert_eq!(journal.code, Some(0), "{}", journal.stderr);
    (said, journal.stdout)
}

/// A server that says what it was sent as `Authorization`; its port.
async fn echo() -> u16 {
    let say = |headers: HeaderMap| async move {
        let sent = headers.get("authorization").map(|value| value.as_bytes().to_vec());
        format!("you sent {}", String::from_utf8_lossy(&sent.unwrap_or_default()))
    };
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.expect("a port");
    let port = listener.local_addr().expect("an address").port();
    let router = Router::new().route("/", post(say));
    tokio::spawn(async move { axum::serve(listener, router).await.expect("it serves") });
    port
}

fn is_in(folder: &Path, text: &str) -> Option<std::path::PathBuf> {
    for entry in fs::read_dir(folder).expect("a folder") {
        let path = entry.expect("an entry").path();
        if path.is_dir() {
            if let Some(found) = is_in(&path, text) {
                return Some(found);
            }
        } else if let Ok(bytes) = fs::read(&path)
            && bytes.windows(text.len()).any(|window| window == text.as_bytes())
        {
            return Some(path);
        }
    }
    None
}

#[tokio::test(flavor = "multi_thread")]
async fn a_credential_is_sent_where_it_is_granted_and_is_in_no_file() {
    let mut site = Site::new();
    let client = site.start_control_plane().await;
    let set = site.run_with("credential set Tickets --user bot", &format!("{PASSWORD}\n"));
    assert_eq!(set.code, Some(0), "{}", set.stderr);
    let shown = site.run("credential show Tickets");
    assert!(shown.stdout.contains("userName: bot"), "{}", shown.stdout);
    assert!(shown.stdout.contains("password: (secret)"), "{}", shown.stdout);

    let port = echo().await;
    let arguments = format!(
        r#"{{"url":"http://127.0.0.1:{port}/","method":"POST","headers":[],"timeout":10000,"credential":"tickets"}}"#
    );
    let host = format!("http:127.0.0.1:{port}");
    let granted = [host.as_str(), "assets.read:Tickets"];
    let (said, journal) = send(&site, &client, &arguments, &granted).await;
    assert!(said.contains("you sent Basic ***"), "{said}");
    assert!(journal.contains("you sent Basic ***"), "{journal}");

    let (said, journal) = send(&site, &client, &arguments, &granted[..1]).await;
    assert!(said.contains("GrantDenied") && said.contains("assets.read:tickets"), "{said}");
    assert!(!journal.contains("you sent"), "{journal}");

    // The store, the journals, the logs: none of them has it, in either spelling.
    for secret in [PASSWORD, BASIC.trim_start_matches("Basic ")] {
        assert_eq!(is_in(&site.path("."), secret), None);
    }
    // The same look finds what is there.
    assert!(is_in(&site.path("."), "you sent Basic ***").is_some());
}

#[tokio::test(flavor = "multi_thread")]
async fn assets_are_kept_listed_and_deleted() {
    let mut site = Site::new();
    site.start_control_plane().await;
    let run = |line: &str, stdin: &str| site.run_with(line, stdin);
    let good = |line: &str, stdin: &str| {
        let outcome = run(line, stdin);
        assert_eq!(outcome.code, Some(0), "{line}: {}", outcome.stderr);
        outcome.stdout
    };
    good("variable set Port 8080 --description shared", "");
    good("variable set Token --secret", "abc\n");
    good(
        "connection set Jira --type jira -f url=https://jira.example.com --secret token",
        "t0ken\n",
    );
    let list = good("variable list", "");
    assert!(list.contains("Port") && list.contains("8080") && list.contains("(secret)"), "{list}");
    let jira = good("connection show jira --output json", "");
    let jira: serde_json::Value = serde_json::from_str(&jira).expect("JSON");
    assert_eq!(jira["fields"]["url"], "https://jira.example.com");
    assert_eq!(jira["secrets"], serde_json::json!(["token"]));

    let refused = [
        ("variable set Token 1", "", "is secret and cannot become plain"),
        ("variable set Port --secret", "x", "is plain and cannot become secret"),
        ("credential set Jira --user a:b", "x", "has a colon"),
        ("credential set Jira --user a", "", "nothing was given"),
        ("certificate set Web SITE/context.toml", "", "is no certificate in PEM"),
        ("variable show Nobody", "", "there is no variable `Nobody`"),
    ];
    for (line, stdin, reason) in refused {
        let outcome = run(line, stdin);
        assert_ne!(outcome.code, Some(0), "{line}");
        assert!(outcome.stderr.contains(reason), "{line}: {}", outcome.stderr);
    }
    let ca = site.path("control-plane/tls/ca.pem").display().to_string();
    let web = good(&format!("certificate set Web {ca}"), "");
    assert!(web.contains("thumbprint: ") && web.contains("notAfter: "), "{web}");
    good("variable delete Port", "");
    assert!(!good("variable list", "").contains("Port"));
}
