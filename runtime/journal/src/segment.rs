//! Segments: the files of the log, `00000001.journal` and up. Only the last one is written.

use crate::frame::{self, Frame, Read};
use std::{
    fs::{self, File, OpenOptions},
    io,
    ops::Range,
    path::{Path, PathBuf},
};

const SUFFIX: &str = "journal";

/// The file of segment `number`.
pub(crate) fn path(folder: &Path, number: u64) -> PathBuf {
    folder.join(format!("{number:08}.{SUFFIX}"))
}

/// The numbers of the segments in `folder`, in order.
pub(crate) fn list(folder: &Path) -> io::Result<Vec<u64>> {
    let mut numbers = vec![];
    for file in fs::read_dir(folder)? {
        let path = file?.path();
        let number = path.file_stem().and_then(|stem| stem.to_str()?.parse().ok());
        if let (Some(SUFFIX), Some(number)) = (path.extension().and_then(|e| e.to_str()), number) {
            numbers.push(number);
        }
    }
    numbers.sort_unstable();
    Ok(numbers)
}

/// Makes the file of a new segment, durably.
pub(crate) fn create(folder: &Path, number: u64) -> io::Result<File> {
    let file = OpenOptions::new().create_new(true).append(true).open(path(folder, number))?;
    File::open(folder)?.sync_all()?;
    Ok(file)
}

/// What a segment holds.
pub(crate) struct Content {
    /// The frames up to the first that is not whole, each with the bytes that it takes.
    pub(crate) frames: Vec<(Frame, Range<u64>)>,
    /// Bytes of these frames.
    pub(crate) whole: u64,
    /// Bytes behind them.
    pub(crate) rest: u64,
    /// Whether what is behind them is damage, not a torn last write.
    pub(crate) damaged: bool,
}

/// Reads segment `number`. A torn last write is no damage: nobody was told that it was there. Only
/// the `last` segment can have one, for every other was synced as a whole before the next began.
pub(crate) fn read(folder: &Path, number: u64, last: bool) -> io::Result<Content> {
    let bytes = fs::read(path(folder, number))?;
    let (mut frames, mut at) = (vec![], 0);
    while let Read::Whole(frame, size) = frame::read(&bytes[at..]) {
        frames.push((frame, at as u64..(at + size) as u64));
        at += size;
    }
    let rest = &bytes[at..];
    // A disk may have kept the later part of the last write and not the earlier; but behind what
    // was torn off there is never a whole frame.
    let whole = |from: usize| matches!(frame::read(&rest[from..]), Read::Whole(..));
    let damaged = !rest.is_empty() && (!last || (1..rest.len()).any(whole));
    Ok(Content { frames, whole: at as u64, rest: (bytes.len() - at) as u64, damaged })
}

/// Cuts segment `number` to its first `length` bytes and syncs them: a process that was killed may
/// have written them and not synced, and from now on they count.
pub(crate) fn settle(folder: &Path, number: u64, length: u64) -> io::Result<()> {
    let file = OpenOptions::new().write(true).open(path(folder, number))?;
    file.set_len(length)?;
    file.sync_all()
}
