//! The segment that is written: the last one.

use super::{HEAD_BYTES, Head, path};
use crate::frame::{self, Frame, Position};
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Seek as _, SeekFrom, Write as _},
    path::Path,
};

/// Bytes of zeros that are written ahead of the frames, at least and at most: a sync that overwrites
/// need not make the file system write down that the file has grown.
const AHEAD: [u64; 2] = [64 << 10, 1 << 20];

/// The last segment, open to be written at its end.
#[derive(Debug)]
pub(crate) struct Current {
    pub(crate) number: u64,
    file: File,
    salt: u64,
    written: u64,
    /// Bytes that the file has: zeros behind what is written.
    size: u64,
    /// Whether a mark is the last that was written.
    marked: bool,
}

impl Current {
    /// Makes the file of a new segment, durably.
    pub(crate) fn create(folder: &Path, number: u64) -> io::Result<Self> {
        let mut salt = [0; 8];
        getrandom::fill(&mut salt).map_err(|error| io::Error::other(error.to_string()))?;
        let salt = u64::from_le_bytes(salt);
        let path = path(folder, number);
        let mut file = OpenOptions::new().create_new(true).write(true).open(&path)?;
        let begun = file
            .write_all(&Head::write(salt))
            .and_then(|()| file.sync_all())
            .and_then(|()| File::open(folder)?.sync_all());
        if let Err(error) = begun {
            // Another attempt must find its place free; that this one failed says more.
            let _ = fs::remove_file(path);
            return Err(error);
        }
        let written = HEAD_BYTES as u64;
        Ok(Self { number, file, salt, written, size: written, marked: false })
    }

    /// Bytes that it has.
    pub(crate) fn written(&self) -> u64 {
        self.written
    }

    /// Where a frame will lie that is staged behind `staged` other bytes.
    pub(crate) fn position(&self, staged: usize) -> Position {
        Position { salt: self.salt, offset: self.written + staged as u64 }
    }

    /// Writes the bytes of frames.
    pub(crate) fn write(&mut self, bytes: &[u8]) -> io::Result<()> {
        if !bytes.is_empty() {
            let end = self.written + bytes.len() as u64;
            if end > self.size {
                self.grow(end + end.clamp(AHEAD[0], AHEAD[1]))?;
            }
            self.file.write_all(bytes)?;
            (self.written, self.marked) = (end, false);
        }
        Ok(())
    }

    fn grow(&mut self, size: u64) -> io::Result<()> {
        self.file.seek(SeekFrom::Start(self.size))?;
        self.file.write_all(&vec![0; (size - self.size) as usize])?;
        self.file.seek(SeekFrom::Start(self.written))?;
        self.size = size;
        Ok(())
    }

    /// Returns when everything that was written is on the disk.
    pub(crate) fn sync(&self) -> io::Result<()> {
        self.file.sync_data()
    }

    /// Says that everything that was written is on the disk, if nothing says so yet. The mark needs
    /// no sync of its own.
    pub(crate) fn mark(&mut self) -> io::Result<()> {
        if !self.marked {
            let mut mark = vec![];
            frame::write(Frame::Mark, self.position(0), &mut mark);
            self.write(&mark)?;
            self.marked = true;
        }
        Ok(())
    }

    /// Makes it a segment that another may follow.
    pub(crate) fn close(&mut self) -> io::Result<()> {
        self.sync()?;
        self.mark()?;
        self.file.set_len(self.written)?;
        self.size = self.written;
        self.file.sync_all()
    }
}
