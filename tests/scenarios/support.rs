//! A small site for a test: a control plane, agents and scratch computers, each killed and started
//! at will.

use bindery_api::{
    computers::ListComputers,
    deployments::{NewDeployment, Targets},
    runs::{ListRuns, Run},
    tokens::{NewToken, TokenKind},
};
use bindery_capability_updates::scratch::{AptWorld, Package};
use bindery_cli::context;
use bindery_client::{Client, Config};
use bindery_core::schedule::Schedule;
use bindery_testkit::wait::wait_for;
use serde_json::Value;
use std::{
    fs::{self, File},
    io::{self, Write as _},
    net::TcpListener,
    path::{Path, PathBuf},
    process::{Child, Command, Stdio},
    time::Duration,
};
use tempfile::TempDir;

/// The program under test.
pub(crate) const BINDERY: &str = env!("CARGO_BIN_EXE_bindery");
/// The account that the first deployment makes.
pub(crate) const ACCOUNT: &str = bindery_core::account::DEFAULT;
/// How long anything may take on a busy machine.
pub(crate) const PATIENCE: Duration = Duration::from_secs(120);

/// What a command did.
#[derive(Debug)]
pub(crate) struct Outcome {
    pub(crate) code: Option<i32>,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

pub(crate) struct Site {
    folder: TempDir,
    listen: String,
    pub(crate) control_plane: Option<Child>,
    pub(crate) agents: Vec<(String, Vec<String>, Child)>,
}

impl Site {
    pub(crate) fn new() -> Self {
        let port = TcpListener::bind("127.0.0.1:0").and_then(|l| l.local_addr()).expect("a port");
        let folder = tempfile::tempdir().expect("a folder");
        fs::create_dir(folder.path().join("log")).expect("a folder");
        Self {
            folder,
            listen: format!("127.0.0.1:{}", port.port()),
            control_plane: None,
            agents: vec![],
        }
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.path().join(name)
    }

    fn command(&self, name: &str, arguments: &[String]) -> Command {
        let log = self.path("log").join(format!("{name}.log"));
        let log = File::options().create(true).append(true).open(log).expect("a log");
        let mut command = Command::new(BINDERY);
        command
            .args(arguments)
            .env("BINDERY_HOME", self.folder.path())
            .stdin(Stdio::null())
            .stdout(log.try_clone().expect("a log"))
            .stderr(log);
        command
    }

    /// Runs a command to its end; `SITE` in it is the site's folder.
    pub(crate) fn run(&self, line: &str) -> Outcome {
        self.run_into(line, Stdio::piped())
    }

    /// The same, with this as its stderr.
    pub(crate) fn run_into(&self, line: &str, stderr: impl Into<Stdio>) -> Outcome {
        self.run_between(line, "", stderr)
    }

    /// The same, with this text on its stdin.
    pub(crate) fn run_with(&self, line: &str, stdin: &str) -> Outcome {
        self.run_between(line, stdin, Stdio::piped())
    }

    fn run_between(&self, line: &str, stdin: &str, stderr: impl Into<Stdio>) -> Outcome {
        let folder = self.folder.path().display().to_string();
        let words = line.split_whitespace().map(|word| word.replace("SITE", &folder));
        let mut child = Command::new(BINDERY)
            .args(words)
            .env("BINDERY_HOME", self.folder.path())
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(stderr)
            .spawn()
            .expect("it starts");
        // A command that reads nothing may have ended.
        let _ = child.stdin.take().expect("a pipe").write_all(stdin.as_bytes());
        let output = child.wait_with_output().expect("it runs");
        let text = |bytes| String::from_utf8_lossy(bytes).into_owned();
        let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
        Outcome { code: output.status.code(), stdout, stderr }
    }

    /// Starts the control plane and waits until it answers.
    pub(crate) async fn start_control_plane(&mut self) -> Client {
        let data = self.path("control-plane").display().to_string();
        let arguments =
            ["serve", "--listen", &self.listen, "--data", &data].map(str::to_owned).to_vec();
        let child = self.command("control-plane", &arguments).spawn().expect("it starts");
        self.control_plane = Some(child);
        let file = self.path("context.toml");
        wait_for("the control plane to be ready", PATIENCE, async || {
            let found = context::read(&file).map_err(|error| error.to_string())?;
            let found = found.ok_or("no context file")?;
            let ca_pem = found.ca.map(fs::read_to_string).transpose();
            let ca_pem = ca_pem.map_err(|error| error.to_string())?;
            let config = Config { url: found.url, token: found.token, ca_pem };
            let client = Client::new(config).map_err(|error| error.to_string())?;
            client.health().await.map(|_| client).map_err(|error| error.to_string())
        })
        .await
    }

    /// Kills the control plane as a power cut would.
    pub(crate) fn kill_control_plane(&mut self) {
        let mut child = self.control_plane.take().expect("it runs");
        child.kill().and_then(|()| child.wait()).expect("it ends");
    }

    /// Where the control plane listens.
    pub(crate) fn url(&self) -> String {
        format!("https://{}", self.listen)
    }

    /// Starts an agent with further `arguments`.
    pub(crate) async fn start_agent(&mut self, client: &Client, name: &str, further: &[&str]) {
        let token = enrolment(client, name).await;
        let state = self.path(name).display().to_string();
        let url = self.url();
        let mut arguments: Vec<String> =
            ["agent", "run", "--allow-changes", "--url", &url, "--name", name, "--state", &state]
                .map(str::to_owned)
                .to_vec();
        arguments.extend(further.iter().map(|argument| (*argument).to_owned()));
        let mut command = self.command(name, &arguments);
        command.env("BINDERY_ENROL_TOKEN", token);
        let child = command.spawn().expect("it starts");
        self.agents.push((name.to_owned(), arguments, child));
    }

