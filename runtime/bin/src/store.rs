//! `bindery store`: repairs the embedded store. It works on the folder, without a control plane.

use crate::agent::failed;
use bindery_cli::{
    context,
    failure::{CliFailure, Exit},
};
use bindery_store_sled::recover::recover;
use std::{
    io::{Write as _, stdout},
    path::PathBuf,
};

/// What may be done with a store.
#[derive(Debug, clap::Subcommand)]
pub(crate) enum Verb {
    /// Copy what is whole into a fresh store, and keep the damaged one beside it
    Recover {
        /// Folder of the control plane's data, which no control plane may have open
        #[arg(long)]
        data: Option<PathBuf>,
    },
}

pub(crate) fn run(verb: Verb) -> Result<(), CliFailure> {
    let Verb::Recover { data } = verb;
    let data = match data {
        Some(data) => data,
        None => context::home()?.join("data"),
    };
    let report = recover(&data)
        .map_err(|error| failed(Exit::Failed, "the store cannot be recovered", &error))?;
    let mut text = format!(
        "recovered {} documents and {} rows of the log; the damaged store is kept in {}\n",
        report.documents,
        report.rows,
        report.kept.display()
    );
    for lost in &report.lost {
        text.push_str(&format!("lost: {lost}\n"));
    }
    stdout()
        .write_all(text.as_bytes())
        .map_err(|error| failed(Exit::Internal, "the report cannot be printed", &error))
}
