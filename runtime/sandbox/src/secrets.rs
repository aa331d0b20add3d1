//! Secrets: a guest holds texts that stand for them, and they are put in where a call goes out.
//!
//! ```text
//!   assets.get-… -> $secret{credential/Tickets/password@MAC}   what the guest, its journal and its streams have
//!   http.send    -> the secret itself, behind the gate         what is sent
//!   its answer   -> ***                                        wherever the secret would stand in it
//! ```
//! The MAC is made with a key of the job: a text that comes from elsewhere, a page or a ticket, cannot
//! ask for a secret by spelling it.

use crate::{rights::Rights, upstream::Upstream};
use base64::{
    Engine as _,
    prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD},
};
use bindery_core::{
    asset::SecretName,
    code::{Code, Failure},
    grant::Power,
    id::JobId,
    limit,
    secret::Secret,
};
use hmac::{Hmac, Mac as _};
use parking_lot::Mutex;
use percent_encoding::{NON_ALPHANUMERIC, utf8_percent_encode};
use serde_json::{Map, Value};
use sha2::Sha256;
use std::{ops::Range, sync::Arc};
use zeroize::Zeroizing;

/// What a text that stands for a secret begins with.
const OPENS: &str = "$secret{";
/// What stands in place of a secret.
const MASKED: &str = "***";
/// Of a MAC, in bytes.
const MAC_BYTES: usize = 16;

/// What a job's calls have in common.
pub(crate) struct Purse {
    job: JobId,
    key: Zeroizing<[u8; 32]>,
    rights: Arc<Rights>,
    upstream: Option<Arc<dyn Upstream>>,
}

impl Purse {
    /// That of `job`, whose journal has `seed` in its header.
    pub(crate) fn new(
        job: JobId,
        seed: &[u8; 32],
        rights: Arc<Rights>,
        upstream: Option<Arc<dyn Upstream>>,
    ) -> Self {
        let mut key = Zeroizing::new([0; 32]);
        let mac = mac(seed, &["bindery secrets", &job.to_string()]);
        key.copy_from_slice(&mac.finalize().into_bytes());
        Self { job, key, rights, upstream }
    }

    fn mac(&self, name: &SecretName) -> Hmac<Sha256> {
        mac(&self.key, &[&name.to_string()])
    }
}

fn mac(key: &[u8; 32], parts: &[&str]) -> Hmac<Sha256> {
    let mut mac = Hmac::<Sha256>::new_from_slice(key).expect("any length will do");
    for part in parts {
        mac.update(&(part.len() as u64).to_be_bytes());
        mac.update(part.as_bytes());
    }
    mac
}

/// The secrets of one call: which may be asked for, and which its answer must not have.
pub struct Secrets {
    purse: Option<Arc<Purse>>,
    /// What is masked in the answer, the longest first.
    seen: Mutex<Vec<Zeroizing<String>>>,
}

impl Secrets {
    /// Those of a call of a job that has none.
    pub const fn none() -> Self {
        Self { purse: None, seen: Mutex::new(vec![]) }
    }

    pub(crate) fn of(purse: &Arc<Purse>) -> Self {
        Self { purse: Some(purse.clone()), seen: Mutex::default() }
    }

    /// The text that stands for a secret in this job.
    pub fn refer(&self, name: &SecretName) -> String {
        let mac = self.purse.as_ref().map(|purse| purse.mac(name).finalize().into_bytes());
        let mac = mac.map(|mac| hex::encode(&mac[..MAC_BYTES])).unwrap_or_default();
        format!("{OPENS}{name}@{mac}}}")
    }

    /// Whether a text that stands for a secret of this job is in `value`.
    pub fn stand_in(&self, value: &Value) -> bool {
        match value {
            Value::String(text) => !self.find(text).is_empty(),
            Value::Array(items) => items.iter().any(|item| self.stand_in(item)),
            Value::Object(fields) => fields.values().any(|field| self.stand_in(field)),
            _ => false,
        }
    }

