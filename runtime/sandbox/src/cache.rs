//! The cache of compiled code: files named by engine and digest, under a MAC with a key that only
//! this worker has.
//!
//! Deserialising compiled code is unsafe by design, so nothing is loaded that this worker did not
//! compile itself: a file whose MAC does not hold is removed and compiled anew.

use bindery_core::digest::Digest;
use hmac::{Hmac, Mac as _};
use sha2::Sha256;
use std::{
    fs::{self, OpenOptions},
    hash::{Hash as _, Hasher},
    io::{self, Read as _, Write as _},
    os::unix::fs::OpenOptionsExt as _,
    path::{Path, PathBuf},
    sync::atomic::{AtomicU64, Ordering},
};
use wasmtime::Engine;

const MAC_BYTES: usize = 32;
const KEY_FILE: &str = "mac.key";

pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; 32],
}

impl Cache {
    /// The cache in `folder` for code of `engine`; the folder and its key are made if they are not
    /// there.
    pub(crate) fn open(folder: &Path, engine: &Engine) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let key = key(&folder.join(KEY_FILE))?;
        let folder = folder.join(format!("{:016x}", compatibility(engine)));
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let path = entry?.path();
            // A worker was killed while it kept this.
            if path.extension().is_some() {
                fs::remove_file(path)?;
            }
        }
        Ok(Self { folder, key })
    }

    fn path(&self, digest: &Digest) -> PathBuf {
        self.folder.join(digest.hex())
    }

    fn mac(&self, digest: &Digest, code: &[u8]) -> Hmac<Sha256> {
        // HMAC takes keys of any length.
        #[expect(clippy::expect_used, reason = "HMAC takes keys of any length")]
        let mut mac = Hmac::<Sha256>::new_from_slice(&self.key).expect("any length will do");
        mac.update(digest.as_bytes());
        mac.update(code);
        mac
    }

    /// The compiled code of the module `digest`, if it is there and its MAC holds.
    pub(crate) fn load(&self, digest: &Digest) -> Option<Vec<u8>> {
        let path = self.path(digest);
        let mut bytes = fs::read(&path).ok()?;
        let whole = bytes.len().checked_sub(MAC_BYTES).is_some_and(|at| {
            let (code, mac) = bytes.split_at(at);
            self.mac(digest, code).verify_slice(mac).is_ok()
        });
        if !whole {
            tracing::warn!(path = %path.display(), "wrong MAC: it is compiled anew");
            let _gone = fs::remove_file(&path);
            return None;
        }
        bytes.truncate(bytes.len() - MAC_BYTES);
        Some(bytes)
    }

    /// Keeps compiled code. A cache that cannot be written costs time only.
    pub(crate) fn store(&self, digest: &Digest, code: &[u8]) {
        let path = self.path(digest);
        // Two jobs may compile the same module at the same time.
        static WRITES: AtomicU64 = AtomicU64::new(0);
        let number = WRITES.fetch_add(1, Ordering::Relaxed);
        let temporary = path.with_extension(format!("{}-{number}", std::process::id()));
        let mac = self.mac(digest, code).finalize().into_bytes();
        let written = fs::File::create(&temporary)
            .and_then(|mut file| file.write_all(code).and_then(|()| file.write_all(&mac)))
            .and_then(|()| fs::rename(&temporary, &path));
        if let Err(error) = written {
            tracing::warn!(%error, path = %path.display(), "compiled code cannot be kept");
            let _gone = fs::remove_file(&temporary);
        }
    }
}

fn compatibility(engine: &Engine) -> u64 {
    let mut hasher = std::hash::DefaultHasher::new();
    engine.precompile_compatibility_hash().hash(&mut hasher);
    hasher.finish()
}

/// The key of this worker, readable by it alone.
fn key(path: &Path) -> io::Result<[u8; 32]> {
    let mut key = [0; 32];
    match fs::File::open(path).and_then(|mut file| file.read_exact(&mut key)) {
        Ok(()) => return Ok(key),
        Err(error) if error.kind() == io::ErrorKind::NotFound => {}
        // Its writing was interrupted by a crash: nothing can have been kept under it.
        Err(error) if error.kind() == io::ErrorKind::UnexpectedEof => fs::remove_file(path)?,
        Err(error) => return Err(error),
    }
    getrandom::fill(&mut key).map_err(|error| io::Error::other(error.to_string()))?;
    let mut file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path)?;
    file.write_all(&key)?;
    file.sync_all()?;
    Ok(key)
}
