//! Runbooks: import, publish, show, export, delete. What a seal forbids is refused here, whoever
//! asks.

use crate::{
    app::tokens::Caller,
    documents::{Items, RUNBOOKS, VERSIONS, runbook_key},
    plane::ControlPlane,
};
use bindery_core::{
    account::Role,
    code::{Code, Failure},
    digest::Digest,
    grant::Grant,
    name::Name,
    operation,
    runbook::{self, Manifest, Runbook, RunbookEvent, Version},
    seal::{Seal, Verb},
};
use bindery_inspect::{Module, grants, inspect_unlinked, parameters};
use bindery_seal::{bundle::Bundle, envelope::Envelope, statement};
use bindery_store::{
    batch::{Batch, Expect},
    documents::Range,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;

/// A version with the signed statement of its seal, if it is sealed. Never changed; jobs are pinned
/// to it.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct StoredVersion {
    pub(crate) version: Version,
    pub(crate) envelope: Option<Envelope>,
    /// What the envelope says, which was verified when it was stored.
    pub(crate) seal: Option<Seal>,
}

/// What is imported: a file, and the name that it is to have.
pub(crate) struct Import {
    pub(crate) bytes: Bytes,
    pub(crate) name: Option<Name>,
    pub(crate) replace: bool,
}

impl ControlPlane {
    pub(crate) async fn runbook(&self, account: &Name, name: &Name) -> Result<Runbook, Failure> {
        let what = format!("runbook `{name}` in account `{account}`");
        Ok(self.repository.need(RUNBOOKS, &runbook_key(account, name), &what).await?.value)
    }

    pub(crate) async fn list_runbooks(
        &self,
        account: &Name,
        range: Range,
    ) -> Result<Items<Runbook>, Failure> {
        self.account(account).await?;
        self.repository.find(RUNBOOKS, "account", &account.key(), range).await
    }

    /// Imports a module or a sealed bundle as the draft of a runbook.
    pub(crate) async fn import_runbook(
        &self,
        account: &Name,
        import: Import,
        caller: &Caller,
    ) -> Result<Runbook, Failure> {
        self.account_or_first(account, caller).await?;
        let (wasm, envelope) = unpack(&import.bytes)?;
        let seal = match &envelope {
            Some(envelope) => Some(statement::verify(
                envelope,
                &wasm,
                &self.trust().active(self.clock.now()),
                self.clock.now(),
            )?),
            None => None,
        };
        let sealed = envelope.as_ref().zip(seal.as_ref());
        let name = name_of(&import, seal.as_ref())?;
        let stored = self.store_version(account, name, &wasm, sealed, &caller.name);
        let (version, batch) = stored.await?;
        let name = version.manifest.name.clone();
        let runbook =
            self.with_draft(account, &name, version, import.replace, seal.as_ref()).await?;
        let (runbook, expect) = runbook;
        let indexes = vec![("account", account.key())];
        let key = runbook_key(account, &name);
        self.repository.commit(batch.put(RUNBOOKS, key, &runbook, expect, indexes)).await?;
        Ok(runbook)
    }

    async fn with_draft(
        &self,
        account: &Name,
        name: &Name,
        version: Version,
        replace: bool,
        seal: Option<&Seal>,
    ) -> Result<(Runbook, Expect), Failure> {
        let held = self.repository.get::<Runbook>(RUNBOOKS, &runbook_key(account, name)).await?;
        let now = self.clock.now();
        let Some(held) = held else {
            let reserved = self.builtin_names().any(|builtin| builtin.key() == name.key());
            if reserved && seal.is_none() {
                let message = format!("`{name}` is the name of a runbook that comes with Bindery");
                return Err(Failure::new(Code::NameTaken, message));
            }
            let runbook = Runbook {
                account: account.clone(),
                name: name.clone(),
                draft: Some(version),
                published: None,
                grants: vec![],
                seal: seal.cloned(),
                changed_at: now,
            };
            return Ok((runbook, Expect::Absent));
        };
        let mut runbook = held.value;
        // A sealed runbook may be replaced only by its publisher, or where its seal says so.
        let same = seal.map(|seal| &seal.publisher) == runbook.seal.as_ref().map(|s| &s.publisher);
        if runbook.seal.is_some() && !same {
            runbook.check(Verb::Replace)?;
        }
        if !replace {
            let message = format!(
                "there is a runbook `{name}` in account `{account}` already; \
                 `--replace` makes the file its newer draft"
            );
            let advice = "Say `--replace`, or `--name` with another name; case does not count.";
            return Err(Failure::new(Code::NameTaken, message).advising(advice));
        }
        runbook::next(runbook.state(), RunbookEvent::Import)?;
        runbook.draft = Some(version);
        if runbook.published.is_none() {
            runbook.seal = seal.cloned();
        }
        runbook.changed_at = now;
        Ok((runbook, Expect::Revision(held.revision)))
    }

