//! `bindery token`: who may use the API, and which agents may enrol.

use super::paging::Paging;
use crate::{
    context::Context,
    failure::{CliFailure, Exit},
    output::{Output, table},
};
use bindery_api::tokens::{NewToken, Token, TokenKind};
use bindery_core::{account::Role, id::TokenId};
use serde_json::json;

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Make a token and print its secret, once
    Create {
        /// Make a token that enrols one agent
        #[arg(long, conflicts_with = "role")]
        enrol: bool,
        /// Role of whoever uses it: Reader, Operator, Contributor or Owner
        #[arg(long, value_parser = role, default_value = "Reader")]
        role: Role,
        /// Name, to know it by
        #[arg(long)]
        name: Option<String>,
        /// Hours until it ends
        #[arg(long, value_name = "N")]
        hours: Option<u64>,
    },
    /// List tokens, without their secrets
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Revoke a token
    Revoke {
        /// Id of the token
        id: TokenId,
    },
}

fn role(text: &str) -> Result<Role, String> {
    serde_json::from_value(text.into())
        .map_err(|_| "it must be Reader, Operator, Contributor or Owner".to_owned())
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let client = context.client()?;
    match verb {
        Verb::Create { enrol, role, name, hours } => {
            let seconds = hours.map(|hours| hours.checked_mul(3600).ok_or(hours)).transpose();
            let seconds = seconds.map_err(|hours| {
                CliFailure::new(Exit::Usage, format!("{hours} hours are too many"))
            })?;
            let (kind, role) =
                if enrol { (TokenKind::Enrol, None) } else { (TokenKind::Api, Some(role)) };
            let created = client.create_token(&NewToken { kind, role, name, seconds }).await?;
            out.show(&created, |created| created.secret.reveal().to_owned() + "\n")?;
            out.note("keep it: it cannot be shown again")?;
            let Some(until) = created.token.expires_at.filter(|_| enrol) else { return Ok(()) };
            let until = table::time(until);
            out.note(&format!("one agent enrols with it until {until}, on its computer:"))?;
            out.note(&format!(
                "  BINDERY_ENROL_TOKEN=… bindery agent install --url {}",
                client.url()
            ))
        }
        Verb::List { paging } => out.page(&client.list_tokens(&paging.into()).await?, list),
        Verb::Revoke { id } => {
            client.revoke_token(&id.to_string()).await?;
            let fact = json!({ "token": id, "revoked": true });
            out.done(&fact, &format!("token {id} is revoked"))
        }
    }
}

fn list(tokens: &[Token]) -> String {
    table::rows(
        ["ID", "NAME", "KIND", "ROLE", "CREATED", "BY", "EXPIRES"],
        tokens.iter().map(|token| {
            [
                token.id.to_string(),
                token.name.clone(),
                table::spelling(token.kind),
                table::spelling(token.role),
                table::time(token.created_at),
                token.created_by.clone(),
                table::time(token.expires_at),
            ]
        }),
    )
}
