//! Tokens: who may use the API, and who may enrol a computer.
//!
//! Only the digest of a secret is kept, so a stolen store opens nothing.

use crate::{
    documents::{Items, TOKENS, missing},
    entropy,
    plane::ControlPlane,
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use bindery_core::{
    account::Role,
    code::{Code, Failure},
    digest::Digest,
    id::TokenId,
    limit,
};
use bindery_store::{
    batch::{Batch, Expect},
    documents::Range,
};
use jiff::{SignedDuration, Timestamp};
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What a token is for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) enum Purpose {
    /// The API, with this role.
    Api(Role),
    /// Enrolling one computer, once.
    Enrol,
}

/// A token as it is kept.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub(crate) struct Token {
    pub(crate) id: TokenId,
    pub(crate) name: String,
    pub(crate) purpose: Purpose,
    pub(crate) secret_digest: Digest,
    pub(crate) created_at: Timestamp,
    pub(crate) created_by: String,
    pub(crate) expires_at: Option<Timestamp>,
}

/// Who asks: the name of a token and its role.
#[derive(Debug, Clone)]
pub(crate) struct Caller {
    pub(crate) name: String,
    pub(crate) role: Role,
}

const API_PREFIX: &str = "bnd-api.";
const ENROL_PREFIX: &str = "bnd-enrol.";

impl ControlPlane {
    /// The owner's token: made at the first start, when there is none.
    pub async fn first_token(&self) -> Result<Option<String>, Failure> {
        let (tokens, _) = self.repository.list::<Token>(TOKENS, Range::first(1)).await?;
        if !tokens.is_empty() {
            return Ok(None);
        }
        self.owner_token("first start").await.map(Some)
    }

    /// Another token of an owner, as text; those that there are stay as they are.
    pub async fn owner_token(&self, by: &str) -> Result<String, Failure> {
        Ok(self.create_token("owner", Purpose::Api(Role::Owner), None, by).await?.1)
    }

    /// A token with which one computer may be enrolled, as text.
    pub async fn enrol_token(&self, name: &str) -> Result<String, Failure> {
        Ok(self.create_token(name, Purpose::Enrol, None, "this computer").await?.1)
    }

    /// Makes a token; its secret is returned here and never again.
    pub(crate) async fn create_token(
        &self,
        name: &str,
        purpose: Purpose,
        valid: Option<Duration>,
        by: &str,
    ) -> Result<(Token, String), Failure> {
        let now = self.clock.now();
        let random = BASE64_URL_SAFE_NO_PAD.encode(entropy::bytes::<32>());
        let valid = match purpose {
            Purpose::Enrol => Some(valid.unwrap_or(limit::ENROL_TOKEN_VALIDITY)),
            Purpose::Api(_) => valid,
        };
        let secret = match purpose {
            Purpose::Api(_) => format!("{API_PREFIX}{random}"),
            Purpose::Enrol => {
                let pin = self.fingerprint.map(|digest| digest.hex()).unwrap_or_default();
                format!("{ENROL_PREFIX}{random}.{pin}")
            }
        };
        let expires_at = valid
            .and_then(|valid| SignedDuration::try_from(valid).ok())
            .and_then(|valid| now.checked_add(valid).ok());
        let token = Token {
            id: TokenId::new(now, entropy::id()),
            name: name.to_owned(),
            purpose,
            secret_digest: Digest::of(secret.as_bytes()),
            created_at: now,
            created_by: by.to_owned(),
            expires_at,
        };
        let indexes = vec![("secret", token.secret_digest.to_string())];
        let id = token.id.to_string();
        let batch = Batch::new().put(TOKENS, id, &token, Expect::Absent, indexes);
        self.repository.commit(batch).await?;
        Ok((token, secret))
    }

    /// The token of this secret, if it is valid. Looked up by digest, so time tells nothing about
    /// it.
    async fn token(&self, secret: &str) -> Result<Option<Token>, Failure> {
        let digest = Digest::of(secret.as_bytes()).to_string();
        let (found, _) =
            self.repository.find::<Token>(TOKENS, "secret", &digest, Range::first(1)).await?;
        let now = self.clock.now();
        Ok(found.into_iter().find(|token| token.expires_at.is_none_or(|end| now <= end)))
    }

    /// Who has this bearer token.
    pub(crate) async fn authenticate(&self, secret: &str) -> Result<Caller, Failure> {
        match self.token(secret).await? {
            Some(Token { purpose: Purpose::Api(role), name, .. }) => Ok(Caller { name, role }),
            Some(_) => Err(Failure::new(
                Code::Unauthenticated,
                "an enrolment token enrols a computer and opens nothing else",
            )),
            None => {
                Err(Failure::new(Code::Unauthenticated, "the token is not known or has expired"))
            }
        }
    }

    /// Takes an enrolment token: it cannot be used again.
    pub(crate) async fn take_enrol_token(&self, secret: &str) -> Result<Token, Failure> {
        let refused = || {
            Failure::new(
                Code::InvalidEnrolToken,
                "the enrolment token is not known, was used, or has expired",
            )
        };
        let token = self.token(secret).await?.filter(|token| token.purpose == Purpose::Enrol);
        let token = token.ok_or_else(refused)?;
        let id = token.id.to_string();
        let held = self.repository.get::<Token>(TOKENS, &id).await?.ok_or_else(refused)?;
        let batch = Batch::new().delete(TOKENS, id, Expect::Revision(held.revision));
        self.repository.commit(batch).await.map_err(|_| refused())?;
        Ok(token)
    }

    pub(crate) async fn list_tokens(&self, range: Range) -> Result<Items<Token>, Failure> {
        self.repository.list(TOKENS, range).await
    }

    pub(crate) async fn revoke_token(&self, id: TokenId) -> Result<(), Failure> {
        let key = id.to_string();
        let Some(held) = self.repository.get::<Token>(TOKENS, &key).await? else {
            return Err(missing(&format!("token {id}")));
        };
        let batch = Batch::new().delete(TOKENS, key, Expect::Revision(held.revision));
        self.repository.commit(batch).await
    }
}
