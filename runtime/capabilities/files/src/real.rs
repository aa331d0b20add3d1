//! The disk of this computer.
//!
//! A path is resolved by the kernel in one call that follows no symbolic link; what is done then is
//! done to a name in the folder that was found, whoever changes the way to it meanwhile.

use crate::{
    disk::{self, Disk, Entry, EntryKind, Key, TextFile, missing, unfit},
    path::Plain,
};
use bindery_core::{
    code::{Code, Failure},
    limit,
    text::shown,
};
use jiff::Timestamp;
use rustix::{
    fs::{self, AtFlags, CWD, Dir, FileType, Mode, OFlags, ResolveFlags, Stat, XattrFlags},
    io::Errno,
};
use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    os::fd::{AsFd, OwnedFd},
};

/// What belongs to a file's permissions beside mode and owner.
const ATTRIBUTES: [&str; 2] = ["system.posix_acl_access", "security.selinux"];

/// The disk of this computer.
#[derive(Debug, Clone, Copy, Default)]
pub struct Real;

#[async_trait::async_trait]
impl Disk for Real {
    async fn read(&self, path: Plain<'_>) -> Result<TextFile, Failure> {
        aside(path, read).await
    }

    async fn list(&self, path: Plain<'_>) -> Result<Vec<Entry>, Failure> {
        aside(path, list).await
    }

    async fn write(&self, path: Plain<'_>, text: &str, key: Key) -> Result<(), Failure> {
        let text = text.to_owned();
        aside(path, move |path| write(path, &text, key)).await
    }

    async fn remove(&self, path: Plain<'_>) -> Result<(), Failure> {
        aside(path, remove).await
    }
}

/// Does `work` where it may block.
async fn aside<T: Send + 'static>(
    path: Plain<'_>,
    work: impl FnOnce(Plain<'_>) -> Result<T, Failure> + Send + 'static,
) -> Result<T, Failure> {
    let text = path.text().to_owned();
    let done = tokio::task::spawn_blocking(move || work(Plain::new(&text)?)).await;
    done.map_err(|error| Failure::new(Code::Internal, format!("a file operation: {error}")))?
}

fn read(path: Plain<'_>) -> Result<TextFile, Failure> {
    let (folder, name) = path.file()?;
    let failed = |error| refuse(path.text(), error);
    let folder = open_folder(folder, path.text())?;
    // Merely opening a device can do something, and opening a pipe waits.
    regular(&stat(&folder, name).map_err(failed)?, path.text())?;
    let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::NOCTTY;
    let file = fs::openat(&folder, name, flags | OFlags::CLOEXEC, Mode::empty()).map_err(failed)?;
    let about = fs::fstat(&file).map_err(failed)?;
    regular(&about, path.text())?;
    let size = u64::try_from(about.st_size).unwrap_or_default();
    disk::check_bytes(path.text(), size)?;
    // It may grow meanwhile, and files of the kernel say that they are empty.
    let mut bytes = vec![];
    let most = limit::FILE_BYTES as u64 + 1;
    File::from(file).take(most).read_to_end(&mut bytes).map_err(|e| wrong(path.text(), &e))?;
    disk::check_bytes(path.text(), bytes.len() as u64)?;
    let text = String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        unfit(path.text(), &format!("is no UTF-8 text: look at its byte {at}"))
    })?;
    Ok(TextFile { text, modified: modified(&about) })
}

fn list(path: Plain<'_>) -> Result<Vec<Entry>, Failure> {
    let failed = |error| refuse(path.text(), error);
    let folder = open_folder(path.text(), path.text())?;
    let mut entries = vec![];
    for found in Dir::read_from(&folder).map_err(failed)? {
        let found = found.map_err(failed)?;
        let name = found.file_name();
        if [c".", c".."].contains(&name) {
            continue;
        }
        let about = match stat(&folder, name) {
            // Somebody removed it meanwhile.
            Err(Errno::NOENT) => continue,
            about => about.map_err(failed)?,
        };
        let kind = match FileType::from_raw_mode(about.st_mode) {
            FileType::RegularFile => EntryKind::File,
            FileType::Directory => EntryKind::Folder,
            _ => EntryKind::Other,
        };
        let size = || u64::try_from(about.st_size).unwrap_or_default();
        entries.push(Entry {
            name: name.to_string_lossy().into_owned(),
            kind,
            bytes: (kind == EntryKind::File).then(size),
            modified: modified(&about),
        });
        disk::check_entries(path.text(), entries.len())?;
    }
    entries.sort_by(|a, b| a.name.cmp(&b.name));
    Ok(entries)
}

fn write(path: Plain<'_>, text: &str, key: Key) -> Result<(), Failure> {
    let (folder, name) = path.file()?;
    let failed = |error| refuse(path.text(), error);
    let folder = open_folder(folder, path.text())?;
    let old = match stat(&folder, name) {
        Err(Errno::NOENT) => None,
        about => Some(about.map_err(failed)?),
    };
    if let Some(about) = &old {
        regular(about, path.text())?;
    }
    let new = format!(".bindery-{}-{}", key.job, key.sequence);
    // One that an agent left there that did not end this change.
    match fs::unlinkat(&folder, &new, AtFlags::empty()) {
        Err(error) if error != Errno::NOENT => return Err(failed(error)),
        _ => {}
    }
    let done = fill(&folder, &new, text, old.as_ref().map(|about| (name, about)))
        .and_then(|()| fs::renameat(&folder, &new, &folder, name).map_err(io::Error::from))
        .and_then(|()| fs::fsync(&folder).map_err(io::Error::from));
    if let Err(error) = done {
        // It is of no use to anybody; after a rename it is not there.
        let _removed = fs::unlinkat(&folder, &new, AtFlags::empty());
        return Err(wrong(path.text(), &error));
    }
    Ok(())
}

