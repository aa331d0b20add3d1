//! `bindery update`: the updates that computers lack.

use super::paging::Paging;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::updates::{ListUpdates, MissingUpdate};
use bindery_core::update::Classification;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List the updates that computers lack
    List {
        /// Only of this computer: its id or name
        #[arg(long)]
        computer: Option<String>,
        /// Only of this classification, such as Security
        #[arg(long, value_parser = classification)]
        classification: Option<Classification>,
        /// Only with a title that fits this mask
        #[arg(long, value_name = "MASK")]
        title: Option<String>,
        #[command(flatten)]
        paging: Paging,
    },
}

/// A classification by its spelling.
pub(super) fn classification(text: &str) -> Result<Classification, String> {
    serde_json::from_value(text.into()).map_err(|_| {
        "it must be Unclassified, Critical, Security, UpdateRollup, FeaturePack, ServicePack, Definition, Tools, \
         Updates or Other"
            .to_owned()
    })
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let Verb::List { computer, classification, title, paging: Paging { cursor, limit } } = verb;
    let which = ListUpdates { computer, classification, title, cursor, limit };
    out.page(&context.client()?.list_updates(&which).await?, list)
}

fn list(updates: &[MissingUpdate]) -> String {
    table::rows(
        ["COMPUTER", "CLASSIFICATION", "TITLE", "VERSION", "INSTALLED", "PRODUCT"],
        updates.iter().map(|MissingUpdate { computer_name, update, .. }| {
            [
                computer_name.clone(),
                table::spelling(update.classification),
                update.title.clone(),
                update.version.clone(),
                update.installed_version.clone().unwrap_or_default(),
                update.product.clone(),
            ]
        }),
    )
}
