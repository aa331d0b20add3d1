//! Output: data to stdout as a table or as JSON, notes and progress to stderr.

pub mod table;
pub mod text;

use crate::failure::{CliFailure, Exit};
use bindery_api::page::Page;
use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};
use serde::Serialize;
use std::io::{self, Write};

/// The form of the output.
#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people
    Table,
    /// The JSON of the API, for programs
    Json,
}

/// Which of the two is a terminal, with a person before it.
#[derive(Debug, Clone, Copy)]
pub struct Terminals {
    /// The data's.
    pub stdout: bool,
    /// That of all the rest.
    pub stderr: bool,
}

/// Where a command writes.
pub struct Output<'a> {
    out: &'a mut (dyn Write + Send),
    err: &'a mut (dyn Write + Send),
    terminals: Terminals,
    format: Format,
}

impl<'a> Output<'a> {
    /// Data goes to `out`, the rest to `err`; progress is drawn only if stderr is a terminal.
    pub fn new(
        out: &'a mut (dyn Write + Send),
        err: &'a mut (dyn Write + Send),
        terminals: Terminals,
        format: Format,
    ) -> Self {
        Self { out, err, terminals, format }
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// One thing, as JSON or as `view` shows it.
    pub fn show<T: Serialize>(
        &mut self,
        value: &T,
        view: impl FnOnce(&T) -> String,
    ) -> Result<(), CliFailure> {
        match self.format {
            Format::Table => self.data(view(value).as_bytes()),
            Format::Json => {
                let text = serde_json::to_string_pretty(value).map_err(|e| unwritable(&e))?;
                self.data((text::escape_json(&text) + "\n").as_bytes())
            }
        }
    }

    /// What was done: a note for people, `fact` for programs.
    pub(crate) fn done(&mut self, fact: &serde_json::Value, note: &str) -> Result<(), CliFailure> {
        match self.format {
            Format::Table => self.note(note),
            Format::Json => self.show(fact, |_| String::new()),
        }
    }

    /// One page of a list; where there is more, a note says how to get it.
    pub(crate) fn page<T: Serialize>(
        &mut self,
        page: &Page<T>,
        view: impl FnOnce(&[T]) -> String,
    ) -> Result<(), CliFailure> {
        self.show(page, |page| view(&page.items))?;
        match &page.cursor {
            Some(cursor) if self.format == Format::Table => {
                self.note(&format!("there is more: --cursor {cursor}"))
            }
            _ => Ok(()),
        }
    }

    /// Text of our own, such as a script for a shell.
    pub(crate) fn text(&mut self, text: &str) -> Result<(), CliFailure> {
        self.data(text.as_bytes())
    }

    /// One JSON text in one line, for things that go on.
    pub(crate) fn json_line<T: Serialize>(&mut self, value: &T) -> Result<(), CliFailure> {
        let text = serde_json::to_string(value).map_err(|error| unwritable(&error))?;
        self.data((text::escape_json(&text) + "\n").as_bytes())
    }

    /// A line of data. It is escaped; line ends in it stay.
    pub(crate) fn line(&mut self, text: &str) -> Result<(), CliFailure> {
        self.data((text::escape_lines(text) + "\n").as_bytes())
    }

    /// A line for people, beside the data. It is escaped; line ends in it stay.
    ///
    /// Where nobody reads stderr any more the command goes on: its data and its exit code count.
    pub fn note(&mut self, text: &str) -> Result<(), CliFailure> {
        let line = text::escape_lines(text) + "\n";
        match self.err.write_all(line.as_bytes()) {
            Err(error) if error.kind() != io::ErrorKind::BrokenPipe => Err(unwritable(&error)),
            _ => Ok(()),
        }
    }

    /// Bytes of a stranger's file as they are, which a terminal would obey; `instead` says what to
    /// do where stdout is one.
    pub(crate) fn raw(&mut self, bytes: &[u8], instead: &str) -> Result<(), CliFailure> {
        if self.terminals.stdout {
            let text = "the file is not text, and a terminal would obey it: nothing was printed";
            return Err(CliFailure::new(Exit::Usage, text).hint(instead));
        }
        self.data(bytes)
    }

    /// Bytes as they are.
    fn data(&mut self, bytes: &[u8]) -> Result<(), CliFailure> {
        let written = self.out.write_all(bytes).and_then(|()| self.out.flush());
        written.map_err(|error| unwritable(&error))
    }

    /// A progress bar up to `total` steps; it draws nothing where stderr is no terminal.
    pub(crate) fn bar(&self, total: u64) -> ProgressBar {
        let target = match self.terminals.stderr && self.format == Format::Table {
            true => ProgressDrawTarget::stderr(),
            false => ProgressDrawTarget::hidden(),
        };
        let style = ProgressStyle::with_template("[{bar:30}] {pos}/{len} {msg}");
        ProgressBar::with_draw_target(Some(total), target)
            .with_style(style.unwrap_or_else(|_| ProgressStyle::default_bar()))
    }
}

fn unwritable(error: &(dyn std::error::Error + 'static)) -> CliFailure {
    let broken = error.downcast_ref::<io::Error>().map(io::Error::kind);
    let exit = match broken {
        // Whoever read has enough, as in `bindery job list | head`.
        Some(io::ErrorKind::BrokenPipe) => Exit::Ok,
        _ => Exit::Internal,
    };
    CliFailure::new(exit, "the output cannot be written").because(error)
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    /// A pipe whose reader has gone.
    struct Broken;

    impl Write for Broken {
        fn write(&mut self, _: &[u8]) -> io::Result<usize> {
            Err(io::ErrorKind::BrokenPipe.into())
        }

        fn flush(&mut self) -> io::Result<()> {
            Ok(())
        }
    }

    const NOBODY: Terminals = Terminals { stdout: false, stderr: false };

    #[test]
    fn a_broken_stderr_does_not_end_the_command() {
        let (mut stdout, mut stderr) = (vec![], Broken);
        let mut out = Output::new(&mut stdout, &mut stderr, NOBODY, Format::Table);
        out.note("job 1").expect("it goes on");
        out.line("data").expect("it goes on");
        assert_eq!(stdout, b"data\n");
    }

    #[test]
    fn a_reader_of_stdout_that_has_enough_ends_the_command_well() {
        let (mut stdout, mut stderr) = (Broken, vec![]);
        let mut out = Output::new(&mut stdout, &mut stderr, NOBODY, Format::Table);
        assert_eq!(out.line("data").expect_err("it ends").exit, Exit::Ok);
    }

    #[test]
    fn a_file_of_a_stranger_never_reaches_a_terminal() {
        let file = b"\0asm\x1b]0;owned\x07";
        for (terminal, expected) in [(true, &b""[..]), (false, file)] {
            let (mut stdout, mut stderr) = (vec![], vec![]);
            let terminals = Terminals { stdout: terminal, stderr: false };
            let mut out = Output::new(&mut stdout, &mut stderr, terminals, Format::Table);
            assert_eq!(out.raw(file, "Use --to.").is_err(), terminal);
            assert_eq!(stdout, expected);
        }
    }

    #[test]
    fn what_was_done_is_a_note_for_people_and_json_for_programs() {
        let rows = [(Format::Table, "", "it is done\n"), (Format::Json, "{\n  \"a\": 1\n}\n", "")];
        for (format, data, rest) in rows {
            let (mut stdout, mut stderr) = (vec![], vec![]);
            let mut out = Output::new(&mut stdout, &mut stderr, NOBODY, format);
            out.done(&json!({ "a": 1 }), "it is done").expect("written");
            assert_eq!((stdout.as_slice(), stderr.as_slice()), (data.as_bytes(), rest.as_bytes()));
        }
    }
}
