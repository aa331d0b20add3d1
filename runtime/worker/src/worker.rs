//! The worker: built from its folder, run until it is drained.
//!
//! ```text
//!   build: lock, accounts, trust list, journal
//!   run:   recovered jobs go on -> connect -> session -> (lost) wait -> connect ...
//!   drain: no more orders -> jobs halt -> their journals are shipped as far as possible
//! ```

use crate::{
    accounts::Accounts,
    backoff::Backoff,
    config::{BuildError, Config},
    connector::Connector,
    drain::Drain,
    files::FileError,
    history::Histories,
    modules::Modules,
    recover,
    runner::{Resources, Runner},
    session::{Desk, Ended},
    spool::Spool,
    trust::Trust,
    upstream::Calls,
};
use bindery_core::{
    code::{Code, Failure},
    limit,
};
use bindery_journal::log::{Log, Recovered};
use bindery_protocol::pace::Pace;
use std::{
    fs::{self, File, TryLockError},
    path::Path,
    sync::Arc,
    time::Duration,
};
use tokio::{
    sync::{Notify, watch},
    time::{Instant, timeout},
};

/// How long a worker that ends waits for its journals to be kept.
const SHIP: Duration = Duration::from_secs(5);

/// A worker that can be run.
pub struct Worker {
    desk: Desk,
    found: Recovered,
}

/// A worker ended though nobody asked it to.
#[derive(Debug, thiserror::Error)]
pub enum RunError {
    /// Another agent has this identity, and the control plane knows that one.
    #[error("the control plane does not take this agent back")]
    IdentityCopied(#[source] Failure),
    /// The journal cannot be written: no job may go on.
    #[error("the worker's journal cannot be written")]
    Journal(#[source] bindery_journal::log::Broken),
}

impl Worker {
    /// Opens the worker's folder. Nothing runs yet, and nothing is connected to.
    pub fn build(config: Config) -> Result<Self, BuildError> {
        let lock = lock(&config.state)?;
        let accounts = Accounts::open(&config.state).map_err(BuildError::File)?;
        let trust = Arc::new(Trust::open(&config.state, config.workspace_key)?);
        // The folder is locked for as long as anything of this worker may write to its journal.
        let log = Log::open_holding(&config.state.join("journal"), lock);
        let (log, found) = log.map_err(BuildError::Journal)?;
        let spool = Arc::new(Spool::new(log));
        let questions = Arc::<Notify>::default();
        let sandbox = config.sandbox.clone();
        let modules = Modules::open(&config.state, sandbox, trust.clone(), questions.clone());
        let modules = Arc::new(modules.map_err(BuildError::File)?);
        let calls = Arc::new(Calls::new(questions.clone()));
        let resources = Resources {
            sandbox: config.sandbox,
            clock: config.clock.clone(),
            computer: config.computer,
            capabilities: (config.capabilities)(calls.clone()),
        };
        let desk = Desk {
            clock: config.clock,
            pace: Pace::default(),
            workspace_key: config.workspace_key,
            allow: config.allow,
            identity: config.identity,
            reporter: config.reporter,
            accounts,
            trust,
            runner: Runner::new(resources, spool, modules),
            calls,
            questions,
            histories: Histories::default(),
            assess: Notify::new(),
            drain: Drain::default(),
            talks: watch::Sender::new(false),
        };
        Ok(Self { desk, found })
    }

    /// The same worker at another pace: it waits for its control plane as much less.
    #[must_use]
    pub fn at(mut self, pace: Pace) -> Self {
        self.desk.pace = pace;
        self
    }

    /// Takes up what was interrupted, then keeps a session and does what it says, until `drain` is
    /// asked for.
    ///
    /// Jobs that run then are left to be resumed by the next worker of the folder.
    pub async fn run(
        mut self,
        connector: Arc<dyn Connector>,
        drain: Drain,
    ) -> Result<(), RunError> {
        self.desk.drain = drain;
        let desk = &self.desk;
        let _tasks = Tasks(desk.runner.clone());
        recover::recover(&desk.runner, &desk.accounts, &desk.allow, self.found);
        let mut sessions = Box::pin(sessions(desk, connector.as_ref()));
        let ended = tokio::select! {
            error = &mut sessions => Err(error),
            () = desk.drain.drained() => Ok(()),
        };
        desk.runner.halt().await;
        if ended.is_ok() {
            // Whether there is a session or not: what is not kept is shipped by the next worker.
            let _ = timeout(desk.pace.of(SHIP), async {
                tokio::select! {
                    _ = &mut sessions => {}
                    () = desk.left() => {}
                }
            })
            .await;
            desk.runner.spool.sync().await.map_err(RunError::Journal)?;
        }
        ended
    }
}

/// Jobs do not outlive the worker, however it ends.
struct Tasks(Arc<Runner>);

impl Drop for Tasks {
    fn drop(&mut self) {
        self.0.abort();
    }
}

/// Session after session. Returns only for what makes another one useless.
async fn sessions(desk: &Desk, connector: &dyn Connector) -> RunError {
    let mut backoff = Backoff::default();
    loop {
        let began = Instant::now();
        match connector.connect().await {
            Ok(link) => match desk.session(link).await {
                Ended::Lost(reason) => {
                    tracing::info!(reason, "the session is over");
                    if began.elapsed() >= desk.pace.of(limit::HEARTBEAT) {
                        backoff.reset();
                    }
                }
                Ended::Broken(broken) => return RunError::Journal(broken),
                Ended::Rejected(error) if error.code == Code::IdentityCopied => {
                    tracing::error!(%error, remedy = error.code.remedy(), "rejected");
                    return RunError::IdentityCopied(error);
                }
                Ended::Rejected(error) => {
                    let remedy = error.code.remedy();
                    tracing::error!(code = %error.code, %error, remedy, "rejected; trying again");
                    backoff.rest();
                }
            },
            Err(error) => tracing::warn!(error = %chain(&error), "not connected; trying again"),
        }
        let wait = backoff.wait(getrandom::u32().unwrap_or(u32::MAX));
        debug_assert!(wait <= limit::RECONNECT_MAX);
        tokio::time::sleep(desk.pace.of(wait)).await;
    }
}

/// An error with all that caused it.
pub(crate) fn chain(error: &dyn std::error::Error) -> String {
    let causes = std::iter::successors(Some(error), |error| error.source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

fn lock(folder: &Path) -> Result<File, BuildError> {
    let path = folder.join("lock");
    let failed = |source| BuildError::File(FileError::Io { path: path.clone(), source });
    fs::create_dir_all(folder).map_err(failed)?;
    let file = File::options().create(true).append(true).open(&path).map_err(failed)?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::WouldBlock) => Err(BuildError::InUse { path }),
        Err(TryLockError::Error(source)) => Err(failed(source)),
    }
}
