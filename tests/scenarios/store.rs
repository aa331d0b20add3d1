//! `bindery store`: the data folder of a control plane that does not run.

use crate::support::{Outcome, Site};
use serde_json::Value;
use std::{fs, path::Path};

const RECOVER: &str = "store recover --data SITE/control-plane";
const TOKEN: &str = "store owner-token --data SITE/control-plane";

fn json(outcome: &Outcome) -> Value {
    assert_eq!(outcome.code, Some(0), "{outcome:?}");
    serde_json::from_str(&outcome.stdout).expect("JSON")
}

fn refused(outcome: &Outcome, code: i32, words: &[&str]) {
    assert_eq!((outcome.code, outcome.stdout.as_str()), (Some(code), ""), "{outcome:?}");
    assert!(outcome.stderr.starts_with("error: "), "{outcome:?}");
    for word in words {
        assert!(outcome.stderr.contains(word), "{word}: {outcome:?}");
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_healthy_store_is_recovered_to_what_it_was_and_one_in_use_is_left_alone() {
    let mut site = Site::new();
    site.start_control_plane().await;
    assert_eq!(site.run("account create Kept").code, Some(0));
    for command in [RECOVER, TOKEN] {
        refused(&site.run(command), 1, &["is in use by another process"]);
    }
    site.kill_control_plane();
    let found = json(&site.run(&format!("{RECOVER} --output json")));
    assert!(found["documents"].as_u64() > Some(2), "{found}");
    assert_eq!(found["lost"], serde_json::json!([]), "{found}");
    assert!(Path::new(found["kept"].as_str().expect("a folder")).is_dir(), "{found}");
    let again = site.run(RECOVER);
    assert!(again.stdout.starts_with("recovered "), "{again:?}");
    site.start_control_plane().await;
    let listed = site.run("account list");
    assert!(listed.stdout.contains("Kept"), "{listed:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_damaged_store_is_refused_with_the_command_that_recovers_it() {
    let mut site = Site::new();
    site.start_control_plane().await;
    assert_eq!(site.run("account create Damaged").code, Some(0));
    assert_eq!(site.run("account create Kept").code, Some(0));
    site.kill_control_plane();
    damage(&site.path("control-plane/db"), br#""name":"Damaged""#);
    refused(&site.run(TOKEN), 1, &["is damaged", "`bindery store recover`"]);
    let found = json(&site.run(&format!("{RECOVER} --output json")));
    assert_ne!(found["lost"], serde_json::json!([]), "{found}");
    site.start_control_plane().await;
    let listed = site.run("account list");
    assert!(listed.stdout.contains("Kept") && !listed.stdout.contains("Damaged"), "{listed:?}");
}

#[test]
fn where_there_is_no_store_none_is_made() {
    let site = Site::new();
    for command in ["recover", "owner-token"] {
        let line = format!("store {command} --data SITE/nowhere");
        refused(&site.run(&line), 4, &["there is no store", "hint: ", "--data"]);
        refused(&site.run(&format!("store {command}")), 4, &["there is no store"]);
    }
    assert!(!site.path("nowhere").exists() && !site.path("data").exists());
}

#[tokio::test(flavor = "multi_thread")]
async fn whoever_has_lost_the_owners_token_makes_another() {
    let mut site = Site::new();
    site.start_control_plane().await;
    site.kill_control_plane();
    let file = fs::read_to_string(site.path("context.toml")).expect("a context file");
    let without: Vec<_> = file.lines().filter(|line| !line.starts_with("token")).collect();
    fs::write(site.path("context.toml"), without.join("\n")).expect("the token is lost");
    let made = site.run(TOKEN);
    assert_eq!(made.code, Some(0), "{made:?}");
    assert!(made.stderr.contains("keep it"), "{made:?}");
    // It answers to whoever has no token, too.
    site.start_control_plane().await;
    assert_eq!(site.run("token list").code, Some(3));
    let listed = site.run(&format!("token list --token {}", made.stdout.trim()));
    assert_eq!(listed.code, Some(0), "{listed:?}");
    assert_eq!(listed.stdout.matches("Owner").count(), 2, "the old one still is: {listed:?}");
}

/// Changes a byte of every value in which these bytes stand, behind the store's back.
fn damage(folder: &Path, needle: &[u8]) {
    let db = sled::open(folder).expect("it opens");
    let mut damaged = 0;
    for item in db.iter() {
        let (key, value) = item.expect("a value");
        if value.windows(needle.len()).any(|part| part == needle) {
            let mut value = value.to_vec();
            *value.last_mut().expect("a byte") ^= 1;
            db.insert(key, value).expect("inserted");
            damaged += 1;
        }
    }
    db.flush().expect("flushed");
    assert!(damaged > 0, "no value has the bytes");
}
