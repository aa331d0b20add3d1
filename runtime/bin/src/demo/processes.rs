//! The demo's processes: this executable as control plane and as agents. They end with the demo.

use super::world::{Kind, Machine};
use anyhow::{Context as _, Result, bail};
use bindery_api::tokens::{NewToken, TokenKind};
use bindery_cli::context::{self, ContextFile};
use bindery_client::{Client, Config};
use std::{
    fs::File,
    net::TcpListener,
    path::{Path, PathBuf},
    process::Stdio,
    time::Duration,
};
use tokio::{
    process::{Child, Command},
    time::{Instant, sleep},
};

const STEP: Duration = Duration::from_millis(50);

/// The processes, by name.
pub(super) struct Processes {
    folder: PathBuf,
    program: PathBuf,
    url: String,
    children: Vec<(String, Child)>,
}

impl Processes {
    pub(super) fn new(folder: &Path) -> Result<Self> {
        let program = std::env::current_exe().context("cannot find this program's own file")?;
        // A port that is free now; nobody else takes it in the moment until the control plane does.
        let port = TcpListener::bind("127.0.0.1:0")?.local_addr()?.port();
        std::fs::create_dir_all(folder.join("log"))?;
        let url = format!("https://127.0.0.1:{port}");
        Ok(Self { folder: folder.to_owned(), program, url, children: vec![] })
    }

    /// Starts the control plane; returns a client of it once it is ready.
    pub(super) async fn control_plane(&mut self) -> Result<Client> {
        let listen = self.url.trim_start_matches("https://").to_owned();
        let data = self.folder.join("control-plane");
        self.start("control-plane", |command| {
            command.args(["serve", "--listen", &listen, "--data"]).arg(&data);
        })?;
        let file = self.folder.join("context.toml");
        let context =
            until("the control plane's context file", Duration::from_secs(30), async || {
                self.check_alive_ref()?;
                Ok(if file.exists() { context::read(&file)? } else { None })
            })
            .await?;
        let client = client(context)?;
        until("the control plane to be ready", Duration::from_secs(30), async || {
            Ok(client.health().await.ok().filter(|health| health.ready))
        })
        .await?;
        Ok(client)
    }

    /// Starts the agent of a machine, enrolled with a token of its own.
    pub(super) async fn agent(&mut self, client: &Client, machine: &Machine) -> Result<()> {
        let token = client
            .create_token(&NewToken {
                kind: TokenKind::Enrol,
                role: None,
                name: Some(machine.name.clone()),
                seconds: Some(600),
            })
            .await?;
        let state = self.folder.join("agents").join(&machine.name);
        let url = self.url.clone();
        let name = format!("agent-{}", machine.name);
        self.start(&name, |command| {
            command
                .env("BINDERY_ENROL_TOKEN", token.secret.reveal())
                .args(["agent", "run", "--allow-changes", "--url", &url, "--name", &machine.name])
                .arg("--state")
                .arg(&state);
            arguments(command, machine);
        })
    }

    fn start(&mut self, name: &str, build: impl FnOnce(&mut Command)) -> Result<()> {
        let log = self.folder.join("log").join(format!("{name}.log"));
        let mut command = Command::new(&self.program);
        command
            .env("BINDERY_HOME", &self.folder)
            .stdin(Stdio::null())
            .stdout(File::create(&log)?)
            .stderr(File::options().append(true).open(&log)?)
            .kill_on_drop(true);
        build(&mut command);
        let child = command.spawn().with_context(|| format!("cannot start `{name}`"))?;
        self.children.push((name.to_owned(), child));
        Ok(())
    }

    fn check_alive_ref(&self) -> Result<()> {
        for (name, child) in &self.children {
            if child.id().is_none() {
                bail!("`{name}` has ended; its log is in {}", self.folder.join("log").display());
            }
        }
        Ok(())
    }

    /// Ends every process, the agents first.
    pub(super) async fn stop(&mut self) {
        for (name, mut child) in self.children.drain(..).rev() {
            if let Err(error) = child.kill().await {
                tracing::warn!(name, %error, "a process of the demo cannot be ended");
            }
        }
    }
}

fn arguments(command: &mut Command, machine: &Machine) {
    match &machine.kind {
        Kind::Apt { root } => {
            command.args(["--provider", "apt", "--root"]).arg(root);
        }
        Kind::Simulated { os, seed, updates } => {
            let (seed, updates) = (seed.to_string(), updates.to_string());
            command.args(["--provider", "simulated", "--simulated", os]);
            command.args(["--seed", &seed, "--updates", &updates]);
        }
    }
}

fn client(context: ContextFile) -> Result<Client> {
    let ca_pem = context.ca.map(std::fs::read_to_string).transpose()?;
    Ok(Client::new(Config { url: context.url, token: context.token, ca_pem })?)
}

/// Waits until `look` finds something, and says what is lacking if it does not in time.
pub(super) async fn until<T>(
    what: &str,
    patience: Duration,
    mut look: impl AsyncFnMut() -> Result<Option<T>>,
) -> Result<T> {
    let end = Instant::now() + patience;
    loop {
        match look().await {
            Ok(Some(found)) => return Ok(found),
            Ok(None) if Instant::now() < end => sleep(STEP).await,
            Ok(None) => bail!("waited {} s in vain for {what}", patience.as_secs()),
            Err(error) => return Err(error.context(format!("while waiting for {what}"))),
        }
    }
}