    fn builtin_names(&self) -> impl Iterator<Item = Name> {
        let trust = self.trust();
        let now = self.clock.now();
        self.builtins
            .iter()
            .filter_map(move |b| statement::verify(&b.envelope, &b.wasm, &trust, now).ok())
            .map(|seal| seal.name)
            .collect::<Vec<_>>()
            .into_iter()
    }

    /// A version of a runbook that was stored.
    pub(crate) async fn version(
        &self,
        account: &Name,
        runbook: &Name,
        digest: Digest,
    ) -> Result<StoredVersion, Failure> {
        let key = version_key(account, runbook, digest);
        Ok(self.repository.need(VERSIONS, &key, "such version").await?.value)
    }

    /// Inspects and stores the bytes of a version, with the statement of its seal and what that
    /// says; the batch that makes it known, for the caller to commit. `name` stands for that of the
    /// manifest.
    pub(crate) async fn store_version(
        &self,
        account: &Name,
        name: Option<Name>,
        wasm: &[u8],
        sealed: Option<(&Envelope, &Seal)>,
        by: &str,
    ) -> Result<(Version, Batch), Failure> {
        let module = inspect_unlinked(wasm)?;
        if sealed.is_some() {
            bindery_inspect::inspect(wasm)?;
        }
        let manifest = match (module.manifest.clone(), name) {
            (Some(manifest), None) => manifest,
            (Some(manifest), Some(name)) => Manifest { name, ..manifest },
            (None, Some(name)) => proved(&module, name),
            (None, None) => {
                let message = "the module has no manifest: give its runbook.toml with \
                               `--manifest`, or a name with `--name`";
                let advice = "`bindery runbook build` writes a file NAME.wasm with its manifest in it: \
                              import that one.";
                return Err(Failure::new(Code::InvalidName, message).advising(advice));
            }
        };
        grants::check_grants(&module, &manifest)?;
        grants::check_possible(&manifest)?;
        if let Some(schema) = &manifest.parameters {
            parameters::check_parameters_schema(schema)?;
            parameters::check_defaults(schema)?;
        }
        self.check_profile(account, &module.needs).await?;
        let version = Version {
            digest: module.digest,
            bytes: module.bytes,
            level: module.level,
            imports: powerful(&module),
            needs: module.needs.clone(),
            manifest,
            from_modules: module.from_modules,
            modules: vec![],
            source: None,
            imported_at: self.clock.now(),
            imported_by: by.to_owned(),
        };
        self.stores.blobs.put(Bytes::copy_from_slice(wasm)).await?;
        let (envelope, seal) =
            sealed.map(|(envelope, seal)| (envelope.clone(), seal.clone())).unzip();
        let stored = StoredVersion { version: version.clone(), envelope, seal };
        let key = version_key(account, &version.manifest.name, version.digest);
        Ok((version, Batch::new().put(VERSIONS, key, &stored, Expect::Any, vec![])))
    }