    /// The secret itself. `GrantDenied`, `RefusedByComputer`, `NotFound`; `Unreachable` without the control plane.
    pub async fn reveal(&self, name: &SecretName) -> Result<Secret, Failure> {
        let purse = self.purse.as_ref();
        let Some((purse, upstream)) = purse.and_then(|it| Some((it, it.upstream.as_ref()?))) else {
            return Err(Failure::new(Code::Unreachable, format!("nothing here has `{name}`")));
        };
        let what = format!("the secret of {} `{}`", name.kind, name.asset);
        purse.rights.permit(Power::AssetsRead, Some(name.asset.as_str()), &what)?;
        let asked = upstream.secret(purse.job, name);
        let secret = tokio::time::timeout(limit::HOST_CALL, asked).await.map_err(|_| {
            let message = format!("the control plane, which has `{name}`, does not answer");
            Failure::new(Code::Unreachable, message)
        })??;
        self.mask_also(secret.reveal());
        Ok(secret)
    }

    /// `text` with the secrets in place of what stands for them.
    pub async fn put_in(&self, text: &str) -> Result<Secret, Failure> {
        let found = self.find(text);
        if found.len() > limit::CALL_SECRETS {
            let (count, most) = (found.len(), limit::CALL_SECRETS);
            let message = format!("{count} secrets in one text; at most {most} (CALL_SECRETS)");
            return Err(Failure::new(Code::TooLarge, message));
        }
        let (mut whole, mut from) = (String::with_capacity(text.len()), 0);
        for (at, name) in found {
            whole += &text[from..at.start];
            whole += self.reveal(&name).await?.reveal();
            from = at.end;
        }
        Ok(Secret::new(whole + &text[from..]))
    }

    /// What the answer must not have, either: a secret in another spelling.
    pub fn mask_also(&self, secret: &str) {
        let json = Value::from(secret).to_string();
        let forms = [
            secret.to_owned(),
            json.trim_matches('"').to_owned(),
            utf8_percent_encode(secret, NON_ALPHANUMERIC).to_string(),
            BASE64_STANDARD.encode(secret),
            BASE64_URL_SAFE_NO_PAD.encode(secret),
        ];
        let mut seen = self.seen.lock();
        seen.extend(forms.into_iter().filter(|form| !form.is_empty()).map(Zeroizing::new));
        seen.sort_by_key(|form| std::cmp::Reverse(form.len()));
        seen.dedup();
    }

    /// `text` without any secret that was put in.
    pub(crate) fn mask(&self, mut text: String) -> String {
        for secret in self.seen.lock().iter() {
            if text.contains(secret.as_str()) {
                text = text.replace(secret.as_str(), MASKED);
            }
        }
        text
    }

    /// The same for JSON.
    pub(crate) fn mask_value(&self, value: Value) -> Value {
        if self.seen.lock().is_empty() {
            return value;
        }
        match value {
            Value::String(text) => self.mask(text).into(),
            Value::Array(items) => items.into_iter().map(|item| self.mask_value(item)).collect(),
            Value::Object(fields) => {
                let masked = |(key, field)| (self.mask(key), self.mask_value(field));
                Value::Object(fields.into_iter().map(masked).collect::<Map<_, _>>())
            }
            other => other,
        }
    }

    /// The same for the answer of an operation.
    pub(crate) fn mask_reply(&self, reply: Result<Value, Failure>) -> Result<Value, Failure> {
        match reply {
            Ok(value) => Ok(self.mask_value(value)),
            Err(mut failure) => {
                failure.message = self.mask(failure.message);
                failure.details = failure.details.map(|details| self.mask_value(details));
                Err(failure)
            }
        }
    }

    /// Where in `text` something stands for a secret of this job, and for which.
    fn find(&self, text: &str) -> Vec<(Range<usize>, SecretName)> {
        let Some(purse) = &self.purse else { return vec![] };
        let read = |(start, _): (usize, &str)| {
            let rest = &text[start + OPENS.len()..];
            let inner = &rest[..rest.find('}')?];
            let (name, digits) = inner.split_once('@')?;
            let name: SecretName = name.parse().ok()?;
            let mut mac = [0; MAC_BYTES];
            hex::decode_to_slice(digits, &mut mac).ok()?;
            purse.mac(&name).verify_truncated_left(&mac).ok()?;
            Some((start..start + OPENS.len() + inner.len() + 1, name))
        };
        text.match_indices(OPENS).filter_map(read).collect()
    }
}

#[cfg(test)]
mod tests;
