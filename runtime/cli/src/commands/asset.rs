//! `bindery variable`, `credential`, `certificate`, `connection`: the shared assets of an account.
//!
//! A secret is never an argument, which every user of a computer can see: it is asked for in a
//! terminal, and else read from stdin.

use super::{job::parameter, paging::Paging};
use crate::{
    context::Context,
    failure::{CliFailure, Exit},
    output::{Output, table, text},
};
use bindery_api::assets::{Asset, AssetKind, Content, ListAssets};
use bindery_core::{limit, name::Name, secret::Secret};
use serde_json::{Map, Value, json};
use std::{
    collections::BTreeMap,
    fs,
    io::{BufRead as _, IsTerminal as _, Read as _, stdin},
    path::PathBuf,
};

/// What can be asked of one kind of asset, which is set by `S`.
#[derive(Debug, clap::Subcommand)]
pub enum Verb<S: clap::Args> {
    /// List them, without their secrets
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Show one, without its secrets
    Show {
        /// Its name
        name: Name,
    },
    /// Make one, or replace it
    Set {
        /// Its name
        name: Name,
        #[command(flatten)]
        content: S,
        /// What it is for
        #[arg(long, value_name = "TEXT")]
        description: Option<String>,
    },
    /// Delete one
    Delete {
        /// Its name
        name: Name,
    },
}

/// How one kind of asset is set.
pub(super) trait Set: clap::Args {
    /// The kind.
    const KIND: AssetKind;

    /// Its fields and secrets.
    fn content(self, secrets: &mut Asker) -> Result<Content, CliFailure>;
}

/// The value of a variable.
#[derive(Debug, clap::Args)]
pub struct Variable {
    /// Its value: JSON, and what is no JSON is text
    #[arg(value_parser = value, required_unless_present = "secret", conflicts_with = "secret")]
    value: Option<Value>,
    /// Keep it secret: its value is asked for, or read from stdin, and nobody sees it again
    #[arg(long)]
    secret: bool,
}

/// What a credential has.
#[derive(Debug, clap::Args)]
pub struct Credential {
    /// Name of the user; the password is asked for, or read from stdin
    #[arg(long, value_name = "NAME")]
    user: String,
}

/// What a certificate is.
#[derive(Debug, clap::Args)]
pub struct Certificate {
    /// The certificate in PEM, without its key
    #[arg(value_name = "FILE.pem")]
    file: PathBuf,
}

/// What a connection has.
#[derive(Debug, clap::Args)]
pub struct Connection {
    /// What kind of system it is: a word of your own
    #[arg(long = "type", value_name = "WORD")]
    kind: String,
    /// A field that everybody may see, as NAME=VALUE; may be given again
    #[arg(short, long = "field", value_name = "NAME=VALUE", value_parser = parameter)]
    fields: Vec<(String, Value)>,
    /// Name of a secret, which is asked for, or read from a line of stdin; may be given again
    #[arg(long = "secret", value_name = "NAME")]
    secrets: Vec<Name>,
}

fn value(text: &str) -> Result<Value, String> {
    parameter(&format!("value={text}")).map(|(_, value)| value)
}

impl Set for Variable {
    const KIND: AssetKind = AssetKind::Variable;

    fn content(self, secrets: &mut Asker) -> Result<Content, CliFailure> {
        Ok(match self.value {
            Some(value) => content([("value", value)], []),
            None => content([], [(field("value")?, secrets.whole("Value")?)]),
        })
    }
}

impl Set for Credential {
    const KIND: AssetKind = AssetKind::Credential;

    fn content(self, secrets: &mut Asker) -> Result<Content, CliFailure> {
        let password = secrets.line("Password")?;
        Ok(content([("userName", self.user.into())], [(field("password")?, password)]))
    }
}

impl Set for Certificate {
    const KIND: AssetKind = AssetKind::Certificate;

    fn content(self, _: &mut Asker) -> Result<Content, CliFailure> {
        let text = fs::read_to_string(&self.file).map_err(|error| {
            let message = format!("cannot read `{}`", self.file.display());
            CliFailure::new(Exit::Usage, message).because(&error)
        })?;
        Ok(content([("certificate", text.into())], []))
    }
}

impl Set for Connection {
    const KIND: AssetKind = AssetKind::Connection;

    fn content(self, secrets: &mut Asker) -> Result<Content, CliFailure> {
        let mut content = content([("type", self.kind.into())], []);
        for (name, value) in self.fields {
            if content.fields.insert(name.clone(), value).is_some() {
                return Err(CliFailure::new(Exit::Usage, format!("`{name}` is given twice")));
            }
        }
        for name in self.secrets {
            let secret = secrets.line(name.as_str())?;
            content.secrets.insert(name, secret);
        }
        Ok(content)
    }
}

fn content<const F: usize, const S: usize>(
    fields: [(&str, Value); F],
    secrets: [(Name, Secret); S],
) -> Content {
    let fields = fields.into_iter().map(|(name, value)| (name.to_owned(), value));
    Content {
        description: None,
        fields: fields.collect::<Map<_, _>>(),
        secrets: secrets.into_iter().collect::<BTreeMap<_, _>>(),
    }
}

