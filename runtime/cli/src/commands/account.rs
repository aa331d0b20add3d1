//! `bindery account`: automation accounts.

use super::paging::Paging;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::accounts::{Account, ChangeAccount, NewAccount};
use bindery_core::{name::Name, profile::Profile};

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
        /// The most that its runbooks may need: standard, or extended with garbage collection and
        /// exceptions
        #[arg(long, value_parser = profile, default_value_t = Profile::Standard)]
        profile: Profile,
    },
    /// Change an account
    Change {
        /// Name of the account
        name: Name,
        /// The most that its runbooks may need: standard, or extended with garbage collection and
        /// exceptions
        #[arg(long, value_parser = profile)]
        profile: Profile,
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
        Verb::Create { name, profile } => {
            out.show(&client.create_account(&NewAccount { name, profile }).await?, show)
        }
        Verb::Change { name, profile } => {
            let change = ChangeAccount { profile };
            out.show(&client.change_account(name.as_str(), &change).await?, show)
        }
    }
}

fn profile(text: &str) -> Result<Profile, String> {
    let found = Profile::ALL.into_iter().find(|profile| profile.to_string() == text);
    found.ok_or_else(|| {
        format!("it must be one of {}", Profile::ALL.map(table::spelling).join(", "))
    })
}

fn list(accounts: &[Account]) -> String {
    table::rows(
        ["NAME", "PROFILE", "CREATED", "BY"],
        accounts.iter().map(|account| {
            [
                account.name.to_string(),
                table::spelling(account.profile),
                table::time(account.created_at),
                account.created_by.clone(),
            ]
        }),
    )
}

fn show(account: &Account) -> String {
    table::fields([
        ("Name", account.name.to_string()),
        ("Workspace", account.workspace.map(|id| id.to_string()).unwrap_or_default()),
        ("Profile", table::spelling(account.profile)),
        ("Created", table::time(account.created_at)),
        ("By", account.created_by.clone()),
    ])
}
