//! Recovery: copies what can be read, and whose CRC holds, into a fresh database.
//!
//! The damaged one is never written to and never deleted: it is kept beside, renamed. Index
//! entries are not copied but made anew from the documents and rows.

use crate::{
    documents::Stored,
    key, log,
    mark::{self, Mark, Missing},
    open::{Fault, OpenError, database, guard, lock, write_version},
    value,
};
use bindery_store::{file_blobs::sync_folder, log::Row};
use std::{
    fs, io,
    path::{Path, PathBuf},
};

/// Keys and values that are written together.
const CHUNK: usize = 1_000;
/// Read errors after which the rest of a database is given up.
const READ_ERRORS: usize = 100;

/// What a recovery found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecoverReport {
    /// Documents that were copied.
    pub documents: u64,
    /// Rows of the log that were copied.
    pub rows: u64,
    /// What was lost, in words. Lost index entries are not named: they were made anew.
    pub lost: Vec<String>,
    /// Where the damaged database is kept.
    pub kept: PathBuf,
}

/// Recovers the data folder at `path`, which no process may have open. Blocks meanwhile, and needs
/// room for two more copies. After an error the folder is as it was.
pub fn recover(path: impl AsRef<Path>) -> Result<RecoverReport, OpenError> {
    let path = path.as_ref();
    let _lock = lock(path)?;
    rescue(path).map_err(|fault| fault.at(path))
}

fn rescue(path: &Path) -> Result<RecoverReport, Fault> {
    let (damaged, copy, fresh) = (path.join("db"), path.join("db.copy"), path.join("db.recovered"));
    remove(&fresh)?;
    let source = readable(&damaged, &copy)?;
    let mut report = RecoverReport { documents: 0, rows: 0, lost: Vec::new(), kept: free(path)? };
    let target = database(&fresh)?;
    write_version(&target)?;
    guard(|| pour(&source, &target, &mut report))?;
    if let Err(Missing(groups)) = Mark::open(path, mark::groups(&source)?)? {
        report.lost.push(format!("the last {groups} groups of writes"));
    }
    drop((source, target));
    mark::forget(path)?;
    fs::rename(&damaged, &report.kept)?;
    fs::rename(&fresh, &damaged)?;
    sync_folder(path)?;
    remove(&copy)?;
    Ok(report)
}

/// Opens a copy of the damaged database: as it is, or else without sled's snapshots, which it can
/// make again from its log.
fn readable(damaged: &Path, copy: &Path) -> Result<sled::Db, Fault> {
    duplicate(damaged, copy, |_| true)?;
    if let Ok(db) = database(copy) {
        return Ok(db);
    }
    duplicate(damaged, copy, |name| !name.starts_with("snap"))?;
    database(copy)
}

fn pour(source: &sled::Db, target: &sled::Db, report: &mut RecoverReport) -> Result<(), Fault> {
    let mut batch = sled::Batch::default();
    let (mut items, mut errors) = (0, 0);
    for item in source.iter() {
        let Ok((key, stored)) = item else {
            report.lost.push("a page that cannot be read".into());
            errors += 1;
            if errors == READ_ERRORS {
                break;
            }
            continue;
        };
        let Some(entries) = entries(&key, &stored, report) else { continue };
        for entry in entries {
            let sealed = value::seal(&entry, &[]);
            batch.insert(entry, sealed);
        }
        batch.insert(key, stored);
        items += 1;
        if items % CHUNK == 0 {
            target.apply_batch(std::mem::take(&mut batch))?;
        }
    }
    target.apply_batch(batch)?;
    target.flush()?;
    Ok(())
}

/// Counts a document or row, and gives the keys of its index entries; none for what is not copied.
fn entries(key: &[u8], stored: &[u8], report: &mut RecoverReport) -> Option<Vec<Vec<u8>>> {
    let kind = *key.first()?;
    if kind != key::DOCUMENT && kind != key::ROW {
        return None;
    }
    let body = value::open(key, stored).ok();
    let entries = body.and_then(|body| match kind {
        key::DOCUMENT => document_entries(key, body),
        _ => row_entries(key, body),
    });
    match (&entries, kind) {
        (None, _) => report.lost.push(key::describe(key)),
        (Some(_), key::DOCUMENT) => report.documents += 1,
        (Some(_), _) => report.rows += 1,
    }
    entries
}

fn document_entries(key: &[u8], body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let texts = key::parse(&key[1..])?;
    let [collection, id] = texts.as_slice() else { return None };
    let indexes = Stored::parse(body)?.indexes;
    Some(indexes.iter().map(|(index, value)| key::entry(collection, index, value, id)).collect())
}

fn row_entries(key: &[u8], body: &[u8]) -> Option<Vec<Vec<u8>>> {
    let texts = key::parse(&key[1..])?;
    let row: Row = serde_json::from_slice(body).ok()?;
    Some(log::prepare(texts.first()?, &row).ok()?.places)
}

/// The first name for the damaged database that is not taken.
fn free(path: &Path) -> io::Result<PathBuf> {
    let mut number = 1;
    loop {
        let name = path.join(format!("db.damaged-{number}"));
        if !name.try_exists()? {
            return Ok(name);
        }
        number += 1;
    }
}

fn duplicate(from: &Path, to: &Path, wanted: fn(&str) -> bool) -> io::Result<()> {
    remove(to)?;
    fs::create_dir_all(to)?;
    for entry in fs::read_dir(from)? {
        let entry = entry?;
        let target = to.join(entry.file_name());
        if entry.file_type()?.is_dir() {
            duplicate(&entry.path(), &target, |_| true)?;
        } else if wanted(&entry.file_name().to_string_lossy()) {
            fs::copy(entry.path(), target)?;
        }
    }
    Ok(())
}

fn remove(folder: &Path) -> io::Result<()> {
    if folder.try_exists()? { fs::remove_dir_all(folder) } else { Ok(()) }
}

impl From<io::Error> for Fault {
    fn from(error: io::Error) -> Self {
        Self::Io(error)
    }
}
