//! Shared assets: kept, shown without their secrets, and used by jobs.

use crate::{
    app::tokens::Caller,
    documents::{ASSETS, Items, JOBS, missing},
    hub::Peer,
    operations::argument,
    plane::ControlPlane,
    vault::Sealed,
};
use bindery_core::{
    asset::{Asset, AssetKind, Content, SecretName},
    code::{Code, Failure},
    grant::{self, Power},
    id::JobId,
    job::Job,
    name::Name,
    secret::Secret,
};
use bindery_store::{
    batch::{Batch, Expect},
    documents::Range,
};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value};
use std::collections::BTreeMap;
use x509_parser::{parse_x509_certificate, pem::parse_x509_pem};

/// An asset with its secrets, as they are kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct StoredAsset {
    asset: Asset,
    sealed: BTreeMap<Name, Sealed>,
}

impl ControlPlane {
    pub(crate) async fn list_assets(
        &self,
        account: &Name,
        kind: Option<AssetKind>,
        range: Range,
    ) -> Result<Items<Asset>, Failure> {
        self.account(account).await?;
        let (index, value) = match kind {
            None => ("account", account.key()),
            Some(kind) => ("account-kind", format!("{}/{kind}", account.key())),
        };
        let found = self.repository.find::<StoredAsset>(ASSETS, index, &value, range).await?;
        Ok((found.0.into_iter().map(|stored| stored.asset).collect(), found.1))
    }

    pub(crate) async fn asset(
        &self,
        account: &Name,
        kind: AssetKind,
        name: &Name,
    ) -> Result<Asset, Failure> {
        Ok(self.stored_asset(account, kind, name).await?.asset)
    }

    async fn stored_asset(
        &self,
        account: &Name,
        kind: AssetKind,
        name: &Name,
    ) -> Result<StoredAsset, Failure> {
        let what = format!("{kind} `{name}` in account `{account}`");
        Ok(self.repository.need(ASSETS, &asset_key(account, kind, name), &what).await?.value)
    }

    /// Makes an asset, or replaces it.
    pub(crate) async fn set_asset(
        &self,
        account: &Name,
        (kind, name): (AssetKind, &Name),
        content: Content,
        caller: &Caller,
    ) -> Result<Asset, Failure> {
        self.account_or_first(account, caller).await?;
        self.keep_asset(account, (kind, name), content, &caller.name).await
    }

    async fn keep_asset(
        &self,
        account: &Name,
        (kind, name): (AssetKind, &Name),
        content: Content,
        by: &str,
    ) -> Result<Asset, Failure> {
        content.check(kind)?;
        let key = asset_key(account, kind, name);
        let held = self.repository.get::<StoredAsset>(ASSETS, &key).await?;
        if let Some(held) = &held {
            check_stays_secret(&held.value.asset, &content)?;
        }
        let mut fields = content.fields;
        if kind == AssetKind::Certificate {
            fields = read_certificate(fields)?;
        }
        let seal = |(field, secret): (&Name, &Secret)| {
            let owner = format!("{key}/{}", field.key());
            Ok((field.clone(), self.keys.vault().seal(&owner, secret)?))
        };
        let sealed =
            content.secrets.iter().map(seal).collect::<Result<BTreeMap<_, _>, Failure>>()?;
        let asset = Asset {
            kind,
            name: name.clone(),
            description: content.description,
            fields,
            secrets: sealed.keys().cloned().collect(),
            changed_at: self.clock.now(),
            changed_by: by.to_owned(),
        };
        let stored = StoredAsset { asset, sealed };
        let account_key = account.key();
        let indexes =
            vec![("account-kind", format!("{account_key}/{kind}")), ("account", account_key)];
        let expect = held.map_or(Expect::Absent, |held| Expect::Revision(held.revision));
        self.repository.commit(Batch::new().put(ASSETS, key, &stored, expect, indexes)).await?;
        Ok(stored.asset)
    }

    pub(crate) async fn delete_asset(
        &self,
        account: &Name,
        kind: AssetKind,
        name: &Name,
    ) -> Result<(), Failure> {
        let key = asset_key(account, kind, name);
        let what = format!("{kind} `{name}` in account `{account}`");
        let held = self.repository.need::<StoredAsset>(ASSETS, &key, &what).await?;
        let expect = Expect::Revision(held.revision);
        self.repository.commit(Batch::new().delete(ASSETS, key, expect)).await
    }

