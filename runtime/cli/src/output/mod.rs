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

/// Where a command writes.
pub struct Output<'a> {
    out: &'a mut (dyn Write + Send),
    err: &'a mut (dyn Write + Send),
    progress: bool,
    format: Format,
}

impl<'a> Output<'a> {
    /// Data goes to `out`, the rest to `err`; progress is drawn only if stderr is a terminal.
    pub fn new(
        out: &'a mut (dyn Write + Send),
        err: &'a mut (dyn Write + Send),
        stderr_is_terminal: bool,
    ) -> Self {
        Self { out, err, progress: stderr_is_terminal, format: Format::Table }
    }

    pub(crate) fn set_format(&mut self, format: Format) {
        self.format = format;
    }

    pub(crate) fn is_json(&self) -> bool {
        self.format == Format::Json
    }

    /// One thing, as JSON or as `view` shows it.
    pub(crate) fn show<T: Serialize>(
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
    pub(crate) fn note(&mut self, text: &str) -> Result<(), CliFailure> {
        let line = text::escape_lines(text) + "\n";
        self.err.write_all(line.as_bytes()).map_err(|error| unwritable(&error))
    }

    /// Bytes as they are.
    pub(crate) fn data(&mut self, bytes: &[u8]) -> Result<(), CliFailure> {
        let written = self.out.write_all(bytes).and_then(|()| self.out.flush());
        written.map_err(|error| unwritable(&error))
    }

    /// A progress bar up to `total` steps; it draws nothing where stderr is no terminal.
    pub(crate) fn bar(&self, total: u64) -> ProgressBar {
        let target = match self.progress && self.format == Format::Table {
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
