//! What stands behind the operations: a computer's disk, or what looks like one.

use crate::path::Plain;
use bindery_core::{
    code::{Code, Failure},
    id::JobId,
    limit,
    text::shown,
};
use jiff::Timestamp;
use serde::Serialize;

/// The content of a text file.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct TextFile {
    /// The text.
    pub text: String,
    /// When it was last written.
    pub modified: Timestamp,
}

/// What something in a folder is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
pub enum EntryKind {
    /// A regular file.
    File,
    /// A folder.
    Folder,
    /// A symbolic link, a pipe, a socket, a device.
    Other,
}

/// Something in a folder.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Entry {
    /// Its name; what is no UTF-8 is replaced.
    pub name: String,
    /// What it is.
    pub kind: EntryKind,
    /// The size of a file, in bytes.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub bytes: Option<u64>,
    /// When it was last written.
    pub modified: Timestamp,
}

/// One change of a job; the same change that is made again has the same key.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Key {
    /// The job.
    pub job: JobId,
    /// The entry of its journal.
    pub sequence: u64,
}

/// A disk. Of whatever it is asked, a failure names the path and the reason.
#[async_trait::async_trait]
pub trait Disk: Send + Sync + 'static {
    /// The file at `path`: `NotFound`, `TooLarge`, or `InvalidArguments` for what is no text file.
    async fn read(&self, path: Plain<'_>) -> Result<TextFile, Failure>;

    /// What is in the folder at `path`, by name.
    async fn list(&self, path: Plain<'_>) -> Result<Vec<Entry>, Failure>;

    /// Replaces the file at `path`, or makes it, as one step.
    async fn write(&self, path: Plain<'_>, text: &str, key: Key) -> Result<(), Failure>;

    /// Removes the file at `path`, if it is there.
    async fn remove(&self, path: Plain<'_>) -> Result<(), Failure>;
}

/// That there is nothing at `path`.
pub fn missing(path: &str) -> Failure {
    Failure::new(Code::NotFound, format!("`{}` is not there", shown(path)))
}

/// That `path` is not what the operation is for.
pub fn unfit(path: &str, reason: &str) -> Failure {
    Failure::new(Code::InvalidArguments, format!("`{}` {reason}", shown(path)))
}

/// That a file has more bytes than it may.
pub fn check_bytes(path: &str, bytes: u64) -> Result<(), Failure> {
    let most = limit::FILE_BYTES;
    if bytes <= most as u64 {
        return Ok(());
    }
    let message = format!("`{}` has {bytes} bytes; at most {most} (FILE_BYTES)", shown(path));
    Err(Failure::new(Code::TooLarge, message))
}

/// That a folder has more in it than may be listed.
pub fn check_entries(path: &str, entries: usize) -> Result<(), Failure> {
    let most = limit::FOLDER_ENTRIES;
    if entries <= most {
        return Ok(());
    }
    let message = format!("`{}` has more than {most} entries (FOLDER_ENTRIES)", shown(path));
    Err(Failure::new(Code::TooLarge, message))
}
