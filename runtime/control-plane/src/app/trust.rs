//! Trust: which publishers' seals the workspace accepts.

use crate::{app::tokens::Caller, plane::ControlPlane};
use bindery_core::code::{Code, Failure};
use bindery_seal::{key::PublicKey, trust::TrustedKey};

impl ControlPlane {
    pub(crate) fn trusted(&self) -> Vec<TrustedKey> {
        self.trust().keys
    }

    /// Trusts a publisher's key from now on.
    pub(crate) async fn add_trust(
        &self,
        publisher: &str,
        key: &str,
        caller: &Caller,
    ) -> Result<TrustedKey, Failure> {
        let public_key: PublicKey = key
            .parse()
            .map_err(|error| Failure::new(Code::InvalidRequest, format!("`publicKey`: {error}")))?;
        let publisher = publisher.trim();
        if publisher.is_empty() || publisher.chars().any(char::is_control) {
            return Err(Failure::new(Code::InvalidName, "a publisher needs a printable name"));
        }
        let added = TrustedKey {
            publisher: publisher.to_owned(),
            public_key,
            added_at: self.clock.now(),
            retired_at: None,
        };
        self.change_trust(|list| {
            if list.find(public_key.key_id()).is_some() {
                return Err(Failure::new(Code::NameTaken, "this key is on the list already"));
            }
            list.keys.push(added.clone());
            Ok(())
        })
        .await?;
        tracing::info!(publisher, key = %public_key.key_id(), by = caller.name, "publisher trusted");
        Ok(added)
    }
}
