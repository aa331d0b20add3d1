//! `[[http]]`: what the hosts of a test answer.

use super::{
    Invalid,
    word::{MaskText, Period},
};
use bindery_capability_http::Sent;
use serde::Deserialize;
use serde_json::{Value, json};
use std::{collections::BTreeMap, time::Duration};

/// How long an answer takes where the script does not say.
const TAKES: Duration = Duration::from_millis(100);
/// The status of an answer where the script does not say.
const OK: u16 = 200;

/// One answer.
#[derive(Debug, Clone, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HttpRule {
    /// The URLs that it is about.
    url: MaskText,
    /// The method; any where it is absent.
    method: Option<String>,
    /// Headers that the request must have, with the secrets in them.
    #[serde(default)]
    sent: BTreeMap<String, MaskText>,
    /// What its body must be like, with the secrets in it.
    sent_body: Option<MaskText>,
    status: Option<u16>,
    #[serde(default)]
    headers: BTreeMap<String, String>,
    #[serde(default)]
    body: String,
    takes: Option<Period>,
}

impl HttpRule {
    pub(super) fn check(&self, at: usize) -> Result<(), Invalid> {
        match self.status {
            Some(status) if !(100..600).contains(&status) => Err(Invalid::new(
                format!("http[{at}].status"),
                format!("{status} is no status of HTTP"),
                "Give one from 100 to 599.",
            )),
            _ => Ok(()),
        }
    }

    pub(crate) fn is_about(&self, sent: &Sent) -> bool {
        let has = |(name, mask): (&String, &MaskText)| {
            let same = |header: &&(String, String)| header.0.eq_ignore_ascii_case(name);
            sent.headers.iter().find(same).is_some_and(|(_, value)| mask.mask.fits(value))
        };
        let body = sent.body.as_ref().map_or("", |body| body.reveal());
        self.url.mask.fits(sent.url.as_str())
            && self.method.as_ref().is_none_or(|it| *it == sent.method)
            && self.sent.iter().all(has)
            && self.sent_body.as_ref().is_none_or(|mask| mask.mask.fits(body))
    }

    pub(crate) fn takes(&self) -> Duration {
        self.takes.map_or(TAKES, |period| period.0)
    }

    pub(crate) fn response(&self) -> Value {
        let header = |(name, value): (&String, &String)| json!({ "name": name, "value": value });
        let headers: Vec<_> = self.headers.iter().map(header).collect();
        json!({ "status": self.status.unwrap_or(OK), "headers": headers, "body": self.body })
    }
}