fn field(name: &str) -> Result<Name, CliFailure> {
    name.parse().map_err(|error| CliFailure::new(Exit::Internal, format!("{error}")))
}

/// Where secrets come from: a terminal is asked, and any other stdin is read.
#[derive(Debug, Default)]
pub(super) struct Asker;

impl Asker {
    /// A secret that is all of stdin, without the end of its last line.
    fn whole(&mut self, what: &str) -> Result<Secret, CliFailure> {
        if stdin().is_terminal() {
            return prompt(what);
        }
        let mut text = String::new();
        let most = u64::try_from(limit::SECRET_BYTES).unwrap_or(u64::MAX);
        stdin()
            .lock()
            .take(most + 2)
            .read_to_string(&mut text)
            .map_err(|e| unreadable(what, &e))?;
        given(what, text)
    }

    /// A secret that is a line.
    fn line(&mut self, what: &str) -> Result<Secret, CliFailure> {
        if stdin().is_terminal() {
            return prompt(what);
        }
        let mut text = String::new();
        stdin().lock().read_line(&mut text).map_err(|error| unreadable(what, &error))?;
        given(what, text)
    }
}

fn prompt(what: &str) -> Result<Secret, CliFailure> {
    let text = rpassword::prompt_password(format!("{what}: "));
    given(what, text.map_err(|error| unreadable(what, &error))?)
}

fn given(what: &str, mut text: String) -> Result<Secret, CliFailure> {
    if text.ends_with('\n') {
        text.pop();
        if text.ends_with('\r') {
            text.pop();
        }
    }
    if text.is_empty() {
        let message = format!("{what}: nothing was given");
        return Err(CliFailure::new(Exit::Usage, message)
            .hint("Type it when you are asked, or write it to stdin."));
    }
    Ok(Secret::new(text))
}

fn unreadable(what: &str, error: &std::io::Error) -> CliFailure {
    CliFailure::new(Exit::Usage, format!("{what}: stdin cannot be read")).because(error)
}

pub(crate) async fn run<S: Set>(
    verb: Verb<S>,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let (client, account, kind) = (context.client()?, context.account(), S::KIND);
    match verb {
        Verb::List { paging } => {
            let Paging { limit, cursor } = paging;
            let query = ListAssets { kind: Some(kind), cursor, limit };
            out.page(&client.list_assets(account, &query).await?, list)
        }
        Verb::Show { name } => out.show(&client.asset(account, kind, name.as_str()).await?, show),
        Verb::Set { name, content, description } => {
            let content = Content { description, ..content.content(&mut Asker)? };
            let set = client.set_asset(account, kind, name.as_str(), &content);
            out.show(&set.await?, show)
        }
        Verb::Delete { name } => {
            client.delete_asset(account, kind, name.as_str()).await?;
            let fact = json!({ "kind": kind, "name": name, "deleted": true });
            out.done(&fact, &format!("{kind} {name} is deleted"))
        }
    }
}

fn list(assets: &[Asset]) -> String {
    table::rows(
        ["NAME", "HOLDS", "CHANGED", "BY", "DESCRIPTION"],
        assets.iter().map(|asset| {
            [
                asset.name.to_string(),
                brief(asset),
                table::time(asset.changed_at),
                asset.changed_by.clone(),
                text::escape(asset.description.as_deref().unwrap_or_default()),
            ]
        }),
    )
}

/// What an asset holds, in a line of a table.
fn brief(asset: &Asset) -> String {
    let text = |name: &str| asset.fields.get(name).and_then(Value::as_str).unwrap_or_default();
    let whole = match asset.kind {
        AssetKind::Variable => match asset.fields.get("value") {
            Some(value) => value.to_string(),
            None => "(secret)".to_owned(),
        },
        AssetKind::Credential => text("userName").to_owned(),
        AssetKind::Certificate => format!("until {}", text("notAfter")),
        AssetKind::Connection => text("type").to_owned(),
    };
    let mut short: String = text::escape(&whole).chars().take(BRIEF).collect();
    if short.len() < text::escape(&whole).len() {
        short.push('…');
    }
    short
}

/// Characters of a value in a table.
const BRIEF: usize = 40;

fn show(asset: &Asset) -> String {
    let mut shown = table::fields([
        ("Kind", asset.kind.to_string()),
        ("Name", asset.name.to_string()),
        ("Description", text::escape(asset.description.as_deref().unwrap_or_default())),
        ("Changed", table::time(asset.changed_at)),
        ("By", asset.changed_by.clone()),
    ]);
    for (name, value) in &asset.fields {
        let value = match value {
            Value::String(value) => text::escape_lines(value),
            other => text::escape(&other.to_string()),
        };
        shown += &format!("{name}: {}\n", value.trim_end());
    }
    for name in &asset.secrets {
        shown += &format!("{name}: (secret)\n");
    }
    shown
}
