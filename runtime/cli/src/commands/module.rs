//! `bindery module`: the modules of an account.

use super::paging::Paging;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::accounts::Module;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List modules
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
    let page = context.client()?.list_modules(context.account(), &paging.into()).await?;
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
