//! `bindery group`: the groups of workers of an account.

use super::paging::Paging;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::accounts::Group;
use bindery_core::name::Name;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List the groups: each worker's own, and those that were made
    List(Paging),
    /// Put computers into a group; the first one makes it
    Add {
        /// Name of the group
        group: Name,
        /// The computers, by id or name; one that is no worker of the account becomes one
        #[arg(required = true, value_name = "COMPUTER")]
        computers: Vec<String>,
    },
    /// Take computers out of a group
    Remove {
        /// Name of the group
        group: Name,
        /// The computers, by id or name
        #[arg(required = true, value_name = "COMPUTER")]
        computers: Vec<String>,
    },
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let (client, account) = (context.client()?, context.account());
    match verb {
        Verb::List(paging) => {
            let page = client.list_groups(account, &paging.into()).await?;
            out.page(&page, list)
        }
        Verb::Add { group, computers } => {
            let mut added = vec![];
            for computer in &computers {
                added.push(client.add_to_group(account, group.as_str(), computer).await?);
            }
            out.show(&added, |added| super::worker::list(added))
        }
        Verb::Remove { group, computers } => {
            for computer in &computers {
                client.remove_from_group(account, group.as_str(), computer).await?;
                out.note(&format!("{computer} is not in group {group} any more"))?;
            }
            Ok(())
        }
    }
}

fn list(groups: &[Group]) -> String {
    table::rows(
        ["NAME", "WORKERS", "ONLINE"],
        groups.iter().map(|group| {
            [group.name.to_string(), group.workers.len().to_string(), group.online.to_string()]
        }),
    )
}