    /// Publishes the draft with `grants`, and with what it asks for of those of the version before.
    pub(crate) async fn publish_runbook(
        &self,
        account: &Name,
        name: &Name,
        grants: Vec<Grant>,
        caller: &Caller,
    ) -> Result<Runbook, Failure> {
        let key = runbook_key(account, name);
        let what = format!("runbook `{name}` in account `{account}`");
        let held = self.repository.need::<Runbook>(RUNBOOKS, &key, &what).await?;
        let mut runbook = held.value;
        runbook::next(runbook.state(), RunbookEvent::Publish)?;
        let Some(draft) = runbook.draft.take() else {
            return Err(Failure::new(Code::Conflict, "there is no draft to publish"));
        };
        let (draft, batch) = self.whole(account, draft).await?;
        let given = with_kept(grants, &draft, &runbook.grants);
        check_publish(&draft, &given, &runbook.grants, caller)?;
        // What is sealed was whole when it was imported, and has no other source.
        let imported = self.version(account, name, draft.source.unwrap_or(draft.digest)).await?;
        runbook.seal = match &imported.envelope {
            None => None,
            Some(envelope) => {
                let wasm = self.content(&draft.digest).await?;
                Some(statement::verify(envelope, &wasm, &self.trust(), self.clock.now())?)
            }
        };
        runbook.published = Some(draft);
        runbook.grants = given;
        runbook.changed_at = self.clock.now();
        let indexes = vec![("account", account.key())];
        let expect = Expect::Revision(held.revision);
        self.repository.commit(batch.put(RUNBOOKS, key, &runbook, expect, indexes)).await?;
        Ok(runbook)
    }

    /// The version that a draft is published as, and the batch that makes it known: linked with the
    /// modules that it needs.
    async fn whole(&self, account: &Name, draft: Version) -> Result<(Version, Batch), Failure> {
        if draft.from_modules.is_empty() {
            return Ok((draft, Batch::new()));
        }
        let whole = self.link(account, &draft).await?;
        let (name, by) = (Some(draft.manifest.name.clone()), draft.imported_by.clone());
        let (linked, _) = self.store_version(account, name, &whole.wasm, None, &by).await?;
        let version = Version {
            modules: whole.modules,
            source: Some(draft.digest),
            imported_at: draft.imported_at,
            ..linked
        };
        let stored = StoredVersion { version: version.clone(), envelope: None, seal: None };
        let key = version_key(account, &version.manifest.name, version.digest);
        Ok((version, Batch::new().put(VERSIONS, key, &stored, Expect::Any, vec![])))
    }

    pub(crate) async fn content(&self, digest: &Digest) -> Result<Bytes, Failure> {
        self.stores.blobs.get(digest).await?.ok_or_else(|| {
            Failure::new(Code::StoreDamaged, format!("the bytes of {digest} are not in the store"))
        })
    }

    /// The file of a version, unless a seal keeps it closed.
    pub(crate) async fn export_runbook(
        &self,
        account: &Name,
        name: &Name,
        draft: bool,
    ) -> Result<Bytes, Failure> {
        let runbook = self.runbook(account, name).await?;
        runbook.check(Verb::Export)?;
        let (version, slot) = match draft {
            true => (runbook.draft, "draft"),
            false => (runbook.published, "published version"),
        };
        let version = version.ok_or_else(|| {
            Failure::new(Code::NotFound, format!("runbook `{name}` has no {slot}"))
        })?;
        if let Some(envelope) = &self.version(account, name, version.digest).await?.envelope {
            // A sealed draft is as closed as it will be once it is published.
            let wasm = self.content(&version.digest).await?;
            let seal = statement::verify(envelope, &wasm, &self.trust(), self.clock.now())?;
            seal.check(Verb::Export)?;
        }
        self.content(&version.source.unwrap_or(version.digest)).await
    }

    pub(crate) async fn delete_runbook(&self, account: &Name, name: &Name) -> Result<(), Failure> {
        let key = runbook_key(account, name);
        let what = format!("runbook `{name}` in account `{account}`");
        let held = self.repository.need::<Runbook>(RUNBOOKS, &key, &what).await?;
        held.value.check(Verb::Delete)?;
        let batch = Batch::new().delete(RUNBOOKS, key, Expect::Revision(held.revision));
        self.repository.commit(batch).await
    }
}

/// The runbook is in it: what one runbook's seal says is not touched by importing the same bytes as
/// another.
fn version_key(account: &Name, runbook: &Name, digest: Digest) -> String {
    format!("{}/{digest}", runbook_key(account, runbook))
}