/// Makes the file `new`, with the permissions and the owner of the one that it will replace.
fn fill(folder: &OwnedFd, new: &str, text: &str, old: Option<(&str, &Stat)>) -> io::Result<()> {
    let flags = OFlags::WRONLY | OFlags::CREATE | OFlags::EXCL | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let mut file = File::from(fs::openat(folder, new, flags, Mode::RUSR | Mode::WUSR)?);
    file.write_all(text.as_bytes())?;
    if let Some((name, about)) = old {
        let made = fs::fstat(&file)?;
        if (made.st_uid, made.st_gid) != (about.st_uid, about.st_gid) {
            let owner = (fs::Uid::from_raw(about.st_uid), fs::Gid::from_raw(about.st_gid));
            fs::fchown(&file, Some(owner.0), Some(owner.1))?;
        }
        fs::fchmod(&file, Mode::from_raw_mode(about.st_mode))?;
        let flags = OFlags::RDONLY | OFlags::NOFOLLOW | OFlags::NONBLOCK | OFlags::CLOEXEC;
        // One that may be replaced and not be read has its mode and owner alone.
        if let Ok(old) = fs::openat(folder, name, flags, Mode::empty()) {
            ATTRIBUTES.iter().try_for_each(|attribute| copy(&old, &file, attribute))?;
        }
    }
    file.sync_all()
}

fn copy(from: impl AsFd, to: impl AsFd, attribute: &str) -> io::Result<()> {
    let mut value = vec![0; 64 << 10];
    match fs::fgetxattr(from, attribute, &mut value[..]) {
        Ok(bytes) => Ok(fs::fsetxattr(to, attribute, &value[..bytes], XattrFlags::empty())?),
        Err(Errno::NODATA | Errno::NOTSUP) => Ok(()),
        Err(error) => Err(error.into()),
    }
}

fn remove(path: Plain<'_>) -> Result<(), Failure> {
    let (folder, name) = path.file()?;
    let failed = |error| refuse(path.text(), error);
    let folder = match open_folder(folder, path.text()) {
        Err(failure) if failure.code == Code::NotFound => return Ok(()),
        folder => folder?,
    };
    match stat(&folder, name) {
        Err(Errno::NOENT) => return Ok(()),
        about => regular(&about.map_err(failed)?, path.text())?,
    }
    match fs::unlinkat(&folder, name, AtFlags::empty()) {
        Ok(()) | Err(Errno::NOENT) => fs::fsync(&folder).map_err(failed),
        Err(error) => Err(failed(error)),
    }
}

/// The folder `folder`, on the way to `path`.
fn open_folder(folder: &str, path: &str) -> Result<OwnedFd, Failure> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    fs::openat2(CWD, folder, flags, Mode::empty(), ResolveFlags::NO_SYMLINKS)
        .map_err(|error| refuse(path, error))
}

fn stat(folder: &OwnedFd, name: impl rustix::path::Arg) -> Result<Stat, Errno> {
    fs::statat(folder, name, AtFlags::SYMLINK_NOFOLLOW)
}

fn regular(about: &Stat, path: &str) -> Result<(), Failure> {
    match FileType::from_raw_mode(about.st_mode) {
        FileType::RegularFile => Ok(()),
        FileType::Directory => Err(unfit(path, "is a folder, and no file")),
        FileType::Symlink => Err(unfit(path, "is a symbolic link, which is not followed")),
        _ => Err(unfit(path, "is no regular file")),
    }
}

fn modified(about: &Stat) -> Timestamp {
    let nanoseconds = i32::try_from(about.st_mtime_nsec).unwrap_or_default();
    Timestamp::new(about.st_mtime, nanoseconds).unwrap_or_default()
}

fn refuse(path: &str, error: Errno) -> Failure {
    wrong(path, &error.into())
}

/// What the kernel says about `path`.
fn wrong(path: &str, error: &io::Error) -> Failure {
    let reason = Errno::from_io_error(error);
    let code = match reason {
        Some(Errno::NOENT) => return missing(path),
        Some(Errno::LOOP) => {
            return unfit(path, "has a symbolic link on its way, which is not followed");
        }
        Some(Errno::NOTDIR) => return unfit(path, "leads through something that is no folder"),
        Some(Errno::NAMETOOLONG) => Code::InvalidArguments,
        Some(Errno::ACCESS | Errno::PERM | Errno::ROFS) => Code::RefusedByComputer,
        Some(Errno::NOSPC | Errno::DQUOT) => Code::DiskFull,
        // `openat2` came with Linux 5.6.
        Some(Errno::NOSYS) => Code::NotYet,
        _ => Code::Internal,
    };
    Failure::new(code, format!("`{}`: {error}", shown(path)))
}
