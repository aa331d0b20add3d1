//! `bindery group`: the groups of workers of an account.

use super::paging::Paging;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::accounts::Group;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List groups of workers
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
    let page = context.client()?.list_groups(context.account(), &paging.into()).await?;
    out.page(&page, list)
}

fn list(groups: &[Group]) -> String {
    table::rows(
        ["NAME", "WORKERS", "ONLINE"],
        groups.iter().map(|group| {
            [group.name.to_string(), group.workers.len().to_string(), group.online.to_string()]
        }),
    )
}
