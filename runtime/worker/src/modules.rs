//! Modules by digest: on disk, or fetched over the session; compiled ones are kept for the next
//! job.
//!
//! Bytes are verified at every load, and a seal at every start of a job, before anything is
//! compiled from them.

use crate::{
    files::{self, FileError},
    questions::Questions,
    trust::Trust,
};
use bindery_core::{
    code::{Code, Failure},
    digest::Digest,
    limit,
    runbook::Level,
};
use bindery_protocol::{message::ToControl, order::JobOrder};
use bindery_sandbox::run::{Prepared, Sandbox};
use bindery_seal::{envelope::Envelope, statement};
use jiff::Timestamp;
use parking_lot::Mutex;
use std::{
    collections::{HashMap, VecDeque},
    fs, io,
    path::{Path, PathBuf},
    sync::{Arc, Weak},
};
use tokio::sync::Notify;

/// Compiled modules that are kept.
const PREPARED: usize = 32;

type Key = (Digest, Level);

pub(crate) struct Modules {
    folder: PathBuf,
    sandbox: Sandbox,
    trust: Arc<Trust>,
    /// Modules that the control plane was asked for.
    pub(crate) fetches: Questions<Digest, Option<Vec<u8>>>,
    prepared: Mutex<VecDeque<(Key, Prepared)>>,
    /// Who loads a module has its turn: it is fetched and compiled once.
    turns: Mutex<HashMap<Digest, Weak<tokio::sync::Mutex<()>>>>,
}

impl Modules {
    /// The modules in `folder`, which is made if it is not there.
    pub(crate) fn open(
        folder: &Path,
        sandbox: Sandbox,
        trust: Arc<Trust>,
        news: Arc<Notify>,
    ) -> Result<Self, FileError> {
        let folder = folder.join("modules");
        fs::create_dir_all(&folder)
            .map_err(|source| FileError::Io { path: folder.clone(), source })?;
        Ok(Self {
            folder,
            sandbox,
            trust,
            fetches: Questions::new(news),
            prepared: Mutex::default(),
            turns: Mutex::default(),
        })
    }

    /// The module of `order`, ready to run. Waits for the control plane if the module is not here.
    pub(crate) async fn prepare(
        &self,
        order: &JobOrder,
        now: Timestamp,
    ) -> Result<Prepared, Failure> {
        let key = (order.digest, order.level);
        if order.seal.is_none()
            && let Some(prepared) = self.recall(key)
        {
            return Ok(prepared);
        }
        let turn = self.turn(order.digest);
        let _mine = turn.lock().await;
        let wasm = self.bytes(order.digest).await?;
        if let Some(seal) = &order.seal {
            self.check_seal(seal, &wasm, order, now)?;
        }
        if let Some(prepared) = self.recall(key) {
            return Ok(prepared);
        }
        let prepared = self.sandbox.prepare(&wasm, order.level).await?;
        self.remember(key, prepared.clone());
        Ok(prepared)
    }

    fn check_seal(
        &self,
        envelope: &Envelope,
        wasm: &[u8],
        order: &JobOrder,
        now: Timestamp,
    ) -> Result<(), Failure> {
        let seal = statement::verify(envelope, wasm, &self.trust.list(), now)?;
        if seal.name.key() == order.runbook.key() {
            return Ok(());
        }
        let message = format!("the seal is of `{}`, the order of {}", seal.name, order.runbook);
        Err(Failure::new(Code::BadSignature, message))
    }

    /// The module's bytes, verified: from disk, else from the control plane.
    async fn bytes(&self, digest: Digest) -> Result<Vec<u8>, Failure> {
        let path = self.folder.join(format!("{}.wasm", digest.hex()));
        if let Some(wasm) = blocking(move || load(&path, digest)).await? {
            return Ok(wasm);
        }
        let fetched = self.fetches.ask(digest, ToControl::Fetch { digest }).await;
        let Some(wasm) = fetched else {
            let message = format!("the control plane does not have the module {digest}");
            return Err(Failure::new(Code::NotFound, message));
        };
        let path = self.folder.join(format!("{}.wasm", digest.hex()));
        blocking(move || keep(&path, digest, wasm)).await?
    }

    fn turn(&self, digest: Digest) -> Arc<tokio::sync::Mutex<()>> {
        let mut turns = self.turns.lock();
        turns.retain(|_, turn| turn.strong_count() > 0);
        if let Some(turn) = turns.get(&digest).and_then(Weak::upgrade) {
            return turn;
        }
        let turn = Arc::default();
        turns.insert(digest, Arc::downgrade(&turn));
        turn
    }

    fn recall(&self, key: Key) -> Option<Prepared> {
        let mut prepared = self.prepared.lock();
        let at = prepared.iter().position(|(held, _)| *held == key)?;
        let held = prepared.remove(at)?;
        prepared.push_front(held.clone());
        Some(held.1)
    }

    fn remember(&self, key: Key, module: Prepared) {
        let mut prepared = self.prepared.lock();
        prepared.push_front((key, module));
        prepared.truncate(PREPARED);
    }
}

/// The bytes at `path`, if they are what they should be; others are removed.
fn load(path: &Path, digest: Digest) -> Option<Vec<u8>> {
    let wasm = match fs::read(path) {
        Ok(wasm) => wasm,
        Err(error) if error.kind() == io::ErrorKind::NotFound => return None,
        Err(error) => {
            tracing::warn!(%error, path = %path.display(), "a module cannot be read");
            return None;
        }
    };
    if Digest::of(&wasm) == digest {
        return Some(wasm);
    }
    tracing::warn!(path = %path.display(), "a module with other bytes: it is fetched anew");
    let _gone = fs::remove_file(path);
    None
}

/// Checks what was fetched, and keeps it. A disk that does not take it costs time only.
fn keep(path: &Path, digest: Digest, wasm: Vec<u8>) -> Result<Vec<u8>, Failure> {
    let found = Digest::of(&wasm);
    if wasm.len() > limit::MODULE_BYTES || found != digest {
        let message = format!("the module {digest} came with other bytes ({found})");
        return Err(Failure::new(Code::BadSignature, message));
    }
    if let Err(error) = files::write(path, &wasm) {
        tracing::warn!(%error, "a module cannot be kept");
    }
    Ok(wasm)
}

async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Failure> {
    let ended = tokio::task::spawn_blocking(work).await;
    ended.map_err(|error| Failure::new(Code::Internal, format!("loading a module: {error}")))
}
