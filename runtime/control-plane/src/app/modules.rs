//! Modules: imported, shown, and linked into the runbooks that import what they export.

use crate::{
    app::tokens::Caller,
    documents::{Items, MODULES, missing},
    plane::ControlPlane,
};
use bindery_core::{
    code::{Code, Failure},
    grant::Power,
    limit,
    module::{self, Module},
    name::Name,
    runbook::{Manifest, Version},
};
use bindery_inspect::inspect_library;
use bindery_link::{Part, Whole, wit};
use bindery_seal::{bundle::Bundle, envelope::Envelope, statement};
use bindery_store::{
    batch::{Batch, Expect},
    documents::Range,
};
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;

/// A module with the signed statement of its seal, if it is sealed.
#[derive(Debug, Clone, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredModule {
    module: Module,
    envelope: Option<Envelope>,
    manifest: Manifest,
}

impl ControlPlane {
    pub(crate) async fn list_modules(
        &self,
        account: &Name,
        range: Range,
    ) -> Result<Items<Module>, Failure> {
        self.account(account).await?;
        let of = account.key();
        let found = self.repository.find::<StoredModule>(MODULES, "account", &of, range);
        let (stored, next) = found.await?;
        Ok((stored.into_iter().map(|stored| stored.module).collect(), next))
    }

    pub(crate) async fn module(&self, account: &Name, name: &Name) -> Result<Module, Failure> {
        let what = format!("module `{name}` in account `{account}`");
        let key = key(account, name);
        Ok(self.repository.need::<StoredModule>(MODULES, &key, &what).await?.value.module)
    }

    /// The WIT of what a module exports: that is open, whatever its seal says of the rest.
    pub(crate) async fn module_wit(&self, account: &Name, name: &Name) -> Result<String, Failure> {
        let module = self.module(account, name).await?;
        wit::exported(&self.content(&module.digest).await?)
    }

    /// Imports a component, or a sealed bundle of one.
    pub(crate) async fn import_module(
        &self,
        account: &Name,
        bytes: Bytes,
        replace: bool,
        caller: &Caller,
    ) -> Result<Module, Failure> {
        self.account_or_first(account, caller).await?;
        let (wasm, envelope) = super::runbooks::unpack(&bytes)?;
        let (stored, wasm) = self.read_module(account, wasm, envelope, &caller.name)?;
        let name = stored.module.name.clone();
        let held = self.repository.get::<StoredModule>(MODULES, &key(account, &name)).await?;
        if let Some(held) = &held {
            let (is, was) = (&stored.module.publisher, &held.value.module.publisher);
            if was.is_some() && was.as_ref().map(|p| p.key_id) != is.as_ref().map(|p| p.key_id) {
                let message =
                    format!("the module `{name}` is sealed: only its publisher replaces it");
                return Err(Failure::new(Code::RunbookSealed, message));
            }
            if !replace {
                let message = format!(
                    "there is a module `{name}` in account `{account}` already; `--replace` replaces it, \
                     and what is published stays as it is"
                );
                let advice = "Say `--replace`, or give it another name; case does not count.";
                return Err(Failure::new(Code::NameTaken, message).advising(advice));
            }
        } else {
            let count = self.modules_of(account).await?.len();
            if count >= limit::ACCOUNT_MODULES {
                let most = limit::ACCOUNT_MODULES;
                let message =
                    format!("the account has {count} modules; at most {most} (ACCOUNT_MODULES)");
                return Err(Failure::new(Code::TooLarge, message));
            }
        }
        let expect = held.map_or(Expect::Absent, |held| Expect::Revision(held.revision));
        self.keep_module(stored, wasm, expect).await
    }

    /// Installs a module of this build where an account has neither this version nor a later one.
    pub(crate) async fn install_module(
        &self,
        account: &Name,
        bundle: &Bundle,
    ) -> Result<(), Failure> {
        let (wasm, envelope) = (bundle.wasm.clone().into(), Some(bundle.envelope.clone()));
        let (mut stored, wasm) = self.read_module(account, wasm, envelope, "Bindery")?;
        stored.module.preloaded = true;
        let name = stored.module.name.clone();
        let held = self.repository.get::<StoredModule>(MODULES, &key(account, &name)).await?;
        let version = |module: &Module| semver::Version::parse(&module.version).ok();
        if let Some(held) = &held {
            let held = &held.value.module;
            let later = version(held).zip(version(&stored.module)).is_some_and(|(a, b)| a > b);
            if held.digest == stored.module.digest || later {
                return Ok(());
            }
        }
        let expect = held.map_or(Expect::Absent, |held| Expect::Revision(held.revision));
        self.keep_module(stored, wasm, expect).await.map(drop)
    }

