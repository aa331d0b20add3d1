//! `bindery store`: repairs the data folder of a control plane that does not run.

mod owner_token;

use crate::agent::failed;
use bindery_cli::{
    context,
    failure::{CliFailure, Exit},
    output::Output,
};
use bindery_store_sled::recover::{RecoverReport, recover};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// What may be done with a store.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Copy what is whole into a fresh store, and keep the damaged one beside it
    Recover(Folder),
    /// Make another owner's token and print it, for whoever has lost theirs
    OwnerToken(Folder),
}

/// Which store.
#[derive(Debug, clap::Args)]
pub(crate) struct Folder {
    /// Folder of the control plane's data, which no control plane may have open
    /// [default: `data` in BINDERY_HOME]
    #[arg(long, value_name = "DIR")]
    data: Option<PathBuf>,
}

/// Does what `verb` says, and tells `out`.
pub(crate) async fn run(verb: Verb, out: &mut Output<'_>) -> Result<(), CliFailure> {
    match verb {
        Verb::Recover(folder) => {
            let report = recover(folder.there()?)
                .map_err(|error| failed(Exit::Failed, "the store cannot be recovered", &error))?;
            out.show(&Recovered::from(report), Recovered::text)
        }
        Verb::OwnerToken(folder) => {
            let made = owner_token::make(&folder.there()?).await?;
            out.show(&made, |made| made.secret.reveal().to_owned() + "\n")?;
            out.note("keep it: it cannot be shown again")?;
            out.note("start the control plane and give it with --token, or as BINDERY_TOKEN")
        }
    }
}

impl Folder {
    /// The folder, if it holds a store: none is made here.
    fn there(self) -> Result<PathBuf, CliFailure> {
        let data = match self.data {
            Some(data) => data,
            None => context::home()?.join("data"),
        };
        if data.join("db").is_dir() {
            return Ok(data);
        }
        let text = format!("there is no store in `{}`", data.display());
        Err(CliFailure::new(Exit::NotFound, text)
            .hint("Name the folder that `bindery serve` or `bindery up` was given with --data."))
    }
}

/// What a recovery found.
#[derive(Debug, Serialize)]
struct Recovered {
    documents: u64,
    rows: u64,
    lost: Vec<String>,
    kept: PathBuf,
}

impl From<RecoverReport> for Recovered {
    fn from(report: RecoverReport) -> Self {
        let RecoverReport { documents, rows, lost, kept } = report;
        Self { documents, rows, lost, kept }
    }
}

impl Recovered {
    fn text(&self) -> String {
        let kept: &Path = &self.kept;
        let head = format!(
            "recovered {} documents and {} rows of the log; the store as it was is kept in {}\n",
            self.documents,
            self.rows,
            kept.display()
        );
        self.lost.iter().fold(head, |text, lost| text + &format!("lost: {lost}\n"))
    }
}
