//! `bindery up`: this computer's agent belongs to the control plane beside it.

use crate::support::{BINDERY, PATIENCE};
use bindery_testkit::wait::wait_for;
use std::{
    net::TcpListener,
    path::Path,
    process::{Child, Command, Stdio},
};

struct Up(Child);

impl Drop for Up {
    fn drop(&mut self) {
        // It may have ended by itself.
        let _ended = self.0.kill();
        let _ended = self.0.wait();
    }
}

fn command(home: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(BINDERY);
    command.args(arguments).env("BINDERY_HOME", home).stdin(Stdio::null());
    command
}

fn up(home: &Path) -> Up {
    let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
    let listen = format!("127.0.0.1:{}", port.port());
    let simulated = ["--provider", "simulated", "--simulated", "linux", "--seed", "1"];
    let mut command = command(home, &["up", "--listen", &listen]);
    command.args(simulated).stdout(Stdio::null()).stderr(Stdio::null());
    Up(command.spawn().expect("it starts"))
}

async fn reachable(home: &Path) {
    wait_for("this computer to be reachable", PATIENCE, async || {
        let output = command(home, &["computer", "list", "--output", "json"]).output();
        let text = String::from_utf8_lossy(&output.expect("it runs").stdout).into_owned();
        if text.contains(r#""reachable": true"#) || text.contains(r#""reachable":true"#) {
            Ok(())
        } else {
            Err(text)
        }
    })
    .await;
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_finds_its_control_plane_wherever_that_listens() {
    let home = tempfile::tempdir().expect("a folder");
    let first = up(home.path());
    reachable(home.path()).await;
    drop(first);
    let _second = up(home.path());
    reachable(home.path()).await;
    assert!(home.path().join("agent").is_dir(), "beside the control plane's data");
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_of_another_control_plane_is_refused_with_what_to_do() {
    let home = tempfile::tempdir().expect("a folder");
    let first = up(home.path());
    reachable(home.path()).await;
    drop(first);
    std::fs::remove_dir_all(home.path().join("data")).expect("its data");
    let output = command(home.path(), &["up", "--listen", "127.0.0.1:0", "--provider"])
        .args(["simulated", "--simulated", "linux"])
        .output()
        .expect("it runs");
    let words = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success() && words.contains("of another control plane"), "{words}");
}
