//! `bindery account`: automation accounts.

use super::paging::Paging;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::accounts::{Account, NewAccount};
use bindery_core::name::Name;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List accounts
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Show an account
    Show {
        /// Name of the account
        name: Name,
    },
    /// Make an account
    Create {
        /// Name of the account
        name: Name,
    },
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let client = context.client()?;
    match verb {
        Verb::List { paging } => out.page(&client.list_accounts(&paging.into()).await?, list),
        Verb::Show { name } => out.show(&client.account(name.as_str()).await?, show),
        Verb::Create { name } => {
            out.show(&client.create_account(&NewAccount { name }).await?, show)
        }
    }
}

fn list(accounts: &[Account]) -> String {
    table::rows(
        ["NAME", "CREATED", "BY"],
        accounts.iter().map(|account| {
            [account.name.to_string(), table::time(account.created_at), account.created_by.clone()]
        }),
    )
}

fn show(account: &Account) -> String {
    table::fields([
        ("Name", account.name.to_string()),
        ("Workspace", account.workspace.map(|id| id.to_string()).unwrap_or_default()),
        ("Created", table::time(account.created_at)),
        ("By", account.created_by.clone()),
    ])
}
