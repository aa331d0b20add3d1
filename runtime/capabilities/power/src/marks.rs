//! What is remembered of reboots across them: one small file per job, whole or absent.
//!
//! ```text
//! <folder>/<job>.json    every reboot that the job asked for: sequence, boot before, time
//! ```

use bindery_core::id::JobId;
use jiff::Timestamp;
use serde::{Deserialize, Serialize, de::DeserializeOwned};
use std::{
    fs::{self, File},
    io,
    io::Write as _,
    path::{Path, PathBuf},
};

/// Jobs whose reboots are remembered; the oldest are forgotten first.
const JOBS: usize = 1_000;

/// One reboot that was asked for.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Mark {
    /// The operation in the job's journal.
    pub(crate) sequence: u64,
    /// The boot that it was asked in.
    pub(crate) boot_before: String,
    /// When.
    pub(crate) at: Timestamp,
}

/// The folder of marks.
#[derive(Debug)]
pub(crate) struct Marks(PathBuf);

impl Marks {
    /// The marks in `folder`, which is made.
    pub(crate) fn open(folder: PathBuf) -> io::Result<Self> {
        fs::create_dir_all(&folder)?;
        Ok(Self(folder))
    }

    /// What `job` asked for so far, oldest first.
    pub(crate) fn of(&self, job: JobId) -> io::Result<Vec<Mark>> {
        Ok(read(&self.path(job))?.unwrap_or_default())
    }

    /// Remembers `mark`, durably, instead of another one of the same operation.
    pub(crate) fn put(&self, job: JobId, mark: Mark) -> io::Result<()> {
        let mut marks = self.of(job)?;
        if marks.is_empty() {
            self.forget_oldest()?;
        }
        marks.retain(|held| held.sequence != mark.sequence);
        marks.push(mark);
        write(&self.path(job), &marks)
    }

    fn path(&self, job: JobId) -> PathBuf {
        self.0.join(format!("{job}.json"))
    }

    /// Makes room for one more job. A job's id begins with its time, so names sort by age.
    fn forget_oldest(&self) -> io::Result<()> {
        let entries = fs::read_dir(&self.0)?.collect::<io::Result<Vec<_>>>()?;
        let mut paths: Vec<_> = entries.iter().map(fs::DirEntry::path).collect();
        paths.sort();
        let surplus = (paths.len() + 1).saturating_sub(JOBS);
        paths.iter().take(surplus).try_for_each(fs::remove_file)
    }
}

/// Replaces `path` by `value`; after a crash either the old or the new content is there.
pub(crate) fn write<T: Serialize>(path: &Path, value: &T) -> io::Result<()> {
    let folder = path.parent().unwrap_or(Path::new("."));
    let mut file = tempfile::NamedTempFile::new_in(folder)?;
    file.write_all(&serde_json::to_vec(value)?)?;
    file.as_file().sync_all()?;
    file.persist(path).map_err(|error| error.error)?;
    // A folder cannot be opened for syncing everywhere; there the rename alone must do.
    File::open(folder).map_or(Ok(()), |folder| folder.sync_all())
}

/// The content of `path`; `None` if it does not exist.
pub(crate) fn read<T: DeserializeOwned>(path: &Path) -> io::Result<Option<T>> {
    match fs::read(path) {
        Ok(bytes) => serde_json::from_slice(&bytes).map(Some).map_err(io::Error::from),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mark(sequence: u64) -> Mark {
        Mark { sequence, boot_before: "b".into(), at: Timestamp::UNIX_EPOCH }
    }

    fn job(number: u16) -> JobId {
        let mut bytes = [0; 16];
        bytes[..2].copy_from_slice(&number.to_be_bytes());
        JobId::from_bytes(bytes)
    }

    #[test]
    fn a_mark_replaces_the_one_of_the_same_operation() {
        let folder = tempfile::tempdir().expect("a folder");
        let marks = Marks::open(folder.path().join("deep/reboots")).expect("made");
        assert_eq!(marks.of(job(1)).expect("read"), []);
        for sequence in [4, 9, 4] {
            marks.put(job(1), mark(sequence)).expect("written");
        }
        assert_eq!(marks.of(job(1)).expect("read"), [mark(9), mark(4)]);
    }

    #[test]
    fn the_oldest_jobs_are_forgotten_first() {
        let folder = tempfile::tempdir().expect("a folder");
        let marks = Marks::open(folder.path().to_owned()).expect("made");
        for number in 0..JOBS as u16 {
            File::create(marks.path(job(number))).expect("made");
        }
        marks.put(job(JOBS as u16), mark(1)).expect("written");
        assert!(!marks.path(job(0)).exists() && marks.path(job(1)).exists());
        assert_eq!(fs::read_dir(folder.path()).expect("files").count(), JOBS);
    }
}
