//! A private key in a file: a line that says what it is, and the seed in hex.
//!
//! A key file is never overwritten, and on Unix never readable by others than its owner.

use crate::key::SigningKey;
use std::{
    fs::File,
    io::{self, Read, Write},
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// The first line of a key file.
const HEADER: &str = "bindery-ed25519-private-key";
/// More than a key file can have, in bytes.
const FILE_BYTES: u64 = 1024;

/// Why a key could not be saved.
#[derive(Debug, thiserror::Error)]
pub enum SaveError {
    /// There is a file already, and keys are not overwritten.
    #[error("`{path}` exists already; a key is never overwritten")]
    Exists {
        /// Where the key was to go.
        path: PathBuf,
    },
    /// The file system refuses.
    #[error("failed to write the key to `{path}`")]
    Write {
        /// Where the key was to go.
        path: PathBuf,
        /// What the file system says.
        #[source]
        source: io::Error,
    },
}

/// Why a key could not be loaded.
#[derive(Debug, thiserror::Error)]
pub enum LoadError {
    /// The file system refuses.
    #[error("failed to read the key from `{path}`")]
    Read {
        /// Where the key was to be.
        path: PathBuf,
        /// What the file system says.
        #[source]
        source: io::Error,
    },
    /// Others may read the file, so the key may be known.
    #[error("`{path}` can be read by others (mode {mode:o}); a key file must have mode 600")]
    Exposed {
        /// The key file.
        path: PathBuf,
        /// Its mode bits.
        mode: u32,
    },
    /// The file holds something else.
    #[error("`{path}` is not a private key (expected `{header}` and 64 hex digits)")]
    Form {
        /// The file.
        path: PathBuf,
        /// What its first line would be.
        header: &'static str,
    },
}

/// Writes `key` to a new file at `path` that only its owner can read.
pub fn save(key: &SigningKey, path: &Path) -> Result<(), SaveError> {
    save_secret(HEADER, &key.seed(), path)
}

/// Reads the key at `path`; a file that others can read is refused.
pub fn load(path: &Path) -> Result<SigningKey, LoadError> {
    Ok(SigningKey::from_seed(*load_secret(HEADER, path)?))
}

/// The same as [`save`] for 32 bytes of another purpose, which `header` names.
pub fn save_secret(header: &str, secret: &[u8; 32], path: &Path) -> Result<(), SaveError> {
    let failed = |source: io::Error| match source.kind() {
        io::ErrorKind::AlreadyExists => SaveError::Exists { path: path.to_owned() },
        _ => SaveError::Write { path: path.to_owned(), source },
    };
    let digits = Zeroizing::new(hex::encode(secret));
    let text = Zeroizing::new(format!("{header}\n{}\n", digits.as_str()));
    let mut file = create(path).map_err(failed)?;
    file.write_all(text.as_bytes()).and_then(|()| file.sync_all()).map_err(failed)
}

/// The same as [`load`] for what [`save_secret`] wrote.
pub fn load_secret(header: &'static str, path: &Path) -> Result<Zeroizing<[u8; 32]>, LoadError> {
    let failed = |source| LoadError::Read { path: path.to_owned(), source };
    let file = File::open(path).map_err(failed)?;
    let mode = mode(&file).map_err(failed)?;
    if mode & 0o077 != 0 {
        return Err(LoadError::Exposed { path: path.to_owned(), mode });
    }
    let mut text = Zeroizing::new(String::with_capacity(FILE_BYTES as usize));
    file.take(FILE_BYTES).read_to_string(&mut text).map_err(failed)?;
    parse(header, &text).ok_or_else(|| LoadError::Form { path: path.to_owned(), header })
}

fn parse(header: &str, text: &str) -> Option<Zeroizing<[u8; 32]>> {
    let mut lines = text.lines();
    let (first, digits, rest) = (lines.next()?, lines.next()?, lines.next());
    if first != header || rest.is_some() {
        return None;
    }
    let mut seed = Zeroizing::new([0; 32]);
    hex::decode_to_slice(digits, seed.as_mut_slice()).ok()?;
    Some(seed)
}

#[cfg(unix)]
fn create(path: &Path) -> io::Result<File> {
    use std::os::unix::fs::OpenOptionsExt;
    File::options().write(true).create_new(true).mode(0o600).open(path)
}

#[cfg(not(unix))]
fn create(path: &Path) -> io::Result<File> {
    File::create_new(path)
}

/// The permission bits of the file.
#[cfg(unix)]
fn mode(file: &File) -> io::Result<u32> {
    use std::os::unix::fs::PermissionsExt;
    Ok(file.metadata()?.permissions().mode() & 0o777)
}

/// No permission bits here: the folder's access list decides who may read.
#[cfg(not(unix))]
fn mode(_file: &File) -> io::Result<u32> {
    Ok(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder() -> tempfile::TempDir {
        tempfile::tempdir().expect("a folder")
    }

    #[test]
    fn a_key_survives_its_file() {
        let folder = folder();
        let path = folder.path().join("key");
        let key = SigningKey::from_seed([7; 32]);
        save(&key, &path).expect("written");
        let again = load(&path).expect("read");
        assert_eq!(again.public_key(), key.public_key());
        let text = std::fs::read_to_string(&path).expect("text");
        assert_eq!(text, format!("bindery-ed25519-private-key\n{}\n", "07".repeat(32)));
    }

    #[test]
    fn a_key_is_never_overwritten() {
        let folder = folder();
        let path = folder.path().join("key");
        save(&SigningKey::from_seed([7; 32]), &path).expect("written");
        let refusal = save(&SigningKey::from_seed([8; 32]), &path).expect_err("exists");
        assert!(matches!(refusal, SaveError::Exists { .. }), "{refusal}");
    }

    #[cfg(unix)]
    #[test]
    fn a_key_file_is_its_owners_alone() {
        use std::{fs, os::unix::fs::PermissionsExt};
        let folder = folder();
        let path = folder.path().join("key");
        save(&SigningKey::from_seed([7; 32]), &path).expect("written");
        assert_eq!(fs::metadata(&path).expect("there").permissions().mode() & 0o777, 0o600);
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).expect("changed");
        assert!(matches!(load(&path), Err(LoadError::Exposed { mode: 0o640, .. })));
    }

    #[test]
    fn other_files_are_not_keys() {
        let seed = "07".repeat(32);
        for text in [
            String::new(),
            seed.clone(),
            format!("bindery-ed25519-private-key\n{}", &seed[2..]),
            format!("bindery-ed25519-private-key\n{seed}\nmore"),
            format!("some-other-key\n{seed}\n"),
        ] {
            assert!(parse(HEADER, &text).is_none(), "{text:?}");
        }
    }
}
