//! stdout and stderr as streams of the job: each line is a `stream.write`.
//!
//! stdout lines go to Output and stderr lines to Error; a prefix `WARNING: `, `VERBOSE: `, `ERROR:
//! ` or `DEBUG: ` chooses another stream.

use crate::gate::{Fatal, Gate, over};
use bindery_core::{limit, operation::STREAM_WRITE};
use parking_lot::Mutex;
use serde_json::json;
use std::{mem, sync::Arc};
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamError, StreamResult},
};

/// What may be written before lines must be delivered.
const PERMIT: usize = 64 << 10;
/// A longer line becomes several. Bytes that are no text grow threefold when they are made text,
/// and even then they fit into a record.
const LINE_BYTES: usize = limit::STREAM_RECORD_BYTES / 3;
/// What a guest may write without ever waiting for its delivery.
const UNDELIVERED_BYTES: usize = limit::OPERATION_BYTES;

/// The lines that a job has written and that are not yet on its streams.
#[derive(Clone)]
pub(crate) struct Console {
    gate: Arc<Gate>,
    lines: Arc<Mutex<Lines>>,
}

#[derive(Default)]
struct Lines {
    stdout: Vec<u8>,
    stderr: Vec<u8>,
    complete: Vec<(&'static str, String)>,
    /// Bytes written since lines were last delivered.
    undelivered: usize,
}

#[derive(Clone, Copy)]
enum Source {
    Stdout,
    Stderr,
}

impl Console {
    pub(crate) fn new(gate: Arc<Gate>) -> Self {
        Self { gate, lines: Arc::default() }
    }

    pub(super) fn stdout(&self) -> Pipe {
        Pipe { console: self.clone(), source: Source::Stdout }
    }

    pub(super) fn stderr(&self) -> Pipe {
        Pipe { console: self.clone(), source: Source::Stderr }
    }

    /// Puts the last line on its stream, though no newline ended it.
    pub(crate) async fn finish(&self) -> Result<(), Fatal> {
        {
            let mut lines = self.lines.lock();
            for source in [Source::Stdout, Source::Stderr] {
                lines.end(source);
            }
        }
        self.deliver().await
    }

    async fn deliver(&self) -> Result<(), Fatal> {
        let complete = {
            let mut lines = self.lines.lock();
            lines.undelivered = 0;
            mem::take(&mut lines.complete)
        };
        for (kind, text) in complete {
            // A refused line (it is too long) is refused in the journal, too; the program goes on.
            let arguments = json!({ "kind": kind, "text": text });
            let _refused = self.gate.perform(&STREAM_WRITE, arguments).await?;
        }
        Ok(())
    }
}

impl Lines {
    fn part(&mut self, source: Source) -> &mut Vec<u8> {
        match source {
            Source::Stdout => &mut self.stdout,
            Source::Stderr => &mut self.stderr,
        }
    }

    fn push(&mut self, source: Source, bytes: &[u8]) {
        self.undelivered += bytes.len();
        for line in bytes.split_inclusive(|byte| *byte == b'\n') {
            let mut rest = line.strip_suffix(b"\n").unwrap_or(line);
            while self.part(source).len() + rest.len() > LINE_BYTES {
                let (piece, more) = rest.split_at(LINE_BYTES - self.part(source).len());
                self.part(source).extend_from_slice(piece);
                self.end(source);
                rest = more;
            }
            self.part(source).extend_from_slice(rest);
            if line.ends_with(b"\n") {
                self.end(source);
            }
        }
    }

    fn end(&mut self, source: Source) {
        let bytes = mem::take(self.part(source));
        let text = String::from_utf8_lossy(&bytes);
        let text = text.strip_suffix('\r').unwrap_or(&text);
        if !text.is_empty() {
            let (kind, text) = classify(source, text);
            self.complete.push((kind, text.to_owned()));
        }
    }
}

fn classify(source: Source, line: &str) -> (&'static str, &str) {
    let prefixes = [
        ("WARNING: ", "Warning"),
        ("VERBOSE: ", "Verbose"),
        ("ERROR: ", "Error"),
        ("DEBUG: ", "Debug"),
    ];
    for (prefix, kind) in prefixes {
        if let Some(rest) = line.strip_prefix(prefix) {
            return (kind, rest);
        }
    }
    match source {
        Source::Stdout => ("Output", line),
        Source::Stderr => ("Error", line),
    }
}

/// One end of the console.
#[derive(Clone)]
pub(super) struct Pipe {
    console: Console,
    source: Source,
}

impl IsTerminal for Pipe {
    fn is_terminal(&self) -> bool {
        false
    }
}

impl StdoutStream for Pipe {
    fn async_stream(&self) -> Box<dyn AsyncWrite + Send + Sync> {
        // Only WASI 0.3 asks for this form, and it is not linked.
        Box::new(tokio::io::sink())
    }

    fn p2_stream(&self) -> Box<dyn OutputStream> {
        Box::new(self.clone())
    }
}

#[wasmtime_wasi::async_trait]
impl Pollable for Pipe {
    async fn ready(&mut self) {
        // What ends the job is found by the guest's next step.
        let _ended = self.console.deliver().await;
    }
}

impl OutputStream for Pipe {
    fn write(&mut self, bytes: bytes::Bytes) -> StreamResult<()> {
        let mut lines = self.console.lines.lock();
        lines.push(self.source, &bytes);
        if lines.undelivered > UNDELIVERED_BYTES {
            let what = "output that it does not wait for";
            let failure = over(what, UNDELIVERED_BYTES as u64, "bytes");
            return Err(StreamError::Trap(self.console.gate.fail(failure).into()));
        }
        Ok(())
    }

    fn flush(&mut self) -> StreamResult<()> {
        Ok(())
    }

    fn check_write(&mut self) -> StreamResult<usize> {
        Ok(PERMIT)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_are_split_and_sent_to_their_streams() {
        let mut lines = Lines::default();
        lines.push(Source::Stdout, b"one\r\nWARNING: tw");
        lines.push(Source::Stderr, b"bad\nVERBOSE: why\n\n");
        lines.push(Source::Stdout, b"o\nthree");
        lines.end(Source::Stdout);
        let expected = [
            ("Output", "one"),
            ("Error", "bad"),
            ("Verbose", "why"),
            ("Warning", "two"),
            ("Output", "three"),
        ];
        let got: Vec<_> =
            lines.complete.iter().map(|(kind, text)| (*kind, text.as_str())).collect();
        assert_eq!(got, expected);
    }

    #[test]
    fn a_line_without_end_is_cut_so_that_each_part_fits_into_a_record() {
        let mut lines = Lines::default();
        for _ in 0..=limit::STREAM_RECORD_BYTES / 60_000 {
            lines.push(Source::Stdout, &[0xff; 60_000]);
        }
        lines.end(Source::Stdout);
        let sizes: Vec<_> = lines.complete.iter().map(|(_, text)| text.len()).collect();
        assert!(sizes.iter().all(|&size| size <= limit::STREAM_RECORD_BYTES), "{sizes:?}");
        let written = (limit::STREAM_RECORD_BYTES / 60_000 + 1) * 60_000;
        assert_eq!(sizes.iter().sum::<usize>(), 3 * written, "nothing is lost");
    }

    #[test]
    fn bytes_that_are_no_text_do_not_end_the_job() {
        let mut lines = Lines::default();
        lines.push(Source::Stdout, b"\xff\xfe\n");
        assert_eq!(lines.complete[0].1, "\u{fffd}\u{fffd}");
    }
}