    /// What a job gets of an asset: its secrets are names.
    pub(crate) async fn asset_for(
        &self,
        job: &Job,
        kind: AssetKind,
        name: Name,
    ) -> Result<Value, Failure> {
        let asset = self.asset(&job.account, kind, &name).await?;
        serde_json::to_value(asset).map_err(|e| Failure::new(Code::Internal, e.to_string()))
    }

    /// Gives a variable a value, for a job.
    pub(crate) async fn set_variable(
        &self,
        job: &Job,
        arguments: &Value,
    ) -> Result<Value, Failure> {
        let name: Name = argument(arguments, "name")?;
        let value: String = argument(arguments, "value")?;
        let kind = AssetKind::Variable;
        let held = match self.asset(&job.account, kind, &name).await {
            Err(failure) if failure.code == Code::NotFound => None,
            other => Some(other?),
        };
        let content = Content::of_variable(held.as_ref(), &value)?;
        if job.dry_run {
            return Ok(Value::Null);
        }
        let by = format!("job {}", job.id);
        self.keep_asset(&job.account, (kind, &name), content, &by).await?;
        Ok(Value::Null)
    }

    /// A secret for a job that is leased to a worker behind `peer`, and may use the asset.
    pub(crate) async fn reveal(
        &self,
        peer: Peer,
        job: JobId,
        secret: &SecretName,
    ) -> Result<Secret, Failure> {
        let job = self.repository.need::<Job>(JOBS, &job.to_string(), "such job").await?.value;
        self.check_caller(peer, &job).await?;
        if !grant::permit(&job.grants, Power::AssetsRead, Some(secret.asset.as_str())) {
            let message = format!("job {} may not use {} `{}`", job.id, secret.kind, secret.asset);
            return Err(Failure::new(Code::GrantDenied, message));
        }
        let stored = self.stored_asset(&job.account, secret.kind, &secret.asset).await?;
        let open = |field: &str| {
            let (field, sealed) = stored
                .sealed
                .iter()
                .find(|(name, _)| name.as_str().eq_ignore_ascii_case(field))
                .ok_or_else(|| missing(&format!("secret `{secret}`")))?;
            let key = asset_key(&job.account, secret.kind, &secret.asset);
            self.keys.vault().open_sealed(&format!("{key}/{}", field.key()), sealed)
        };
        if *secret != SecretName::login(secret.asset.clone()) {
            return open(secret.field.as_str());
        }
        let user = stored.asset.fields["userName"].as_str().unwrap_or_default();
        Ok(Secret::new(format!("{user}:{}", open("password")?.reveal())))
    }
}

fn asset_key(account: &Name, kind: AssetKind, name: &Name) -> String {
    format!("{}/{kind}/{}", account.key(), name.key())
}

/// A variable stays secret, or plain: whoever reads it later must be able to rely on it.
fn check_stays_secret(held: &Asset, content: &Content) -> Result<(), Failure> {
    if held.kind != AssetKind::Variable || held.secrets.is_empty() == content.secrets.is_empty() {
        return Ok(());
    }
    let (is, wanted) = match held.secrets.is_empty() {
        true => ("plain", "secret"),
        false => ("secret", "plain"),
    };
    let message = format!(
        "the variable `{}` is {is} and cannot become {wanted}; delete it first, and make it anew",
        held.name
    );
    Err(Failure::new(Code::Conflict, message))
}

/// The fields of a certificate, with what it says of itself.
fn read_certificate(mut fields: Map<String, Value>) -> Result<Map<String, Value>, Failure> {
    let invalid = |reason: &str| {
        Failure::new(
            Code::InvalidRequest,
            format!("`certificate` is no certificate in PEM: {reason}"),
        )
    };
    let text = fields["certificate"].as_str().unwrap_or_default().to_owned();
    let (_, pem) = parse_x509_pem(text.as_bytes()).map_err(|error| invalid(&error.to_string()))?;
    if pem.label != "CERTIFICATE" || text.contains("PRIVATE KEY") {
        return Err(invalid("give the certificate alone, without a key"));
    }
    let (_, certificate) =
        parse_x509_certificate(&pem.contents).map_err(|error| invalid(&error.to_string()))?;
    let time = |seconds| {
        let time = jiff::Timestamp::from_second(seconds);
        time.map(|time| time.to_string()).map_err(|error| invalid(&error.to_string()))
    };
    let validity = certificate.validity();
    fields
        .insert("thumbprint".into(), bindery_core::digest::Digest::of(&pem.contents).hex().into());
    fields.insert("notBefore".into(), time(validity.not_before.timestamp())?.into());
    fields.insert("notAfter".into(), time(validity.not_after.timestamp())?.into());
    Ok(fields)
}

#[cfg(test)]
mod tests;
