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

pub(super) fn list(workers: &[Worker]) -> String {
    let head = ["NAME", "KIND", "GROUPS", "PROFILE", "PRESENCE", "SINCE"];
    table::rows(
        head,
        workers.iter().map(|worker| {
            [
                worker.computer_name.clone().unwrap_or_else(|| worker.id.to_string()),
                table::spelling(worker.kind),
                groups(worker),
                table::spelling(worker.profile),
                table::spelling(worker.presence),
                table::time(worker.offline_since.unwrap_or(worker.created_at)),
            ]
        }),
    )
}

/// Its own group first.
fn groups(worker: &Worker) -> String {
    let all = std::iter::once(&worker.group).chain(&worker.groups);
    all.map(ToString::to_string).collect::<Vec<_>>().join(", ")
}
