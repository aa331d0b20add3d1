//! `bindery runbook`: runbooks of an account, and what they can and cannot do.

pub(super) mod build;
mod conform;
mod diff;
mod facts;
mod import;
pub(super) mod new;
mod powers;
mod registry;
mod test;
mod wit;

use self::facts::Facts;
use super::{paging::Paging, wasm_file};
use crate::{
    context::{Context, unwritable},
    failure::{CliFailure, Exit},
    output::{Output, table, text},
};
use bindery_api::{
    powers::of_file as powers_of_file,
    runbooks::{PublishRunbook, Runbook, Slot},
};
use bindery_core::{grant::Grant, name::Name, runbook::Version};
use serde_json::json;
use std::{
    fs,
    path::{Path, PathBuf},
};

/// What can be asked.
#[derive(Debug, clap::Subcommand)]
pub enum Verb {
    /// Make a project for a runbook in a language of your choice; needs no control plane
    New(new::Arguments),
    /// Build the project of a runbook with its language's own toolchain; needs no control plane
    Build(build::Arguments),
    /// Import a Wasm file or a sealed bundle as a draft
    Import(Box<import::Arguments>),
    /// Push a Wasm file or a sealed bundle to an OCI registry; needs no control plane
    Push(registry::Push),
    /// Pull a runbook from an OCI registry, as the file that `import` takes; needs no control plane
    Pull(registry::Pull),
    /// Test a Wasm file on a simulated host, in virtual time; needs no control plane
    Test(Box<test::Arguments>),
    /// Hold the conformance guest of an SDK against the contract's cases; needs no control plane
    Conform(conform::Arguments),
    /// Publish the draft of a runbook, and grant what it may do
    Publish {
        /// Name of the runbook
        name: Name,
        /// Grant this besides what the version before had, such as `updates.read` or
        /// `jobs.start:Patch-*`; may be given more than once
        #[arg(long, value_name = "GRANT")]
        grant: Vec<Grant>,
        /// Grant all that it asks for
        #[arg(long, conflicts_with = "grant")]
        grant_all: bool,
    },
    /// List runbooks
    List {
        #[command(flatten)]
        paging: Paging,
    },
    /// Show a runbook, and what it can and cannot do
    Show {
        /// Name of the runbook, or a Wasm file with its manifest in it
        #[arg(value_name = "NAME|FILE.wasm")]
        what: String,
        /// Show the JSON Schema of its parameters
        #[arg(long)]
        schema: bool,
    },
    /// Show in what two versions of a runbook differ: powers, grants, parameters
    Diff {
        /// Name of the runbook, or a Wasm file with its manifest in it
        #[arg(value_name = "NAME|FILE.wasm")]
        before: String,
        /// The newer one; if absent, the draft of the runbook
        #[arg(value_name = "NAME|FILE.wasm")]
        after: Option<String>,
    },
    /// Export the file of a runbook
    Export {
        /// Name of the runbook
        name: Name,
        /// Where to write it; stdout if absent
        #[arg(long, value_name = "FILE")]
        to: Option<PathBuf>,
        /// Export the draft, not the published version
        #[arg(long)]
        draft: bool,
    },
    /// Delete a runbook
    Delete {
        /// Name of the runbook
        name: Name,
    },
}

