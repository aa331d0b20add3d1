//! stdout and stderr as streams of the job: each line is a `stream.write`.
//!
//! stdout lines go to Output and stderr lines to Error; a prefix `WARNING: `, `VERBOSE: `, `ERROR: ` or `DEBUG: `
//! chooses another stream.

use crate::gate::{Fatal, Gate};
use bindery_core::{limit, operation::STREAM_WRITE};
use parking_lot::Mutex;
use serde_json::json;
use std::{mem, sync::Arc};
use tokio::io::AsyncWrite;
use wasmtime_wasi::{
    cli::{IsTerminal, StdoutStream},
    p2::{OutputStream, Pollable, StreamResult},
};

/// What may be written before lines must be delivered.
const PERMIT: usize = 64 << 10;

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
        let complete = mem::take(&mut self.lines.lock().complete);
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
        for piece in bytes.split_inclusive(|byte| *byte == b'\n') {
            let full = piece.ends_with(b"\n");
            self.part(source).extend_from_slice(piece.strip_suffix(b"\n").unwrap_or(piece));
            if full || self.part(source).len() >= limit::STREAM_RECORD_BYTES {
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
        self.console.lines.lock().push(self.source, &bytes);
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
    fn a_line_without_end_is_cut_at_the_limit_of_a_record() {
        let mut lines = Lines::default();
        for _ in 0..=limit::STREAM_RECORD_BYTES / 4096 {
            lines.push(Source::Stdout, &[b'x'; 4096]);
        }
        assert_eq!(lines.complete[0].1.len(), limit::STREAM_RECORD_BYTES);
    }

    #[test]
    fn bytes_that_are_no_text_do_not_end_the_job() {
        let mut lines = Lines::default();
        lines.push(Source::Stdout, b"\xff\xfe\n");
        assert_eq!(lines.complete[0].1, "\u{fffd}\u{fffd}");
    }
}
