//! The cache of compiled code: files named by engine and digest, under a MAC with a key that only
//! this worker has.
//!
//! Deserialising compiled code is unsafe by design, so nothing is loaded that this worker did not
//! compile itself: a file whose MAC does not hold is removed and compiled anew. When the files take more
//! than `COMPILE_CACHE_BYTES`, those that were not used for the longest time go.

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
    time::{Duration, SystemTime},
};
use wasmtime::Engine;

const MAC_BYTES: usize = 32;
const KEY_FILE: &str = "mac.key";
/// A file that is being written is older only if its writer was killed.
const WRITTEN_WITHIN: Duration = Duration::from_secs(600);

pub(crate) struct Cache {
    folder: PathBuf,
    key: [u8; 32],
    most: u64,
}

impl Cache {
    /// The cache in `folder` for code of `engine`; the folder and its key are made if they are not
    /// there.
    pub(crate) fn open(folder: &Path, engine: &Engine, most: u64) -> io::Result<Self> {
        fs::create_dir_all(folder)?;
        let key = key(&folder.join(KEY_FILE))?;
        let folder = folder.join(format!("{:016x}", compatibility(engine)));
        fs::create_dir_all(&folder)?;
        for entry in fs::read_dir(&folder)? {
            let entry = entry?;
            let age = |entry: &fs::DirEntry| entry.metadata().ok()?.modified().ok()?.elapsed().ok();
            let path = entry.path();
            if path.extension().is_some() && age(&entry).is_some_and(|age| age > WRITTEN_WITHIN) {
                fs::remove_file(path)?;
            }
        }
        Ok(Self { folder, key, most })
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
        // It is used now: a file system that does not say so has it go earlier.
        let _noted = fs::File::open(&path).and_then(|file| file.set_modified(SystemTime::now()));
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
        if let Err(error) = self.make_room(&path) {
            tracing::warn!(%error, "old compiled code cannot be removed");
        }
    }

    /// Removes what was not used for the longest time, until the rest fits; `newest` stays.
    fn make_room(&self, newest: &Path) -> io::Result<()> {
        let mut files = vec![];
        for entry in fs::read_dir(&self.folder)? {
            let entry = entry?;
            // Another process may have removed it meanwhile.
            let Ok(about) = entry.metadata() else { continue };
            files.push((about.modified()?, about.len(), entry.path()));
        }
        files.sort();
        let mut total: u64 = files.iter().map(|(_, bytes, _)| bytes).sum();
        for (_, bytes, path) in files.into_iter().filter(|(_, _, path)| path != newest) {
            if total <= self.most {
                break;
            }
            let _gone = fs::remove_file(path);
            total -= bytes;
        }
        Ok(())
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

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &Path, most: u64) -> Cache {
        let engine = Engine::default();
        Cache::open(folder, &engine, most).expect("a cache")
    }

    #[test]
    fn what_was_not_used_for_the_longest_time_goes_when_there_is_no_room() {
        let folder = tempfile::tempdir().expect("a folder");
        let code = [7; 100];
        let bytes = (code.len() + MAC_BYTES) as u64;
        let cache = cache(folder.path(), 2 * bytes);
        let [one, two, three] = [1_u8, 2, 3].map(|n| Digest::of(&[n]));
        for (age, digest) in [(60, one), (30, two)] {
            cache.store(&digest, &code);
            let file = fs::File::open(cache.path(&digest)).expect("a file");
            file.set_modified(SystemTime::now() - Duration::from_secs(age)).expect("set");
        }
        assert!(cache.load(&one).is_some(), "both have room, and the older one is used now");
        cache.store(&three, &code);
        assert_eq!([one, two, three].map(|it| cache.load(&it).is_some()), [true, false, true]);
    }

    #[test]
    fn what_is_larger_than_the_room_is_kept_alone() {
        let folder = tempfile::tempdir().expect("a folder");
        let cache = cache(folder.path(), 1);
        let [one, two] = [1_u8, 2].map(|n| Digest::of(&[n]));
        cache.store(&one, &[7; 100]);
        cache.store(&two, &[7; 100]);
        assert_eq!([one, two].map(|it| cache.load(&it).is_some()), [false, true]);
    }

    #[test]
    fn a_file_that_another_process_writes_is_left_alone_and_an_old_one_is_not() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = cache(folder.path(), 1);
        let path = |name: &str| first.folder.join(name);
        for name in ["a.1-0", "b.1-0"] {
            fs::write(path(name), "half").expect("written");
        }
        let old = SystemTime::now() - 2 * WRITTEN_WITHIN;
        fs::File::open(path("b.1-0")).and_then(|file| file.set_modified(old)).expect("set");
        let _second = cache(folder.path(), 1);
        assert!(path("a.1-0").exists() && !path("b.1-0").exists());
    }
}