pub(crate) async fn run(
    verb: Verb,
    context: &Context,
    out: &mut Output<'_>,
) -> Result<(), CliFailure> {
    let (client, account) = (|| context.client(), context.account());
    match verb {
        Verb::New(arguments) => new::run(arguments, out),
        Verb::Build(arguments) => build::run(arguments, build::Kind::Runbook, out).await,
        Verb::Test(arguments) => test::run(*arguments, context, out).await,
        Verb::Conform(arguments) => conform::run(arguments, context, out).await,
        Verb::Import(arguments) => {
            let runbook = arguments.run(context, out).await?;
            out.show(&runbook, show)
        }
        Verb::Push(push) => push.run(out).await,
        Verb::Pull(pull) => pull.run(out).await,
        Verb::Publish { name, grant, grant_all } => {
            let grants = match grant_all {
                true => {
                    let draft = client()?.runbook(account, name.as_str()).await?.draft;
                    draft.map(|draft| draft.manifest.grants).unwrap_or_default()
                }
                false => grant,
            };
            let how = PublishRunbook { grants };
            out.show(&client()?.publish_runbook(account, name.as_str(), &how).await?, show)
        }
        Verb::List { paging } => {
            out.page(&client()?.list_runbooks(account, &paging.into()).await?, list)
        }
        Verb::Show { what, schema } if is_file(&what) || schema => {
            let facts = version(&what, Slot::Published, context).await?;
            match schema {
                true => out.show(&facts.manifest.parameters, |schema| {
                    let schema = schema.clone().unwrap_or_else(|| json!({ "type": "object" }));
                    format!("{schema:#}\n")
                }),
                false => out.show(&facts, facts::show),
            }
        }
        Verb::Show { what, .. } => out.show(&client()?.runbook(account, &what).await?, show),
        Verb::Diff { before, after } => {
            let after = match &after {
                Some(after) => version(after, Slot::Published, context).await?,
                None => version(&before, Slot::Draft, context).await?,
            };
            let before = version(&before, Slot::Published, context).await?;
            out.show(&diff::differences(&before, &after), |differences| diff::show(differences))
        }
        Verb::Export { name, to, draft } => {
            let slot = if draft { Slot::Draft } else { Slot::Published };
            let bytes = client()?.export_runbook(account, name.as_str(), slot).await?;
            match to {
                None => out.raw(&bytes, "Name a file with --to, or send stdout to one."),
                Some(path) => {
                    fs::write(&path, &bytes).map_err(|error| unwritable(&path, &error))?;
                    let (to, size) = (path.display().to_string(), bytes.len());
                    let fact = json!({ "runbook": name, "to": to, "bytes": size });
                    out.done(&fact, &format!("runbook {name} is exported to {to}"))
                }
            }
        }
        Verb::Delete { name } => {
            client()?.delete_runbook(account, name.as_str()).await?;
            let fact = json!({ "runbook": name, "deleted": true });
            out.done(&fact, &format!("runbook {name} is deleted"))
        }
    }
}

/// Whether this is a file, not the name of a runbook.
fn is_file(what: &str) -> bool {
    let no_name = || what.parse::<Name>().is_err();
    what.ends_with(".wasm") || what.contains('/') || no_name() && Path::new(what).is_file()
}

/// A version of a runbook of the account, or a Wasm file. Where nothing is published, the draft.
async fn version(what: &str, slot: Slot, context: &Context) -> Result<Facts, CliFailure> {
    if is_file(what) {
        let path = PathBuf::from(what);
        let wasm = wasm_file::read(&path, None)?;
        return Facts::of_file(path, &wasm);
    }
    let runbook = context.client()?.runbook(context.account(), what).await?;
    let version = match slot {
        Slot::Published => runbook.published.or(runbook.draft),
        Slot::Draft => runbook.draft,
    };
    version.map(Facts::of_version).ok_or_else(|| {
        CliFailure::new(Exit::NotFound, format!("runbook `{what}` has no draft"))
            .hint("Import one with --replace, or name a Wasm file.")
    })
}

/// What a Wasm file is.
pub(super) fn show_file(path: &Path, wasm: &[u8], out: &mut Output<'_>) -> Result<(), CliFailure> {
    out.show(&facts::Facts::of_file(path.to_owned(), wasm)?, facts::show)
}

fn list(runbooks: &[Runbook]) -> String {
    table::rows(
        ["NAME", "STATE", "SEALED", "VERSION", "CAN", "DESCRIPTION"],
        runbooks.iter().map(|runbook| {
            [
                runbook.name.to_string(),
                table::spelling(runbook.state),
                table::yes(runbook.sealed),
                versions(runbook),
                powers::can(&runbook.powers),
                runbook.description.clone(),
            ]
        }),
    )
}

fn show(runbook: &Runbook) -> String {
    let version = runbook.published.as_ref().or(runbook.draft.as_ref());
    let seal = runbook.seal.as_ref();
    let verbs: Vec<_> = runbook.verbs.iter().map(table::spelling).collect();
    let mut fields = vec![
        ("Name", runbook.name.to_string()),
        ("State", table::spelling(runbook.state)),
        ("Description", runbook.description.clone()),
    ];
    fields.extend(version.into_iter().flat_map(version_fields));
    fields.push(match &runbook.published {
        Some(_) => ("Granted", grants(&runbook.grants)),
        None => ("Asks for", version.map(|it| grants(&it.manifest.grants)).unwrap_or_default()),
    });
    fields.extend([
        ("Sealed by", seal.map(|seal| seal.publisher.name.clone()).unwrap_or_default()),
        ("Allowed verbs", if runbook.sealed { verbs.join(", ") } else { "all".to_owned() }),
        ("Started by", seal.map(started_by).unwrap_or_default()),
    ]);
    let mut text = table::fields(fields) + "\n" + &powers::lines(&runbook.powers);
    if let (Some(_), Some(draft)) = (&runbook.published, &runbook.draft) {
        let powers = powers_of_file(draft.level, &draft.imports, &draft.manifest.grants);
        text += &format!(
            "\nThe draft, which is not published; `bindery runbook diff {}` shows what it changes:\n{}\n{}",
            runbook.name,
            table::fields(
                version_fields(draft)
                    .into_iter()
                    .chain([("Asks for", grants(&draft.manifest.grants))])
            ),
            powers::lines(&powers)
        );
    }
    text
}

