//! `bindery module`: the modules of an account.

use super::paging::ListVerb;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::accounts::Module;

pub(crate) async fn run(
    verb: ListVerb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let page = context.client()?.list_modules(context.account(), &verb.into()).await?;
    out.page(&page, list)
}

fn list(modules: &[Module]) -> String {
    table::rows(
        ["NAME", "VERSION", "PRELOADED"],
        modules.iter().map(|module| {
            [module.name.clone(), module.version.clone(), table::yes(module.preloaded)]
        }),
    )
}