    fn read_module(
        &self,
        account: &Name,
        wasm: Bytes,
        envelope: Option<Envelope>,
        by: &str,
    ) -> Result<(StoredModule, Bytes), Failure> {
        let now = self.clock.now();
        let trust = self.trust().active(now);
        let seal = match &envelope {
            Some(envelope) => Some(statement::verify(envelope, &wasm, &trust, now)?),
            None => None,
        };
        let library = inspect_library(&wasm)?;
        let Some(manifest) = library.manifest.clone() else {
            let message = "the module has no manifest: build it with `bindery module build`";
            return Err(Failure::new(Code::InvalidManifest, message));
        };
        // A mask is for the runbook to name, whose own manifest asks for it then.
        let asked = |power: &Power| manifest.grants.iter().any(|grant| grant.power() == *power);
        let lacks = library.powers.iter().find(|power| !power.masked() && !asked(power));
        if let Some(power) = lacks {
            let message = format!(
                "`{}` can do what its manifest does not ask for: `{}`",
                manifest.name,
                power.as_str()
            );
            return Err(Failure::new(Code::GrantNotAsked, message));
        }
        if let Some(seal) = seal.as_ref().filter(|seal| seal.name != manifest.name) {
            let message =
                format!("the seal names `{}`, and the module is `{}`", seal.name, manifest.name);
            return Err(Failure::new(Code::InvalidName, message));
        }
        let module = Module {
            account: account.clone(),
            name: manifest.name.clone(),
            version: manifest.version.clone(),
            description: manifest.description.clone(),
            publisher: seal.map(|seal| seal.publisher),
            digest: library.digest,
            bytes: library.bytes,
            exports: library.exports,
            imports: library.imports,
            from_modules: library.from_modules,
            grants: manifest.grants.clone(),
            preloaded: false,
            imported_at: now,
            imported_by: by.to_owned(),
        };
        Ok((StoredModule { module, envelope, manifest }, wasm))
    }

    async fn keep_module(
        &self,
        stored: StoredModule,
        wasm: Bytes,
        expect: Expect,
    ) -> Result<Module, Failure> {
        self.stores.blobs.put(wasm).await?;
        let account = stored.module.account.key();
        let key = key(&stored.module.account, &stored.module.name);
        let indexes = vec![("account", account)];
        self.repository.commit(Batch::new().put(MODULES, key, &stored, expect, indexes)).await?;
        Ok(stored.module)
    }

    /// Deletes a module; what is published keeps what is linked into it.
    pub(crate) async fn delete_module(&self, account: &Name, name: &Name) -> Result<(), Failure> {
        let key = key(account, name);
        let held = self.repository.get::<StoredModule>(MODULES, &key).await?;
        let held =
            held.ok_or_else(|| missing(&format!("module `{name}` in account `{account}`")))?;
        if held.value.module.preloaded {
            let message = format!("the module `{name}` comes with Bindery and stays");
            return Err(Failure::new(Code::RunbookSealed, message));
        }
        let batch = Batch::new().delete(MODULES, key, Expect::Revision(held.revision));
        self.repository.commit(batch).await
    }

    async fn modules_of(&self, account: &Name) -> Result<Vec<StoredModule>, Failure> {
        self.repository.find_all(MODULES, "account", &account.key()).await
    }

    /// A draft as it would be published now: with the modules that it needs, and what they ask for.
    pub(crate) async fn as_whole(
        &self,
        account: &Name,
        mut draft: Version,
    ) -> Result<Version, Failure> {
        if draft.from_modules.is_empty() {
            return Ok(draft);
        }
        let modules: Vec<_> =
            self.modules_of(account).await?.into_iter().map(|stored| stored.module).collect();
        let (mut grants, mut imports) = (BTreeSet::new(), BTreeSet::new());
        for module in module::closure(&modules, &draft.from_modules) {
            draft.modules.push(module.linked());
            grants.extend(module.grants.iter().cloned());
            imports.extend(module.imports.iter().cloned());
        }
        grants.extend(draft.manifest.grants);
        imports.extend(draft.imports);
        draft.manifest.grants = grants.into_iter().collect();
        draft.imports = imports.into_iter().collect();
        Ok(draft)
    }

    /// Links a draft with the modules that it needs.
    pub(crate) async fn link(&self, account: &Name, draft: &Version) -> Result<Whole, Failure> {
        let stored = self.modules_of(account).await?;
        let modules: Vec<_> = stored.iter().map(|stored| stored.module.clone()).collect();
        let chosen: BTreeSet<_> = module::closure(&modules, &draft.from_modules)
            .iter()
            .map(|module| module.digest)
            .collect();
        let (now, trust) = (self.clock.now(), self.trust());
        let mut parts = vec![];
        for stored in stored.into_iter().filter(|it| chosen.contains(&it.module.digest)) {
            let wasm = self.content(&stored.module.digest).await?;
            if let Some(envelope) = &stored.envelope {
                statement::verify(envelope, &wasm, &trust, now)?;
            }
            parts.push(Part::new(wasm.to_vec(), Some(stored.manifest))?);
        }
        let (runbook, manifest) = (self.content(&draft.digest).await?, draft.manifest.clone());
        tokio::task::spawn_blocking(move || bindery_link::link(&runbook, manifest, &parts))
            .await
            .map_err(|error| Failure::new(Code::Internal, format!("linking failed: {error}")))?
    }
}

fn key(account: &Name, name: &Name) -> String {
    format!("{}/{}", account.key(), name.key())
}
