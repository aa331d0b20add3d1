//! Blobs as files: `<root>/<first two digits>/<64 hex digits>`, written aside and renamed.
//!
//! A file under its final name is always whole; what a crash leaves behind ends in `.part` and is
//! removed at the next open. Nothing else is ever deleted.

use crate::{blobs::Blobs, error::StoreError};
use async_trait::async_trait;
use bindery_core::digest::Digest;
use bytes::Bytes;
use std::{
    fs::{self, File},
    io::{self, Write as _},
    path::{Path, PathBuf},
    sync::{
        Arc,
        atomic::{AtomicU64, Ordering},
    },
};

/// Blobs below one folder, which belongs to one process.
#[derive(Debug, Clone)]
pub struct FileBlobs(Arc<Folder>);

#[derive(Debug)]
struct Folder {
    root: PathBuf,
    writes: AtomicU64,
}

impl FileBlobs {
    /// Opens the folder, or makes it. Blocks for a moment.
    pub fn open(root: impl Into<PathBuf>) -> io::Result<Self> {
        let root = root.into();
        fs::create_dir_all(&root)?;
        for entry in fs::read_dir(&root)? {
            let path = entry?.path();
            if path.extension().is_some_and(|extension| extension == "part") {
                fs::remove_file(path)?;
            }
        }
        Ok(Self(Arc::new(Folder { root, writes: AtomicU64::new(0) })))
    }

    async fn run<T: Send + 'static>(
        &self,
        doing: String,
        work: impl FnOnce(&Folder) -> io::Result<T> + Send + 'static,
    ) -> Result<T, StoreError> {
        let folder = Arc::clone(&self.0);
        match tokio::task::spawn_blocking(move || work(&folder)).await {
            Ok(done) => done.map_err(|source| StoreError::Io { doing, source }),
            Err(_) => Err(StoreError::Closed),
        }
    }
}

#[async_trait]
impl Blobs for FileBlobs {
    async fn put(&self, bytes: Bytes) -> Result<Digest, StoreError> {
        self.run("write a blob".into(), move |folder| {
            let digest = Digest::of(&bytes);
            match folder.read(&digest)? {
                Some(present) if present == bytes => {}
                _ => folder.write(&digest, &bytes)?,
            }
            Ok(digest)
        })
        .await
    }

    async fn get(&self, digest: &Digest) -> Result<Option<Bytes>, StoreError> {
        let wanted = *digest;
        let read = self.run(format!("read blob `{digest}`"), move |folder| {
            let bytes = folder.read(&wanted)?;
            Ok(bytes.map(|bytes| (Digest::of(&bytes) == wanted).then(|| Bytes::from(bytes))))
        });
        match read.await? {
            None => Ok(None),
            Some(Some(bytes)) => Ok(Some(bytes)),
            Some(None) => Err(StoreError::damaged(format!("blob `{digest}`"))),
        }
    }

    async fn has(&self, digest: &Digest) -> Result<bool, StoreError> {
        let wanted = *digest;
        self.run(format!("look for blob `{digest}`"), move |folder| {
            folder.path(&wanted).try_exists()
        })
        .await
    }
}

impl Folder {
    fn path(&self, digest: &Digest) -> PathBuf {
        let hex = digest.hex();
        self.root.join(&hex[..2]).join(hex)
    }

    fn read(&self, digest: &Digest) -> io::Result<Option<Vec<u8>>> {
        match fs::read(self.path(digest)) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error),
        }
    }

    fn write(&self, digest: &Digest, bytes: &[u8]) -> io::Result<()> {
        let path = self.path(digest);
        let shard = path.parent().unwrap_or(&self.root);
        if !shard.try_exists()? {
            fs::create_dir_all(shard)?;
            sync_folder(&self.root)?;
        }
        let number = self.writes.fetch_add(1, Ordering::Relaxed);
        let part = self.root.join(format!("{}-{number}.part", digest.hex()));
        let mut file = File::create(&part)?;
        file.write_all(bytes)?;
        file.sync_all()?;
        fs::rename(&part, &path)?;
        sync_folder(shard)
    }
}

/// Makes the names in a folder durable. Windows has no such call; its renames are journalled.
pub fn sync_folder(path: &Path) -> io::Result<()> {
    if cfg!(unix) { File::open(path)?.sync_all() } else { Ok(()) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn a_damaged_blob_is_reported_and_healed_by_putting_it_again() {
        let folder = tempfile::tempdir().expect("a folder");
        let blobs = FileBlobs::open(folder.path()).expect("opens");
        let digest = blobs.put(Bytes::from_static(b"module")).await.expect("put");
        fs::write(blobs.0.path(&digest), b"mod?le").expect("damage");

        let error = blobs.get(&digest).await.expect_err("damaged");
        assert!(matches!(error, StoreError::Damaged { .. }), "{error}");

        blobs.put(Bytes::from_static(b"module")).await.expect("put again");
        assert_eq!(blobs.get(&digest).await.expect("whole").as_deref(), Some(&b"module"[..]));
    }

    #[tokio::test]
    async fn what_a_crash_left_half_written_is_gone_after_opening() {
        let folder = tempfile::tempdir().expect("a folder");
        let part = folder.path().join("abc-0.part");
        fs::write(&part, b"half").expect("write");
        FileBlobs::open(folder.path()).expect("opens");
        assert!(!part.exists());
    }

    #[tokio::test]
    async fn files_keep_the_contract() {
        let folder = tempfile::tempdir().expect("a folder");
        let next = AtomicU64::new(0);
        crate::contract::blobs::suite(async || {
            let name = next.fetch_add(1, Ordering::Relaxed).to_string();
            Arc::new(FileBlobs::open(folder.path().join(name)).expect("opens")) as _
        })
        .await;
    }
}
