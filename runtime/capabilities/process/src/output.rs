//! What a program writes: its end is kept, and its lines are told as they come, up to a limit.

use bindery_core::limit;
use std::io::{self, Write};

/// A line is told in parts of this length, in bytes.
const LINE_BYTES: usize = 16 << 10;

/// One of stdout and stderr.
#[derive(Default)]
pub(crate) struct Written {
    end: Vec<u8>,
    cut: bool,
    line: Vec<u8>,
}

impl Written {
    /// More was written; its whole lines go to `told`.
    pub(crate) fn add(&mut self, bytes: &[u8], told: &mut Told<impl Write>) -> io::Result<()> {
        self.end.extend_from_slice(bytes);
        if self.end.len() > 2 * limit::PROCESS_OUTPUT_BYTES {
            self.end.drain(..self.end.len() - limit::PROCESS_OUTPUT_BYTES);
            self.cut = true;
        }
        for part in bytes.split_inclusive(|byte| *byte == b'\n') {
            self.line.extend_from_slice(part);
            if part.ends_with(b"\n") || self.line.len() >= LINE_BYTES {
                self.tell(told)?;
            }
        }
        Ok(())
    }

    /// Nothing more comes: the text of the end, and whether more was written than that.
    pub(crate) fn finish(mut self, told: &mut Told<impl Write>) -> io::Result<(String, bool)> {
        if !self.line.is_empty() {
            self.tell(told)?;
        }
        let most = limit::PROCESS_OUTPUT_BYTES;
        let from = self.end.len().saturating_sub(most);
        let text = String::from_utf8_lossy(&self.end[from..]).into_owned();
        // What replaces bytes that are no text is longer than they are.
        let mut over = text.len().saturating_sub(most);
        while !text.is_char_boundary(over) {
            over += 1;
        }
        Ok((text[over..].to_owned(), self.cut || from > 0 || over > 0))
    }

    fn tell(&mut self, told: &mut Told<impl Write>) -> io::Result<()> {
        while self.line.last().is_some_and(|byte| b"\r\n".contains(byte)) {
            self.line.pop();
        }
        let line = std::mem::take(&mut self.line);
        if line.is_empty() {
            return told.line(&line);
        }
        line.chunks(LINE_BYTES).try_for_each(|part| told.line(part))
    }
}

/// Where lines are told; of too many only the first.
pub(crate) struct Told<W> {
    to: W,
    /// Bytes that may still be told; none once it was said that there are more.
    left: Option<usize>,
}

impl<W: Write> Told<W> {
    pub(crate) fn new(to: W) -> Self {
        Self { to, left: Some(limit::PROCESS_TOLD_BYTES) }
    }

    fn line(&mut self, line: &[u8]) -> io::Result<()> {
        let Some(left) = self.left else { return Ok(()) };
        self.left = left.checked_sub(line.len() + 1);
        if self.left.is_none() {
            let most = limit::PROCESS_TOLD_BYTES;
            return writeln!(self.to, "more than {most} bytes are not told (PROCESS_TOLD_BYTES)");
        }
        self.to.write_all(&[line, b"\n"].concat())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn written(parts: &[&[u8]]) -> (String, bool, String) {
        let (mut lines, mut written) = (vec![], Written::default());
        let mut told = Told::new(&mut lines);
        parts.iter().try_for_each(|part| written.add(part, &mut told)).expect("taken");
        let (text, cut) = written.finish(&mut told).expect("ended");
        (text, cut, String::from_utf8_lossy(&lines).into_owned())
    }

    #[test]
    fn lines_are_told_whole_however_they_come() {
        let (text, cut, lines) = written(&[b"on", b"e\ntwo\r\n", b"\nthr", b"\xffe"]);
        assert_eq!((text.as_str(), cut), ("one\ntwo\r\n\nthr\u{fffd}e", false));
        assert_eq!(lines, "one\ntwo\n\nthr\u{fffd}e\n");
    }

    #[test]
    fn the_end_is_kept_up_to_the_limit_and_one_byte_more_is_cut() {
        let most = limit::PROCESS_OUTPUT_BYTES;
        let (text, cut, _) = written(&[&vec![b'x'; most]]);
        assert_eq!((text.len(), cut), (most, false));
        let (text, cut, _) = written(&[b"a", &vec![b'x'; most]]);
        assert_eq!((text.len(), cut, text.contains('a')), (most, true, false));
        let (text, cut, _) = written(&[&vec![b'x'; 5 * most], b"end"]);
        assert!(cut && text.len() == most && text.ends_with("xend"));
        let (text, cut, _) = written(&[&vec![0xff; most]]);
        assert!(cut && text.len() <= most && text.len() > most - 4, "{}", text.len());
    }

    #[test]
    fn a_line_without_end_is_told_in_parts_and_of_too_many_only_the_first() {
        let (_, _, lines) = written(&[&vec![b'x'; LINE_BYTES], b"y\n"]);
        assert_eq!(lines.lines().map(str::len).collect::<Vec<_>>(), [LINE_BYTES, 1]);
        let line = [vec![b'x'; 1023], vec![b'\n']].concat();
        let (_, _, lines) = written(&vec![line.as_slice(); limit::PROCESS_TOLD_BYTES / 1024 + 9]);
        assert!(lines.len() < limit::PROCESS_TOLD_BYTES + 100);
        assert!(lines.ends_with("(PROCESS_TOLD_BYTES)\n"));
    }
}