fn version_fields(version: &Version) -> [(&'static str, String); 8] {
    [
        ("Version", version.manifest.version.clone()),
        ("Digest", version.digest.to_string()),
        ("Level", table::spelling(version.level)),
        ("Needs", facts::needs(&version.needs)),
        ("Needs modules for", text::escape(&version.from_modules.join(", "))),
        ("Modules", facts::modules(&version.modules)),
        ("Imported", table::time(version.imported_at)),
        ("By", version.imported_by.clone()),
    ]
}

fn grants(grants: &[Grant]) -> String {
    grants.iter().map(ToString::to_string).collect::<Vec<_>>().join(", ")
}

/// The version that is published, and the draft where there is one.
fn versions(runbook: &Runbook) -> String {
    let version = |version: &Version| version.manifest.version.clone();
    let draft = runbook.draft.as_ref().map(|draft| format!("draft {}", version(draft)));
    match (&runbook.published, draft) {
        (None, draft) => draft.unwrap_or_default(),
        (Some(published), None) => version(published),
        (Some(published), Some(draft)) => format!("{}, {draft}", version(published)),
    }
}

fn started_by(seal: &bindery_core::seal::Seal) -> String {
    seal.started_by.iter().map(table::spelling).collect::<Vec<_>>().join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use expect_test::expect;

    fn runbook() -> Runbook {
        let digest = format!("sha256:{}", "0".repeat(64));
        let time = "2026-01-01T00:00:00Z";
        let power = |power, meaning, allowed, basis, grants: &[&str]| json!({ "power": power, "meaning": meaning, "allowed": allowed, "basis": basis, "grants": grants });
        serde_json::from_value(json!({
            "account": "Automation", "name": "Patch-All", "state": "Published", "description": "Patches",
            "sealed": true, "verbs": ["replay"], "grants": [], "changedAt": time,
            "seal": { "name": "Patch-All", "version": "1", "publisher": { "name": "Vendor", "keyId": digest },
                      "grants": [], "verbs": ["replay"], "startedBy": ["deployment", "same-publisher"],
                      "limits": {}, "notBefore": time },
            "published": { "digest": digest, "bytes": 8, "level": "L2", "imports": [], "importedAt": time,
                           "importedBy": "bindery", "manifest": { "name": "Patch-All", "version": "1" } },
            "powers": [
                power("jobs.start", "start runbooks", true, "grant", &["jobs.start:Patch-*"]),
                power("updates.read", "read updates", true, "grant", &["updates.read"]),
                power("power.reboot", "reboot", false, "imports", &[]),
                power("fleet.read", "read the fleet", false, "grant", &[]),
            ],
        }))
        .expect("a runbook")
    }

    #[test]
    fn a_draft_is_told_beside_what_is_published() {
        let mut runbook = runbook();
        let mut draft = runbook.published.clone().expect("a version");
        draft.manifest.version = "2".to_owned();
        draft.manifest.grants = vec!["process:df".parse().expect("a grant")];
        draft.imports = vec!["bindery:runbook/process@0.1.0".to_owned()];
        runbook.draft = Some(draft);
        let text = show(&runbook);
        let (published, draft) = text.split_once("The draft, which is not published").expect(&text);
        assert!(published.contains("Version:         1\n") && !published.contains("run programs"));
        assert!(draft.contains("2\n") && draft.contains("can: run programs (df)"), "{draft}");
        assert!(list(&[runbook.clone()]).contains("1, draft 2"));
        runbook.published = None;
        assert!(list(&[runbook]).contains("draft 2"));
    }

    #[test]
    fn a_runbook_says_what_it_can_and_cannot_do_and_how_we_know() {
        expect![[r#"
            Name:            Patch-All
            State:           Published
            Description:     Patches
            Version:         1
            Digest:          sha256:0000000000000000000000000000000000000000000000000000000000000000
            Level:           L2
            Imported:        2026-01-01T00:00:00Z
            By:              bindery
            Sealed by:       Vendor
            Allowed verbs:   replay
            Started by:      deployment, same-publisher

            can: start runbooks (Patch-*), read updates   [enforced by grant]
            cannot: reboot   [proved by imports]
            cannot: read the fleet   [enforced by grant]
        "#]]
        .assert_eq(&show(&runbook()));
        expect![[r#"
            NAME        STATE       SEALED   VERSION   CAN                                      DESCRIPTION
            Patch-All   Published   yes      1         start runbooks (Patch-*), read updates   Patches
        "#]].assert_eq(&list(&[runbook()]));
    }
}
