//! `bindery worker`: the workers of an account.

use super::paging::Paging;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::workers::Worker;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List workers
    List {
        #[command(flatten)]
        paging: Paging,
    },
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let Verb::List { paging } = verb;
    let page = context.client()?.list_workers(context.account(), &paging.into()).await?;
    out.page(&page, list)
}

fn list(workers: &[Worker]) -> String {
    let head = ["NAME", "KIND", "GROUP", "PRESENCE", "SINCE"];
    table::rows(
        head,
        workers.iter().map(|worker| {
            [
                worker.computer_name.clone().unwrap_or_else(|| worker.id.to_string()),
                table::spelling(worker.kind),
                worker.group.to_string(),
                table::spelling(worker.presence),
                table::time(worker.offline_since.unwrap_or(worker.created_at)),
            ]
        }),
    )
}
