//! The disk of a simulated computer: text files in memory, which survive every worker.

use crate::clock::VirtualClock;
use bindery_capability_files::{
    disk::{self, Disk, Entry, EntryKind, Key, TextFile, missing, unfit},
    path::Plain,
};
use bindery_core::code::Failure;
use jiff::Timestamp;
use parking_lot::Mutex;
use std::collections::{BTreeMap, BTreeSet};

/// Text files, by path.
pub struct SimulatedDisk {
    clock: VirtualClock,
    started_at: Timestamp,
    state: Mutex<State>,
}

#[derive(Default)]
struct State {
    files: BTreeMap<String, TextFile>,
    folders: BTreeSet<String>,
    changed: BTreeSet<String>,
}

impl SimulatedDisk {
    /// A disk with these files, each of which has its folders; a path with `/` at its end is a
    /// folder alone.
    pub fn new(files: &BTreeMap<String, String>, clock: VirtualClock) -> Self {
        let (started_at, mut state) = (clock.now(), State::default());
        state.folders.insert("/".into());
        for (path, text) in files {
            let folders = path.match_indices('/').map(|(at, _)| path[..at].to_owned());
            state.folders.extend(folders.filter(|folder| !folder.is_empty()));
            if !path.ends_with('/') {
                let file = TextFile { text: text.clone(), modified: started_at };
                state.files.insert(path.clone(), file);
            }
        }
        Self { clock, started_at, state: Mutex::new(state) }
    }

    /// The files that were written or removed: their text in the end, none where they are gone.
    pub fn changed(&self) -> Vec<(String, Option<String>)> {
        let state = self.state.lock();
        let text = |path: &String| state.files.get(path).map(|file| file.text.clone());
        state.changed.iter().map(|path| (path.clone(), text(path))).collect()
    }
}

impl State {
    /// That `path` can be a file here.
    fn check_file(&self, path: Plain<'_>) -> Result<(), Failure> {
        let (folder, _) = path.file()?;
        if self.folders.contains(path.text()) {
            return Err(unfit(path.text(), "is a folder, and no file"));
        }
        let mut ways = folder.match_indices('/').map(|(at, _)| &folder[..at]).chain([folder]);
        if ways.any(|way| self.files.contains_key(way)) {
            return Err(unfit(path.text(), "leads through something that is no folder"));
        }
        Ok(())
    }
}

#[async_trait::async_trait]
impl Disk for SimulatedDisk {
    async fn read(&self, path: Plain<'_>) -> Result<TextFile, Failure> {
        let state = self.state.lock();
        state.check_file(path)?;
        let file = state.files.get(path.text()).ok_or_else(|| missing(path.text()))?;
        disk::check_bytes(path.text(), file.text.len() as u64)?;
        Ok(file.clone())
    }

    async fn list(&self, path: Plain<'_>) -> Result<Vec<Entry>, Failure> {
        let state = self.state.lock();
        if state.files.contains_key(path.text()) {
            return Err(unfit(path.text(), "leads through something that is no folder"));
        }
        if !state.folders.contains(path.text()) {
            return Err(missing(path.text()));
        }
        let below = if path.text() == "/" { "/".into() } else { format!("{}/", path.text()) };
        let name = |path: &str| {
            let name = path.strip_prefix(&below)?;
            (!name.is_empty() && !name.contains('/')).then(|| name.to_owned())
        };
        let folder = |path: &String| {
            let (kind, modified) = (EntryKind::Folder, self.started_at);
            Some(Entry { name: name(path)?, kind, bytes: None, modified })
        };
        let file = |(path, file): (&String, &TextFile)| {
            let (kind, bytes) = (EntryKind::File, Some(file.text.len() as u64));
            Some(Entry { name: name(path)?, kind, bytes, modified: file.modified })
        };
        let folders = state.folders.iter().filter_map(folder);
        let mut entries: Vec<_> = folders.chain(state.files.iter().filter_map(file)).collect();
        disk::check_entries(path.text(), entries.len())?;
        entries.sort_by(|a, b| a.name.cmp(&b.name));
        Ok(entries)
    }

    async fn write(&self, path: Plain<'_>, text: &str, _key: Key) -> Result<(), Failure> {
        let state = &mut *self.state.lock();
        state.check_file(path)?;
        if !state.folders.contains(path.file()?.0) {
            return Err(missing(path.text()));
        }
        let file = TextFile { text: text.to_owned(), modified: self.clock.now() };
        state.files.insert(path.text().to_owned(), file);
        state.changed.insert(path.text().to_owned());
        Ok(())
    }

    async fn remove(&self, path: Plain<'_>) -> Result<(), Failure> {
        let state = &mut *self.state.lock();
        state.check_file(path)?;
        if state.files.remove(path.text()).is_some() {
            state.changed.insert(path.text().to_owned());
        }
        Ok(())
    }
}
