//! Small JSON files that are whole or absent: written beside, synced, then renamed or linked into
//! place.

use serde::{Serialize, de::DeserializeOwned};
use std::{fs, io, io::Write, path::Path};

/// Replaces `path` by `value`; after a crash either the old or the new content is there.
pub fn write<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    beside(path, value)?.persist(path).map_err(|error| error.error)?;
    sync_folder(path)
}

/// Creates `path` with `value`; `false` if it exists already. Of two that try, exactly one
/// succeeds.
#[cfg(target_os = "linux")]
pub fn create<T: Serialize>(path: &Path, value: &T) -> io::Result<bool> {
    match beside(path, value)?.persist_noclobber(path) {
        Ok(_) => sync_folder(path).map(|()| true),
        Err(error) if error.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(error) => Err(error.error),
    }
}

/// The content of `path`; `None` if it does not exist.
pub fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::from),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn folder_of(path: &Path) -> &Path {
    path.parent().unwrap_or(Path::new("."))
}

fn beside<T: Serialize>(path: &Path, value: &T) -> io::Result<tempfile::NamedTempFile> {
    let mut file = tempfile::NamedTempFile::new_in(folder_of(path))?;
    file.write_all(&serde_json::to_vec_pretty(value)?)?;
    file.as_file().sync_all()?;
    Ok(file)
}

fn sync_folder(path: &Path) -> io::Result<()> {
    // A folder cannot be opened for syncing everywhere; there the rename alone must do.
    fs::File::open(folder_of(path)).map_or(Ok(()), |folder| folder.sync_all())
}