pub(super) fn unpack(bytes: &Bytes) -> Result<(Bytes, Option<Envelope>), Failure> {
    if Bundle::is_bundle(bytes) {
        let bundle = Bundle::parse(bytes)?;
        return Ok((bundle.wasm.into(), Some(bundle.envelope)));
    }
    Ok((bytes.clone(), None))
}

/// The name: that of the seal, else the one asked for; none if the manifest's will do.
fn name_of(import: &Import, seal: Option<&Seal>) -> Result<Option<Name>, Failure> {
    match (seal, &import.name) {
        (Some(seal), Some(name)) if seal.name != *name => Err(Failure::new(
            Code::InvalidName,
            format!(
                "the seal names the runbook `{}`; it cannot be imported as `{name}`",
                seal.name
            ),
        )),
        (Some(seal), _) => Ok(Some(seal.name.clone())),
        (None, name) => Ok(name.clone()),
    }
}

/// The manifest of a module that has none: it asks for what its imports prove that it may want, but
/// for masks.
fn proved(module: &Module, name: Name) -> Manifest {
    let unmasked = module.powers.iter().filter(|power| !power.masked());
    Manifest {
        name,
        description: String::new(),
        version: String::new(),
        parameters: None,
        grants: unmasked.filter_map(|power| power.as_str().parse().ok()).collect(),
        limits: Default::default(),
    }
}

/// The imports, without interfaces of ours that are there for their types alone.
fn powerful(module: &Module) -> Vec<String> {
    let proved: Vec<_> =
        module.powers.iter().map(|power| operation::instance_name(power.interface())).collect();
    let free: Vec<_> = bindery_core::grant::POWERLESS_INTERFACES
        .iter()
        .map(|interface| operation::instance_name(interface))
        .collect();
    let ours = format!("{}/", operation::PACKAGE);
    let keep = |import: &&String| {
        !import.starts_with(&ours) || proved.contains(import) || free.contains(import)
    };
    module.imports.iter().filter(keep).cloned().collect()
}

/// These grants, and what the draft asks for that was granted before.
fn with_kept(mut grants: Vec<Grant>, draft: &Version, before: &[Grant]) -> Vec<Grant> {
    for ask in &draft.manifest.grants {
        let had = before.iter().any(|had| had.contains(ask));
        if had && !grants.iter().any(|grant| grant.contains(ask)) {
            grants.push(ask.clone());
        }
    }
    grants
}

/// Grants must be asked for by the version; more than before needs somebody who may grant.
fn check_publish(
    draft: &Version,
    given: &[Grant],
    before: &[Grant],
    caller: &Caller,
) -> Result<(), Failure> {
    let asked = &draft.manifest.grants;
    if let Some(extra) = given.iter().find(|grant| !asked.iter().any(|ask| ask.contains(grant))) {
        let message = format!("the version does not ask for the grant `{extra}`");
        let each: Vec<_> = asked.iter().map(|ask| format!("`{ask}`")).collect();
        let advice = match each.is_empty() {
            true => "It asks for none.".to_owned(),
            false => format!("It asks for {}.", each.join(", ")),
        };
        return Err(Failure::new(Code::GrantNotAsked, message).advising(advice));
    }
    let lacking: Vec<_> =
        asked.iter().filter(|ask| !given.iter().any(|grant| grant.contains(ask))).collect();
    if !lacking.is_empty() {
        let list: Vec<_> = lacking.iter().map(|grant| format!("`{grant}`")).collect();
        let message = format!("the version asks for more than it is granted: {}", list.join(", "));
        return Err(Failure::new(Code::GrantDenied, message)
            .with(json!({ "asked": asked, "granted": given, "lacking": lacking })));
    }
    let more = given.iter().find(|grant| !before.iter().any(|had| had.contains(grant)));
    if let (Some(more), false) = (more, caller.role >= Role::Owner) {
        let message =
            format!("only an owner may grant `{more}`, which the version before did not have");
        return Err(Failure::new(Code::Forbidden, message));
    }
    Ok(())
}
