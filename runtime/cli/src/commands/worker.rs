//! `bindery worker`: the workers of an account.

use super::paging::ListVerb;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::workers::Worker;

pub(crate) async fn run(
    verb: ListVerb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let page = context.client()?.list_workers(context.account(), &verb.into()).await?;
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
