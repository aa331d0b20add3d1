//! `bindery trust`: the publishers whose sealed runbooks the workspace runs.

use super::paging::Paging;
use crate::{
    context::Context,
    failure::CliFailure,
    output::{Output, table},
};
use bindery_api::trust::{TrustPublisher, TrustedPublisher};
use bindery_seal::key::PublicKey;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// List the publishers that are trusted
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Trust a publisher: every worker runs what it seals
    Add {
        /// Name of the publisher, as its seals spell it
        publisher: String,
        /// Its public key, 64 hex digits; `bindery seal keygen` prints it
        public_key: PublicKey,
    },
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let client = context.client()?;
    match verb {
        Verb::List { paging } => out.page(&client.list_trust(&paging.into()).await?, list),
        Verb::Add { publisher, public_key } => {
            let new = TrustPublisher { publisher, public_key: public_key.to_string() };
            out.show(&client.add_trust(&new).await?, show)
        }
    }
}

fn list(publishers: &[TrustedPublisher]) -> String {
    table::rows(
        ["PUBLISHER", "PUBLIC KEY", "ADDED"],
        publishers.iter().map(|trusted| {
            [
                trusted.publisher.name.clone(),
                trusted.public_key.clone(),
                table::time(trusted.added_at),
            ]
        }),
    )
}

fn show(trusted: &TrustedPublisher) -> String {
    table::fields([
        ("Publisher", trusted.publisher.name.clone()),
        ("Public key", trusted.public_key.clone()),
        ("Key id", trusted.publisher.key_id.to_string()),
        ("Added", table::time(trusted.added_at)),
        ("By", trusted.added_by.clone()),
    ])
}
