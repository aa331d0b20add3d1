//! `bindery group`: the groups of workers of an account.

use super::paging::ListVerb;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::accounts::Group;

pub(crate) async fn run(
    verb: ListVerb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let page = context.client()?.list_groups(context.account(), &verb.into()).await?;
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
