//! Removing folders of what ended long ago, so that their parent does not grow for ever.

use std::{ffi::OsStr, fs, io, path::Path};

/// What is being removed begins so. It takes a folder away at once: half of one would look like
/// something that was cut off.
const REMOVED: &str = ".removed-";

/// Removes every folder of `parent` that is `old`.
pub fn prune(parent: &Path, old: impl Fn(&Path) -> io::Result<bool>) -> io::Result<()> {
    for entry in fs::read_dir(parent)? {
        let (entry, removed) = (entry?, OsStr::new(REMOVED));
        let path = entry.path();
        if entry.file_name().as_encoded_bytes().starts_with(removed.as_encoded_bytes()) {
            fs::remove_dir_all(path)?;
        } else if old(&path)? {
            remove(&path)?;
        }
    }
    Ok(())
}

/// Removes the folder at `path`, wholly or, after a crash, by the next [`prune`].
pub fn remove(path: &Path) -> io::Result<()> {
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let aside = path.with_file_name(format!("{REMOVED}{name}"));
    if aside.exists() {
        fs::remove_dir_all(&aside)?;
    }
    fs::rename(path, &aside)?;
    fs::remove_dir_all(aside)
}
