//! Small text files of this computer. Grants: `files.read:<path mask>`, and to change them
//! `files.write:<path mask>`.
//!
//! A path is absolute and has no `.` and no `..`; nothing on its way may be a symbolic link.

use crate::{
    Error,
    bindings::bindery::runbook::{files as host, files_admin as admin},
    failure::call,
};

pub use host::{Entry, EntryKind, TextFile};

/// Reads a file of at most 1 MiB.
///
/// # Errors
/// `NotFound` if it is not there; `InvalidArguments` if it is no UTF-8 text.
pub fn read(path: &str) -> Result<TextFile, Error> {
    call(|| host::read(path))
}

/// What is in a folder, by name; at most 10,000 entries.
pub fn list(path: &str) -> Result<Vec<Entry>, Error> {
    call(|| host::list(path))
}

/// Replaces a file by `text`, or makes it, as one step: a reader sees the old text or the new one.
/// Its folder must be there. A file that is replaced keeps its permissions and its owner; one that
/// is made is the agent's alone.
///
/// ```no_run
/// bindery_sdk::files::write("/etc/motd", "Patched on Sunday.\n")?;
/// # Ok::<(), bindery_sdk::Error>(())
/// ```
pub fn write(path: &str, text: &str) -> Result<(), Error> {
    call(|| admin::write(path, text))
}

/// Removes a file. One that is not there is no error.
pub fn remove(path: &str) -> Result<(), Error> {
    call(|| admin::remove(path))
}