    /// Kills an agent as a power cut would.
    pub(crate) fn kill_agent(&mut self, name: &str) {
        let (_, _, child) = self.agents.iter_mut().find(|agent| agent.0 == name).expect("an agent");
        child.kill().and_then(|()| child.wait()).expect("it ends");
    }

    /// Starts an agent that was killed; it is enrolled already.
    pub(crate) fn restart_agent(&mut self, name: &str) {
        let at = self.agents.iter().position(|agent| agent.0 == name).expect("an agent");
        let arguments = self.agents[at].1.clone();
        self.agents[at].2 = self.command(name, &arguments).spawn().expect("it starts");
    }

    /// Starts an agent from a copy of the folder of another, which goes on.
    pub(crate) fn start_copy(&mut self, of: &str, name: &str) {
        let (from, to) = (self.path(of), self.path(name));
        copy(&from, &to).expect("a copy");
        let original = self.agents.iter().find(|agent| agent.0 == of).expect("an agent");
        let (from, to) = (from.display().to_string(), to.display().to_string());
        let arguments = original.1.iter().map(|argument| argument.replace(&from, &to));
        let arguments: Vec<_> = arguments.collect();
        let child = self.command(name, &arguments).spawn().expect("it starts");
        self.agents.push((name.to_owned(), arguments, child));
    }

    /// The exit code of an agent that has ended.
    pub(crate) fn ended(&mut self, name: &str) -> Option<i32> {
        let (_, _, child) = self.agents.iter_mut().find(|agent| agent.0 == name).expect("an agent");
        child.try_wait().expect("it can be asked").map(|status| status.code().unwrap_or(-1))
    }

    /// All that a process said.
    pub(crate) fn log(&self, name: &str) -> String {
        fs::read_to_string(self.path("log").join(format!("{name}.log"))).unwrap_or_default()
    }

    /// A scratch apt root with these packages, and the arguments of its agent.
    pub(crate) fn apt(&self, name: &str, packages: &[Package]) -> (AptWorld, String) {
        let world = AptWorld::create(&self.path(&format!("world-{name}")), packages)
            .expect("these tests need apt-get and dpkg-deb of a Debian-like system");
        let root = world.root().display().to_string();
        (world, root)
    }

    /// What the processes said, for a test that failed.
    pub(crate) fn logs(&self) -> String {
        let files = fs::read_dir(self.path("log")).expect("logs").flatten();
        files
            .map(|file| {
                let text = fs::read_to_string(file.path()).unwrap_or_default();
                let tail: Vec<_> = text.lines().rev().take(30).collect();
                let tail: Vec<_> = tail.into_iter().rev().collect();
                format!("--- {}\n{}\n", file.file_name().display(), tail.join("\n"))
            })
            .collect()
    }
}

impl Drop for Site {
    fn drop(&mut self) {
        let agents = self.agents.iter_mut().map(|agent| &mut agent.2);
        for child in agents.chain(self.control_plane.as_mut()) {
            // It may have been killed already.
            let _ended = child.kill();
            let _ended = child.wait();
        }
        if std::thread::panicking() {
            let _gone = writeln!(std::io::stderr(), "{}", self.logs());
        }
    }
}

fn copy(from: &Path, to: &Path) -> io::Result<()> {
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let to = to.join(entry.file_name());
        match entry.file_type()?.is_dir() {
            true => copy(&entry.path(), &to)?,
            false => fs::copy(entry.path(), &to).map(drop)?,
        }
    }
    Ok(())
}

/// A token with which one computer may enrol.
pub(crate) async fn enrolment(client: &Client, name: &str) -> String {
    let wanted =
        NewToken { kind: TokenKind::Enrol, role: None, name: Some(name.into()), seconds: None };
    let token = client.create_token(&wanted).await.expect("a token");
    token.secret.reveal().to_owned()
}

/// Waits until `count` computers have reported their state.
pub(crate) async fn reported(client: &Client, count: usize) {
    wait_for(&format!("{count} computers to report"), PATIENCE, async || {
        let page = client.list_computers(&ListComputers::default()).await;
        let computers = page.map_err(|error| error.to_string())?.items;
        let there = computers.iter().filter(|c| c.assessment.is_some() && c.reachable).count();
        if there >= count { Ok(()) } else { Err(format!("{there} of {}", computers.len())) }
    })
    .await;
}

/// Makes a deployment for all computers that runs at once; its run.
pub(crate) async fn deploy(client: &Client, name: &str, options: Value) -> Run {
    let deployment = client
        .create_deployment(&NewDeployment {
            name: name.parse().expect("a name"),
            account: None,
            schedule: Schedule::Now,
            duration_minutes: Some(60),
            targets: Targets { all: true, computers: vec![] },
            options: options.as_object().cloned().expect("an object"),
        })
        .await
        .expect("a deployment");
    let which = ListRuns { deployment: Some(deployment.name.to_string()), ..ListRuns::default() };
    wait_for("the run to start", PATIENCE, async || {
        let page = client.list_runs(&which).await.map_err(|error| error.to_string())?;
        page.items.into_iter().next().ok_or_else(|| "no run yet".to_owned())
    })
    .await
}

/// Waits until a run has ended.
pub(crate) async fn ended(client: &Client, run: &Run) -> Run {
    let id = run.id.to_string();
    wait_for("the run to end", PATIENCE, async || {
        let run = client.run(&id).await.map_err(|error| error.to_string())?;
        if run.ended() {
            Ok(run)
        } else {
            Err(format!("it is {:?}, {:?}", run.status, run.machines))
        }
    })
    .await
}
