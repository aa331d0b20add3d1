//! The shared assets of the account.

use super::{Plane, argument, unknown};
use crate::script::asset::AssetScript;
use bindery_core::{
    asset::{Asset, AssetKind, Content, SecretName},
    code::{Code, Failure},
    id::JobId,
    name::Name,
    secret::Secret,
};
use serde_json::Value;

impl Plane {
    /// The same control plane, whose account has these assets.
    #[must_use]
    pub fn with_assets(mut self, assets: &[AssetScript]) -> Self {
        for script in assets {
            let asset = script.asset(self.clock.now());
            for (field, secret) in script.secrets() {
                self.secrets.insert(key(asset.kind, &asset.name, field.as_str()), secret.clone());
            }
            let state = self.state.get_mut();
            state.assets.insert((asset.kind, asset.name.key()), asset);
        }
        self
    }

    pub(super) fn asset(&self, kind: AssetKind, name: &Name) -> Result<Value, Failure> {
        let state = self.state.lock();
        let asset = state.assets.get(&(kind, name.key()));
        let asset = asset.ok_or_else(|| unknown(kind.as_str(), name.as_str()))?;
        serde_json::to_value(asset).map_err(|e| Failure::new(Code::Internal, e.to_string()))
    }

    pub(super) fn set_variable(&self, job: JobId, arguments: &Value) -> Result<Value, Failure> {
        let (name, value): (Name, String) =
            (argument(arguments, "name")?, argument(arguments, "value")?);
        let mut state = self.state.lock();
        let kind = AssetKind::Variable;
        let content = Content::of_variable(state.assets.get(&(kind, name.key())), &value)?;
        if !self.dry_run {
            let asset = Asset {
                kind,
                name: name.clone(),
                description: content.description,
                fields: content.fields,
                secrets: vec![],
                changed_at: self.clock.now(),
                changed_by: format!("job {job}"),
            };
            state.assets.insert((kind, name.key()), asset);
        }
        Ok(Value::Null)
    }

    pub(super) fn reveal(&self, name: &SecretName) -> Result<Secret, Failure> {
        let find = |field: &str| {
            let secret = self.secrets.get(&key(name.kind, &name.asset, field));
            secret.cloned().ok_or_else(|| unknown("secret", &name.to_string()))
        };
        if *name != SecretName::login(name.asset.clone()) {
            return find(name.field.as_str());
        }
        let password = find("password")?;
        let state = self.state.lock();
        let asset = state.assets.get(&(name.kind, name.asset.key()));
        let user = asset.and_then(|asset| asset.fields["userName"].as_str()).unwrap_or_default();
        Ok(Secret::new(format!("{user}:{}", password.reveal())))
    }
}

fn key(kind: AssetKind, asset: &Name, field: &str) -> String {
    format!("{kind}/{}/{}", asset.key(), field.to_ascii_lowercase())
}
