//! Segments: the files of the log, `00000001.journal` and up. Only the last one is written.
//!
//! ```text
//!   head | frame | frame | mark | frame | ... | mark                  an earlier segment
//!   head | frame | frame | mark | frame | torn |                      the last one, after a crash
//! ```
//! A mark follows each sync. So a place that is not whole, with a mark anywhere behind it, was whole
//! when it was synced: that is damage. Without one it belongs to the last writes, which nobody was
//! told of: a disk may have kept any part of them, the later and not the earlier. They are cut off
//! there. Every segment but the last ends with a mark.
//!
//! See decision 0009 for what this cannot tell.

pub(crate) mod current;
mod head;

use crate::frame::{self, Frame, Position, Read};
pub(crate) use head::{BYTES as HEAD_BYTES, Head, VERSION};
use std::{
    fs::{self, OpenOptions},
    io::{self, Seek as _, SeekFrom, Write as _},
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

/// How far a segment can be read.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Found {
    /// To the end of what was written.
    Sound(End),
    /// To writes that nobody was told of: so many bytes of them are there.
    Torn(End, u64),
    /// It has not even its head: nothing was ever written behind it.
    Begun,
    /// To a place where something was synced that is not there any more.
    Damaged,
    /// Not at all: it is of another format.
    Format(u32),
}

/// The end of the whole frames of a segment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct End {
    position: Position,
    /// Whether the last frame is a mark.
    marked: bool,
}

/// Reads a segment out of its `bytes`, and hands its whole frames and where they lie to `take`.
pub(crate) fn read(bytes: &[u8], last: bool, mut take: impl FnMut(Frame<'_>, Range<u64>)) -> Found {
    let salt = match Head::read(bytes) {
        Head::Salt(salt) => salt,
        Head::Format(version) => return Found::Format(version),
        // It is synced before anything is written behind it.
        Head::NotWhole if last && bytes.iter().skip(HEAD_BYTES).all(|byte| *byte == 0) => {
            return Found::Begun;
        }
        Head::NotWhole => return Found::Damaged,
    };
    let (mut at, mut marked) = (HEAD_BYTES, false);
    let position = |at: usize| Position { salt, offset: at as u64 };
    while let Read::Whole(frame, size) = frame::read(&bytes[at..], position(at)) {
        marked = frame == Frame::Mark;
        take(frame, at as u64..(at + size) as u64);
        at += size;
    }
    let end = End { position: position(at), marked };
    let rest = &bytes[at..];
    // Behind what is written there may be zeros, always.
    let torn = rest.iter().rposition(|byte| *byte != 0).map_or(0, |last| last + 1);
    match (last, torn) {
        (false, 0) if marked => Found::Sound(end),
        (false, _) => Found::Damaged,
        (true, 0) => Found::Sound(end),
        (true, _) if frame::has_mark(rest, position(at)) => Found::Damaged,
        (true, torn) => Found::Torn(end, torn as u64),
    }
}

/// Cuts segment `number` at the end of its whole frames and syncs these: a process that was killed
/// may have written them and not synced, and from now on they count.
pub(crate) fn settle(folder: &Path, number: u64, end: End) -> io::Result<()> {
    let mut file = OpenOptions::new().write(true).open(path(folder, number))?;
    file.set_len(end.position.offset)?;
    file.sync_all()?;
    if !end.marked {
        let mut mark = vec![];
        frame::write(Frame::Mark, end.position, &mut mark);
        file.seek(SeekFrom::Start(end.position.offset))?;
        file.write_all(&mark)?;
        file.sync_all()?;
    }
    Ok(())
}
